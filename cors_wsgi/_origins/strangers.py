"""Tries a regular expression on strangers: which of them does it let in?

A danger is judged by what an expression lets in, never by how it is spelt. Texts that it
may match are made from its own forms, always two by two: the second differs from the first
wherever the expression leaves a choice to the one who asks. If it matches both, and they
belong to different people, it lets strangers in.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice, product
from string import ascii_lowercase, digits
from typing import Final, NamedTuple

from cors_wsgi._origins.origin import (
    DEFAULT_PORTS,
    OPAQUE_ORIGINS,
    is_host,
    is_id,
    is_insecure,
    is_ipv4,
    is_loopback,
    is_port,
    is_scheme,
    split_port,
)
from cors_wsgi._origins.suffixes import is_known_suffix, registrable_domain
from cors_wsgi._origins.syntax import Atomic, Choice, Form, OneOf, Repeat, merged


class Pair(NamedTuple):
    """Two texts that an expression may match alike."""

    one: str
    other: str

    def __add__(self, after: "Pair") -> "Pair":  # type: ignore[override]
        return Pair(self.one + after.one, self.other + after.other)


_NOTHING: Final = Pair("", "")

# How many combinations of the parts of a series are tried; then, only one part is varied.
_COMBINATIONS: Final = 256
# How many names in an expression's text are tried with a stranger's beside them.
_NAMES: Final = 16
# Fewer characters than these are the author's own choice, as several entries would be.
_FREE: Final = 10
_MANY_TIMES: Final = 4

# In which order the characters of a class are chosen.
_ORDER: Final = f"qzjxkvwy{ascii_lowercase}7382{digits}-._"
# What a repeated class may stand for, if it can: schemes, suffixes, names, ports.
_WORDS: Final = (
    Pair("https", "https"),
    Pair("http", "http"),
    Pair("https:", "https:"),
    Pair("http:", "http:"),
    Pair("://", "://"),
    Pair("https://", "https://"),
    Pair("http://", "http://"),
    Pair("https://qzk", "https://zqj"),
    Pair("https://qzk.", "https://zqj."),
    Pair("http://qzk.", "http://zqj."),
    Pair("https://qzk.com", "https://zqj.net"),
    Pair("com", "net"),
    Pair("io", "de"),
    Pair(".com", ".net"),
    Pair("qzk.com", "zqj.net"),
    Pair(".qzk.com", ".zqj.net"),
    Pair("qzk.com:8443", "zqj.net:8443"),
    Pair("qzk.", "zqj."),
    Pair("qzk-", "zqj-"),
    Pair("localhost", "localhost"),
    Pair(":8443", ":8443"),
    Pair("8443", "8443"),
)
# Everybody, over https and http, on the usual port and another.
_EVERYBODY: Final = tuple(
    Pair(f"{scheme}://{one}{port}", f"{scheme}://{other}{port}")
    for scheme in ("https", "http")
    for one, other in (("qzk.com", "zqj.net"), ("www.qzk.org", "www.zqj.io"), ("q7.de", "z3.app"))
    for port in ("", ":8443")
)
_OPAQUE: Final = tuple(Pair(origin, origin) for origin in sorted(OPAQUE_ORIGINS))
_NAME: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


EVERYBODY: Final = "origin-wildcard-credentials"
ANY_ID: Final = "origin-extension-credentials"
ANYBODYS_NAME: Final = "origin-public-suffix"
INSECURE: Final = "origin-insecure-credentials"
OPAQUE: Final = "origin-null"


def find_strangers(
    own: Collection[Pair], lookarounds: Iterable[Form], matches: Callable[[str], object]
) -> dict[str, str]:
    """Find which kinds of strangers an expression lets in.

    Args:
        own: The samples of the expression.
        lookarounds: What it looks for without consuming it.
        matches: Tells whether it matches a text in full.

    Returns:
        For the code of each danger, an origin that the expression matches. If it lets
        everybody in, that is the only danger.
    """
    found: dict[str, str] = {}
    for pair in dict.fromkeys(_candidates(own, lookarounds)):
        for code, *origins in _dangers(pair):
            if code not in found and all(map(matches, origins)):
                found[code] = origins[0]
    return {EVERYBODY: found[EVERYBODY]} if EVERYBODY in found else found


def _candidates(own: Collection[Pair], lookarounds: Iterable[Form]) -> Iterator[Pair]:
    yield from _EVERYBODY
    yield from _OPAQUE
    yield from own
    texts = chain(own, *map(samples, lookarounds))
    names = chain.from_iterable(_NAME.findall(text.one) for text in texts)
    for name in islice(dict.fromkeys(names), _NAMES):
        yield from _neighbours(name)


def _neighbours(name: str) -> Iterator[Pair]:
    """Yield a name over https and http, on two ports, and strangers' names made of it."""
    for scheme, port in product(("https", "http"), ("", ":8443")):
        for before in ("", "qzk.", "qzk", "qzk-"):
            yield _pair(f"{scheme}://{before}{name}{port}")
        for after in (".qzk.com", "-qzk.com", "qzk.com"):
            yield _pair(f"{scheme}://{name}{after}{port}")


