"""Tries a regular expression on strangers: which of them does it let in?

A danger is judged by what an expression lets in, never by how it is spelt. Texts that it
may match are made from its own forms, always two by two: the second differs from the first
wherever the expression leaves a choice to the one who asks. If it matches both, and they
belong to different people, it lets strangers in.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, groupby, islice, pairwise, product, takewhile
from string import digits, hexdigits
from typing import Final

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH
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
from cors_wsgi._origins.suffixes import is_known_suffix, registrable_domain, suffixes_between
from cors_wsgi._origins.syntax import Atomic, Choice, Expression, Form, OneOf, Repeat, merged
from cors_wsgi._origins.words import NOTHING, ORDER, WORDS, Pair, written

# How many combinations of the parts of a series are tried; then, only one part is varied.
_COMBINATIONS: Final = 256
# How many names in an expression's text are tried with a stranger's beside them.
_NAMES: Final = 16
# Fewer characters than these are the author's own choice, as several entries would be.
_FREE: Final = 10
_MANY_TIMES: Final = 4
# How many lookarounds, and how many texts of each, are tried as parts of what is consumed.
_LOOKED_FOR: Final = 4
# How many public suffixes are tried that may stand in the place of one sample's end.
_FEW_SUFFIXES: Final = 8
# Everybody, over https and http, on the usual port and another.
_EVERYBODY: Final = tuple(
    Pair(f"{scheme}://{one}{port}", f"{scheme}://{other}{port}")
    for scheme in ("https", "http")
    for one, other in (("qzk.com", "zqj.net"), ("www.qzk.org", "www.zqj.io"), ("q7.de", "z3.app"))
    for port in ("", ":8443")
)
_EXTENSIONS: Final = (
    Pair("chrome-extension://" + "a" * 32, "chrome-extension://" + "b" * 32),
    Pair(
        "moz-extension://77777777-7777-4777-8777-777777777777",
        "moz-extension://33333333-3333-4333-8333-333333333333",
    ),
)
_OPAQUE: Final = tuple(Pair(origin, origin) for origin in sorted(OPAQUE_ORIGINS))
_NAME: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_IPV6: Final = frozenset(f"{hexdigits}:")

_ANY_SITE: Final = "origin-wildcard-credentials"
_ANY_ID: Final = "origin-extension-credentials"
_ANYBODYS_NAME: Final = "origin-public-suffix"
_INSECURE: Final = "origin-insecure-credentials"
_NULL: Final = "origin-null"


def find_strangers(
    expression: Expression, own: Collection[Pair], matches: Callable[[str], object]
) -> dict[str, str]:
    """Find which kinds of strangers an expression lets in.

    Args:
        expression: The expression.
        own: Its samples.
        matches: Tells whether it matches a text in full.

    Returns:
        For the code of each danger, an origin that the expression matches. If it lets
        everybody in, that is the only danger.
    """
    found: dict[str, str] = {}
    candidates = chain(_candidates(expression, own), _below_suffixes(own, matches))
    for pair in dict.fromkeys(candidates):
        if not matches(pair.one):  # most do not, and to ask takes less than to judge
            continue
        for code, *others in _dangers(pair):
            if code not in found and all(map(matches, others)):
                found[code] = pair.one
                if code == _ANY_SITE:
                    return {code: pair.one}
    return found


def _candidates(expression: Expression, own: Collection[Pair]) -> Iterator[Pair]:
    yield from _EVERYBODY
    yield from _EXTENSIONS
    yield from _OPAQUE
    yield from own
    yield from chain.from_iterable(_samples(form, WORDS) for form in expression.lookarounds)
    texts = chain(_looked_for(expression), (pair.one for pair in own))
    names = chain.from_iterable(map(_NAME.findall, texts))
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


def _below_suffixes(own: Iterable[Pair], matches: Callable[[str], object]) -> Iterator[Pair]:
    """Yield names below the public suffixes that the hosts of samples may end in.

    A class may stand for few of them: `s3.us-west-2.amazonaws.com` is one, and
    `s3.qzk.amazonaws.com` is none.
    """
    for before, one, other, after in islice(dict.fromkeys(_own_names(own)), _NAMES):
        for number in range(1, len(one)):
            tail, other_tail = ".".join(one[number:]), ".".join(other[number:])
            start = _common_start(tail, other_tail)
            end = _common_start(tail[::-1], other_tail[::-1])[::-1]
            if tail == other_tail or not start + end:
                continue  # nothing is left open, or everything, which other samples show
            first, second = (
                f"{before}{'.'.join(labels[:number])}.{{}}{after}" for labels in (one, other)
            )
            suffixes = suffixes_between(start, end, len(one) - number)
            fitting = (suffix for suffix in suffixes if matches(first.format(suffix)))
            found = [*islice(fitting, _FEW_SUFFIXES)]
            yield from (Pair(first.format(each), second.format(each)) for each in found)
            yield from (Pair(*map(first.format, both)) for both in pairwise(found))


def _own_names(
    own: Iterable[Pair],
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], str]]:
    """Yield what precedes the host in samples, the labels of the pair's hosts, and the rest."""
    for pair in own:
        scheme, host = _split(pair.one)
        other_host = _split(pair.other)[1]
        if scheme in DEFAULT_PORTS and host.count(".") == other_host.count(".") > 0:
            before, after = pair.one.split(host, 1)
            yield before, tuple(host.split(".")), tuple(other_host.split(".")), after


