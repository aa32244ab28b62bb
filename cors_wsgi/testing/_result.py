"""What came of a fetch, with assertions that explain themselves."""

from __future__ import annotations

import json
import textwrap
from codecs import BOM_UTF8
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import catalogue
from cors_wsgi.browser import FilteredResponse, HTTPResponse, explain

if TYPE_CHECKING:
    from cors_wsgi.browser import Exchange, Outcome

_WIDTH: Final = 72  # as in the explanation
_ALLOW_METHODS: Final = "access-control-allow-methods"


# Why a response that did arrive is hidden from script.
_HIDDEN_BY: Final = {
    "opaque": ", which mode 'no-cors' hides",
    "opaqueredirect": ", which redirect mode 'manual' hides",
}


class BlockedByCORS(AssertionError):  # noqa: N818 - what a reader of the test's output looks for
    """A test read a response that no script would get to see."""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What came of a fetch: what script would see, and assertions about it.

    Pytest shows the line of the test that failed, not those in here (`__tracebackhide__`).

    Attributes:
        outcome: The model's outcome, with everything that it knows.
        stack: What the application is made with, as the catalogue of fixes calls it.
    """

    outcome: Outcome
    stack: str

    def __repr__(self) -> str:
        return f"<Result: {'readable' if self.shared else f'blocked, {self.failure}'}>"

    def __str__(self) -> str:
        text = explain(self.outcome)
        return text if self.failure is None else f"{text}\n\n{self._fix(self.failure)}"

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
        return self.body.removeprefix(BOM_UTF8).decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body, parsed as JSON.

        Raises:
            ValueError: It is not JSON, which knows no `NaN` and no `Infinity`.
        """
        __tracebackhide__ = True
        return json.loads(self.text, parse_constant=_refuse_constant)

    def header(self, name: str) -> str | None:
        """Return a header as `response.headers.get(name)` gives it: None if it is not exposed."""
        __tracebackhide__ = True
        return self.headers.get(name.lower())

    def message(self, engine: str) -> tuple[str, ...]:
        """Return the lines that an engine's console prints: "chromium", "firefox" or "webkit"."""
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
            sentence = f"Script cannot read {', '.join(hidden)} (response-header-hidden)."
            fix = self._fix("response-header-hidden", expose_headers=tuple(hidden))
            raise self._failed(f"{sentence}\n\n{fix}")
        return self

    def assert_cookies_sent(self, *names: str) -> Result:
        """Assert that the last request carried these cookies."""
        __tracebackhide__ = True
        if not self.exchanges or self.exchanges[-1].preflight:
            raise self._failed("The request was not sent, and so no cookies were.")
        headers = self.exchanges[-1].request.headers
        pairs = "; ".join(value for name, value in headers if name == "Cookie").split("; ")
        missing = set(names) - {pair.partition("=")[0] for pair in pairs}
        if missing:
            sentence = f"The cookie {', '.join(sorted(missing))} was not sent (cookie-not-sent)."
            raise self._failed(f"{sentence}\n\n{self._fix('cookie-not-sent', credentials=True)}")
        return self

    def _readable(self) -> FilteredResponse:
        __tracebackhide__ = True
        if isinstance(self.outcome, FilteredResponse) and self.shared:
            return self.outcome
        kind = self.outcome.type if isinstance(self.outcome, FilteredResponse) else ""
        raise BlockedByCORS(f"Script cannot read the response{_HIDDEN_BY.get(kind, '')}.\n\n{self}")

    def _failed(self, sentence: str) -> AssertionError:
        return AssertionError(f"{sentence}\n\n{self}")

    def _fix(self, failure: str, **more: Any) -> str:
        in_script = failure == "method-missing" and catalogue.fix_in_script(*self._methods())
        fix = in_script or self._fix_on_server(failure, **more)
        text = textwrap.fill(fix.text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
        code = textwrap.indent(fix.code, "    ")
        return f"Fix ({fix.title}: {fix.where})\n{text}\n\n{code}".rstrip()

    def _methods(self) -> tuple[str, tuple[str, ...]]:
        """Return the request's method, and those that the last answer allows."""
        answer = self.exchanges[-1].response
        headers = answer.headers if isinstance(answer, HTTPResponse) else ()
        lists = [value for name, value in headers if name.lower() == _ALLOW_METHODS]
        listed = (method.strip(" \t") for method in ",".join(lists).split(","))
        return self.outcome.hop.method, tuple(listed)

    def _fix_on_server(self, failure: str, **more: Any) -> catalogue.Fix:
        wanted = catalogue.asked_for(self.outcome.request, self.exchanges)
        hop = self.outcome.hop
        return catalogue.fix(
            failure, self.stack, wanted=replace(wanted, **more), method=hop.method, url=hop.url
        )


def _refuse_constant(constant: str) -> Any:
    """Refuse what Python writes and no browser parses."""
    raise ValueError(f"{constant} is not JSON: in a browser, json() fails")
