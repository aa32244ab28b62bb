"""A page that sends its requests to applications in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from cors_wsgi import transports
from cors_wsgi.browser import (
    STANDARD,
    Browser,
    Engine,
    HTTPCache,
    HTTPRequest,
    HTTPResponse,
    NoAnswer,
    fetch,
    fetch_request,
    origin_of,
    run,
    xhr_request,
)
from cors_wsgi.testing._result import Result

if TYPE_CHECKING:
    from cors_wsgi.browser import (
        Answer,
        Credentials,
        HeadersInit,
        Mode,
        RedirectMode,
        Request,
    )
    from cors_wsgi.transports import AnyApplication

API_ORIGIN: Final = "https://api.example"
"""Where the application lives unless told otherwise."""


class Page:
    """A page in a browser, on an origin of its own.

    Args:
        origin: The page's origin as browsers write it (`https://app.example`), or "null" for a
            sandboxed frame.
        app: The WSGI or ASGI application; or several, by the origin that each one lives on, the
            first of which relative URLs are resolved against.
        at: The origin that a single application lives on.
        engine: The engine to play; by default the standard itself. `cors_wsgi.browser` has
            CHROMIUM, FIREFOX and WEBKIT.
        cache: A shared HTTP cache in front of the applications. Give two pages the same one
            to see whether one origin is served what was made for another.
        raise_app_exceptions: Let what the application raises reach the test; otherwise the page
            gets a server's bare 500. By default exceptions of a WSGI application reach the test.
            Those of an ASGI application do not, since it raises what it has answered, too.

    Attributes:
        browser: The browser, with its preflight cache and its cookies.
        now: The page's clock in seconds; `wait` moves it.
    """

    def __init__(  # noqa: PLR0913 - each has a default that most tests keep
        self,
        origin: str,
        app: AnyApplication | Mapping[str, AnyApplication],
        *,
        at: str = API_ORIGIN,
        engine: Engine = STANDARD,
        cache: HTTPCache | None = None,
        raise_app_exceptions: bool | None = None,
    ) -> None:
        apps = app if isinstance(app, Mapping) else {at: app}
        _check_homes(apps)
        self.origin = origin
        self.browser = Browser(engine=engine)
        self.now = 0.0
        self._apps = apps
        self._base = next(iter(apps))
        self._cache = cache
        self._sends = {
            where: transports.in_process(one, raise_app_exceptions=raise_app_exceptions)
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
        outcome = run(fetch(request, self.browser, now=self.now), self._send)
        app = self._apps.get(outcome.hop.target_origin)
        return Result(outcome, "wsgi" if app is None else transports.stack_of(app))

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


def _check_homes(origins: Iterable[str]) -> None:
    """Refuse an origin that no URL has: nothing would be asked there, and all look blocked."""
    for written in origins:
        try:
            origin = origin_of(written)
        except ValueError:
            raise ValueError(
                f"an application lives on an origin such as {API_ORIGIN!r}, not on {written!r}"
            ) from None
        if origin != written:
            raise ValueError(
                f"an application lives on an origin: write {origin!r}, not {written!r}"
            )
