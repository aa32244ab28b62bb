"""The list of public suffixes: names below which anybody can register one.

Source: https://publicsuffix.org
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Final

from cors_wsgi._origins.origin import FIELD
from cors_wsgi._problems import Problem

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_DATE: Final = re.compile(r"// VERSION: (\d{4}-\d\d-\d\d)")
_FIRST_LINES: Final = 30
_MAX_AGE_IN_DAYS: Final = 2 * 365


def is_public_suffix(name: str) -> bool:
    """Tell whether anybody can register a name below `name`; an unknown last label counts."""
    return _public_suffix_list().is_public(name)


def suffix_within(name: str) -> str | None:
    """Return a public suffix that `name` is, or that is below it; None if there is none."""
    return name if is_public_suffix(name) else _suffixes_by_parent().get(name)


def registrable_domain(host: str) -> tuple[str, str] | None:
    """Split a host's name into what was registered and the public suffix below which it was.

    Returns:
        The label and the suffix, such as `("example", "co.uk")`; `None` if the host is
        itself a public suffix.
    """
    suffix = _public_suffix_list().publicsuffix(host)
    if suffix is None or suffix == host:
        return None
    return host.removesuffix(f".{suffix}").rpartition(".")[2], suffix


def is_known_suffix(suffix: str) -> bool:
    """Tell whether a public suffix is in the list, or below a name that is."""
    return _public_suffix_list().publicsuffix(suffix, accept_unknown=False) is not None


def suffixes_between(start: str, end: str, labels: int) -> Iterator[str]:
    """Yield the public suffixes of so many labels that begin and end as given."""
    for suffix in _suffixes().get(labels, ()):
        if suffix.startswith(start) and suffix.endswith(end):
            yield suffix


def outdated(today: date) -> Iterator[Problem]:
    """Warn if the list is older than two years: it lacks what is newer than itself."""
    written = list_date()
    if (today - written).days > _MAX_AGE_IN_DAYS:
        yield Problem(
            "suffix-list-outdated",
            FIELD,
            written.isoformat(),
            "is the date of the list of public suffixes: newer hosts of pages are not in it.",
            "Run 'pip install --upgrade publicsuffixlist'.",
        )


@cache
def list_date() -> date:
    """Return the date that the list bears; the first of all dates if there is none."""
    for _, line in zip(range(_FIRST_LINES), _lines(), strict=False):
        if match := _DATE.match(line.decode()):
            return date.fromisoformat(match[1])
    return date.min


def _lines() -> Iterator[bytes]:
    # Opened as a resource, so that it is found in a zip file too.
    with files("publicsuffixlist").joinpath("public_suffix_list.dat").open("rb") as file:
        yield from file


@cache
def _suffixes() -> dict[int, list[str]]:
    """Read the suffixes of the list, as browsers write them, by how many labels they have.

    Of a rule with a wildcard, it is the name below which every name is a suffix.
    """
    found: dict[int, list[str]] = {}
    for line in _lines():
        suffix = line.decode().strip().removeprefix("*.")
        if suffix[:1].isalnum():  # no comment, no exception
            name = suffix if suffix.isascii() else suffix.encode("idna").decode()
            found.setdefault(name.count(".") + 1, []).append(name)
    return found


@cache
def _suffixes_by_parent() -> dict[str, str]:
    """Return one of the suffixes below each name that has any."""
    found: dict[str, str] = {}
    for suffix in chain.from_iterable(_suffixes().values()):
        parent = suffix
        while parent := parent.partition(".")[2]:
            found.setdefault(parent, suffix)
    return found


@cache
def _public_suffix_list() -> "PublicSuffixList":
    """Load the list, which takes some tens of milliseconds."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 1 ms, for few policies

    return PublicSuffixList(_lines())
