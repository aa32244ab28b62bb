"""What an adapter for a framework is built from.

Where a framework is a WSGI or ASGI application, an adapter is a `CORSMiddleware` that chooses the
policy in `policy_for`. Where it has responses of its own, an adapter asks the source of policies
for the policy, answers a preflight with `preflight_response` before anything else runs, and gives
every other response the headers of `actual_headers`, merged by `merge_headers`.

A view, a class of views or a group of them is given a policy of its own by an adapter's
`cors_policy`, which sets an attribute. `functools.wraps` copies attributes outwards, so the
decorator works above or below others. The framework's own router finds what carries the attribute,
so the policy is that of the view which serves the request.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, update_wrapper
from typing import Any, Final, NamedTuple, TypeVar, cast
from weakref import ref

from cors_wsgi._choosing import (
    AnyPolicyLike,
    AnyPolicySource,
    AsyncPolicyFunction,
    PolicyFunction,
    PolicyLike,
    PolicySource,
    as_any_policy_source,
    as_policy_source,
)
from cors_wsgi._cors_headers import actual_headers, is_preflight, preflight_response
from cors_wsgi._headers import Header, merge_headers, owned_names
from cors_wsgi._log import get_logger, log_crash, log_replaced, warn_once
from cors_wsgi._policy.advice import (
    application_problem,
    check_flags,
    explains_arguments,
    is_field,
    policy_to_write,
)
from cors_wsgi._policy.decision import quoted
from cors_wsgi._policy.hosts import HostPolicies
from cors_wsgi._policy.paths import PathPolicies, governing_prefix
from cors_wsgi._policy.policy import EXAMPLE, Policy, deny_all
from cors_wsgi._problems import Problem

__all__ = [
    "EXAMPLE",
    "AnyPolicyLike",
    "AnyPolicySource",
    "AsyncPolicyFunction",
    "CannotRead",
    "GovernedApplication",
    "GovernedView",
    "Header",
    "PolicyFunction",
    "PolicyLike",
    "PolicySource",
    "ViewPolicies",
    "ViewPolicy",
    "actual_headers",
    "application_problem",
    "as_any_policy_source",
    "as_policy_source",
    "called_view",
    "calling_line",
    "check_flags",
    "explains_arguments",
    "governing_prefix",
    "has_view_policies",
    "is_field",
    "is_preflight",
    "log_crash",
    "log_replaced",
    "merge_headers",
    "owned_names",
    "preflight_response",
    "still_alive",
    "view_not_found",
    "view_policy_of",
    "warn_once",
]

_ATTRIBUTE: Final = "_cors_wsgi_view_policy"
_PACKAGES: Final = ("cors_wsgi", "django_cors_wsgi", "fastapi_cors_wsgi", "flask_cors_wsgi")
_T = TypeVar("_T")


class ViewPolicy:
    """The policy of a view, as a decorator.

    Attributes:
        policy: What governs the decorated view; `None` exempts it.
        where: The file and the line where it is written.
        maker: The view policies that it belongs to.
    """

    __slots__ = ("__weakref__", "maker", "policy", "where")

    def __init__(self, policy: Policy | None, where: str, maker: "ViewPolicies") -> None:
        self.policy = policy
        self.where = where
        self.maker = maker
        # Now, since flask-restful decorates only when a request is served already.
        _view_policies.add(ref(self, _view_policies.discard))

    def __call__(self, view: _T) -> _T:
        """Give a view the policy, and return it."""
        if self.maker.check is not None:
            self.maker.check(view)
        # A class hands out the function of these, and not the object itself.
        carrier = view.__func__ if isinstance(view, staticmethod | classmethod) else view
        try:
            setattr(carrier, _ATTRIBUTE, self)
        except AttributeError:
            # A bound method takes no attributes. flask-restful decorates these.
            return self._wrapped(view)
        return view

    def _wrapped(self, view: _T) -> _T:
        if not callable(view):
            raise TypeError(f"cors_policy cannot decorate {view!r:.80}: it is not a view")

        def wrapper(*arguments: Any, **named: Any) -> Any:
            return view(*arguments, **named)

        return self(cast("_T", update_wrapper(wrapper, view)))


# Those that something still carries. A `WeakSet` is asked for its length in Python, which every
# request would pay for.
_view_policies: Final[set[ref[ViewPolicy]]] = set()


class ViewPolicies:
    """The view policies that are written with the `cors_policy` of one adapter.

    Args:
        check: Called with what is to be decorated; it raises if that cannot have a policy.
    """

    def __init__(self, check: Callable[[object], None] | None = None) -> None:
        self.check = check
        self._once_routed: set[ref[ViewPolicy]] = set()

    @explains_arguments("@cors_policy({})")
    def cors_policy(self, policy: Policy | None) -> ViewPolicy:
        """Give a view a policy of its own, or exempt it from CORS.

        The decorator can be above or below others, as long as those use `functools.wraps`. On a
        class of views it holds for subclasses too, on one of its methods for that HTTP method
        alone.

        Args:
            policy: The policy; `None` leaves the view's responses alone.

        Returns:
            A decorator that returns what it is given.

        Raises:
            TypeError: If `policy` is neither, as when the parentheses are forgotten.
        """
        if policy is not None and not isinstance(policy, Policy):
            raise TypeError(
                f"cors_policy takes a Policy or None, not {policy!r:.80}. "
                f"Write @cors_policy({policy_to_write(policy)})"
            )
        return ViewPolicy(policy, calling_line(), self)

    def unrouted(self, routed: Iterable[ViewPolicy]) -> list[str]:
        """Say where view policies are written that no route leads to: they govern nothing.

        Args:
            routed: The view policies that the routers of all the adapter's applications lead to.
        """
        written = {found for found in still_alive(_view_policies) if found.maker is self}
        if not written:
            return []  # so that no router is looked through
        return sorted(found.where for found in written.difference(routed))

    def warn_of_unrouted(self, routed: Iterable[ViewPolicy]) -> None:
        """Log, once for each, the view policies that `unrouted` names."""
        for where in self.unrouted(self._ever_routed(routed)):
            warn_once(
                "the cors_policy at %s governs nothing: no route leads to it. Put it above the "
                "decorators that do not use functools.wraps",
                where,
            )

    def _ever_routed(self, routed: Iterable[ViewPolicy]) -> Iterator[ViewPolicy]:
        """Yield the view policies that routes lead to or have led to.

        FastAPI's caches keep a view when its application is gone, as in the tests of a factory.
        """
        self._once_routed.update(ref(found, self._once_routed.discard) for found in routed)
        yield from still_alive(self._once_routed)


def still_alive(references: set[ref[_T]]) -> list[_T]:
    """Return what weak references lead to, while other threads may add to them.

    A `WeakSet` cannot be iterated then.
    """
    return [found for reference in references.copy() if (found := reference()) is not None]


def has_view_policies() -> bool:
    """Tell whether any view in this process has a policy of its own.

    Where none has, no view needs to be looked up.
    """
    return len(_view_policies) > 0


def view_policy_of(*candidates: Any) -> ViewPolicy | None:
    """Return the first view policy among `candidates`, the most specific of which comes first.

    Args:
        candidates: What can carry one, or be one itself.
    """
    for candidate in candidates:
        # An instance can carry one on its class's `__call__`.
        call = getattr(type(candidate), "__call__", None)  # noqa: B004 - not to tell whether it can be called
        for carrier in (candidate, called_view(candidate), call):
            found = getattr(carrier, _ATTRIBUTE, carrier)
            if isinstance(found, ViewPolicy):
                return found
    return None


def view_not_found(path: str) -> Policy:
    """Log the failure of a router, which is being handled; return the policy that allows nobody.

    Args:
        path: The path of the request whose view was to be found.
    """
    get_logger().exception("the view for %s cannot be found, so nobody is allowed", quoted(path))
    return deny_all("its view cannot be found")


def called_view(view: Any) -> Any:
    """Return the view that a `functools.partial` calls, or else the view itself."""
    while isinstance(view, partial):
        view = view.func
    return view


def calling_line() -> str:
    """Return the file and the line of the users' code that is calling this project's."""
    frame = sys._getframe()
    while str(frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES and frame.f_back:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


class CannotRead(Exception):  # noqa: N818 - the name says what is wrong
    """What governs an application cannot be read; the text says why, for people."""


class GovernedView(NamedTuple):
    """A view with a policy of its own.

    Attributes:
        where: The file and line where the policy is written.
        policy: What governs it; `None` exempts it.
    """

    where: str
    policy: Policy | None


class GovernedApplication(NamedTuple):
    """What governs an application, as far as it can be read.

    The tools find it through the entry points of the group `cors_wsgi.applications`.

    Attributes:
        where: Where the policy is written.
        source: The policy, or what chooses one; `None` if it has problems.
        problems: What is wrong with it.
        views: The views with policies of their own.
        resolve: What chooses a policy for an environ, views included; by default the source.
        remarks: What keeps the policy from governing everything, in sentences.
    """

    where: str
    source: AnyPolicySource | None
    problems: tuple[Problem, ...] = ()
    views: tuple[GovernedView, ...] = ()
    resolve: Callable[[Mapping[str, Any]], Policy | None] | None = None
    remarks: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is questionable in any of the policies."""
        source = self.source
        own = source.warnings if isinstance(source, Policy | PathPolicies | HostPolicies) else ()
        views = (warning for view in self.views if view.policy for warning in view.policy.warnings)
        return (*own, *views)

    def policy_for(self, environ: Mapping[str, Any]) -> Policy | None:
        """Return the policy that governs a request."""
        if self.resolve is not None:
            return self.resolve(environ)
        if self.source is None or isinstance(self.source, AsyncPolicyFunction):
            return None
        return self.source.policy_for(environ)


# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (PolicyFunction, AsyncPolicyFunction):
    _public.__module__ = __name__
