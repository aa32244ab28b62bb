"""The requests that the benchmark counts, as data.

A case is an application, a policy, a request, the verdict that every candidate must give before
anybody looks at its cost, and the most that ours may cost.
"""

from dataclasses import dataclass, replace
from typing import Any
from wsgiref.util import setup_testing_defaults

BARE = "bare"
BY_HAND = "by hand"
OURS = "cors-wsgi"

# What a ceiling can be a multiple of, beside another case.
REQUEST = "the bare request"
LENGTH = "its bytes"
PEER = "the other package"

METHODS = ("GET", "POST", "PUT", "DELETE")
HEADERS = ("Authorization", "Content-Type", "X-Request-Id")
MAX_AGE = 600
PREFLIGHT_FOR = "PUT"

BODY = b"hello"
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

ENVIRON: dict[str, Any] = {
    "HTTP_CONNECTION": "keep-alive",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "HTTP_ACCEPT": "*/*",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_ACCEPT_LANGUAGE": "en",
    "HTTP_SEC_FETCH_MODE": "cors",
    "HTTP_SEC_FETCH_SITE": "cross-site",
}
setup_testing_defaults(ENVIRON)


@dataclass(frozen=True)
class Setup:
    """The policy of a case, which allows credentials, and the headers of its application.

    Attributes:
        origins: How many origins are listed.
        patterns: How many patterns of the form `https://*.teamN.example` are listed.
        any_header: Whether every request header is allowed, so that preflights are reflected.
        response_headers: The headers of the application.
    """

    origins: int = 1
    patterns: int = 0
    any_header: bool = False
    response_headers: tuple[tuple[str, str], ...] = TWO_HEADERS

    def exact_origins(self) -> list[str]:
        """Return the listed origins; the last is the same in all lists."""
        return [f"https://app{number}.example" for number in reversed(range(self.origins))]

    def team_names(self) -> list[str]:
        """Return the names of the teams whose subdomains are allowed."""
        return [f"team{number}" for number in range(self.patterns)]


