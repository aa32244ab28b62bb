"""What is asked: every case of the benchmark, as data.

A case is a adapter (plain WSGI, Flask, ...), a policy, a request and the verdict
that every candidate must give before anybody looks at its speed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from itertools import count, cycle

METHODS = ("GET", "POST", "PUT", "DELETE")
HEADERS = ("Authorization", "Content-Type", "X-Request-Id")
MAX_AGE = 600
PREFLIGHT_FOR = "PUT"
REQUESTED_HEADERS = "authorization,content-type"

TWO_HEADERS = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "5"))
EIGHT_HEADERS = (
    *TWO_HEADERS,
    ("Cache-Control", "private, max-age=60"),
    ("ETag", '"5d41402abc4b2a76"'),
    ("Last-Modified", "Tue, 06 Oct 2026 10:00:00 GMT"),
    ("Set-Cookie", "session=5d41402abc4b2a76; HttpOnly; Path=/"),
    ("X-Content-Type-Options", "nosniff"),
    ("Strict-Transport-Security", "max-age=31536000"),
)
VARY_HEADERS = (*TWO_HEADERS, ("Vary", "Accept-Encoding, Cookie"))
BODY = b"hello"


@dataclass(frozen=True)
class Setup:
    """The policy of a case, and the application behind it.

    The policy names `origins` exact origins, `patterns` patterns of the form
    ``https://*.teamN.example``, and sends credentials. With `paths` there are
    as many policies, one a path. `reflect` allows every request header, which
    with credentials can be said only by reflecting the request.
    """

    origins: int = 10
    patterns: int = 0
    paths: int = 0
    reflect: bool = False
    response_headers: tuple[tuple[str, str], ...] = TWO_HEADERS

    def exact_origins(self) -> list[str]:
        """Return the exact origins; the last one is the one that asks."""
        return [f"https://app{number}.example" for number in range(self.origins)]

    def team_names(self) -> list[str]:
        """Return the names of the teams whose subdomains are allowed."""
        return [f"team{number}" for number in range(self.patterns)]

    def prefixes(self) -> list[str]:
        """Return the paths that have a policy of their own; the last is asked for.

        None is the beginning of another, which a pattern would take for it.
        """
        return [f"/api/v{number:04}" for number in range(self.paths)]


@dataclass(frozen=True)
class Request:
    """A request as a browser would send it.

    Where `fresh` is set, `origin` or `requested_headers` has a place for a number, and
    every request carries what was never seen before: no cache helps. Where there are
    `others`, they ask in turn with `origin`.
    """

    origin: str | None = None
    path: str = "/"
    fresh: bool = False
    others: tuple[str, ...] = ()
    preflight: bool = False
    requested_headers: str = REQUESTED_HEADERS

    def origins(self) -> Iterator[str]:
        """Yield the origins of successive requests: new strings each, as from a socket."""
        if self.fresh and self.origin:
            return (self.origin.format(number) for number in count(10**6))
        asking = cycle(origin.encode() for origin in (str(self.origin), *self.others))
        return (raw.decode("latin-1") for raw in asking)

    def requested(self) -> Iterator[str]:
        """Yield the header names that successive preflights ask for: new strings each."""
        if self.fresh:
            return (self.requested_headers.format(number) for number in count(10**6))
        asked = self.requested_headers.encode()
        return (asked.decode("latin-1") for _ in count())

    def environ(self) -> dict[str, object]:
        """Return the request as a WSGI environment, about as large as a server's."""
        environ: dict[str, object] = {
            "REQUEST_METHOD": "OPTIONS" if self.preflight else "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "RAW_URI": self.path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "benchmark",
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": "51234",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_CONNECTION": "keep-alive",
            "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
            "HTTP_ACCEPT": "*/*",
            "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
            "HTTP_ACCEPT_LANGUAGE": "en",
            "HTTP_SEC_FETCH_MODE": "cors",
            "HTTP_SEC_FETCH_SITE": "cross-site",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.origin is not None:
            environ["HTTP_ORIGIN"] = next(self.origins())
        if self.preflight:
            environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = PREFLIGHT_FOR
            environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = next(self.requested())
        return environ


@dataclass(frozen=True)
class Case:
    """One row of the benchmark.

    `allowed` is the verdict: whether the browser would let the page read the
    answer or, for a preflight, send the request. None where a candidate may
    bound what it answers, so that only the origin's verdict is compared.
    """

    id: str
    setup: Setup
    request: Request
    allowed: bool | None
    without: Mapping[str, str]

    @property
    def adapter(self) -> str:
        """The adapter: plain WSGI, Flask, Django, ..."""
        return self.id.split("-", 1)[0]


def last(setup: Setup) -> Request:
    """Return a request from the last of the exact origins: the worst place in a list."""
    return Request(setup.exact_origins()[-1])


# Name, policy, request and verdict: a case before it is put to a adapter.
Row = tuple[str, Setup, Request, bool | None]

SETUP = Setup()
ALLOWED = last(SETUP)
REFUSED = Request("https://stranger{}.example", fresh=True)
# As long as origins that are allowed, which a stranger's seldom is where few are.
ALIKE = Request("https://a{}.example", fresh=True)
NEAR = Request("https://a{}.team9.example.evil.example", fresh=True)
PATTERNS = Setup(origins=0, patterns=1000)
LONG_ORIGIN = "https://" + "a" * 8 * 1024 + "{}.example"
LABELS = "https://" + "a." * 4_000 + "{}.example"
COMMAS = "," * 64 * 1024
TOKENS = ",".join(f"x-{number}" for number in range(10_000))

# The same middleware as under WSGI, and a thread a request beside it: a few cases will do.
ON_ASGI = ("no-origin", "allowed", "refused", "preflight", "allowed-1000-origins")

# fnmatch compiles a regular expression for each of them, on each miss.
TOO_SLOW = {"wsgicors": "minutes a request"}


def _common() -> Iterator[Row]:
    """Yield the cases of every adapter."""
    yield "no-origin", SETUP, Request(), False
    yield "allowed", SETUP, ALLOWED, True
    yield "refused", SETUP, REFUSED, False
    yield "preflight", SETUP, replace(ALLOWED, preflight=True), True
    yield "preflight-refused", SETUP, replace(REFUSED, preflight=True), False
    for number in (1, 1000, 100_000):
        setup = Setup(origins=number)
        yield f"allowed-{number}-origins", setup, last(setup), True
    for number in (1, 1000, 100_000):
        yield f"refused-{number}-origins", Setup(origins=number), REFUSED, False
    for number in (1, 1000):
        setup = Setup(origins=0, patterns=number)
        subdomain = f"https://a{{}}.{setup.team_names()[-1]}.example"
        yield f"allowed-{number}-patterns", setup, Request(subdomain.format(0)), True
        yield f"allowed-{number}-patterns-new", setup, Request(subdomain, fresh=True), True
        yield f"refused-{number}-patterns", setup, NEAR, False
    for number in (10, 1000):
        yield _by_path(number)
    for name, value in (("commas", COMMAS), ("tokens", TOKENS)):
        request = replace(ALLOWED, preflight=True, requested_headers=value)
        yield f"hostile-{name}", SETUP, request, None
        yield f"hostile-{name}-reflect", replace(SETUP, reflect=True), request, None
    yield "hostile-long-origin", PATTERNS, Request(LONG_ORIGIN, fresh=True), False
    yield "hostile-labels", PATTERNS, Request(LABELS, fresh=True), False


def _plain() -> Iterator[Row]:
    """Yield the cases of plain WSGI alone, where the application's own headers count."""
    reflect = replace(SETUP, reflect=True)
    yield "preflight-reflect", reflect, replace(ALLOWED, preflight=True), True
    others = replace(ALLOWED, preflight=True, requested_headers="authorization,x-{}", fresh=True)
    yield "preflight-reflect-new", reflect, others, True
    yield "refused-100000-alike", Setup(origins=100_000), ALIKE, False
    everyone = tuple(SETUP.exact_origins()[:-1])
    yield "allowed-in-turn", SETUP, replace(ALLOWED, others=everyone), True
    yield "allowed-8-headers", replace(SETUP, response_headers=EIGHT_HEADERS), ALLOWED, True
    yield "allowed-vary", replace(SETUP, response_headers=VARY_HEADERS), ALLOWED, True


def _flask() -> Iterator[Row]:
    """Yield the case of Flask alone: as many resource patterns as a large API has."""
    yield _by_path(50)


def _by_path(number: int) -> Row:
    setup = Setup(paths=number)
    return f"allowed-{number}-paths", setup, replace(ALLOWED, path=setup.prefixes()[-1]), True


def every_case() -> list[Case]:
    """Return all cases, adapter by adapter."""
    more = {"wsgi": _plain, "flask": _flask}
    cases = []
    for adapter in ("wsgi", "flask", "django", "django_asgi", "asgi"):
        for name, setup, request, allowed in (*_common(), *more.get(adapter, tuple)()):
            if adapter == "django_asgi" and name not in ON_ASGI:
                continue
            slow = setup.origins > 1000 or (request.fresh and setup.origins + setup.patterns > 1000)
            without = TOO_SLOW if adapter == "wsgi" and slow else {}
            cases.append(Case(f"{adapter}-{name}", setup, request, allowed, without))
    return cases
