"""What log lines say: one event in a line, in escaped ASCII, with where an error came from."""

import traceback
from typing import Final

from cors_wsgi.tenants._questions import Key, Listing

_LONGEST: Final = 500


def quoted(value: object) -> str:
    """Quote what came from a request or from the store: escaped, on one line, and cut."""
    return _cut(ascii(value))


def named(key: Key) -> str:
    """Name the subject of a question."""
    return "which keys there are" if isinstance(key, Listing) else quoted(key)


def escaped(text: str) -> str:
    """Escape what may quote a row, which need not be in ASCII."""
    return _cut(ascii(text)[1:-1])


def describe(error: BaseException) -> str:
    """Say in a line what was raised, and where."""
    return f"{place_of(error)}: {quoted(str(error))}" if str(error) else place_of(error)


def place_of(error: BaseException) -> str:
    """Name the kind of an error and the line that raised it, and nothing of a request."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
