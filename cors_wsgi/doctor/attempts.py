"""The origins that an attacker would try: near misses of an origin that a server trusts.

The tricks come from published advisories and from the scanners CORScanner and Corsy. Each one
stands for a mistake that allow-lists really have. `audit` and `verify` share them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.browser import Answer, HTTPRequest, Send

Needs: TypeAlias = Literal["a site", "a name", "the network", "a sibling", "the machine", "nothing"]
"""What an attacker must have to send an origin.

Any website; a host name of a certain form, which anybody can register; a place in the visitor's
network; another host, port or page of the same organisation; a program on the visitor's machine; or
nothing helps, because no browser sends such an origin.
"""

ATTACKER: Final = "cors-wsgi-audit.invalid"
"""A name that nobody can own (RFC 2606, section 2), so trying it gives nobody access."""

# Delimiters that the URL parsers of all three engines leave in a host, so browsers do send
# such origins (measured in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50).
_ODD_CHARACTERS: Final = "`_!$&'()+,;={}~"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An origin to try.

    Attributes:
        id: The trick's name.
        origin: The value of `Origin` to send.
        mistake: The mistake that lets it in, as a sentence.
        needs: What an attacker must have to send it.
    """

    id: str
    origin: str
    mistake: str
    needs: Needs


def examples(trusted: str) -> tuple[str, ...]:
    """Return origins that an origin or a pattern of origins stands for.

    Args:
        trusted: An entry of `allow_origins`: an origin, or a pattern such as
            `https://*.example.com`, `https://app-*.example.com` or `http://localhost:*`. Some of
            the examples of a pattern may fall outside it: ask its policy.
    """
    if "*" not in trusted:
        return (trusted,)
    base: str = trusted
    ports: tuple[str, ...] = ("",)
    if trusted.endswith(":*"):
        base, ports = trusted.removesuffix(":*"), (":3000", "", ":65535")
    scheme, deep, rest = base.partition("://*.")
    bases = [f"{scheme}://{name}.{rest}" for name in ("sub", "a.b-1")] if deep else [base]
    fillers = ("x1", "a-b", "0f8fad5b-d9cb-469f-a165-70867728950e")
    filled = [one.replace("*", filler) for one in bases for filler in fillers]
    return tuple(dict.fromkeys(f"{one}{port}" for one in filled for port in ports))


def attempts(trusted: str, allows: Callable[[str], bool]) -> tuple[Attempt, ...]:
    """Return everything to try against a server that trusts an origin.

    Args:
        trusted: The origin or the pattern that the server trusts.
        allows: Tells whether an origin is allowed on purpose; such an origin is no attempt.
    """
    example = next(filter(allows, examples(trusted)), trusted)
    parts = urlsplit(example)
    port = f":{parts.port}" if parts.port else ""
    host = parts.netloc.removesuffix(port)  # an IPv6 address keeps its brackets
    every = (
        *_plain(),
        *_names(parts.scheme, host, port),
        *_siblings(parts.scheme, host, port),
        *_beside_the_pattern(trusted),
        *_unsendable(example, host),
    )
    first = {one.origin: one for one in reversed(every)}
    return tuple(one for one in every if first[one.origin] is one and not allows(one.origin))


def _plain() -> Iterator[Attempt]:
    yield Attempt("any-origin", f"https://{ATTACKER}", "The server accepts any origin.", "a site")
    yield Attempt("null", "null", "The server accepts the origin null.", "a site")
    for origin in ("http://localhost", "http://localhost:3000", "http://127.0.0.1:8080"):
        text = "The server still accepts an origin from development."
        yield Attempt("localhost", origin, text, "the machine")