@dataclass(frozen=True)
class Request:
    """A request as a browser sends it.

    Attributes:
        origins: The origins that ask in turn. `{}` in one of them becomes another number for
            each request, so that no cache helps.
        preflight: Whether it is a preflight.
        requested_headers: The `Access-Control-Request-Headers` of a preflight.
    """

    origins: tuple[str, ...] = ()
    preflight: bool = False
    requested_headers: str = "authorization,content-type"

    def environs(self, first: int, number: int) -> list[dict[str, Any]]:
        """Return the WSGI environs of `number` successive requests, from the `first` one on.

        Each has strings of its own, as from a socket.
        """
        return [self._environ(position) for position in range(first, first + number)]

    def _environ(self, position: int) -> dict[str, Any]:
        environ: dict[str, Any] = {**ENVIRON, "PATH_INFO": new_string("/")}
        if self.origins:
            origin = self.origins[position % len(self.origins)]
            environ["HTTP_ORIGIN"] = new_string(origin.replace("{}", str(10**6 + position)))
        if self.preflight:
            environ["REQUEST_METHOD"] = "OPTIONS"
            environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = new_string(PREFLIGHT_FOR)
            environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = new_string(self.requested_headers)
        return environ

    def length(self) -> int:
        """Return the length of what is about CORS in the request, in bytes."""
        (environ,) = self.environs(0, 1)
        names = ("HTTP_ORIGIN", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
        return sum(len(environ.get(name, "")) for name in names)


def new_string(text: str) -> str:
    """Return an equal string that is another object, whose hash is not known yet."""
    return text.encode().decode("latin-1")


@dataclass(frozen=True)
class Ceiling:
    """The most that ours may cost: `most` times what `of` names.

    Attributes:
        most: A factor.
        of: `BY_HAND`, `REQUEST`, `LENGTH` (one instruction a byte), `PEER`, or the name of another
            case of the adapter, whose cost to us is meant.
        held: The factor that tests hold where ours costs more than `most`: a little more than
            was measured. `page.MISSED` says why. None where `most` is kept.
    """

    most: float
    of: str = BY_HAND
    held: float | None = None


@dataclass(frozen=True)
class Case:
    """One row of the benchmark.

    Attributes:
        adapter: A key of `ADAPTERS`.
        name: What is asked.
        setup: The policy and the application.
        request: The request.
        allowed: Whether the browser lets the page read the response or, for a preflight, sends
            the request. None where a candidate may bound what it reflects, so that only the
            origin's verdict is compared.
        ceiling: The most that ours may cost; None where there is none.
        with_peer: Whether the other package is counted, too.
        heavy: Whether that takes so long that it is asked a few times only.
    """

    adapter: str
    name: str
    setup: Setup
    request: Request
    allowed: bool | None
    ceiling: Ceiling | None
    with_peer: bool = True
    heavy: bool = False

    @property
    def title(self) -> str:
        """The name of the row."""
        return f"{ADAPTERS[self.adapter]}: {self.name}"

    @property
    def peer(self) -> str:
        """The package to compare with, as PyPI names it; "" if there is none."""
        return PEERS[self.adapter] if self.with_peer else ""


ADAPTERS = {
    "wsgi": "WSGI",
    "flask": "Flask",
    "django": "Django",
    "asgi": "ASGI",
    "fastapi": "FastAPI",
}
PEERS = {
    "wsgi": "wsgicors",
    "flask": "flask-cors",
    "django": "django-cors-headers",
    "asgi": "starlette",
    "fastapi": "starlette",
}

ALLOWED = Request(("https://app0.example",))
REFUSED = Request(("https://stranger{}.example",))
PREFLIGHT = replace(ALLOWED, preflight=True)
COMMAS = replace(PREFLIGHT, requested_headers="," * 64 * 1024)
LONG_ORIGIN = Request(("https://" + "a" * 8 * 1024 + "{}.example",))
LABELS = Request(("https://" + "a." * 4_000 + "{}.example",))

ONE = Setup()
EIGHT = Setup(response_headers=EIGHT_HEADERS)
VARY = Setup(response_headers=VARY_HEADERS)
MANY = Setup(origins=100_000)
ACTIVE = Setup(origins=5_000)
ANY_HEADER = Setup(any_header=True)
PATTERN = Setup(origins=0, patterns=1)
HUNDRED = Setup(origins=0, patterns=100)
PATTERNS = Setup(origins=0, patterns=1000)
FROM_ALL = Request(tuple(ACTIVE.exact_origins()))
FROM_TEAM = Request(("https://a.team0.example",))

AS_REFUSED = Ceiling(1.1, "refused")

# wsgicors takes minutes for a request where a list is long.
CASES = [
    Case("wsgi", "no Origin", ONE, Request(), False, Ceiling(1.2, held=1.72)),
    Case("wsgi", "allowed", ONE, ALLOWED, True, Ceiling(2, held=2.93)),
    Case("wsgi", "refused", ONE, REFUSED, False, Ceiling(1.7, held=2.79)),
    Case("wsgi", "preflight", ONE, PREFLIGHT, True, Ceiling(1.7, held=2.77)),
    Case("wsgi", "eight headers", EIGHT, ALLOWED, True, Ceiling(2.5, held=3.4)),
    Case("wsgi", "a Vary to merge", VARY, ALLOWED, True, Ceiling(3.8, held=4.9)),
    Case("wsgi", "100,000 origins", MANY, ALLOWED, True, Ceiling(1.03, "allowed"), False),
    Case("wsgi", "5,000 active origins", ACTIVE, FROM_ALL, True, Ceiling(1.3, "allowed"), False),
    Case("wsgi", "one pattern", PATTERN, FROM_TEAM, True, None),
    Case("wsgi", "1,000 patterns", PATTERNS, FROM_TEAM, True, Ceiling(1.1, "one pattern"), False),
    Case("flask", "allowed", ONE, ALLOWED, True, Ceiling(0.04, REQUEST, held=0.085)),
    Case("flask", "refused", ONE, REFUSED, False, None),
    Case("flask", "8 KiB of Origin", HUNDRED, LONG_ORIGIN, False, AS_REFUSED, heavy=True),
    Case("flask", "4,000 labels", HUNDRED, LABELS, False, AS_REFUSED, heavy=True),
    Case("flask", "64 KiB of commas", ANY_HEADER, COMMAS, None, Ceiling(1, LENGTH), heavy=True),
    Case("django", "no Origin", ONE, Request(), False, Ceiling(0.1, PEER, held=0.19)),
    Case("django", "allowed", ONE, ALLOWED, True, Ceiling(0.1, PEER, held=0.13)),
    Case("asgi", "no Origin", ONE, Request(), False, Ceiling(1.4, held=2.7)),
    Case("asgi", "allowed", ONE, ALLOWED, True, Ceiling(1.8, held=3.1)),
    Case("asgi", "refused", ONE, REFUSED, False, Ceiling(2.4, held=3.4)),
    Case("asgi", "preflight", ONE, PREFLIGHT, True, Ceiling(0.4, PEER)),
    Case("asgi", "100,000 origins", MANY, ALLOWED, True, Ceiling(1.03, "allowed"), False),
    Case("fastapi", "allowed", ONE, ALLOWED, True, Ceiling(0.08, REQUEST)),
]
