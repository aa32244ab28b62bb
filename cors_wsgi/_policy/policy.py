"""The policy that people write, read and print."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, Never, NoReturn, Self, Unpack

from cors_wsgi._origins.allowed import AllowedOrigins, OriginEntry
from cors_wsgi._policy.compiled import CompiledPolicy
from cors_wsgi._policy.decision import Decision, Request, evaluate
from cors_wsgi._policy.fields import (
    DEFAULTS,
    FIELD_NAMES,
    Fields,
    PolicyChanges,
    PolicyFields,
    TemplateFields,
    check_fields,
)
from cors_wsgi._policy.requests import RequestMapping
from cors_wsgi._policy.template import allows, check_template, fields_of
from cors_wsgi._problems import InvalidPolicy, Problem

_SHOWN_ENTRIES = 10

EXAMPLE: Final = "Policy(allow_origins=['https://app.example'])"


class Policy:
    r"""Which origins may do what: checked when it is built, frozen, compared by value.

    A wrong policy cannot be built, and nothing is allowed unless it is named.

    Args:
        allow_origins: The origins whose pages may read responses. Each is an origin
            (`"https://app.example"`), a pattern (`"https://*.example.com"` for any subdomain,
            `"https://app-*.example.com"` for any name of that form, `"http://localhost:*"` for
            any port), or a compiled regular expression, which must match in full. `"*"`, alone,
            is every origin.
        allow_methods: The methods they may use besides GET, HEAD and POST, which need no
            permission. `"*"` is every method, with credentials too.
        allow_headers: The request headers they may set, such as `"Authorization"` and
            `"Content-Type"`. `"*"` is every header, with credentials and `Authorization` too.
        allow_credentials: Whether requests may carry cookies or HTTP authentication, and their
            responses be read. A token that script puts into a header does not need it.
        expose_headers: The response headers that script may read. `"*"`, without credentials,
            is every header.
        max_age: How long a browser may keep a preflight's response, in seconds or as a
            `timedelta`. Browsers have limits: Chromium 2 hours, Firefox a day, WebKit 10 minutes.
        preflight_status: The status of a preflight's response, 204 or 200. 200 carries
            `Content-Length: 0`, for proxies that cannot handle 204.
        dangerously_allow_insecure_origins: Whether origins of plain http may be listed together
            with credentials. Loopback ones always may.
        dangerously_allow_null_origin: Whether `"null"` may be listed, the origin that every site
            can take on.
        dangerously_allow_public_suffix_subdomains: Whether patterns such as
            `"https://*.github.io"` may be listed together with credentials.

    Attributes:
        compiled: The policy as requests run on it.
        warnings: What is questionable in this policy, though it was built.

    Raises:
        InvalidPolicy: With every problem that there is.
    """

    __slots__ = ("__weakref__", "compiled", "warnings")

    compiled: CompiledPolicy
    warnings: tuple[Problem, ...]

    def __init__(self, /, *misplaced: Never, **given: Unpack[PolicyFields]) -> None:
        if misplaced:
            raise TypeError(_by_name("a Policy takes", "Policy", misplaced[0]))
        fields, warnings = check_fields(given)
        self._set(CompiledPolicy(fields), warnings)

    def _set(self, compiled: CompiledPolicy, warnings: tuple[Problem, ...]) -> None:
        object.__setattr__(self, "compiled", compiled)
        object.__setattr__(self, "warnings", warnings)

    @classmethod
    def _made(cls, compiled: CompiledPolicy, warnings: tuple[Problem, ...] = ()) -> Self:
        """Make a policy of fields that have been checked."""
        policy = object.__new__(cls)
        policy._set(compiled, warnings)
        return policy

    @classmethod
    def template(cls, *_misplaced: Never, **given: Unpack[TemplateFields]) -> "PolicyTemplate":
        """Return a template for policies whose origins are in a store, as for `StoredPolicies`.

        Args:
            given: The fields of a policy but for `allow_origins`; all are optional.

        Raises:
            InvalidPolicy: With every problem that there is.
        """
        if _misplaced:
            raise TypeError(_template_by_name(_misplaced[0]))
        return PolicyTemplate(check_template(given))

    @property
    def origins(self) -> AllowedOrigins:
        """The allowed origins, sorted by kind."""
        return self.compiled.fields.origins

    @property
    def allow_origins(self) -> tuple[OriginEntry, ...]:
        """The allowed origins: the exact ones sorted, and then the others as written."""
        return self.origins.entries

    @property
    def allow_methods(self) -> tuple[str, ...]:
        """The allowed methods."""
        return self.compiled.fields.allow_methods

    @property
    def allow_headers(self) -> tuple[str, ...]:
        """The allowed request headers."""
        return self.compiled.fields.allow_headers

    @property
    def allow_credentials(self) -> bool:
        """Whether credentials are allowed."""
        return self.compiled.fields.allow_credentials

    @property
    def expose_headers(self) -> tuple[str, ...]:
        """The response headers that script may read."""
        return self.compiled.fields.expose_headers

    @property
    def max_age(self) -> int:
        """How long a browser may keep a preflight's response, in seconds."""
        return self.compiled.fields.max_age

    @property
    def preflight_status(self) -> int:
        """The status of a preflight's response."""
        return self.compiled.fields.preflight_status

    @property
    def dangerously_allow_insecure_origins(self) -> bool:
        """Whether plain http is allowed together with credentials."""
        return self.compiled.fields.dangerously_allow_insecure_origins

    @property
    def dangerously_allow_null_origin(self) -> bool:
        """Whether `null` is allowed."""
        return self.compiled.fields.dangerously_allow_null_origin

    @property
    def dangerously_allow_public_suffix_subdomains(self) -> bool:
        """Whether names below public suffixes are allowed together with credentials."""
        return self.compiled.fields.dangerously_allow_public_suffix_subdomains

    @property
    def allows_any_method(self) -> bool:
        """Whether `allow_methods` is `"*"`."""
        return self.compiled.fields.allows_any_method

    @property
    def allows_any_header(self) -> bool:
        """Whether `allow_headers` is `"*"`."""
        return self.compiled.fields.allows_any_header

    def allows_origin(self, origin: str | None) -> bool:
        """Tell whether an origin is allowed, for what is not a CORS request.

        Browsers do not check WebSocket handshakes, for example, but send `Origin` with them.

        Args:
            origin: The value of an `Origin` header, of any length and content; None if there is
                none, which is not allowed.
        """
        return self.compiled.allows(origin)

    def explain(self, request: Request) -> Decision:
        """Decide on one request, with the reason and what would have been allowed.

        Args:
            request: For example `Request.preflight("https://app.example", "PUT")`, or
                `Request.from_environ(environ)`.
        """
        if not isinstance(request, Request):
            raise TypeError(f"explain takes a Request: {_request_of(request)}")
        return evaluate(self.compiled, request)

    def policy_for(self, request: RequestMapping) -> "Policy":  # noqa: ARG002 - as elsewhere
        """Return the policy that governs a request: this one, whatever the request.

        Args:
            request: A WSGI environ or an ASGI scope.
        """
        return self

    def replace(self, *_misplaced: Never, **changes: Unpack[PolicyChanges]) -> "Policy":
        """Return this policy with some fields changed, checked like any other.

        Args:
            changes: The fields, as they are written for a new policy.

        Raises:
            InvalidPolicy: With every problem that there is.
        """
        if _misplaced:
            raise TypeError(_by_name("replace takes", "replace", _misplaced[0]))
        changed = Policy(**{**self._given(), **changes})
        return changed.varying_by_origin() if self.compiled.vary_by_origin else changed

    __replace__ = replace  # for `copy.replace`

    def varying_by_origin(self) -> "Policy":
        """Return the same policy, for use where the request's origin may have chosen it.

        All its responses then say `Vary: Origin`, also where it allows every origin.
        """
        if not self.origins.any:
            return self
        compiled = CompiledPolicy(self.compiled.fields, vary_by_origin=True)
        return Policy._made(compiled, self.warnings)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"a Policy does not change: make another one with replace({name}={value!r})"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
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
            if value != DEFAULTS.get(name)
        ]
        return f"Policy({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # What is compiled cannot be pickled; it is made anew. The fields are not checked again: a
        # policy that allows nobody, such as that of a store without rows, would not pass.
        made_of = self.compiled.fields, self.compiled.vary_by_origin, self.compiled.denied_because
        return _made_anew, (*made_of, self.warnings)

    def _given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELD_NAMES}

    def _value(self) -> tuple[object, ...]:
        # The order of origins means nothing.
        origins = self.origins.exact, frozenset(self.origins.others)
        given = (getattr(self, name) for name in DEFAULTS)
        return *origins, self.compiled.vary_by_origin, self.compiled.denied_because, *given

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """Return the names that a policy is written with."""
        return FIELD_NAMES