def _pair(text: str) -> Pair:
    return Pair(text, text.replace("qzk.com", "zqj.net").replace("qzk", "zqj"))


# ---- texts that a form may match


def samples(form: Form, *, repeated: bool = False) -> Iterable[Pair]:
    """Make texts that a form may match, of strangers where it leaves the choice to them.

    Args:
        form: The form.
        repeated: Whether it is a part of something that is repeated many times.
    """
    form = merged(form)
    if isinstance(form, OneOf):
        return _characters(form, repeated=repeated)
    if isinstance(form, Choice):
        return chain.from_iterable(samples(option, repeated=repeated) for option in form.options)
    if isinstance(form, Atomic):
        return samples(form.form, repeated=repeated)
    if isinstance(form, Repeat):
        return _repeated(form)
    texts = [_NOTHING]
    for part in form.parts:
        texts = _joined(texts, list(dict.fromkeys(samples(part, repeated=repeated))))
    return texts


def _joined(before: list[Pair], after: list[Pair]) -> list[Pair]:
    if len(after) == 1:
        return [one + after[0] for one in before]
    if not before or len(before) * len(after) <= _COMBINATIONS:
        return [one + other for one, other in product(before, after)]
    return [
        *(one + after[0] for one in before),
        *(end + other for end in (before[0], before[-1]) for other in after[1:]),
    ]


def _characters(form: OneOf, *, repeated: bool) -> Iterator[Pair]:
    chosen = [*dict.fromkeys(c for c in _ORDER if c in form.characters)]
    chosen = chosen or sorted(form.characters)
    if len(chosen) >= (2 if repeated else _FREE):
        yield Pair(chosen[0], chosen[1])
        numbers = [character for character in chosen if character in digits]
        if numbers != chosen and len(numbers) > 1:
            yield Pair(numbers[0], numbers[1])
        yield from (Pair(c, c) for c in ".:/" if c in form.characters)
    else:
        yield from (Pair(character, character) for character in chosen)


def _repeated(form: Repeat) -> Iterator[Pair]:
    if form.least == 0:
        yield _NOTHING
    if form.most == 0:
        return
    least = max(form.least, 1)
    many = form.most is None or form.most >= _MANY_TIMES
    inner = list(samples(form.form, repeated=many))
    for pair in inner:
        yield Pair(pair.one * least, pair.other * least)
    yield from _words(form)
    if form.most is None:  # it may be repeated as often as a stranger likes
        for pair in inner:
            yield Pair(pair.one * least, pair.other * (least + 1))


def _words(form: Repeat) -> Iterator[Pair]:
    one = merged(form.form)
    if isinstance(one, OneOf):
        for word in _WORDS:
            shortest, longest = sorted(map(len, word))
            fits = form.least <= shortest and (form.most is None or longest <= form.most)
            if fits and one.characters.issuperset(word.one + word.other):
                yield word


# ---- who the texts belong to


def _dangers(pair: Pair) -> Iterator[tuple[str, ...]]:
    """Yield the dangers of letting a pair in, each with the texts that have to match."""
    one, other = pair
    if one in OPAQUE_ORIGINS:
        yield OPAQUE, one
    scheme, host = _split(one)
    other_scheme, other_host = _split(other)
    if not host or not other_host or scheme != other_scheme or scheme == "file":
        return
    if scheme not in DEFAULT_PORTS:
        if host != other_host:
            yield ANY_ID, one, other
        return
    if is_insecure(one):
        yield INSECURE, one
    if code := _strangers_names(host, other_host):
        yield code, one, other


def _split(origin: str) -> tuple[str, str]:
    """Return the scheme and the host of an origin; no host if it is not valid."""
    scheme, _, authority = origin.partition("://")
    host, port = split_port(authority)
    if not is_scheme(scheme) or ((port or authority.endswith(":")) and not is_port(port)):
        return scheme, ""
    if scheme not in DEFAULT_PORTS:
        return scheme, host if is_id(host) else ""
    if host.startswith("[") or is_ipv4(host):
        return scheme, host
    # The last label of a name begins with a letter: this is what tells it from an address.
    return scheme, host if is_host(host) and host.rpartition(".")[2][0].isalpha() else ""


def _strangers_names(host: str, other_host: str) -> str | None:
    """Return the danger of two hosts that were registered by different people."""
    if host == other_host or is_loopback(host):
        return None
    one, other = map(_registered, (host, other_host))
    if one is None or other is None or one == other:
        return None
    (label, suffix), (other_label, other_suffix) = one, other
    if suffix == other_suffix:
        return ANYBODYS_NAME
    if not (is_known_suffix(suffix) and is_known_suffix(other_suffix)):
        return None
    return ANYBODYS_NAME if label == other_label else EVERYBODY


def _registered(host: str) -> tuple[str, str] | None:
    return None if host.startswith("[") or is_ipv4(host) else registrable_domain(host)
