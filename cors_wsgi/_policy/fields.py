"""Reads the values of a policy's fields, and finds all that is wrong with them at once.

Each function takes one field as it was written and returns it in its normal form;
what is wrong goes into the `Findings`: problems, for which no policy is built, and
warnings, which the policy carries.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from cors_wsgi import _fetch_standard as fetch
from cors_wsgi._problems import Problem

# Seconds beyond which each engine forgets a preflight all the same. Chromium and
# Firefox: their sources. WebKit: measured.
MAX_AGE_CAPS: Final = {"Firefox": 86400, "Chromium": 7200, "WebKit": 600}

# Seconds that every cache can count (RFC 9111, 1.2.2).
LONGEST_MAX_AGE: Final = 2**31 - 1


class Findings:
    """What has been found so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []


def as_sequence(value: object) -> Sequence[object]:
    """Return what a field lists. One string, or one pattern, is a list of one."""
    if isinstance(value, str | bytes | re.Pattern) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def _duplicate(name: str, value: object) -> Problem:
    return Problem("entry-duplicate", name, value, "is listed twice.", "Remove one of the two.")


def read_methods(value: object, found: Findings) -> tuple[str, ...]:
    """Read `allow_methods`."""
    methods = _read_tokens("allow_methods", value, found)
    for method in methods:
        upper = method.upper()
        if upper in fetch.FORBIDDEN_METHODS:
            found.problems.append(
                Problem(
                    "method-forbidden",
                    "allow_methods",
                    method,
                    "is a method that no browser sends for a script.",
                    "Remove it.",
                )
            )
        elif method != upper:
            why = (
                "is never sent: browsers write it in capitals."
                if upper in fetch.NORMALIZED_METHODS
                else "is matched by case, and differs from the usual method."
            )
            found.warnings.append(
                Problem("method-case", "allow_methods", method, why, f"Write {upper!r}.")
            )
    return methods


def read_request_headers(value: object, found: Findings) -> tuple[str, ...]:
    """Read `allow_headers`."""
    names = _read_tokens("allow_headers", value, found)
    found.problems.extend(
        Problem(
            "header-forbidden",
            "allow_headers",
            name,
            "is a request header that browsers let no script set.",
            "Remove it.",
        )
        for name in names
        if fetch.is_forbidden_request_header(name)
    )
    found.warnings.extend(_cors_headers("allow_headers", names))
    return names


def read_exposed_headers(value: object, credentials: bool, found: Findings) -> tuple[str, ...]:  # noqa: FBT001 - read from a field
    """Read `expose_headers`."""
    names = _read_tokens("expose_headers", value, found)
    if "*" in names and credentials:
        found.problems.append(
            Problem(
                "expose-wildcard-credentials",
                "expose_headers",
                "*",
                "means nothing to a browser when credentials are sent.",
                "Name the headers.",
            )
        )
    found.problems.extend(
        Problem(
            "expose-forbidden",
            "expose_headers",
            name,
            "is a response header that browsers show to no script.",
            "Remove it.",
        )
        for name in names
        if name.lower() in fetch.FORBIDDEN_RESPONSE_HEADERS
    )
    found.warnings.extend(_cors_headers("expose_headers", names))
    return names


def _cors_headers(field: str, names: Iterable[str]) -> Iterator[Problem]:
    """Find the protocol's own response headers, which no page needs to send or to read."""
    for name in names:
        if name.lower().startswith("access-control-"):
            yield Problem(
                "header-of-cors",
                field,
                name,
                "is a header that this policy itself sends: pages neither send nor read it.",
                "Remove it.",
            )


def _read_tokens(name: str, value: object, found: Findings) -> tuple[str, ...]:
    tokens: dict[str, None] = {}
    seen: set[str] = set()
    for entry in as_sequence(value):
        if not isinstance(entry, str) or not fetch.is_token(entry):
            found.problems.append(
                Problem(
                    "name-token",
                    name,
                    entry,
                    "is not a name as HTTP writes them (letters, digits and '-', mostly).",
                    "Write one name for each entry, without spaces, commas or colons.",
                )
            )
            continue
        key = entry if name == "allow_methods" else entry.lower()
        if key in seen:
            found.warnings.append(_duplicate(name, entry))
        else:
            seen.add(key)
            tokens[entry] = None
    if "*" in tokens:
        found.warnings.extend(
            Problem("entry-covered", name, entry, "is covered by '*'.", "Remove one of the two.")
            for entry in tokens
            if entry != "*"
        )
        return ("*",)
    return tuple(tokens)


def read_max_age(value: object, found: Findings) -> int:
    """Read `max_age`, as whole seconds."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    problem = None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        problem = "max-age-type", "is not a number of seconds.", "Write 600, or timedelta(hours=1)."
    elif seconds != seconds // 1:
        problem = "max-age-type", "is not a whole number of seconds.", "Write 600."
    elif seconds < 0:
        problem = "max-age-negative", "is negative.", "Write 0 to have nothing cached."
    elif seconds > LONGEST_MAX_AGE:
        longest = max(MAX_AGE_CAPS.values())
        problem = "max-age-range", "is more than caches can count.", f"Write {longest} or less."
    if problem:
        found.problems.append(Problem(problem[0], "max_age", value, *problem[1:]))
        return 0
    assert isinstance(seconds, int | float)  # noqa: S101 - for the type checker
    if seconds > max(MAX_AGE_CAPS.values()):
        caps = ", ".join(f"{engine} after {cap} s" for engine, cap in MAX_AGE_CAPS.items())
        found.warnings.append(
            Problem(
                "max-age-cap",
                "max_age",
                value,
                f"is more than any browser honours; they ask again: {caps}.",
                f"Write {max(MAX_AGE_CAPS.values())} or less.",
            )
        )
    return int(seconds)


def read_flag(name: str, value: object, found: Findings) -> bool:
    """Read a field that is `True` or `False`, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        message = "is neither True nor False."
        found.problems.append(Problem("flag-type", name, value, message, "Write True or False."))
    return value is True


def read_preflight_status(value: object, found: Findings) -> int:
    """Read `preflight_status`."""
    if value in (200, 204) and isinstance(value, int):
        return value
    message, hint = "is not a status that a preflight is answered with.", "Write 204 or 200."
    found.problems.append(Problem("preflight-status", "preflight_status", value, message, hint))
    return 204
