"""What people write where one text or several are wanted."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

_BINARY = (bytes, bytearray, memoryview)


def as_entries(value: Any) -> tuple[object, ...]:
    """Return the entries that a value stands for, each text of them as a plain string.

    A mapping is no list: nobody can tell whether its keys or its values are meant.
    """
    if isinstance(value, list | tuple):
        entries = tuple(map(_plain, value))
        # A string was given to `list` or `tuple`.
        is_taken_apart = len(entries) > 1 and all(map(_is_letter, entries))
        return ("".join(value),) if is_taken_apart else entries
    is_one = isinstance(value, (*_BINARY, re.Pattern, Mapping)) or _is_text(value)
    if is_one or not isinstance(value, Iterable):
        return (_plain(value),)
    return tuple(map(_plain, value))


def _is_letter(entry: object) -> bool:
    return isinstance(entry, str) and len(entry) == 1


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts that something of the wrong type contains, or is printed as."""
    if isinstance(value, _BINARY):
        yield bytes(value).decode(errors="replace")
    elif isinstance(value, Enum):
        yield from texts_in(value.value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if one is not False:
                yield from texts_in(key if one is True else [key, one])
    elif isinstance(value, Iterable) and not isinstance(value, str | type):
        for one in value:
            yield from texts_in(one)
    else:
        yield str(value)


def _is_text(value: Any) -> bool:
    """Tell whether a value is a string, or behaves as one, as Django's lazy strings do."""
    return isinstance(value, str) or (hasattr(value, "casefold") and not isinstance(value, type))


def _plain(value: Any) -> object:
    """Return a text as a plain string, and everything else as it is."""
    if type(value) is str or not _is_text(value):
        return value
    # `str()` of a member of an enumeration would be its name.
    return "".join(map(str, value))
