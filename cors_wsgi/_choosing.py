"""Which policy governs a request, whatever chooses it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from cors_wsgi._log import get_logger
from cors_wsgi._policy.advice import hint_for
from cors_wsgi._policy.hosts import HostPolicies
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy, deny_all
from cors_wsgi._policy.requests import RequestMapping
from cors_wsgi._policy.sources import policy_from_mapping

# Not `RequestMapping`: users annotate the environ as a dictionary.
ChoosePolicy: TypeAlias = Callable[[dict[str, Any]], Policy | None]

ChoosePolicyAsync: TypeAlias = Callable[[dict[str, Any]], Awaitable[Policy | None]]

_FAILED: Final = "the function that chooses the policy failed"


class PolicyChooser:
    """What chooses a policy for each request itself, and neither fails nor returns anything else.

    What it returns says `Vary: Origin`, since the request's origin may have decided.
    """

    __slots__ = ()

    def policy_for(self, request: RequestMapping) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        raise NotImplementedError


class AsyncPolicyChooser(PolicyChooser):
    """A `PolicyChooser` that can also wait on an event loop.

    Attributes:
        needs_event_loop: Whether it can choose nowhere else.
    """

    __slots__ = ()

    needs_event_loop: bool = False

    async def choose(self, scope: dict[str, Any]) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        raise NotImplementedError


class PolicyFunction(PolicyChooser):
    """Policies that a function of the request chooses.

    A function that fails, or that returns something else, must neither allow anybody nor answer a
    preflight with a 5xx: that is logged, and nobody is allowed. The function may have looked at
    the request's origin, so every response says `Vary: Origin`.

    Args:
        choose: The function. It returns a policy, or `None` to leave the application alone.
    """

    __slots__ = ("choose",)

    def __init__(self, choose: ChoosePolicy) -> None:
        self.choose = choose

    def policy_for(self, request: RequestMapping) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        try:
            policy = self.choose(request)  # type: ignore[arg-type] # see `ChoosePolicy`
        except Exception:
            return failed_choice()
        return _checked(policy)

    def __repr__(self) -> str:
        return f"PolicyFunction({self.choose!r})"


class AsyncPolicyFunction:
    """Policies that an asynchronous function of the request chooses, as `PolicyFunction` does.

    Args:
        choose: The function, which returns a coroutine.
        synchronous: The same for where there is no event loop, if there is such a function.
    """

    __slots__ = ("choose", "synchronous")

    def __init__(self, choose: ChoosePolicyAsync, synchronous: PolicyChooser | None = None) -> None:
        self.choose = choose
        self.synchronous = synchronous

    async def policy_for(self, request: RequestMapping) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        try:
            policy = await self.choose(request)  # type: ignore[arg-type] # see `ChoosePolicy`
        except Exception:
            return failed_choice()
        return _checked(policy)

    def __repr__(self) -> str:
        return f"AsyncPolicyFunction({self.choose!r})"


def failed_choice() -> Policy:
    """Log the exception that is being handled, and return the policy that allows nobody."""
    get_logger().exception("the function that chooses the CORS policy failed")
    return deny_all(_FAILED)


def _checked(policy: object) -> Policy | None:
    """Return what a function chose, for responses that vary by origin."""
    if policy is None:
        return None
    if isinstance(policy, Policy):
        return policy.varying_by_origin()
    hint = ""
    if inspect.iscoroutine(policy):
        policy.close()  # nobody waits for it
        hint = ": only one that is written with `async def` is waited for"
    get_logger().error(
        "the function that chooses the CORS policy returned %s, not a Policy%s", type(policy), hint
    )
    return deny_all(_FAILED)


PolicySource: TypeAlias = Policy | PathPolicies | HostPolicies | PolicyChooser
"""What governs an application, once it has been checked."""

PolicyLike: TypeAlias = PolicySource | Mapping[str, Any] | ChoosePolicy
"""What users write where a policy is wanted."""

AnyPolicySource: TypeAlias = PolicySource | AsyncPolicyFunction
"""What governs an ASGI application, once it has been checked."""

AnyPolicyLike: TypeAlias = PolicyLike | AsyncPolicyFunction | ChoosePolicyAsync
"""What users write where a policy for an ASGI application is wanted."""


def as_policy_source(given: object) -> PolicySource:
    """Check what was written where a policy is wanted.

    Args:
        given: A `Policy`, `PathPolicies`, `HostPolicies`, a mapping for `policy_from_mapping`, or
            a function of the request that returns a `Policy` or `None`.

    Raises:
        InvalidPolicy: If it is a mapping, with every problem in it.
        TypeError: If it is none of these.
    """
    if isinstance(given, AsyncPolicyChooser) and given.needs_event_loop:
        raise TypeError(
            f"{type(given).__name__} asks an asynchronous function, which only the ASGI adapters "
            "can wait for"
        )
    if isinstance(given, Policy | PathPolicies | HostPolicies | PolicyChooser):
        return given
    if isinstance(given, Mapping):
        return policy_from_mapping(given)
    if not callable(given):
        raise TypeError(f"{_shown(given)} is not a policy. {hint_for(given)}")
    if isinstance(given, type):
        raise TypeError(f"{given.__name__} is a class, not a policy. {hint_for(given)}")
    if is_asynchronous(given) and takes(given, 1):
        raise TypeError(
            f"{_shown(given)} is asynchronous: only the policy of an ASGI application can be "
            "chosen by such a function. Write def instead of async def"
        )
    if not takes(given, 1):
        raise TypeError(
            f"{_shown(given)} cannot choose a policy: a function that does takes one argument, "
            "the request, and returns a Policy or None: def choose(environ)"
        )
    return PolicyFunction(given)


def as_any_policy_source(given: object) -> AnyPolicySource:
    """Check what was written where a policy for an ASGI application is wanted.

    Args:
        given: What `as_policy_source` takes; or an asynchronous function.

    Raises:
        InvalidPolicy: If it is a mapping, with every problem in it.
        TypeError: If it is none of these.
    """
    if isinstance(given, AsyncPolicyFunction):
        return given
    if isinstance(given, AsyncPolicyChooser):
        return AsyncPolicyFunction(given.choose, given)
    if callable(given) and is_asynchronous(given) and takes(given, 1):
        return AsyncPolicyFunction(given)
    return as_policy_source(given)


def takes(function: Callable[..., object], arguments: int) -> bool:
    """Tell whether a function can be called with so many positional arguments."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return True  # it is written in C, and does not say
    try:
        signature.bind(*range(arguments))
    except TypeError:
        return False
    return True


def is_asynchronous(function: object) -> bool:
    """Tell whether calling an object returns a coroutine."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(type(function), "__call__", None)  # noqa: B004 - not to tell whether it can be called
    )


def _shown(given: object) -> str:
    return f"{given!r:.80}"