class PolicyTemplate(NamedTuple):
    """The fields of a policy but for its origins: checked once, for any number of policies.

    `Policy.template` makes one.

    Attributes:
        fields: The fields; their origins mean nothing.
    """

    fields: Fields

    def policy(self, rows: Iterable[object]) -> Policy:
        """Return the policy that allows the origins in a store's rows.

        A row names one plain origin. What is none, such as a pattern, `*` or `null`, and what the
        other fields forbid, is left out, and the other rows hold.

        Args:
            rows: The rows.

        Returns:
            The policy. Its `warnings` are what is wrong with the rows that were left out.
        """
        fields, problems = fields_of(rows, self.fields)
        reason = None if fields.origins.exact else "the store has no origins for it"
        return Policy._made(CompiledPolicy(fields, denied_because=reason), problems)

    def allows(self, origin: str) -> bool:
        """Tell whether an origin is a plain one that the other fields do not forbid."""
        return allows(origin, self.fields)


def _made_anew(
    fields: Fields,
    vary_by_origin: bool,  # noqa: FBT001 - pickle passes no names
    denied_because: str | None,
    warnings: tuple[Problem, ...],
) -> Policy:
    """Make a policy that was pickled or copied."""
    compiled = CompiledPolicy(fields, vary_by_origin=vary_by_origin, denied_because=denied_because)
    return Policy._made(compiled, warnings)


