"""Test an application's CORS as browsers judge it, whatever answers for it.

    from cors_wsgi.testing import Page

    page = Page("https://app.example", app)  # any WSGI application: Flask, Django, your own
    page.fetch("/api/users/7", method="PUT", credentials="include").assert_shared()

The page lives on one origin and the application on another, `https://api.example` unless you say
so. A failed assertion shows the exchanges, what failed, what each browser's console prints, and the
mend. With pytest, the fixture `cors_page` finds your application by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from cors_wsgi import transports
from cors_wsgi.browser import (
    STANDARD,
    Browser,
    Engine,
    FilteredResponse,
    HTTPCache,
    HTTPRequest,
    HTTPResponse,
    NoAnswer,
    explain,
    fetch,
    fetch_request,
    origin_of,
    run,
    xhr_request,
)

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from cors_wsgi.browser import (
        Answer,
        Credentials,
        Exchange,
        HeadersInit,
        Mode,
        Outcome,
        RedirectMode,
        Request,
    )

__all__ = ["API_ORIGIN", "BlockedByCORS", "HTTPCache", "Page", "Result"]

API_ORIGIN = "https://api.example"
"""Where the application lives unless told otherwise."""


class BlockedByCORS(AssertionError):  # noqa: N818 - what a reader of the test's output looks for
    """A test read a response that no script would get to see."""


class Page:
    """A page in a browser, on an origin of its own.

    Args:
        origin: The page's origin as browsers write it (`https://app.example`), or "null" for a
            sandboxed frame.
        app: The WSGI application; or several, by the origin that each one lives on, the first of
            which relative URLs are resolved against.
        at: The origin that a single application lives on.
        engine: The engine to play; by default the standard itself. `cors_wsgi.browser` has
            CHROMIUM, FIREFOX and WEBKIT.
        cache: A shared HTTP cache that stands before the applications. Give two pages the same one
            to see whether one origin is served what was made for another.
        raise_app_exceptions: Let what the application raises reach the test; otherwise the page
            gets a server's bare 500.

    Attributes:
        browser: The browser, with its preflight cache and its cookies.
        now: The page's clock in seconds; `wait` moves it.
    """

    def __init__(  # noqa: PLR0913 - each has a default that most tests keep
        self,
        origin: str,
        app: WSGIApplication | Mapping[str, WSGIApplication],
        *,
        at: str = API_ORIGIN,
        engine: Engine = STANDARD,
        cache: HTTPCache | None = None,
        raise_app_exceptions: bool = True,
    ) -> None:
        apps = app if isinstance(app, Mapping) else {at: app}
        self.origin = origin
        self.browser = Browser(engine=engine)
        self.now = 0.0
        self._base = next(iter(apps))
        self._cache = cache
        self._sends = {
            where: transports.wsgi(one, raise_app_exceptions=raise_app_exceptions)
            for where, one in apps.items()
        }

    def fetch(  # noqa: PLR0913 - the members of RequestInit
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit = (),
        body: str | bytes | None = None,
        mode: Mode = "cors",
        credentials: Credentials = "same-origin",
        redirect: RedirectMode = "follow",
        streams: bool = False,
    ) -> Result:
        """Do what `fetch(url, {...})` does in the page; the arguments are those of `fetch`.

        Args:
            url: Relative to the application's origin, or absolute.
            method: The method; as in a browser, `put` becomes `PUT` and `patch` stays `patch`.
            headers: What script sets; headers that script may not set are dropped.
            body: The body; set its Content-Type yourself where it is not text.
            mode: The mode.
            credentials: The credentials mode; "include" sends cookies to another origin.
            redirect: The redirect mode.
            streams: Send the body as a stream.

        Raises:
            cors_wsgi.browser.ScriptError: `fetch` itself would throw.
        """
        request = fetch_request(
            self.origin,
            urljoin(self._base + "/", url),
            method=method,
            headers=headers,
            body=body,
            mode=mode,
            credentials=credentials,
            redirect=redirect,
            streams=streams,
        )
        return self._run(request)

    def xhr(  # noqa: PLR0913 - what an XMLHttpRequest object can be told
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit = (),
        body: str | bytes | None = None,
        with_credentials: bool = False,
        upload_listener: bool = False,
    ) -> Result:
        """Do what an XMLHttpRequest does in the page, where that differs from `fetch`.

        Args:
            url: Relative to the application's origin, or absolute.
            method: The method.
            headers: The calls of `setRequestHeader`, in order.
            body: What is passed to `send`.
            with_credentials: `withCredentials`.
            upload_listener: A listener on `upload`, a progress bar say: it forces a preflight.

        Raises:
            cors_wsgi.browser.ScriptError: XMLHttpRequest itself would throw.
        """
        request = xhr_request(
            self.origin,
            urljoin(self._base + "/", url),
            method=method,
            headers=headers,
            body=body,
            with_credentials=with_credentials,
            upload_listener=upload_listener,
        )
        return self._run(request)

    def wait(self, seconds: float) -> None:
        """Let time pass for the preflight cache, the HTTP cache and cookies."""
        self.now += seconds

    def _run(self, request: Request) -> Result:
        return Result(run(fetch(request, self.browser, now=self.now), self._send))

    def _send(self, request: HTTPRequest) -> Answer:
        cached = self._cache.lookup(request, self.now) if self._cache else None
        if cached is not None:
            return cached
        send = self._sends.get(origin_of(request.url))
        if send is None:
            return NoAnswer(f"there is no application at {origin_of(request.url)}")
        answer = send(request)
        if self._cache is not None and isinstance(answer, HTTPResponse):
            self._cache.store(request, answer, self.now)
        return answer


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What came of a fetch: what script would see, and assertions about it.

    Pytest shows the line of the test that failed, not those in here (`__tracebackhide__`).

    Attributes:
        outcome: The model's outcome, with everything that it knows.
    """

    outcome: Outcome

    def __repr__(self) -> str:
        return f"<Result: {'readable' if self.shared else f'blocked, {self.failure}'}>"

    def __str__(self) -> str:
        return explain(self.outcome)

    @property
    def shared(self) -> bool:
        """Whether script can read the response."""
        return self.outcome.shared

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What went over the wire, in order."""
        return self.outcome.exchanges

    @property
    def preflights(self) -> tuple[Exchange, ...]:
        """The preflights among the exchanges; empty if the answer to an earlier one was cached."""
        return tuple(exchange for exchange in self.exchanges if exchange.preflight)

    @property
    def failure(self) -> str | None:
        """The failure's id (`method-missing`, ...), or None."""
        return None if isinstance(self.outcome, FilteredResponse) else self.outcome.failure

    @property
    def status(self) -> int:
        """The status that script sees.

        Raises:
            BlockedByCORS: Script sees nothing. So do the other readers.
        """
        __tracebackhide__ = True
        return self._readable().status

    @property
    def headers(self) -> dict[str, str]:
        """The headers that script can read, names in lower case."""
        __tracebackhide__ = True
        return self._readable().headers

    @property
    def body(self) -> bytes:
        """The body."""
        __tracebackhide__ = True
        return self._readable().body

    @property
    def text(self) -> str:
        """The body as text: browsers decode it as UTF-8 (#dom-body-text)."""
        __tracebackhide__ = True
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body, parsed as JSON."""
        __tracebackhide__ = True
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """A header's value as `response.headers.get(name)` gives it: None if it is not exposed."""
        __tracebackhide__ = True
        return self.headers.get(name.lower())

    def message(self, engine: str) -> tuple[str, ...]:
        """The lines that an engine's console prints: "chromium", "firefox" or "webkit"."""
        return self.outcome.message(engine)

    def assert_shared(self) -> Result:
        """Assert that script can read the response, whatever its status."""
        __tracebackhide__ = True
        self._readable()
        return self

    def assert_blocked(self, failure: str | None = None) -> Result:
        """Assert that script cannot read the response.

        Args:
            failure: The id of the failure that it must be, if that matters.
        """
        __tracebackhide__ = True
        if self.shared:
            raise self._failed("The response should have been blocked.")
        if failure is not None and failure != self.failure:
            raise self._failed(f"It should have been blocked by {failure}, not {self.failure}.")
        return self

    def assert_preflighted(self) -> Result:
        """Assert that a preflight was sent."""
        __tracebackhide__ = True
        if not self.preflights:
            raise self._failed("A preflight should have been sent.")
        return self

    def assert_not_preflighted(self) -> Result:
        """Assert that no preflight was sent: none was needed, or its answer was cached."""
        __tracebackhide__ = True
        if self.preflights:
            raise self._failed("No preflight should have been sent.")
        return self

    def assert_readable(self, *names: str) -> Result:
        """Assert that script can read these response headers."""
        __tracebackhide__ = True
        hidden = [name for name in names if name.lower() not in self.headers]
        if hidden:
            raise self._failed(
                f"Script cannot read {', '.join(hidden)} (response-header-hidden): send it, and "
                "list it in Access-Control-Expose-Headers."
            )
        return self

    def assert_cookies_sent(self, *names: str) -> Result:
        """Assert that the last request carried these cookies."""
        __tracebackhide__ = True
        headers = self.exchanges[-1].request.headers if self.exchanges else ()
        pairs = "; ".join(value for name, value in headers if name == "Cookie").split("; ")
        missing = set(names) - {pair.partition("=")[0] for pair in pairs}
        if missing:
            raise self._failed(
                f"The cookie {', '.join(sorted(missing))} was not sent (cookie-not-sent)."
            )
        return self

    def _readable(self) -> FilteredResponse:
        __tracebackhide__ = True
        if isinstance(self.outcome, FilteredResponse) and self.shared:
            return self.outcome
        raise BlockedByCORS(f"Script cannot read the response.\n\n{self}")

    def _failed(self, sentence: str) -> AssertionError:
        return AssertionError(f"{sentence}\n\n{self}")
