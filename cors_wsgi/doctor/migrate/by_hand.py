"""CORS headers that an application sets itself, beside the package that is translated.

No translation can say what such code allows. So it is found and named: a function whose code names
such a header, as a text of its own or by a constant of its module.
"""

from __future__ import annotations

import inspect
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi.doctor.migrate.migration import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAMED: Final = "access-control-"
# As deep as decorators may be stacked.
_DEEPEST: Final = 50


def set_by_hand(functions: Iterable[Any]) -> list[Change]:
    """Return what is left to decide about functions and classes that set CORS headers."""
    found = (layer for each in functions for part in _parts(each) for layer in _layers(part))
    names = dict.fromkeys(
        f"{function.__module__}.{function.__qualname__.rpartition('<locals>.')[2]}"
        for function in found
        if _names_header(function)
    )
    return [
        Change(
            f"{name}()",
            "it sets Access-Control-* headers itself, which no translation can read",
            "replaced by the policy: compare what they allowed with it, and remove those lines",
            to_decide=True,
        )
        for name in names
    ]


def _parts(given: Any) -> Iterator[Any]:
    """Yield a function, or the methods of a class of views or middleware."""
    given = getattr(given, "view_class", None) or getattr(given, "cls", None) or given
    if inspect.isclass(given):
        yield from (part for cls in given.__mro__ for part in vars(cls).values())
    else:
        yield given


def _layers(function: Any) -> Iterator[Any]:
    """Yield a function, and those that it decorates."""
    seen = 0
    while inspect.isfunction(function) and seen < _DEEPEST:
        yield function
        function, seen = getattr(function, "__wrapped__", None), seen + 1


def _names_header(function: Any) -> bool:
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    values = [each for code in codes for each in code.co_consts if each != function.__doc__]
    values += [function.__globals__.get(name) for code in codes for name in code.co_names]
    return any(_NAMED in text.lower() for value in values for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a constant."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list | set | frozenset):
        yield from (entry for entry in value if isinstance(entry, str))
        yield from (part for entry in value if isinstance(entry, tuple) for part in _texts(entry))
