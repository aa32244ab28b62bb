"""What the doctor sends: the fetch as browsers do it, and then a look around where it failed.

Only safe methods go over the wire, and whatever else the target allows with `send`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from cors_wsgi.browser import (
    ENGINES,
    Browser,
    HTTPRequest,
    HTTPResponse,
    NetworkError,
    NoAnswer,
    Outcome,
    Send,
    fetch,
    fetch_request,
    run,
)
from cors_wsgi.doctor.check import requests
from cors_wsgi.doctor.check.requests import SAFE_METHODS
from cors_wsgi.doctor.hosts import is_blocked_port
from cors_wsgi.doctor.responses import cache_sign
from cors_wsgi.doctor.transport.failure import ConnectionFailure

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer, Credentials, Request
    from cors_wsgi.doctor.targets import Target
    from cors_wsgi.doctor.transport import Transport

BROWSERS: Final = ("chromium", "firefox", "webkit")
STRANGER: Final = "https://cors-wsgi-check.invalid"
"""An origin that no server can mean to allow (RFC 2606: `.invalid` is nobody's)."""

ProbeName: TypeAlias = Literal[
    "get",
    "slash",
    "scheme",
    "bare-options",
    "plain-preflight",
    "no-headers",
    "fresh",
    "elsewhere",
    "root",
    "stranger",
    "no-origin",
    "missing-page",
    "odd-query",
]
Progress: TypeAlias = Callable[[HTTPRequest], None]


@dataclass(frozen=True, slots=True)
class Probe:
    """One look around.

    Attributes:
        name: What it was for.
        request: What was sent.
        answer: What came back.
        passes: Whether a browser would have been content with it.
    """

    name: ProbeName
    request: HTTPRequest
    answer: Answer
    passes: bool

    @property
    def response(self) -> HTTPResponse | None:
        """The answer, if it is one."""
        return self.answer if isinstance(self.answer, HTTPResponse) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that was seen of a target: what diagnosis works on.

    Attributes:
        target: What was checked.
        outcomes: What the fetch comes to in each browser, by the engine's name.
        stand_in: The unsafe method was not sent; a GET of the same URL was judged in its place.
        probes: What else was looked at.
        direct: The fetch against the application itself, past the layers in front of it.
        address: The IP address that answered; None in process.
        protocol: What it spoke; None in process.
        raised: What the application raised, in process.
        carried: What was sent for each request of the fetch, where it differs.
    """

    target: Target
    outcomes: dict[str, Outcome]
    stand_in: bool = False
    probes: tuple[Probe, ...] = ()
    direct: Outcome | None = None
    address: str | None = None
    protocol: str | None = None
    raised: str | None = None
    carried: Mapping[HTTPRequest, HTTPRequest] = field(default_factory=dict)

    def sent(self, request: HTTPRequest) -> HTTPRequest:
        """Return what was sent for a request of the fetch."""
        return self.carried.get(request, request)

    @property
    def outcome(self) -> Outcome:
        """The outcome to talk about: the first browser's that blocks, or Chromium's."""
        blocked = (o for name in BROWSERS if not (o := self.outcomes[name]).shared)
        return next(blocked, self.outcomes["chromium"])

    def probe(self, name: ProbeName) -> Probe | None:
        """Return a look around by name, if it was taken."""
        return next((probe for probe in self.probes if probe.name == name), None)

    def probed(self, name: ProbeName) -> HTTPResponse | None:
        """Return the response to a look around, if there was one."""
        probe = self.probe(name)
        return probe.response if probe else None

    @property
    def responses(self) -> list[HTTPResponse]:
        """Every response, of the fetch first."""
        answers = [exchange.response for exchange in self.outcome.exchanges]
        answers += [probe.answer for probe in self.probes]
        return [answer for answer in answers if isinstance(answer, HTTPResponse)]

    @property
    def preflight(self) -> Answer | None:
        """The answer to the last preflight, if one was sent."""
        answers = [e.response for e in self.outcome.exchanges if e.preflight]
        return answers[-1] if answers else None

    @property
    def actual(self) -> Answer | None:
        """The answer to the last request that was no preflight."""
        answers = [e.response for e in self.outcome.exchanges if not e.preflight]
        return answers[-1] if answers else None


@dataclass(slots=True)
class _Wire:
    """Sends each request once, tells who waits, and holds back what is not safe."""

    carry: Send
    target: Target
    progress: Progress
    answers: dict[HTTPRequest, Answer] = field(default_factory=dict)
    done: dict[tuple[str, str], Answer] = field(default_factory=dict)
    carried: dict[HTTPRequest, HTTPRequest] = field(default_factory=dict)
    stand_in: bool = False

    def send(self, request: HTTPRequest) -> Answer:
        """Send a request of the fetch itself; an unsafe one at most once, and only if allowed."""
        if request.method in SAFE_METHODS:
            return self.look(request)
        if not self.target.send:
            self.stand_in = True
            return self.look(request)
        # Browsers differ in headers now and then; the side effect must not come twice for that.
        key = request.method, request.url
        if key not in self.done:
            self.carried[request] = self._as_browsers_send(request)
            self.progress(request)
            self.done[key] = self.carry(self.carried[request])
        return self.done[key]

    def look(self, request: HTTPRequest) -> Answer:
        """Send a request without side effects, if need be as a GET."""
        safe = requests.as_safe(request)
        sent = self._as_browsers_send(safe)
        self.carried[request] = sent
        if sent not in self.answers:
            self.progress(sent)
            self.answers[sent] = self.carry(sent)
        return self.answers[sent]

    def _as_browsers_send(self, request: HTTPRequest) -> HTTPRequest:
        """Add what a browser adds: to what comes from a page, and the cookie of its visitor."""
        if "Origin" not in dict(request.headers):
            return request  # as curl sends it
        headers = (*request.headers, *requests.added_headers(request, self.target.origin))
        target = self.target
        here = urlsplit(request.url).hostname == urlsplit(target.url).hostname
        preflight = "Access-Control-Request-Method" in dict(request.headers)
        if target.cookie is not None and target.credentials and not preflight and here:
            headers = (*headers, ("Cookie", target.cookie))
        return replace(request, headers=headers)


def observe(
    target: Target,
    carry: Send,
    *,
    direct: str | None = None,
    progress: Progress = lambda _: None,
    probes: bool = True,
) -> Seen:
    """Fetch as the browsers do, and look around as far as the result asks for it.

    Args:
        target: What to check.
        carry: What carries each request.
        direct: The same resource at the application's own address.
        progress: Is told of each request before it is sent.
        probes: Whether to look around.

    Raises:
        cors_wsgi.browser.ScriptError: `fetch` itself would throw.
        ValueError: The origin or the URL is not one.
    """
    wire = _Wire(carry, target, progress)
    request = target.request
    if is_blocked_port(target.url):
        wire.carry = lambda _: NoAnswer(ConnectionFailure.PORT.value)
        probes = False
    outcomes = {
        name: run(fetch(request, Browser(engine=ENGINES[name])), wire.send)
        for name in ("standard", *BROWSERS)
    }
    seen = Seen(target=target, outcomes=outcomes, stand_in=wire.stand_in)
    if direct is not None:
        seen = replace(seen, direct=run(fetch(replace(request, url=direct)), wire.look))
    if probes:
        seen = replace(seen, probes=tuple(_look_around(seen, request, wire.look)))
    return replace(seen, carried=wire.carried)


def examine(
    target: Target,
    transport: Transport,
    *,
    direct: str | None = None,
    progress: Progress = lambda _: None,
    probes: bool = True,
) -> Seen:
    """Observe a target over a transport, and keep what the transport learned about the server.

    Raises:
        cors_wsgi.browser.ScriptError: `fetch` itself would throw.
        ValueError: The origin or the URL is not one.
    """
    seen = observe(target, transport.send, direct=direct, progress=progress, probes=probes)
    peer = transport.peer(target.url)
    return replace(
        seen,
        address=peer.address if peer else None,
        protocol=peer.protocol if peer else None,
        raised=transport.raised,
    )


def _look_around(seen: Seen, request: Request, send: Send) -> Iterator[Probe]:
    """Yield the probes that the outcome asks for; fewer where nothing answers."""
    first = seen.outcome.exchanges[0].response if seen.outcome.exchanges else None
    answered = isinstance(first, HTTPResponse)
    if not seen.outcome.shared:
        yield _plain(requests.get(request), send, "get")
    if not answered:
        # A port that answers speaks this scheme; a TLS handshake with it may hang.
        if (changed := requests.other_scheme(request)) is not None:
            yield _fetched(changed, send, "scheme")
        return
    if not seen.outcome.shared:
        yield from _around_failure(seen, request, send)
    yield _as_stranger(request, send)
    yield _plain(requests.get(request, origin=False), send, "no-origin")
    mode = request.credentials  # errors are to be read as the answer is
    yield _plain(requests.get(requests.below(request)), send, "missing-page", mode)
    if seen.outcome.shared:  # many an application fails on an odd query
        yield _plain(requests.get(requests.odd(request)), send, "odd-query", mode)


def _as_stranger(request: Request, send: Send) -> Probe:
    """Ask for a page that nobody knows; past a cache, where it answers with what others got."""
    stranger = replace(request, origin=STRANGER)
    asked = _fetched(stranger, send, "stranger")
    if cache_sign(asked.response) is None:
        return asked
    past = _fetched(requests.fresh(stranger), send, "stranger")
    same = past.response and asked.response and past.response.status == asked.response.status
    return past if same else asked


def _around_failure(seen: Seen, request: Request, send: Send) -> Iterator[Probe]:
    if (slashed := requests.other_slash(request)) is not None:
        yield _fetched(slashed, send, "slash")
    yield _plain(HTTPRequest("OPTIONS", request.url, (("Accept", "*/*"),)), send, "bare-options")
    yield _fetched(requests.below(request), send, "elsewhere")
    yield _plain(requests.get(requests.at_root(request)), send, "root")
    fresh = requests.fresh(request)
    if seen.outcome.exchanges[-1].preflight:
        yield _fetched(fresh, send, "fresh")
        bare = replace(request, headers=(), body=None, use_cors_preflight=True)
        yield _fetched(bare, send, "no-headers")
    else:
        yield _plain(requests.get(fresh), send, "fresh")
    asking = replace(request, method="GET", headers=(), body=None, use_cors_preflight=True)
    yield _fetched(asking, send, "plain-preflight")


def _fetched(request: Request, send: Send, name: ProbeName) -> Probe:
    """Send the first request of a fetch, and see whether a browser would go on from there."""
    steps = fetch(request)
    wire = next(steps)
    answer = send(wire)
    sent = requests.as_safe(wire)
    try:
        steps.send(answer)
    except StopIteration as done:
        return Probe(name, sent, answer, passes=not isinstance(done.value, NetworkError))
    return Probe(name, sent, answer, passes=True)


def _plain(
    request: HTTPRequest, send: Send, name: ProbeName, mode: Credentials = "same-origin"
) -> Probe:
    """Send a request as it stands, and judge it as an answer to a fetch without a preflight."""
    answer = send(request)
    origin = dict(request.headers).get("Origin")
    if origin is None or isinstance(answer, NoAnswer):
        return Probe(name, request, answer, passes=isinstance(answer, HTTPResponse))
    asked = fetch_request(origin, request.url, redirect="manual", credentials=mode)
    judged = run(fetch(asked), lambda _: answer)
    return Probe(name, request, answer, passes=not isinstance(judged, NetworkError))
