"""Path prefixes as expressions of raw request targets, for layers that do not decode them.

Each character may be percent-encoded, so that `/%61pi` is `/api`; a slash may not, since
encoded slashes are ambiguous (`AMBIGUOUS` of `edge.py`). The dialect is RE2's and Go's.
"""

import re
from urllib.parse import unquote

from cors_wsgi.export.edge import AMBIGUOUS
from cors_wsgi.export.expression import literal

# The same as `AMBIGUOUS`, for engines that match in full and see no query.
# No browser sends what is not ASCII unencoded.
AMBIGUOUS_PATH = f".*(?:{AMBIGUOUS.removeprefix('^[^?]*')}|[^!-~]).*"

_CHARACTER = re.compile(r"/|\(\?:(?:(?:[^()|%]|\\.)+\|)?((?:%[0-9A-F\[\]a-f]+)+)\)")
_ANYTHING_BELOW = "(?:/.*)?"


def prefix_expression(prefix: str) -> str:
    """Return the expression that matches a path below a prefix, in full."""
    if prefix == "/":
        return "/.*"
    return "".join(map(_character, prefix)) + _ANYTHING_BELOW


def _character(character: str) -> str:
    if character == "/":
        return "/"
    encoded = "".join(map(_encoded, character.encode()))
    return f"(?:{literal(character)}|{encoded})" if character.isascii() else f"(?:{encoded})"


def _encoded(byte: int) -> str:
    digits = f"{byte:02X}"
    return "%" + "".join(f"[{d}{d.lower()}]" if d.isalpha() else d for d in digits)


def prefix_of(expression: str) -> str | None:
    """Return the prefix whose expression this is; nothing if it is another one."""
    if expression == "/.*":
        return "/"
    body = expression.removesuffix(_ANYTHING_BELOW)
    prefix = ""
    for match in _CHARACTER.finditer(body):
        prefix += unquote(re.sub(r"\[([0-9A-F])[a-f]\]", r"\1", match[1])) if match[1] else "/"
    return prefix if prefix_expression(prefix) == expression else None
