"""What the doctor sends: the fetch as browsers do it, and then a look around where it failed.

Only OPTIONS, GET, HEAD and PROPFIND go over the wire (RFC 9110, section 9.2.1, and RFC 4918,
section 9.1, call them safe), and whatever else the target allows with `send`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

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
    origin_of,
    run,
)

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer, Request

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND"})
BROWSERS: Final = ("chromium", "firefox", "webkit")
STRANGER: Final = "https://cors-wsgi-check.invalid"
"""An origin that no server can mean to allow (RFC 2606: `.invalid` is nobody's)."""

_FRESH: Final = "cors-wsgi-check=1"
_NOWHERE: Final = "cors-wsgi-check-no-such-page"

ProbeName: TypeAlias = Literal[
    "get",
    "slash",
    "scheme",
    "bare-options",
    "plain-preflight",
    "fresh",
    "elsewhere",
    "stranger",
    "no-origin",
    "missing-page",
    "wrong-method",
]
Progress: TypeAlias = Callable[[HTTPRequest], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The fetch to check, in the words of the person who asks.

    Attributes:
        url: The absolute URL.
        origin: The page's origin.
        method: The method.
        headers: The headers that script sets.
        credentials: Whether the page fetches with `credentials: "include"`.
        body: The body, or None.
        send: Whether an unsafe method may be sent for real.
        cookie: The Cookie header that the browser would add to what carries credentials.
    """

    url: str
    origin: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    credentials: bool = False
    body: str | None = None
    send: bool = False
    cookie: str | None = None

    @property
    def request(self) -> Request:
        """What script asks for.

        Raises:
            cors_wsgi.browser.ScriptError: `fetch` itself would throw.
            ValueError: The origin is not one.
        """
        return fetch_request(
            self.origin,
            self.url,
            method=self.method,
            headers=self.headers,
            body=None if self.method in {"GET", "HEAD"} else self.body,
            credentials="include" if self.credentials else "same-origin",
        )


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
        direct: The fetch against the application itself, past what stands in front of it.
        address: The IP address that answered; None in process.
        protocol: What it spoke; None in process.
        raised: What the application raised, in process.
    """

    target: Target
    outcomes: dict[str, Outcome]
    stand_in: bool = False
    probes: tuple[Probe, ...] = ()
    direct: Outcome | None = None
    address: str | None = None
    protocol: str | None = None
    raised: str | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome to talk about: the first browser's that blocks, or Chromium's."""
        blocked = (o for name in BROWSERS if not (o := self.outcomes[name]).shared)
        return next(blocked, self.outcomes["chromium"])

    def probe(self, name: ProbeName) -> Probe | None:
        """A look around by name, if it was taken."""
        return next((probe for probe in self.probes if probe.name == name), None)

    def probed(self, name: ProbeName) -> HTTPResponse | None:
        """The response to a look around, if there was one."""
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
            self.progress(request)
            self.done[key] = self.carry(self._with_cookie(request))
        return self.done[key]

    def look(self, request: HTTPRequest) -> Answer:
        """Send a request without side effects, if need be as a GET."""
        if request.method not in SAFE_METHODS:
            request = _as_get(request)
        request = self._with_cookie(request)
        if request not in self.answers:
            self.progress(request)
            self.answers[request] = self.carry(request)
        return self.answers[request]

    def _with_cookie(self, request: HTTPRequest) -> HTTPRequest:
        """What a logged-in browser sends: the cookie, except on preflights and to other hosts."""
        target = self.target
        here = urlsplit(request.url).hostname == urlsplit(target.url).hostname
        preflight = "Access-Control-Request-Method" in dict(request.headers)
        if target.cookie is None or not target.credentials or preflight or not here:
            return request
        return replace(request, headers=(*request.headers, ("Cookie", target.cookie)))


def _as_get(request: HTTPRequest) -> HTTPRequest:
    """The same request without side effects."""
    headers = tuple(h for h in request.headers if h[0].lower() != "content-type")
    return replace(request, method="GET", headers=headers, body=b"")


def observe(
    target: Target, carry: Send, *, direct: str | None = None, progress: Progress = lambda _: None
) -> Seen:
    """Fetch as the browsers do, and look around as far as the result asks for it.

    Args:
        target: What to check.
        carry: What carries each request.
        direct: The same resource at the application's own address.
        progress: Is told of each request before it is sent.

    Raises:
        cors_wsgi.browser.ScriptError: `fetch` itself would throw.
        ValueError: The origin or the URL is not one.
    """
    wire = _Wire(carry, target, progress)
    request = target.request
    outcomes = {
        name: run(fetch(request, Browser(engine=ENGINES[name])), wire.send)
        for name in ("standard", *BROWSERS)
    }
    seen = Seen(target=target, outcomes=outcomes, stand_in=wire.stand_in)
    if direct is not None:
        seen = replace(seen, direct=run(fetch(replace(request, url=direct)), wire.look))
    return replace(seen, probes=tuple(_look_around(seen, request, wire.look)))


def _look_around(seen: Seen, request: Request, send: Send) -> Iterator[Probe]:
    """The probes that the outcome asks for; fewer where nothing answers."""
    first = seen.outcome.exchanges[0].response if seen.outcome.exchanges else None
    answered = isinstance(first, HTTPResponse)
    changed = _other_scheme(request.url)
    if not seen.outcome.shared:
        yield _plain(_get(request), send, "get")
        if changed is not None:
            yield _fetched(replace(request, url=changed), send, "scheme")
    if not answered:
        return
    if not seen.outcome.shared:
        yield from _around_failure(seen, request, send)
    yield _fetched(replace(request, origin=STRANGER), send, "stranger")
    yield _plain(_get(request, origin=False), send, "no-origin")
    yield _plain(_get(_below(request)), send, "missing-page")
    yield _plain(replace(_get(request), method="PROPFIND"), send, "wrong-method")


def _around_failure(seen: Seen, request: Request, send: Send) -> Iterator[Probe]:
    path = urlsplit(request.url).path or "/"
    slashed = path.rstrip("/") if path.endswith("/") else path + "/"
    if slashed:
        yield _fetched(replace(request, url=_with_path(request.url, slashed)), send, "slash")
    yield _plain(HTTPRequest("OPTIONS", request.url, (("Accept", "*/*"),)), send, "bare-options")
    yield _fetched(_below(request), send, "elsewhere")
    query = urlsplit(request.url).query
    parts = urlsplit(request.url)._replace(query=f"{query}&{_FRESH}" if query else _FRESH)
    fresh = replace(request, url=urlunsplit(parts))
    if seen.outcome.exchanges[-1].preflight:
        yield _fetched(fresh, send, "fresh")
    else:
        yield _plain(_get(fresh), send, "fresh")
    bare = replace(request, method="GET", headers=(), body=None, use_cors_preflight=True)
    yield _fetched(bare, send, "plain-preflight")


def _fetched(request: Request, send: Send, name: ProbeName) -> Probe:
    """Send the first request of a fetch, and see whether a browser would go on from there."""
    steps = fetch(request)
    wire = next(steps)
    answer = send(wire)
    try:
        steps.send(answer)
    except StopIteration as done:
        return Probe(name, wire, answer, passes=not isinstance(done.value, NetworkError))
    return Probe(name, wire, answer, passes=True)


def _plain(request: HTTPRequest, send: Send, name: ProbeName) -> Probe:
    """Send a request as it stands, and judge it as an answer to a fetch without credentials."""
    answer = send(request)
    origin = dict(request.headers).get("Origin")
    if origin is None or isinstance(answer, NoAnswer):
        return Probe(name, request, answer, passes=isinstance(answer, HTTPResponse))
    judged = run(fetch(fetch_request(origin, request.url, redirect="manual")), lambda _: answer)
    return Probe(name, request, answer, passes=not isinstance(judged, NetworkError))


def _get(request: Request, *, origin: bool = True) -> HTTPRequest:
    names = {name.lower() for name, _ in request.headers}
    headers = [h for h in request.headers if h[0].lower() != "content-type"]
    if "accept" not in names:
        headers.append(("Accept", "*/*"))
    if origin:
        headers.append(("Origin", request.origin))
    return HTTPRequest("GET", request.url, tuple(headers))


def _below(request: Request) -> Request:
    """The same fetch of a page that is not there, where whatever governs the URL governs it too."""
    path = urlsplit(request.url).path.rstrip("/")
    return replace(request, url=_with_path(request.url, f"{path}/{_NOWHERE}"))


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


def _other_scheme(url: str) -> str | None:
    """The URL with http for https or the reverse, on the same port or on the other default one."""
    parts = urlsplit(url)
    scheme = {"http": "https", "https": "http"}[parts.scheme]
    changed = urlunsplit(parts._replace(scheme=scheme))
    return None if origin_of(changed) == origin_of(url) else changed
