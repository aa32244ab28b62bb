"""An outcome in plain text: what went over the wire, and what failed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser._outcome import FilteredResponse
from cors_wsgi.browser._wire import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi.browser._lists import Headers
    from cors_wsgi.browser._outcome import NetworkError, Outcome
    from cors_wsgi.browser._wire import Exchange

_WIDTH: Final = 72  # of 80 columns, pytest takes eight for itself
_VALUE_LIMIT: Final = 300
# The headers that decide about CORS; the rest would only hide them.
_RELEVANT: Final = frozenset(
    {
        "age",
        "allow",
        "authorization",
        "cache-control",
        "content-type",
        "cookie",
        "cross-origin-resource-policy",
        "location",
        "origin",
        "set-cookie",
        "vary",
        "www-authenticate",
    }
)
_CONSOLES: Final = {"chromium": "Chrome, Edge", "firefox": "Firefox", "webkit": "Safari"}


def explain(outcome: Outcome) -> str:
    """Explain an outcome over several lines of at most 72 columns, values excepted.

    Values of Cookie, Set-Cookie and Authorization are left out, and control characters are escaped,
    so that the text can go into a log.
    """
    lines = list(_verdict(outcome))
    lines += ["", "Exchanges" if outcome.exchanges else "Nothing was sent."]
    for number, exchange in enumerate(outcome.exchanges, 1):
        lines += _exchange(number, exchange)
    for cookie in outcome.withheld_cookies:
        lines += _wrapped("", f"Cookie {cookie.name!r} stays behind: {cookie.reason}.")
    lines += _consoles(outcome)
    return "\n".join(lines)


def _verdict(outcome: Outcome) -> Iterator[str]:
    page, url = outcome.request.origin, _printable(outcome.hop.url)
    if isinstance(outcome, FilteredResponse):
        can = "can read" if outcome.shared else "gets an opaque response from"
        yield f"A page of {page} {can} {url}"
        if outcome.shared and outcome.hidden_headers:
            yield from _wrapped("hidden    ", ", ".join(outcome.hidden_headers))
        return
    yield f"A page of {page} cannot read {url}"
    yield from _error(outcome)


def _error(error: NetworkError) -> Iterator[str]:
    if error.failure is not None:
        yield f"  failure   {error.failure}"
    yield from _wrapped("reason    ", _printable(error.reason))
    yield f"  standard  {error.step.place}"
    yield f"            {error.step.url}"


def _exchange(number: int, exchange: Exchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    yield f"  {number}. {request.method} {_printable(request.url)}"
    if exchange.preflight:
        yield from _wrapped("   ", f"preflight, because {'; '.join(exchange.reasons)}")
    yield from _headers(">", request.headers)
    if isinstance(response, HTTPResponse):
        yield f"     < {response.status} {_printable(response.reason)}".rstrip()
        yield from _headers("<", response.headers)
    else:
        yield f"     < no answer: {_printable(response.reason)}"


def _headers(arrow: str, headers: Headers) -> Iterator[str]:
    for name, value in headers:
        lower = name.lower()
        if lower in _RELEVANT or lower.startswith("access-control-"):
            yield f"     {arrow} {_printable(name)}: {_shown(lower, value)}"


def _shown(name: str, value: str) -> str:
    """Return a header's value; of secrets only what they are."""
    if name == "authorization":
        return f"{_printable(value.partition(' ')[0])} ..."
    if name == "set-cookie":
        pair, _, attributes = value.partition(";")
        return f"{_printable(pair.partition('=')[0])}=...;{_printable(attributes)}"
    if name == "cookie":
        names = (pair.partition("=")[0] for pair in value.split("; "))
        return "; ".join(f"{_printable(name)}=..." for name in names)
    return _printable(value)


def _consoles(outcome: Outcome) -> Iterator[str]:
    lines = {label: outcome.message(engine) for engine, label in _CONSOLES.items()}
    if any(lines.values()):
        yield from ("", "Consoles")
    for label, messages in lines.items():
        if messages:
            yield f"  {label}"
        for message in messages:
            yield from _wrapped("  ", _printable(message))


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label}",
        subsequent_indent="  " + " " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _printable(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= _VALUE_LIMIT else f"{shown[:_VALUE_LIMIT]}..."
