"""What an adapter for a framework is built from.

`CORSMiddleware` is enough where a framework can be wrapped as a WSGI application. Where
it has responses of its own, an adapter asks `governing` for the policy, answers a
preflight with `preflight_response` before anything else runs, and sets the headers of
`actual_headers` on every other response, in the place of all of its own like them.

A view, a class of views or a group of them is given a policy of its own by a mark, which
is an attribute. `functools.wraps` copies attributes outwards, so a view can be marked
above or below its other decorators; and what carries the attribute is what the
framework's router returns, so the policy is that of the view which serves the request.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final, TypeVar
from weakref import WeakSet

from cors_wsgi._headers import Header, are_harmless, by_name, merge_vary, replaceable
from cors_wsgi._log import DEBUG, INFO, explanation, log_allowed, log_decision, logger, root
from cors_wsgi._policy.paths import PolicySource, Resolver, checked_source, governing
from cors_wsgi._policy.policy import CLOSED, Policy

__all__ = [
    "CLOSED",
    "DEBUG",
    "INFO",
    "Header",
    "Mark",
    "PolicySource",
    "Resolver",
    "actual_headers",
    "are_harmless",
    "by_name",
    "cors_policy",
    "explanation",
    "governing",
    "is_preflight",
    "log_decision",
    "logger",
    "mark_of",
    "merge_vary",
    "policy_source",
    "preflight_response",
    "replaceable",
    "root",
    "unreached",
]

_ATTRIBUTE: Final = "_cors_wsgi_mark"
_T = TypeVar("_T")


def policy_source(value: object) -> PolicySource:
    """Return what a framework's setting stands for: a policy, or what chooses one.

    Args:
        value: a policy, `PathPolicies`, a mapping for `policy_from_mapping`, or a
            function of the environ that returns a policy or `None`.

    Raises:
        InvalidPolicy: if it is a mapping, with every problem in it.
        TypeError: if it is none of these.
    """
    if isinstance(value, Mapping):
        from cors_wsgi._policy.sources import policy_from_mapping  # noqa: PLC0415 - only it needs that

        return policy_from_mapping(value)
    return checked_source(value)


def is_preflight(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request is a CORS-preflight request.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-request

    Args:
        environ: a WSGI environ, or what looks like one.
    """
    return (
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        and "HTTP_ORIGIN" in environ
        and environ["REQUEST_METHOD"] == "OPTIONS"
    )


def preflight_response(policy: Policy, environ: Mapping[str, Any]) -> tuple[int, list[Header]]:
    """Return the status and the headers of a preflight's whole response, and log it.

    Args:
        policy: the policy that governs the request.
        environ: the environ of a request that `is_preflight`.
    """
    log_decision(policy, environ)
    answers = policy.rules.answers_to(environ["HTTP_ORIGIN"])
    return policy.preflight_status, answers.preflight_headers(environ)


def actual_headers(
    policy: Policy, environ: Mapping[str, Any], origin: str | None
) -> Mapping[str, Header]:
    """Return the headers that a response to any other request gets, and log the decision.

    They replace the response's own `Access-Control-*` headers; a `Vary` among them is
    merged into its own. They are prepared: change the response, never this mapping.

    Args:
        policy: the policy that governs the request.
        environ: the environ of the request.
        origin: its `HTTP_ORIGIN` when it arrived, if it had one: what runs inside may
            have taken it away.

    Returns:
        Their names and values, by their names in lower case.
    """
    rules = policy.rules
    if origin is None:
        return rules.absent.named or rules.absent.name()
    answers = rules.latest
    if origin != answers.origin:
        answers = rules.answers_to(origin)
        if answers is rules.refused:
            if logger.level or root.level <= INFO:
                log_decision(policy, {**environ, "HTTP_ORIGIN": origin})
            return answers.named or answers.name()
        if answers is rules.any_origin:
            rules.notices.any_origin(environ.get("SERVER_NAME", ""))
    if logger.level or root.level <= DEBUG:
        log_allowed(policy, {**environ, "HTTP_ORIGIN": origin})
    return answers.named or answers.name()


class Mark:
    """One use of `cors_policy`.

    Attributes:
        made: of the class, whether there has been any: if not, no view needs to be looked at.
        policy: what governs the marked view; `None` exempts it.
        where: the file and the line where it stands, for whoever looks for it.
    """

    __slots__ = ("__weakref__", "policy", "where")

    made: ClassVar[bool] = False

    def __init__(self, policy: Policy | None, where: str) -> None:
        Mark.made = True
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
