"""The entries of an allow-list of origins, sorted by kind."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from cors_wsgi._origins.origin import OPAQUE_ORIGINS, Origin
from cors_wsgi._origins.parser import parse

OriginEntry: TypeAlias = str | re.Pattern[str]

# Longer origins are refused without being looked at: a scheme of 32, "://", a host of
# 253 and a port of 6 are 294. Nothing longer can be named in a policy.
MAX_ORIGIN_LENGTH: Final = 294


@dataclass(frozen=True, slots=True)
class AllowedOrigins:
    """The entries of `allow_origins`, sorted by kind.

    Attributes:
        exact: The entries that name one origin, `null` among them. There may be hundreds
            of thousands, so they are kept once, without the order they were written in.
        others: The other entries, in the order they were written in.
        patterns: Those of the others that stand for several origins.
        regexes: Those of the others that are compiled regular expressions.
    """

    exact: frozenset[str] = frozenset()
    others: tuple[OriginEntry, ...] = ()
    patterns: tuple[Origin, ...] = ()
    regexes: tuple[re.Pattern[str], ...] = ()

    def __len__(self) -> int:
        return len(self.exact) + len(self.others)

    @property
    def any(self) -> bool:
        """Whether every origin is allowed."""
        return "*" in self.others

    @property
    def entries(self) -> tuple[OriginEntry, ...]:
        """All entries: the exact ones, sorted, and then the others."""
        return *sorted(self.exact), *self.others

    def parsed(self) -> list[Origin]:
        """Parse all entries but regular expressions, `*` and the opaque origins again."""
        named = (entry for entry in self.entries if isinstance(entry, str))
        read = (parse(entry)[0] for entry in named if entry not in OPAQUE_ORIGINS)
        return [origin for origin in read if origin is not None]


def sort_entries(entries: Collection[OriginEntry], parsed: Iterable[Origin]) -> AllowedOrigins:
    """Sort the entries of `allow_origins` by kind.

    Args:
        entries: The entries, without duplicates.
        parsed: The origins and patterns among them.
    """
    exact = frozenset(e for e in entries if isinstance(e, str) and "*" not in e)
    return AllowedOrigins(
        exact,
        tuple(entry for entry in entries if entry not in exact),
        tuple(origin for origin in parsed if origin.is_pattern),
        tuple(entry for entry in entries if isinstance(entry, re.Pattern)),
    )