def _common_start(one: str, other: str) -> str:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in same)


# ---- texts that a form may match


def samples(expression: Expression) -> list[Pair]:
    """Make texts that an expression may match, of strangers where it leaves the choice to them."""
    looked_for = _looked_for(expression)
    parts = ("", *looked_for)
    around = product(("", "https://"), parts, parts) if looked_for else ()
    words = (*WORDS, *looked_for, *(f"{scheme}{one}*{other}" for scheme, one, other in around))
    return list(dict.fromkeys(_samples(expression.form, words)))


def _looked_for(expression: Expression) -> tuple[str, ...]:
    """Return texts that an expression looks for without consuming them, as plain words."""
    texts: dict[str, None] = {}
    for form in expression.lookarounds[:_LOOKED_FOR]:
        plain = (one for one, _ in _samples(form, WORDS) if one and not {"*", "+"} & set(one))
        texts.update(dict.fromkeys(islice(plain, _LOOKED_FOR)))
    return tuple(texts)


def _samples(form: Form, words: Collection[str], *, repeated: bool = False) -> Iterable[Pair]:
    """Make texts that a form may match.

    Args:
        form: The form.
        words: What a repeated class in it may stand for.
        repeated: Whether it is a part of something that is repeated many times.
    """
    form = merged(form)
    if isinstance(form, OneOf):
        return _characters(form, repeated=repeated)
    if isinstance(form, Choice):
        options = (_samples(option, words, repeated=repeated) for option in form.options)
        return chain.from_iterable(options)
    if isinstance(form, Atomic):
        return _samples(form.form, words, repeated=repeated)
    if isinstance(form, Repeat):
        return _repeated(form, words)
    texts = [NOTHING]
    for part in _with_runs(form.parts):
        joined = _joined(texts, list(dict.fromkeys(_samples(part, words, repeated=repeated))))
        texts = [pair for pair in joined if len(pair.one) <= MAX_ORIGIN_LENGTH]
    return texts


def _with_runs(parts: Iterable[Form]) -> Iterator[Form]:
    """Write free classes side by side, such as `[a-z][a-z]`, as one that is repeated."""
    for _, run in groupby(map(merged, parts), _is_free):
        forms = [*run]
        common = frozenset.intersection(*map(_free_characters, forms))
        if len(forms) > 1 and len(common) >= _FREE:
            yield Repeat(OneOf(common), len(forms), len(forms))
        else:
            yield from forms


def _is_free(form: Form) -> bool:
    return len(_free_characters(form)) >= _FREE


def _free_characters(form: Form) -> frozenset[str]:
    return form.characters if isinstance(form, OneOf) else frozenset()


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
    chosen = [*dict.fromkeys(c for c in ORDER if c in form.characters)]
    chosen = chosen or sorted(form.characters)
    if len(chosen) >= (2 if repeated else _FREE):
        yield Pair(chosen[0], chosen[1])
        numbers = [character for character in chosen if character in digits]
        if numbers != chosen and len(numbers) > 1:
            yield Pair(numbers[0], numbers[1])
        yield from (Pair(c, c) for c in ".:/" if c in form.characters)
    else:
        yield from (Pair(character, character) for character in chosen)


