"""Marks that give a view, a class of views or a group of them a policy of its own.

A mark is an attribute. `functools.wraps` copies attributes outwards, so a view can be
marked above or below its other decorators; and what carries the attribute is what the
framework's router returns, so the policy is that of the view which serves the request.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from weakref import WeakSet

from cors_wsgi._policy import Policy

_ATTRIBUTE: Final = "_cors_wsgi_mark"
_T = TypeVar("_T")


class Mark:
    """One use of `cors_policy`.

    Attributes:
        policy: what governs the marked view; `None` exempts it.
        where: the file and the line where it stands, for whoever looks for it.
    """

    __slots__ = ("__weakref__", "policy", "where")

    def __init__(self, policy: Policy | None, where: str) -> None:
        self.policy = policy
        self.where = where


# Alive as long as something carries them.
_marks: WeakSet[Mark] = WeakSet()


def cors_policy(policy: Policy | None) -> Callable[[_T], _T]:
    """Give a view a policy of its own, or exempt it from CORS.

    The mark can stand above or below other decorators, as long as those use
    `functools.wraps`. On a class of views it holds for its subclasses too, on one of
    its methods for that HTTP method alone.

    Args:
        policy: the policy; `None` leaves the view's responses alone.

    Returns:
        A decorator that returns what it is given, marked.

    Raises:
        TypeError: if `policy` is neither, as when the parentheses are forgotten.
    """
    if policy is not None and not isinstance(policy, Policy):
        message = f"cors_policy takes a Policy or None, not {policy!r}: @cors_policy(...)"
        raise TypeError(message)
    frame = sys._getframe(1)
    mark = Mark(policy, f"{frame.f_code.co_filename}:{frame.f_lineno}")

    def decorate(view: _T) -> _T:
        setattr(view, _ATTRIBUTE, mark)
        _marks.add(mark)
        return view

    return decorate


def mark_of(*candidates: Any) -> Mark | None:
    """Return the first mark among `candidates`, the most specific of which comes first."""
    for candidate in candidates:
        mark = getattr(candidate, _ATTRIBUTE, None)
        if isinstance(mark, Mark):
            return mark
    return None


def unreached(reached: Iterable[Mark]) -> list[str]:
    """Say where marks stand that no route leads to: they govern nothing.

    Args:
        reached: the marks that all applications' routers lead to.
    """
    return sorted(mark.where for mark in _marks.difference(reached))