def _by_name(taker: str, function: str, value: object) -> str:
    """Say how to write what was given without its name."""
    named = f"**{value!r}" if isinstance(value, Mapping) else f"allow_origins={value!r}"
    if not isinstance(value, Mapping) and policy_for_origins(value) == EXAMPLE:
        named = "allow_origins=['https://app.example']"
    return f"{taker} its fields by name: {function}({named})"


def _template_by_name(value: object) -> str:
    """Say how to write a template that was given without names."""
    named = f"**{value!r}" if isinstance(value, Mapping) else "allow_credentials=True"
    return f"a template takes its fields by name, and no origins: Policy.template({named})"


def _request_of(given: object) -> str:
    """Return the code of the request that was probably meant."""
    if isinstance(given, Mapping):
        return "Request.from_environ(environ)"
    origin = given if isinstance(given, str) else "https://app.example"
    return f"Request.preflight({origin!r}, 'PUT')"


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return repr(value)
    shown = [repr(entry) for entry in value[:_SHOWN_ENTRIES]]
    if len(value) > _SHOWN_ENTRIES:
        shown.append(f"... {len(value) - _SHOWN_ENTRIES} more")
    return f"[{', '.join(shown)}]"


def policy_for_origins(given: object) -> str:
    """Return the code of a policy for the origins in a value; an example if it has none."""
    if not isinstance(given, Iterable) or isinstance(given, Mapping | type):
        return EXAMPLE
    try:
        return repr(Policy(allow_origins=given))
    except InvalidPolicy:
        return EXAMPLE


@cache
def deny_all(reason: str) -> Policy:
    """Return the policy that allows nobody, for a request that no policy can be chosen for.

    Nobody can write it: a policy without origins is an error.

    Args:
        reason: Why, for the log; one of a few constants, never a part of a request.
    """
    fields = Fields(AllowedOrigins())
    return Policy._made(CompiledPolicy(fields, denied_because=reason))


# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (Policy, Request, Decision, PolicyFields, PolicyChanges):
    _public.__module__ = "cors_wsgi"
