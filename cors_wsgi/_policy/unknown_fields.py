"""What somebody meant who wrote a field that a policy does not have."""

from collections.abc import Sequence
from typing import Final

from cors_wsgi._problems import Problem

# What other CORS packages call a field.
_ELSEWHERE: Final = {
    "allow_all_origins": "allow_origins",
    "allow_origin_regex": "allow_origins",
    "credentials": "allow_credentials",
    "headers": "allow_headers",
    "maxage": "max_age",
    "methods": "allow_methods",
    "origin": "allow_origins",
    "origins": "allow_origins",
    "resources": "allow_origins",
    "supports_credentials": "allow_credentials",
}
# What to do about options that have no field of the same meaning.
_HINTS: Final = {
    "allow_all_origins": "Write allow_origins='*'.",
    "allow_origin_regex": "Write allow_origins=[re.compile(...)].",
    "allow_private_network": "Remove it: browsers no longer ask for it.",
    "automatic_options": "Remove it: preflights are always answered.",
    "resources": "Write PathPolicies({'/api': Policy(...)}).",
    "send_wildcard": "Remove it: allow_origins='*' sends '*'.",
    "vary_header": "Remove it: Vary is always sent where it is needed.",
}
_TRANSLATOR: Final = "'cors-wsgi policy --from' translates a whole configuration."


def unknown_field(name: object, known: Sequence[str]) -> Problem:
    """Describe a field that no policy has, and what was probably meant.

    Args:
        name: What was written.
        known: The names of the fields.
    """
    key = str(name)
    lower = key.lower()
    if key.startswith("/"):
        message = "is a path, and paths do not mix with fields."
        hint = "Put the fields under a path as well: '/' is every path."
        return Problem("path-mixed", key, name, message, hint)
    if lower in _HINTS:
        hint = _HINTS[lower]
    elif lower in _ELSEWHERE:
        hint = f"Write {_ELSEWHERE[lower]!r}. {_TRANSLATOR}"
    elif near := meant_field(key, known):
        hint = f"Did you mean {near!r}?"
    else:
        hint = f"A policy has: {', '.join(known)}."
    return Problem("key-unknown", key, name, "is not a field of a policy.", hint)


def belongs_to_policy(option: str, known: Sequence[str]) -> bool:
    """Tell whether an option of something else is a policy's field, or was one elsewhere."""
    return option in known or option in _ELSEWHERE


def meant_field(name: object, known: Sequence[str]) -> str | None:
    """Return the field that was probably meant, or None.

    Args:
        name: A misspelt name, or what another package calls a field.
        known: The names of the fields.
    """
    import difflib  # noqa: PLC0415 - 2 ms, and only a mistake needs it

    lower = str(name).lower()
    if lower in _ELSEWHERE:
        return _ELSEWHERE[lower]
    return next(iter(difflib.get_close_matches(lower, known, n=1, cutoff=0.75)), None)
