"""The entries of an allow-list of origins, sorted by kind."""

import re
from collections.abc import Iterable
from typing import TypeAlias

from cors_wsgi._origins import Origin, parse

OriginEntry: TypeAlias = str | re.Pattern[str]


class AllowedOrigins:
    """The entries of `allow_origins`, sorted by kind.

    There may be hundreds of thousands of exact ones, so nothing is kept of these but
    the entries themselves. It compares by identity, so that what is derived from it can
    be remembered for it.

    Attributes:
        entries: all of them, as written.
        patterns: those that stand for several origins.
        regexes: those that are compiled patterns.
        any: whether every origin is allowed.
        null: whether the opaque origin, `null`, is allowed by name.
    """

    __slots__ = ("__weakref__", "any", "entries", "null", "patterns", "regexes")

    def __init__(self, entries: tuple[OriginEntry, ...], parsed: Iterable[Origin]) -> None:
        self.entries = entries
        self.patterns = [origin for origin in parsed if origin.is_pattern]
        self.regexes = [entry for entry in entries if isinstance(entry, re.Pattern)]
        self.any = "*" in entries
        self.null = "null" in entries

    def exact(self) -> frozenset[str]:
        """Return the origins that are allowed by name, `null` among them.

        A set, whose table holds the hashes: to refuse one of 100,000 misses the
        processor's caches once, with a dictionary three times.
        """
        texts = (entry for entry in self.entries if isinstance(entry, str))
        return frozenset(text for text in texts if "*" not in text)

    def parsed(self) -> list[Origin]:
        """Read all origins and patterns, once more."""
        read = (parse(entry)[0] for entry in self.entries if isinstance(entry, str))
        return [origin for origin in read if origin is not None]
