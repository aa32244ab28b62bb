"""Ask a server everything, and put down where it differs from a policy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cors_wsgi import Policy, Request, transports
from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer, origin_of
from cors_wsgi.doctor.judge import redirects_to
from cors_wsgi.doctor.terminal import shown
from cors_wsgi.doctor.verify.caching import vary
from cors_wsgi.doctor.verify.judging import Judge
from cors_wsgi.doctor.verify.places import Place, places
from cors_wsgi.doctor.verify.questions import (
    Question,
    allowed_origins,
    brief,
    thorough,
    untried,
)
from cors_wsgi.doctor.verify.report import Observation, Report, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cors_wsgi.browser import Answer, Send

# So many requests may get no answer while the server answers others.
_PATIENCE: Final = 3
_MOST_NEIGHBOURS: Final = 4


class Stopped(Exception):  # noqa: N818 - says what is wrong
    """The verification cannot go on; its text says why, for people."""


@dataclass(slots=True)
class Verification:
    """A verification under way.

    Attributes:
        url: The server's URL; a path in it is asked too.
        where: Where the policy is written.
        policies: The policies by path prefix; empty if one policy governs every path.
        policy_for: Returns the policy that governs a request, given as a WSGI environ.
        send: What carries a request.
        also: Further paths to ask.
        progress: Is told which path is asked.
    """

    url: str
    where: str
    policies: Mapping[str, Policy | None]
    policy_for: Callable[[Mapping[str, Any]], Policy | None]
    send: Send
    also: Sequence[str] = ()
    progress: Callable[[str], None] = lambda _: None
    requests: int = 0
    _silent: int = 0
    _seen: list[Observation] = field(default_factory=list)

    def run(self) -> Report:
        """Ask everything, and report."""
        started, stopped = time.monotonic(), None
        try:
            for place in self._places():
                self._visit(place)
        except Stopped as error:
            stopped = str(error)
        return Report(
            url=self.url,
            policy=self.where,
            opens=differences("opens", self._seen),
            refuses=differences("refuses", self._seen),
            warnings=differences("warnings", self._seen),
            requests=self.requests,
            seconds=time.monotonic() - started,
            stopped=stopped,
        )

    @property
    def _own(self) -> str:
        return origin_of(self.url)

    def _places(self) -> tuple[Place, ...]:
        parts = urlsplit(self.url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        named = [path] if path != "/" or not self.policies else []
        return places(self.policies, [*named, *self.also], alone=not self.policies)

    def _visit(self, place: Place) -> None:
        self.progress(place.path)
        url = f"{self._own}{place.path}"
        first = self._ask(HTTPRequest("GET", url, (("Accept", "*/*"),)), url)
        self._check_redirect(url, first)
        policy = self._policy(HTTPRequest("GET", url), place.path)
        judge = Judge(place, lambda wire: self._right(wire, place))
        answers: list[tuple[str | None, bool, Answer]] = [(None, True, first)]
        for question in self._questions(place, url, policy):
            wire = question.wire
            answer = self._ask(wire, url)
            self._note(place, judge.compare(question, answer))
            if wire.method == "GET" and not question.is_odd:
                answers.append((question.request.origin, question.attempt is None, answer))
        if policy is not None:
            self._note(place, vary(place, answers))
        if place.thorough:
            self._note(place, self._untried(place, policy))

    def _note(self, place: Place, observations: Iterator[Observation]) -> None:
        known = {
            (one.kind, text)
            for one in self._seen
            if one.path == place.of
            for text in (one.code, one.phrase)
        }
        self._seen += [
            one
            for one in observations
            if not {(one.kind, one.code), (one.kind, one.phrase)} & known
        ]

    def _questions(self, place: Place, url: str, policy: Policy | None) -> tuple[Question, ...]:
        every = dict.fromkeys([*self.policies.values(), policy])
        neighbours = [
            origin
            for one in every
            if one is not None and not one.origins.any and one is not policy
            for origin in allowed_origins(one, self._own)[:1]
        ][:_MOST_NEIGHBOURS]
        if place.thorough and policy is not None:
            return thorough(url, policy, self._own, neighbours)
        own = allowed_origins(policy, self._own)[:1] if policy is not None else ()
        return brief(url, [*own, *(() if place.of and not place.code else neighbours)], policy)

    def _untried(self, place: Place, policy: Policy | None) -> Iterator[Observation]:
        phrase = "no origin could be made up for {}, so only what it should refuse was tried"
        for pattern in untried(policy) if policy is not None else ():
            yield Observation("warnings", "regex-untried", place.path, shown(pattern, 80), phrase)

    def _right(self, wire: HTTPRequest, place: Place) -> list[HTTPResponse]:
        """Return the policy's answers to a request, one for each way of reading its path."""
        return [self._answer(wire, path) for path in place.readings]

    def _answer(self, wire: HTTPRequest, path: str) -> HTTPResponse:
        policy = self._policy(wire, path)
        status = 204 if wire.method == "OPTIONS" else 200
        if policy is None:
            return HTTPResponse(status)
        asked = Request.from_environ(self._environ(wire, path))
        return HTTPResponse(status, policy.explain(asked).headers)

    def _policy(self, wire: HTTPRequest, path: str) -> Policy | None:
        return self.policy_for(self._environ(wire, path))

    def _environ(self, wire: HTTPRequest, path: str) -> dict[str, Any]:
        url = f"{self._own}{path}"
        return transports.environ(HTTPRequest(wire.method, url, wire.headers))

    def _ask(self, wire: HTTPRequest, url: str) -> Answer:
        """Send a request.

        Raises:
            Stopped: The server does not answer any more, or asks for fewer requests.
        """
        answer = self._carry(wire)
        if isinstance(answer, NoAnswer):
            alive = self._carry(HTTPRequest("GET", url, (("Accept", "*/*"),)))
            self._silent += 1
            if isinstance(alive, NoAnswer) or self._silent > _PATIENCE:
                raise Stopped(self._silence(answer))
        return answer

    def _carry(self, wire: HTTPRequest) -> Answer:
        self.requests += 1
        answer = self.send(wire)
        if isinstance(answer, HTTPResponse) and answer.status == 429:
            raise Stopped(f"{self._own} limits requests (429) after {self.requests}: try --delay 1")
        return answer

    def _silence(self, answer: NoAnswer) -> str:
        kind, _, detail = shown(answer.reason).partition(": ")
        # Of the libraries' words, only those on certificates say more.
        reason = f"{kind}: {detail}" if "TLS" in kind and detail else kind
        if self.requests <= 2:
            return f"{self._own} does not answer: {reason}"
        return f"{self._own} stopped answering after {self.requests} requests: {reason}"

    def _check_redirect(self, url: str, answer: Answer) -> None:
        """Stop where the server is somewhere else.

        Raises:
            Stopped: The same path of another origin is where it redirects to.
        """
        moved_to = redirects_to(url, answer)
        if moved_to is None or urlsplit(moved_to).path != urlsplit(url).path:
            return
        there = "{0.scheme}://{0.netloc}".format(urlsplit(moved_to))
        if there != self._own:
            raise Stopped(f"{self._own} redirects to {shown(there)}: verify that one")
