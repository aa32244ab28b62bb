"""What somebody meant who wrote a field that a policy does not have."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cors_wsgi._problems import Problem

# What other CORS packages call a field, as `_snake_case` writes it.
_ELSEWHERE: Final = {
    "allow_all_origins": "allow_origins",
    "allow_any_origin": "allow_origins",
    "allow_origin_regex": "allow_origins",
    "allowed_origin_patterns": "allow_origins",
    "allowed_origin_regexes": "allow_origins",
    "credentialed": "allow_credentials",
    "credentials": "allow_credentials",
    "expose": "expose_headers",
    "headers": "allow_headers",
    "max_age_in_seconds": "max_age",
    "max_age_seconds": "max_age",
    "maxage": "max_age",
    "method": "allow_methods",
    "methods": "allow_methods",
    "options_success_status": "preflight_status",
    "origin": "allow_origins",
    "origin_allow_all": "allow_origins",
    "origin_regex_whitelist": "allow_origins",
    "origin_whitelist": "allow_origins",
    "origins": "allow_origins",
    "preflight_max_age": "max_age",
    "request_headers": "allow_headers",
    "resources": "allow_origins",
    "response_headers": "expose_headers",
    "support_credentials": "allow_credentials",
    "supports_credentials": "allow_credentials",
}
_EVERY: Final = "Write allow_origins='*'."
_BY_PATH: Final = "Write PathPolicies({'/api': Policy(allow_origins='https://app.example')})."
_ALWAYS: Final = "Remove it: preflights are always answered."
_NOT_HERE: Final = "Write it beside the policy: CORS(app, policy, {}={!r})."
# What to do about options that have no field of the same meaning.
_HINTS: Final = {
    "allow_all_origins": _EVERY,
    "allow_any_origin": _EVERY,
    "allow_private_network": "Remove it: browsers no longer ask for it.",
    "always_send": "Remove it: the headers are sent where they are needed.",
    "automatic_options": _ALWAYS,
    "intercept_exceptions": "Remove it, or write CORS(app, policy, answer_crashes=False).",
    "options_passthrough": _ALWAYS,
    "origin_allow_all": _EVERY,
    "preflight_continue": _ALWAYS,
    "private_network_access": "Remove it: browsers no longer ask for it.",
    "resources": _BY_PATH,
    "send_wildcard": "Remove it: allow_origins='*' sends '*'.",
    "urls_regex": _BY_PATH,
    "vary": "Remove it: Vary is always sent where it is needed.",
    "vary_header": "Remove it: Vary is always sent where it is needed.",
}
_BESIDE: Final = ("answer_crashes", "debug", "websockets")
_TRANSLATOR: Final = "'cors-wsgi policy --from' translates a whole configuration."


def unknown_field(name: Any, given: Mapping[Any, Any], known: Sequence[str]) -> Problem:
    """Describe a field that no policy has, and what was probably meant.

    Args:
        name: What was written.
        given: Everything that was written, by name.
        known: The names of the fields.
    """
    key = str(name)
    if key.startswith("/"):
        message = "is a path, and paths do not mix with fields."
        hint = "Put the fields under a path as well: '/' is every path."
        return Problem("path-mixed", key, name, message, hint)
    hint = _hint(name, given, known)
    return Problem("key-unknown", key, name, "is not a field of a policy.", hint)


def _hint(name: Any, given: Mapping[Any, Any], known: Sequence[str]) -> str:
    plain = _snake_case(str(name))
    value = given[name]
    near = meant_field(name, known)
    if plain in _BESIDE:
        return _NOT_HERE.format(plain, value)
    if plain in _HINTS:
        return "Remove it." if value is False else _HINTS[plain]
    if is_expression(name, known) and isinstance(value, str):
        if "allow_origins" in given:
            return f"Add re.compile({value!r}) to the list of allow_origins."
        return f"Write allow_origins=[re.compile({value!r})]."
    if plain in _ELSEWHERE:
        return f"Write {near!r}. {_TRANSLATOR}"
    return f"Did you mean {near!r}?" if near else f"A policy has: {', '.join(known)}."


def is_expression(name: object, known: Sequence[str]) -> bool:
    """Tell whether an option holds origins as regular expressions elsewhere."""
    return "regex" in _snake_case(str(name)) and meant_field(name, known) == "allow_origins"


def belongs_to_policy(option: str, known: Sequence[str]) -> bool:
    """Tell whether an option of something else is a policy's field, or was one elsewhere."""
    return _snake_case(option) in _HINTS or meant_field(option, known) is not None


def meant_field(name: object, known: Sequence[str]) -> str | None:
    """Return the field that was probably meant, or None.

    Args:
        name: A misspelt name, or what another package calls a field.
        known: The names of the fields.
    """
    import difflib  # noqa: PLC0415 - 2 ms, and only a mistake needs it

    plain = _snake_case(str(name))
    if plain in _ELSEWHERE:
        return _ELSEWHERE[plain]
    return next(iter(difflib.get_close_matches(plain, known, n=1, cutoff=0.75)), None)


def _snake_case(name: str) -> str:
    """Write a name as Python does, without what other packages put before it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    plain = re.sub(r"[\s_-]+", "_", words).strip("_").lower()
    return plain.removeprefix("cors_").removeprefix("access_control_")
