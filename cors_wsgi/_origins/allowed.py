"""The entries of an allow-list of origins, sorted by kind."""

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from cors_wsgi._origins.origin import Origin

OriginEntry: TypeAlias = str | re.Pattern[str]

# Past this many characters no origin is looked at: a scheme of 32, "://", a host of
# 253 and a port of 6 are 294. Nothing longer can be named in a policy.
MAX_ORIGIN_LENGTH: Final = 294


class AllowedOrigins:
    """The entries of `allow_origins`, sorted by kind.

    There may be hundreds of thousands of exact ones, so they are kept once, and not in
    the order in which they were written. It compares by identity, so that what is
    derived from it can be remembered for it.

    Attributes:
        exact: those that name one origin, `null` among them. A set, whose table holds the
            hashes: to refuse one of 100,000 misses the processor's caches once, with a
            dictionary three times.
        others: the rest, as written.
        patterns: those of the rest that stand for several origins.
        regexes: those that are compiled patterns.
        any: whether every origin is allowed.
        null: whether the opaque origin, `null`, is allowed by name.
    """

    __slots__ = ("__weakref__", "any", "exact", "null", "others", "patterns", "regexes")

    def __init__(self, entries: Collection[OriginEntry], parsed: "Iterable[Origin]") -> None:
        texts = (entry for entry in entries if isinstance(entry, str))
        self.exact = frozenset(text for text in texts if "*" not in text)
        self.others = tuple(entry for entry in entries if entry not in self.exact)
        self.patterns = [origin for origin in parsed if origin.is_pattern]
        self.regexes = [entry for entry in self.others if isinstance(entry, re.Pattern)]
        self.any = "*" in self.others
        self.null = "null" in self.exact

    def __len__(self) -> int:
        return len(self.exact) + len(self.others)

    @property
    def entries(self) -> tuple[OriginEntry, ...]:
        """All of them: the exact ones, sorted, and then the others."""
        return *sorted(self.exact), *self.others

    def parsed(self) -> "list[Origin]":
        """Read all origins and patterns, once more."""
        from cors_wsgi._origins.parser import parse  # noqa: PLC0415 - no request needs it

        read = (parse(entry)[0] for entry in self.entries if isinstance(entry, str))
        return [origin for origin in read if origin is not None]
