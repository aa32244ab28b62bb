"""The origins that an attacker would try, and the requests that try them: few, slow, to one host.

The tricks are those of published advisories and of the scanners CORScanner and Corsy; each stands
for a mistake that allow-lists really have.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from cors_wsgi.browser import HTTPRequest, HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.browser import Answer, Send

Needs: TypeAlias = Literal["a site", "a name", "the network", "a sibling", "the machine", "nothing"]
"""What an attacker must have: any website; a host name of a certain form, which anybody can
register; a place in the visitor's network; another host, port or page of the same organisation; a
program on the visitor's machine; or nothing helps, as no browser sends such an origin."""

ATTACKER: Final = "cors-wsgi-audit.invalid"
"""Nobody's name (RFC 2606, section 2), so that the audit itself opens no adapter."""

_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """An origin to try.

    Attributes:
        id: The trick's name.
        origin: What to send.
        mistake: The mistake that lets it in.
        needs: What an attacker must have to send it.
    """

    id: str
    origin: str
    mistake: str
    needs: Needs


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt and its answers.

    Attributes:
        attempt: The attempt.
        with_cookie: The answer to a GET with a cookie.
        without_cookie: The answer to a GET without one.
        preflight: The answer to a preflight for PUT with a JSON body.
    """

    attempt: Attempt
    with_cookie: Answer
    without_cookie: Answer
    preflight: Answer


# Delimiters that the URL parsers of all three engines leave in a host, so that browsers do send
# such origins (measured in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50).
_ODD_CHARACTERS: Final = "`_!$&'()+,;={}~"


def attempts(trusted: str) -> tuple[Attempt, ...]:
    """Everything to try against a server that trusts an origin.

    Args:
        trusted: The origin that it trusts, or its own where that is not known; or, for all
            subdomains, `https://*.example.com`.
    """
    apex = trusted.replace("://*.", "://", 1)
    parts = urlsplit(apex)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    every = (
        *_plain(),
        *_names(parts.scheme, host, port),
        *_siblings(parts.scheme, host, port),
        *_unsendable(apex, host),
    )
    first = {one.origin: one for one in reversed(every)}
    return tuple(one for one in every if first[one.origin] is one and not _meant(one, trusted))


def _meant(attempt: Attempt, trusted: str) -> bool:
    """Whether an attempt is one of the origins that are trusted on purpose."""
    scheme, wildcard, rest = trusted.partition("://*.")
    if not wildcard:
        return attempt.origin == trusted
    is_name = attempt.needs != "nothing" and attempt.origin.startswith(f"{scheme}://")
    return is_name and attempt.origin.endswith(f".{rest}")


def _plain() -> Iterator[Attempt]:
    yield Attempt("any-origin", f"https://{ATTACKER}", "it sends back any origin", "a site")
    yield Attempt("null", "null", "it allows the origin null", "a site")
    for origin in ("http://localhost", "http://localhost:3000", "http://127.0.0.1:8080"):
        yield Attempt("localhost", origin, "an origin of development is left in", "the machine")


def _names(scheme: str, host: str, port: str) -> Iterator[Attempt]:
    """Host names that look like the trusted one to a loose comparison."""
    start, parent = f"{scheme}://", host.partition(".")[2]
    for name in (host, f"sub.{host}"):
        yield Attempt(
            "suffix", f"{start}{name}.{ATTACKER}", "it compares only the beginning", "a name"
        )
    yield Attempt("suffix", f"{start}{host}{ATTACKER}", "it compares only the beginning", "a name")
    for name in (host, parent) if "." in parent else (host,):
        yield _name("prefix", f"attacker{name}", "it compares only the end", host, (start, port))
    number = host.find(".")
    if number > 0:
        sloppy = f"{host[:number]}x{host[number + 1 :]}"
        yield _name("dot", sloppy, "a dot of its pattern is not escaped", host, (start, port))
    text = "it looks whether the trusted origin contains the other"
    for name in (host[1:], host[:-1]):
        yield _name("substring", name, text, host, (start, port))
    for char in _ODD_CHARACTERS:
        odd = f"{start}{host}{char}.{ATTACKER}"
        yield Attempt("character", odd, f"its pattern ends a host at {char!r}", "a name")


def _name(id: str, name: str, mistake: str, host: str, around: tuple[str, str]) -> Attempt:  # noqa: A002 - the field's name
    """A name like the host; who can have it depends on whether it lies in the same domain."""
    domain = ".".join(host.split(".")[-2:])
    needs: Needs = "a sibling" if name.endswith(f".{domain}") else "a name"
    return Attempt(id, f"{around[0]}{name}{around[1]}", mistake, needs)


def _siblings(scheme: str, host: str, port: str) -> Iterator[Attempt]:
    if scheme == "https":
        text = "it trusts plain http, which anybody on the way can change"
        yield Attempt("http", f"http://{host}{port}", text, "the network")
        yield Attempt("http", f"http://sub.{host}{port}", text, "the network")
    yield Attempt("port", f"{scheme}://{host}:444", "any port is trusted", "a sibling")
    subdomain = f"{scheme}://cors-wsgi-audit.{host}{port}"
    yield Attempt("subdomain", subdomain, "any subdomain is trusted", "a sibling")


def _unsendable(trusted: str, host: str) -> Iterator[Attempt]:
    """What a comparison may swallow although it is no origin: a sign of worse."""
    text = "it takes what is no origin"
    for origin in (
        f"https://{ATTACKER}?{host}",
        f"https://{ATTACKER}#.{host}",
        f"https://{ATTACKER}\\.{host}",
        f"https://user@sub.{host}",
        f"https://.{host}",
        f"https://sub..{host}",
        f"https://{host}%60.{ATTACKER}",
        trusted.upper(),
        f"{trusted}/",
        f"{trusted},https://{ATTACKER}",
        f"{trusted}{'a' * 8192}",
    ):
        yield Attempt("not-an-origin", origin, text, "nothing")


def try_all(
    url: str,
    to_try: tuple[Attempt, ...],
    send: Send,
    login: tuple[tuple[str, str], ...] = (),
    progress: Callable[[Attempt], None] = lambda _: None,
) -> Iterator[Tried]:
    """Try the attempts, one request after the other; give up where nothing answers any more.

    Args:
        url: The one URL that is asked.
        to_try: What to try.
        send: What carries each request, at its own pace; redirects are not followed.
        login: What a logged-in visitor's browser sends: Cookie or Authorization.
        progress: Is told of each attempt.
    """
    silent = 0
    for attempt in to_try:
        progress(attempt)
        answers = [send(request) for request in _requests(url, attempt.origin, login)]
        silent = 0 if isinstance(answers[0], HTTPResponse) else silent + 1
        yield Tried(attempt, *answers)
        if silent == _PATIENCE:
            return


def _requests(
    url: str, origin: str, login: tuple[tuple[str, str], ...]
) -> tuple[HTTPRequest, HTTPRequest, HTTPRequest]:
    plain = (("Accept", "*/*"), ("Origin", origin))
    login = login or (("Cookie", "session=cors-wsgi-audit"),)
    preflight = (
        *plain,
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type"),
    )
    return (
        HTTPRequest("GET", url, (*plain, *login)),
        HTTPRequest("GET", url, plain),
        HTTPRequest("OPTIONS", url, preflight),
    )


def slowly(send: Send, delay: float) -> Send:
    """A `send` that waits before each request: an audit is no load test."""

    def slowed(request: HTTPRequest) -> Answer:
        time.sleep(delay)
        return send(request)

    return slowed
