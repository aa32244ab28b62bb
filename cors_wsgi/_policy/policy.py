"""The policy that people write, read and print."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from cors_wsgi._origins.allowed import AllowedOrigins, OriginEntry
from cors_wsgi._policy.compiled import Rules, compile_rules
from cors_wsgi._problems import InvalidPolicy, Problem

if TYPE_CHECKING:
    from typing import NoReturn, Self

    from cors_wsgi._policy.decision import Decision, Request

_SHOWN_ENTRIES = 10


class Policy:
    r"""Which origins may do what: frozen, checked when it is built, compared by value.

    A policy that is wrong cannot be built. Nothing is allowed unless it is named.

    Args:
        allow_origins: the origins whose pages may read responses. Each is an origin
            (`"https://app.example"`), a pattern (`"https://*.example.com"` for any
            subdomain, `"http://localhost:*"` for any port, or both), or a compiled
            regular expression, which is matched in full. `"*"`, alone, is every origin.
        allow_methods: the methods they may use besides GET, HEAD and POST, which need
            no permission. `"*"` is every method, with credentials too.
        allow_headers: the request headers they may set, such as `"Authorization"` and
            `"Content-Type"`. `"*"` is every header, with credentials and
            `Authorization` too.
        allow_credentials: whether requests may carry cookies or HTTP authentication,
            and their responses be read.
        expose_headers: the response headers that script may read. `"*"`, without
            credentials, is every header.
        max_age: how long a browser may keep a preflight's answer, in seconds or as a
            `timedelta`. Browsers have caps: Chromium 2 hours, Firefox a day, WebKit 10
            minutes.
        preflight_status: the status of a preflight's response, 204 or 200. 200 carries
            `Content-Length: 0`, for a proxy that is puzzled by 204.
        allow_private_network: whether to answer the private-network preflight, which
            browsers have given up.
        dangerously_allow_insecure_origins: whether origins of plain http may be listed
            together with credentials. Loopback ones always may.
        dangerously_allow_null_origin: whether `"null"` may be listed, the origin that
            every site can take on.
        dangerously_allow_public_suffix_subdomains: whether patterns such as
            `"https://*.github.io"` may be listed together with credentials.

    Attributes:
        warnings: what is questionable in this policy, though it was built.
        origins: the origins, sorted by kind.
        rules: the policy as requests run on it.

    Raises:
        InvalidPolicy: with every problem there is.
    """

    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    allow_credentials: bool
    expose_headers: tuple[str, ...]
    max_age: int
    preflight_status: int
    allow_private_network: bool
    dangerously_allow_insecure_origins: bool
    dangerously_allow_null_origin: bool
    dangerously_allow_public_suffix_subdomains: bool
    warnings: tuple[Problem, ...]
    origins: AllowedOrigins
    rules: Rules

    def __init__(  # noqa: PLR0913 - one for each thing that the protocol can allow
        self,
        *,
        allow_origins: OriginEntry | Iterable[OriginEntry],
        allow_methods: str | Iterable[str] = (),
        allow_headers: str | Iterable[str] = (),
        allow_credentials: bool = False,
        expose_headers: str | Iterable[str] = (),
        max_age: int | timedelta = 600,
        preflight_status: int = 204,
        allow_private_network: bool = False,
        dangerously_allow_insecure_origins: bool = False,
        dangerously_allow_null_origin: bool = False,
        dangerously_allow_public_suffix_subdomains: bool = False,
    ) -> None:
        # What checks a policy is loaded with the first that is written.
        from cors_wsgi._origins.entries import read_origins  # noqa: PLC0415 - as said
        from cors_wsgi._policy import dangers  # noqa: PLC0415 - as said
        from cors_wsgi._policy import fields as _audit  # noqa: PLC0415 - as said

        found = _audit.Findings()
        put = partial(object.__setattr__, self)
        for name, value in {
            "allow_credentials": allow_credentials,
            "allow_private_network": allow_private_network,
            "dangerously_allow_insecure_origins": dangerously_allow_insecure_origins,
            "dangerously_allow_null_origin": dangerously_allow_null_origin,
            "dangerously_allow_public_suffix_subdomains": (
                dangerously_allow_public_suffix_subdomains
            ),
        }.items():
            put(name, _audit.read_flag(name, value, found))
        origins = read_origins(allow_origins, found.problems, found.warnings)
        put("origins", origins)
        found.problems.extend(dangers.problems(self))
        put("allow_methods", _audit.read_methods(allow_methods, found))
        put("allow_headers", _audit.read_request_headers(allow_headers, found))
        put(
            "expose_headers",
            _audit.read_exposed_headers(expose_headers, self.allow_credentials, found),
        )
        put("max_age", _audit.read_max_age(max_age, found))
        put("preflight_status", _audit.read_preflight_status(preflight_status, found))
        if found.problems:
            raise InvalidPolicy(found.problems)
        put("warnings", (*found.warnings, *dangers.warnings(self)))
        put("rules", compile_rules(self, origins))

    @property
    def allow_origins(self) -> tuple[OriginEntry, ...]:
        """What may read responses, the named origins sorted and then the patterns as written."""
        return self.origins.entries

    @property
    def allows_any_method(self) -> bool:
        """Whether `allow_methods` is `"*"`."""
        return "*" in self.allow_methods

    @property
    def allows_any_header(self) -> bool:
        """Whether `allow_headers` is `"*"`."""
        return "*" in self.allow_headers

    def allows_origin(self, origin: str) -> bool:
        """Tell whether `origin` is allowed, for what is not a CORS request.

        A WebSocket handshake, for one, carries `Origin` and is not checked by browsers.

        Args:
            origin: the value of an `Origin` header, of any length and content.
        """
        return self.rules.answers_to(origin) is not self.rules.refused

    def explain(self, request: "Request") -> "Decision":
        """Decide on one request, with the reason and what would have been allowed.

        Args:
            request: for example `Request.preflight("https://app.example", "PUT")`, or
                `Request.from_environ(environ)`.
        """
        from cors_wsgi._policy.decision import evaluate  # noqa: PLC0415 - only who asks why needs it

        return evaluate(self, request)

    def replace(self, **changes: Any) -> "Policy":
        """Return this policy with some fields changed, checked like any other.

        Args:
            changes: the fields, as they are written for a new policy.

        Raises:
            InvalidPolicy: with every problem there is.
        """
        return Policy(**{**self._given(), **changes})

    __replace__ = replace  # for `copy.replace`

    def __setattr__(self, name: str, value: object) -> "NoReturn":
        message = f"a Policy does not change: make another one with replace({name}=...)"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> "NoReturn":
        message = "a Policy does not change"
        raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def __repr__(self) -> str:
        shown = [
            f"{name}={_shown(value)}"
            for name, value in self._given().items()
            if value != _DEFAULTS.get(name)
        ]
        return f"Policy({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # What is prepared holds functions, which cannot be pickled; it is prepared anew.
        return partial(Policy, **self._given()), ()

    def _given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.field_names()}

    def _value(self) -> tuple[object, ...]:
        origins = self.origins.exact, frozenset(self.origins.others)
        return *origins, *(getattr(self, name) for name in _DEFAULTS)

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """Return the names that a policy is written with."""
        return "allow_origins", *_DEFAULTS

    @classmethod
    def _closed(cls) -> "Self":
        """Build the policy that refuses everybody, which nobody can write."""
        policy = object.__new__(cls)
        origins = AllowedOrigins()
        given = {**_DEFAULTS, "warnings": (), "origins": origins}
        for name, value in given.items():
            object.__setattr__(policy, name, value)
        object.__setattr__(policy, "rules", compile_rules(policy, origins))
        return policy


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return repr(value)
    shown = [repr(entry) for entry in value[:_SHOWN_ENTRIES]]
    if len(value) > _SHOWN_ENTRIES:
        shown.append(f"... {len(value) - _SHOWN_ENTRIES} more")
    return f"[{', '.join(shown)}]"


# What is not written, in the normal form in which it is kept.
_DEFAULTS = Policy.__init__.__kwdefaults__ or {}

# What governs a request for which no policy can be chosen safely.
CLOSED = Policy._closed()
