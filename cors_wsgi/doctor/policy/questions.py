"""Ask a policy about a request that is described in a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import Decision, Request, transports
from cors_wsgi.browser import HTTPRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cors_wsgi import Policy
    from cors_wsgi.adapting import GovernedApplication

EXAMPLE: Final = "PUT https://app.example /api/users with content-type, authorization"

_QUESTION: Final = re.compile(
    r"(?:(?P<method>[A-Za-z]+)\s+)?(?P<origin>null|[a-z][a-z0-9+.-]*://\S*)"
    r"(?:\s+(?P<url>(?:https?:/)?/\S*))?(?:\s+with\s+(?P<headers>.+))?",
    re.IGNORECASE,
)
# https://fetch.spec.whatwg.org/#cors-safelisted-method and
# https://fetch.spec.whatwg.org/#cors-safelisted-request-header, by name: Content-Type is
# taken for JSON, which needs permission.
_NEEDS_NO_PREFLIGHT: Final = frozenset({"GET", "HEAD", "POST"})
_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language"})
# https://fetch.spec.whatwg.org/#concept-method-normalize
_NORMALIZED: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
_CREDENTIALS: Final = frozenset({"credentials", "cookies"})


class NotAQuestion(ValueError):  # noqa: N818 - says what is wrong
    """A line describes no request."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request, as a page makes it.

    Attributes:
        method: The method, as a browser sends it.
        origin: The page's origin.
        path: The path, as in a URL.
        home: The origin that it is a path of, where the policy depends on the host.
        headers: The request headers that script sets, in lower case.
        credentials: Whether cookies go with it.
    """

    method: str
    origin: str
    path: str
    home: str
    headers: tuple[str, ...]
    credentials: bool

    def __str__(self) -> str:
        extras = [*self.headers, *(["credentials"] if self.credentials else [])]
        said = f"{self.method} {self.path} from a page of {self.origin}"
        return f"{said}, with {', '.join(extras)}" if extras else said


@dataclass(frozen=True, slots=True)
class Answer:
    """The browser's verdict on a policy's answer.

    Attributes:
        question: The request.
        policy: The policy that governs it; `None` if none does.
        allowed: Whether script can read the response.
        failure: The failure's id; `None` if it is allowed.
        reason: Why, in words.
        nearest: What is close and would have been allowed.
        preflight: The decision on the preflight; `None` if none is needed, or none is asked.
        actual: The decision on the request itself; `None` if it is never sent.
    """

    question: Question
    policy: Policy | None
    allowed: bool
    failure: str | None
    reason: str
    nearest: str | None
    preflight: Decision | None
    actual: Decision | None


def read(line: str) -> Question:
    """Read a line such as `EXAMPLE`; method, path and headers can be left out.

    Raises:
        NotAQuestion: If it describes no request.
    """
    found = _QUESTION.fullmatch(line.strip())
    if found is None:
        raise NotAQuestion(
            f"{line!r} is no request. Write one like this: {EXAMPLE}. To explain a line of a "
            "browser's console, use cors-wsgi explain"
        )
    method = found["method"] or "GET"
    names = [name.strip().lower() for name in (found["headers"] or "").split(",")]
    home, path = _parts(found["url"] or "/")
    return Question(
        method=method.upper() if method.upper() in _NORMALIZED else method,
        origin=found["origin"],
        path=path or "/",
        home=home or "http://localhost",
        headers=tuple(sorted({name for name in names if name and name not in _CREDENTIALS})),
        credentials=not _CREDENTIALS.isdisjoint(names),
    )


def _parts(url: str) -> tuple[str, str]:
    """Split what was asked for into the origin, if it names one, and the path."""
    scheme, separator, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return (f"{scheme}{separator}{host}" if separator else "", f"{slash}{path}")


def ask(governed: GovernedApplication, question: Question) -> Answer:
    """Ask what governs an application about a request, without sending any."""
    preflight = _preflight(question)
    policy = governed.policy_for(_environ(question, preflight))
    if policy is None:
        reason = "no policy governs this path, so no CORS headers are sent"
        return Answer(question, None, False, "origin-missing", reason, None, None, None)  # noqa: FBT003 - as named above
    first = policy.explain(preflight) if preflight else None
    if first is not None and not first.allowed:
        return Answer(question, policy, False, first.code, first.reason, first.nearest, first, None)  # noqa: FBT003 - as named above
    actual = policy.explain(Request(question.origin, question.method, path=question.path))
    allowed, code, reason = actual.allowed, actual.code, actual.reason
    if allowed and question.credentials and not policy.allow_credentials:
        any_origin = policy.origins.any
        code = "origin-wildcard-credentials" if any_origin else "credentials-missing"
        allowed, reason = False, "the policy does not allow credentials"
    return Answer(question, policy, allowed, code, reason, actual.nearest, first, actual)


def _preflight(question: Question) -> Request | None:
    names = ",".join(name for name in question.headers if name not in _SAFELISTED)
    if not names and question.method in _NEEDS_NO_PREFLIGHT:
        return None
    return Request(question.origin, "OPTIONS", question.method, names or None, path=question.path)


def _environ(question: Question, preflight: Request | None) -> Mapping[str, Any]:
    request = preflight or Request(question.origin, question.method)
    # As a server makes it: the path decoded, and so on (PEP 3333).
    made = transports.environ(HTTPRequest(request.method, f"{question.home}{question.path}", ()))
    return {**request.as_environ(), **made}