def _repeated(form: Repeat, words: Collection[str]) -> Iterator[Pair]:
    if form.least == 0:
        yield NOTHING
    if form.most == 0:
        return
    least = max(form.least, 1)
    many = form.most is None or form.most >= _MANY_TIMES
    longest = MAX_ORIGIN_LENGTH // least
    samples_of_one = _samples(form.form, words, repeated=many)
    inner = [pair for pair in samples_of_one if max(map(len, pair)) <= longest]
    for pair in inner:
        yield Pair(pair.one * least, pair.other * least)
    one = merged(form.form)
    if isinstance(one, OneOf):
        yield from written(one.characters, form.least, form.most, words)
    if form.most is None:  # it may be repeated as often as a stranger likes
        for pair in inner:
            yield Pair(pair.one * least, pair.other * (least + 1))
    if many:
        for pair in inner:
            yield Pair(pair.one * (least + 1), pair.other * (least + 1))


# ---- who the texts belong to


def _dangers(pair: Pair) -> Iterator[tuple[str, ...]]:
    """Yield the dangers of letting a pair's first text in, and what has to match beside it."""
    one, other = pair
    if one in OPAQUE_ORIGINS:
        yield (_NULL,)
    scheme, host = _split(one)
    other_scheme, other_host = _split(other)
    if not host or not other_host or scheme != other_scheme or scheme == "file":
        return
    if scheme not in DEFAULT_PORTS:
        if host != other_host:
            yield _ANY_ID, other
        return
    if is_insecure(one):
        yield (_INSECURE,)
    if code := _strangers_names(host, other_host):
        yield code, other


def _split(origin: str) -> tuple[str, str]:
    """Return the scheme and the host of an origin; no host if it is not valid."""
    scheme, _, authority = origin.partition("://")
    host, port = split_port(authority)
    if not is_scheme(scheme) or ((port or authority.endswith(":")) and not is_port(port)):
        return scheme, ""
    if scheme not in DEFAULT_PORTS:
        return scheme, host if is_id(host) else ""
    if _is_address(host):
        return scheme, host
    # The last label of a name begins with a letter: this is what tells it from an address.
    return scheme, host if is_host(host) and host.rpartition(".")[2][0].isalpha() else ""


def _strangers_names(host: str, other_host: str) -> str | None:
    """Return the danger of two hosts that may belong to different people."""
    if host == other_host or is_loopback(host):
        return None
    if _is_address(host) or _is_address(other_host):
        return _ANYBODYS_NAME if _are_strangers_addresses(host, other_host) else None
    one, other = _registered(host), _registered(other_host)
    if one == other:
        return None
    (label, suffix), (other_label, other_suffix) = one, other
    if suffix == other_suffix:
        return _ANYBODYS_NAME if suffix else None
    if not (is_known_suffix(suffix) and is_known_suffix(other_suffix)):
        return None
    has_one_top = suffix.rpartition(".")[2] == other_suffix.rpartition(".")[2]
    return _ANYBODYS_NAME if label == other_label or has_one_top else _ANY_SITE


def _is_address(host: str) -> bool:
    is_ipv6 = host[:1] == "[" and host[-1:] == "]" and _IPV6.issuperset(host[1:-1])
    return is_ipv6 or is_ipv4(host)


def _are_strangers_addresses(host: str, other_host: str) -> bool:
    """Tell whether two hosts are addresses in different public networks: anybody can have one."""
    import ipaddress  # noqa: PLC0415 - 1 ms, for few expressions

    try:
        one, other = (ipaddress.ip_address(each.strip("[]")) for each in (host, other_host))
    except ValueError:
        return False
    return one.is_global and other.is_global and one.packed[:2] != other.packed[:2]


def _registered(host: str) -> tuple[str, str]:
    """Return what was registered, and below what; of a public suffix, its own label."""
    label, _, parent = host.partition(".")
    return registrable_domain(host) or (label, parent)
