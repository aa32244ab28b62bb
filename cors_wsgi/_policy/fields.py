"""The fields of a policy: read as they were written, checked, and frozen.

Everything that is wrong is found at once. `check_fields` is the only way to a `Fields`, so what
is made from one need not check anything again.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple, Required, TypedDict

from cors_wsgi import _fetch_standard as fetch
from cors_wsgi._origins.allowed import AllowedOrigins, OriginEntry
from cors_wsgi._origins.entries import read_origins
from cors_wsgi._origins.written import as_entries, texts_in
from cors_wsgi._policy import dangers
from cors_wsgi._policy.unknown_fields import meant_field, unknown_field
from cors_wsgi._problems import InvalidPolicy, Problem, check_mapping

# After so many seconds each engine forgets a preflight's response, whatever it says. Chromium
# and Firefox: their sources. WebKit: measured.
MAX_AGE_CAPS: Final = {"Firefox": 86400, "Chromium": 7200, "WebKit": 600}

# More than this is one value to caches (RFC 9111, section 1.2.2).
_LONGEST_AGE: Final = 2**31 - 1

# What the fields of names are called, and a usual name.
_NAMES: Final = {
    "allow_methods": ("method", "PUT"),
    "allow_headers": ("header", "Authorization"),
    "expose_headers": ("header", "X-Request-Id"),
}
_BETWEEN_NAMES: Final = re.compile(r"[\s,;|'\"`\[\]()]+")
# Tokens may have quotes, `*` and `|` in them (RFC 9110, section 5.6.2), but names have none.
_QUOTED: Final = re.compile(r"^['`]|['`]$")
_NO_NAME: Final = re.compile(r"(?i:all|any|[a-z])|.*[*|].*")


class TemplateFields(TypedDict, total=False):
    """The fields of a policy but for its origins, as `Policy.template` takes them."""

    allow_methods: str | Iterable[str]
    allow_headers: str | Iterable[str]
    allow_credentials: bool
    expose_headers: str | Iterable[str]
    max_age: int | timedelta
    preflight_status: int
    dangerously_allow_insecure_origins: bool
    dangerously_allow_null_origin: bool
    dangerously_allow_public_suffix_subdomains: bool


class PolicyFields(TemplateFields):
    """The fields of a policy, as `Policy` takes them."""

    allow_origins: Required[OriginEntry | Iterable[OriginEntry]]


class PolicyChanges(TemplateFields, total=False):
    """The fields of a policy, as `Policy.replace` takes them."""

    allow_origins: OriginEntry | Iterable[OriginEntry]


class Fields(NamedTuple):
    """The checked fields of a policy, in their normal form."""

    origins: AllowedOrigins
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    expose_headers: tuple[str, ...] = ()
    max_age: int = 600
    preflight_status: int = 204
    dangerously_allow_insecure_origins: bool = False
    dangerously_allow_null_origin: bool = False
    dangerously_allow_public_suffix_subdomains: bool = False

    @property
    def allows_any_method(self) -> bool:
        """Whether `allow_methods` is `"*"`."""
        return "*" in self.allow_methods

    @property
    def allows_any_header(self) -> bool:
        """Whether `allow_headers` is `"*"`."""
        return "*" in self.allow_headers


# The fields as they are written, and their defaults.
DEFAULTS: Final[Mapping[str, Any]] = Fields._field_defaults
FIELD_NAMES: Final = ("allow_origins", *DEFAULTS)


def check_keys(given: Mapping[Any, Any], example: str) -> None:
    """Refuse what is not a mapping, and fields where policies are wanted.

    Args:
        given: What was written.
        example: What to write instead.

    Raises:
        TypeError: If it is not a mapping, or has fields for its keys.
    """
    check_mapping(given, example)
    for name in given:
        if name in FIELD_NAMES:
            raise TypeError(f"{name!r} is a field of one policy. Write {example}")


def check_fields(given: Mapping[str, Any]) -> tuple[Fields, tuple[Problem, ...]]:
    """Check the fields of a policy.

    Args:
        given: The fields by name, as they were written.

    Returns:
        The fields, and warnings: what is questionable in them.

    Raises:
        InvalidPolicy: With every problem that there is.
    """
    unknown = [name for name in given if name not in FIELD_NAMES]
    problems = [unknown_field(name, given, FIELD_NAMES) for name in unknown]
    warnings: list[Problem] = []
    origins = AllowedOrigins()
    # Where only its name is wrong, the field is not missing as well.
    meant = {meant_field(name, FIELD_NAMES) for name in unknown}
    if "allow_origins" in given or "allow_origins" not in meant:
        origins = read_origins(given.get("allow_origins", ()), problems, warnings)
    fields = _Reader(problems, warnings).read(origins, {**DEFAULTS, **given})
    problems.extend(dangers.problems(fields))
    if problems:
        raise InvalidPolicy(problems)
    return fields, (*warnings, *dangers.warnings(fields))


def _names_hint(entry: object, example: str) -> str:
    if entry is None:
        return f"Remove it, or write one name for each entry: {example!r}."
    if entry is True:
        return "Write '*' for every one."
    # The value of a header is not a part of its name.
    texts = (re.sub(r"(?s):.*", "", text) for text in texts_in(entry))
    names = [name for text in texts for name in _BETWEEN_NAMES.split(text) if name]
    if names and all(map(fetch.is_token, names)) and not isinstance(entry, re.Pattern | int):
        each = ", each as one entry of the list." if len(names) > 1 else "."
        return f"Write {', '.join(map(repr, names))}{each}"
    return f"Write one name for each entry: {example!r}."


class _Reader:
    """Reads one field after the other, and collects what is wrong with them."""

    def __init__(self, problems: list[Problem], warnings: list[Problem]) -> None:
        self.problems = problems
        self.warnings = warnings

    def read(self, origins: AllowedOrigins, given: Mapping[str, Any]) -> Fields:
        flags = {
            name: self._flag(name, given[name])
            for name, default in DEFAULTS.items()
            if isinstance(default, bool)
        }
        return Fields(
            origins,
            allow_methods=self._methods(given["allow_methods"]),
            allow_headers=self._request_headers(given["allow_headers"]),
            expose_headers=self._exposed_headers(
                given["expose_headers"], credentials=flags["allow_credentials"]
            ),
            max_age=self._max_age(given["max_age"]),
            preflight_status=self._preflight_status(given["preflight_status"]),
            **flags,
        )

    def _problem(self, code: str, field: str, value: object, message: str, hint: str) -> None:
        self.problems.append(Problem(code, field, value, message, hint))

    def _warning(self, code: str, field: str, value: object, message: str, hint: str) -> None:
        self.warnings.append(Problem(code, field, value, message, hint))

    def _flag(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            message = "is neither True nor False."
            hint = "Write True or False, without quotes; in TOML, true or false."
            self._problem("flag-type", name, value, message, hint)
        return value is True

    def _methods(self, value: object) -> tuple[str, ...]:
        methods = self._tokens("allow_methods", value)
        for method in methods:
            upper = method.upper()
            if upper in fetch.FORBIDDEN_METHODS:
                message = "is a method that browsers never let a script send."
                self._problem("method-forbidden", "allow_methods", method, message, "Remove it.")
            elif method != upper and not _NO_NAME.fullmatch(method):
                message = (
                    "never arrives: browsers send this method in capitals."
                    if upper in fetch.NORMALIZED_METHODS
                    else "is not the usual method: methods are case-sensitive."
                )
                self._warning("method-case", "allow_methods", method, message, f"Write {upper!r}.")
        return methods

    def _request_headers(self, value: object) -> tuple[str, ...]:
        names = self._tokens("allow_headers", value)
        for name in names:
            if fetch.is_forbidden_request_header(name):
                message = "is a request header that browsers never let a script set."
                self._problem("header-forbidden", "allow_headers", name, message, "Remove it.")
            self._warn_of_response_header("allow_headers", name)
        return names

    def _exposed_headers(self, value: object, *, credentials: bool) -> tuple[str, ...]:
        names = self._tokens("expose_headers", value)
        if "*" in names and credentials:
            message = "means nothing to a browser when credentials are sent."
            hint = "Name the headers."
            self._problem("expose-wildcard-credentials", "expose_headers", "*", message, hint)
        for name in names:
            if name.lower() in fetch.FORBIDDEN_RESPONSE_HEADERS:
                message = "is a response header that browsers never show to a script."
                self._problem("expose-forbidden", "expose_headers", name, message, "Remove it.")
            self._warn_of_response_header("expose_headers", name)
        return names

    def _warn_of_response_header(self, field: str, name: str) -> None:
        if name.lower().startswith("access-control-"):
            message = "is a header of the CORS protocol itself, which needs no entry."
            self._warning("header-of-cors", field, name, message, "Remove it.")

    def _tokens(self, field: str, value: object) -> tuple[str, ...]:
        tokens: dict[str, str] = {}
        for entry in as_entries(value):
            kind, example = _NAMES[field]
            if not isinstance(entry, str) or not fetch.is_token(entry) or _QUOTED.search(entry):
                message = f"is not a valid {kind} name."
                self._problem("name-token", field, entry, message, _names_hint(entry, example))
                continue
            if entry != "*" and _NO_NAME.fullmatch(entry):
                message = f"is taken as the name of one {kind}: there are no patterns."
                hint = f"Write '*' for every {kind}, or each name: {example!r}."
                self._warning("name-literal", field, entry, message, hint)
            key = entry if field == "allow_methods" else entry.lower()
            if key in tokens:
                hint = "Remove one of the two."
                self._warning("entry-duplicate", field, entry, "is listed twice.", hint)
            tokens.setdefault(key, entry)
        if "*" not in tokens:
            return tuple(tokens.values())
        for entry in tokens.values():
            if entry != "*":
                hint = "Remove one of the two."
                self._warning("entry-covered", field, entry, "is covered by '*'.", hint)
        return ("*",)

    def _max_age(self, value: object) -> int:
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            digits = "".join(texts_in(value)).strip()
            seconds = digits if digits.isdecimal() and len(digits) < 9 else 600
            hint = f"Write {seconds}, without quotes."
            self._problem("max-age-type", "max_age", value, "is not a number of seconds.", hint)
            return 0
        if seconds != seconds // 1:
            message = "is not a whole number of seconds."
            self._problem("max-age-type", "max_age", value, message, "Write 600.")
            return 0
        if seconds < 0:
            hint = "Write 0 to have nothing cached."
            self._problem("max-age-negative", "max_age", value, "is negative.", hint)
            return 0
        if seconds > _LONGEST_AGE:
            message = "is more seconds than caches can count."
            hint = f"Write {max(MAX_AGE_CAPS.values())} or less."
            self._problem("max-age-range", "max_age", value, message, hint)
            return 0
        if seconds > max(MAX_AGE_CAPS.values()):
            caps = ", ".join(f"{engine} after {cap} s" for engine, cap in MAX_AGE_CAPS.items())
            message = f"is longer than any browser honours; they ask again: {caps}."
            hint = f"Write {max(MAX_AGE_CAPS.values())} or less."
            self._warning("max-age-cap", "max_age", value, message, hint)
        return int(seconds)

    def _preflight_status(self, value: object) -> int:
        if isinstance(value, int) and value in (200, 204):
            return int(value)  # it may be a member of `HTTPStatus`
        message = "is not a status for the response to a preflight."
        self._problem("preflight-status", "preflight_status", value, message, "Write 204 or 200.")
        return 204