def _names(scheme: str, host: str, port: str) -> Iterator[Attempt]:
    """Yield host names that look like the trusted one to a loose comparison."""
    start, parent = f"{scheme}://", host.partition(".")[2]
    for name in (f"{host}.{ATTACKER}", f"sub.{host}.{ATTACKER}", f"{host}{ATTACKER}"):
        text = "The server compares only the beginning of the origin."
        yield Attempt("suffix", f"{start}{name}", text, "a name")
    text = "The server compares only the end of the origin."
    for name in (host, parent) if "." in parent else (host,):
        yield _name("prefix", f"attacker{name}", text, host, (start, port))
    text = "A dot in the server's pattern is not escaped."
    for dot in [at for at, char in enumerate(host) if char == "." and at]:
        yield _name("dot", f"{host[:dot]}x{host[dot + 1 :]}", text, host, (start, port))
    text = "The server checks whether the trusted origin contains this one."
    for name in (host[1:], host[:-1]):
        yield _name("substring", name, text, host, (start, port))
    for char in _ODD_CHARACTERS:
        text = f"The server's pattern takes {char!r} for the end of the host."
        yield Attempt("character", f"{start}{host}{char}.{ATTACKER}", text, "a name")


def _name(id: str, name: str, mistake: str, host: str, around: tuple[str, str]) -> Attempt:  # noqa: A002 - the field's name
    """Make an attempt with a similar name; who can own it depends on the domain it is in."""
    domain = ".".join(host.split(".")[-2:])
    needs: Needs = "a sibling" if name.endswith(f".{domain}") else "a name"
    return Attempt(id, f"{around[0]}{name}{around[1]}", mistake, needs)


def _siblings(scheme: str, host: str, port: str) -> Iterator[Attempt]:
    if scheme == "https":
        text = "The server trusts plain http, which anybody on the way can change."
        yield Attempt("http", f"http://{host}{port}", text, "the network")
        yield Attempt("http", f"http://sub.{host}{port}", text, "the network")
    if scheme == "http":
        text = "The server accepts any scheme."
        yield Attempt("scheme", f"https://{host}{port}", text, "a sibling")
    text = "The server accepts any port."
    for other in (":444", "") if port else (":444",):
        yield Attempt("port", f"{scheme}://{host}{other}", text, "a sibling")
    text = "The server accepts any subdomain."
    yield Attempt("subdomain", f"{scheme}://cors-wsgi-audit.{host}{port}", text, "a sibling")


def _beside_the_pattern(trusted: str) -> Iterator[Attempt]:
    """Yield what a pattern's `*` should not mean: nothing, several labels, a host's end."""
    name, any_port, _ = trusted.partition(":*")
    port = ":3000" if any_port else ""
    text = "The server's pattern is wider than the policy's."
    if "://*." in name:
        yield Attempt("pattern", name.replace("*.", "", 1) + port, text, "a sibling")
    elif "*" in name:
        for filler in ("", "a.b"):
            yield Attempt("pattern", name.replace("*", filler) + port, text, "a sibling")
    text = "The server accepts what is not an origin."
    for filler in ("", f"{ATTACKER}/", f"{ATTACKER}?") if "*" in name else ():
        yield Attempt("not-an-origin", name.replace("*", filler) + port, text, "nothing")
    for odd in (":", f":{ATTACKER}/", ":3000x") if any_port else ():
        host = name.replace("*", "x1")
        yield Attempt("not-an-origin", f"{host}{odd}", text, "nothing")


def _unsendable(trusted: str, host: str) -> Iterator[Attempt]:
    """Yield what a loose comparison may accept although it is not an origin: a sign of worse."""
    text = "The server accepts what is not an origin."
    for origin in (
        f"https://{ATTACKER}?{host}",
        f"https://{ATTACKER}/{host}",
        f"https://{ATTACKER}#.{host}",
        f"https://{ATTACKER}\\.{host}",
        f"https://user@sub.{host}",
        f"https://.{host}",
        f"https://sub..{host}",
        f"https://{host}%60.{ATTACKER}",
        trusted.upper(),
        f"x{trusted}",
        f"{trusted}/",
        f"{trusted},https://{ATTACKER}",
    ):
        yield Attempt("not-an-origin", origin, text, "nothing")
    if trusted.startswith("http"):  # an extension's id may have any length
        yield Attempt("not-an-origin", f"{trusted}{'a' * 8192}", text, "nothing")


def slowly(send: Send, delay: float) -> Send:
    """Return a `send` that waits before each request: neither command is a load test.

    Args:
        send: What carries the requests.
        delay: Seconds to wait.
    """

    def slowed(request: HTTPRequest) -> Answer:
        time.sleep(delay)
        return send(request)

    return slowed
