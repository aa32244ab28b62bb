"""One regular expression of origins that every target's engine reads in the same way.

It is made from the parsed origins that the matcher is made from, and uses only what PCRE,
RE2, Go, Java, Python and JavaScript agree on: literals, classes of ASCII characters,
`(?:...)`, `|` and greedy quantifiers. It has no anchors; each target adds its own.
"""

import re
from collections.abc import Iterable, Iterator
from string import ascii_letters, digits
from typing import Final

from cors_wsgi._origins.origin import DEFAULT_PORTS, Origin

# One label of a host as the matcher takes it, but for its length: RE2 counts repetitions as
# so many states, and Envoy takes 100. No name in the DNS has a label of more than 63.
LABEL: Final = "[a-z0-9_-]+"
_SUBDOMAINS: Final = rf"(?:{LABEL}\.)+"
# What `*` inside a label stands for.
_PART_OF_LABEL: Final = "[a-z0-9-]+"
# And as a whole host: the id of an extension.
_ID: Final = "[A-Za-z0-9_.~-]+"

_FIVE_DIGITS: Final = (
    "[1-5][0-9]{4}",
    "6[0-4][0-9]{3}",
    "65[0-4][0-9]{2}",
    "655[0-2][0-9]",
    "6553[0-5]",
)
# Ports as browsers write them: 1 to 65535, and never the default of the scheme.
_PORTS: Final = {
    "": ("[1-9][0-9]{0,3}", *_FIVE_DIGITS),
    "80": ("[1-9]", "[1-79][0-9]", "8[1-9]", "[1-9][0-9]{2,3}", *_FIVE_DIGITS),
    "443": (
        "[1-9][0-9]?",
        "[1-35-9][0-9]{2}",
        "4[0-35-9][0-9]",
        "44[0-24-9]",
        "[1-9][0-9]{3}",
        *_FIVE_DIGITS,
    ),
}


# Characters that are literals in every engine, and nothing special in any configuration.
_PLAIN: Final = frozenset(f"{ascii_letters}{digits}_-/:,%~@=")


def literal(text: str) -> str:
    r"""Return the expression of a text of ASCII characters.

    What a configuration language may read itself, such as quotes, is written as `\\x22`.
    """
    return "".join(
        c if c in _PLAIN else rf"\{c}" if c in ".*+[]" else rf"\x{ord(c):02x}" for c in text
    )


def origin_expression(origin: Origin) -> str:
    """Return the expression of an origin or a pattern."""
    wildcard = _SUBDOMAINS if origin.subdomains else ""
    any_part = _ID if origin.host == "*" else _PART_OF_LABEL
    host = any_part.join(map(literal, origin.host.split("*")))
    return f"{literal(origin.scheme)}://{wildcard}{host}{_port(origin)}"


def origin_of(expression: str) -> Origin | None:
    """Return the origin or pattern whose expression this is; nothing if it is another one."""
    scheme, _, rest = expression.partition("://")
    subdomains = rest.startswith(_SUBDOMAINS)
    rest = rest.removeprefix(_SUBDOMAINS)
    host, is_any_port, _ = rest.partition("(?::(?:")
    port = "*" if is_any_port else ""
    host = host.replace(_ID, "*").replace(_PART_OF_LABEL, "*")
    host = re.sub(r"\\([.+*\[\]])", r"\1", host)
    if not is_any_port and (numbered := re.fullmatch(r"(\[.*\]|[^:]*):([0-9]+)", host)):
        host, port = numbered.groups()
    origin = Origin(re.sub(r"\\(.)", r"\1", scheme), host, port, subdomains=subdomains)
    return origin if origin_expression(origin) == expression else None


def _port(origin: Origin) -> str:
    if origin.port != "*":
        return origin.port and f":{origin.port}"
    return f"(?::(?:{'|'.join(_PORTS[DEFAULT_PORTS.get(origin.scheme, '')])}))?"


def alternatives(expressions: Iterable[str]) -> str:
    """Return the expression of what any of several expressions matches."""
    return f"(?:{'|'.join(expressions)})"


def chunks(expressions: Iterable[str], longest: int) -> Iterator[str]:
    """Join expressions into as few as possible of at most `longest` characters.

    A single one that is longer stays alone.
    """
    chunk: list[str] = []
    length = 0
    for expression in expressions:
        if chunk and length + len(expression) > longest:
            yield alternatives(chunk)
            chunk, length = [], 0
        chunk.append(expression)
        length += len(expression) + 1
    if chunk:
        yield alternatives(chunk)
