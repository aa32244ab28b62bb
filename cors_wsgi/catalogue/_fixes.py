"""What to change, with the values at hand filled in."""

import re
from typing import Final

from cors_wsgi.catalogue._load import LEAST, failure, stack, stacks
from cors_wsgi.catalogue._types import Fix, Stack, StackMend

# Values come from messages and responses, and end in code that people paste: only what
# cannot be anything but an origin, a method or a header's name is let through.
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]{1,255}(?::[0-9]{1,5})?|https?://\[[0-9a-f:.]+\]")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL: Final = re.compile(r"https?://[A-Za-z0-9.\[\]:/_~%+=&?-]{1,500}")

# The failure whose fixes answer preflights.
_UNANSWERED: Final = "preflight-405"

_EXAMPLES: Final = {
    "origin": "https://app.example",
    "method": "PUT",
    "header": "Content-Type",
    "url": "https://api.example/data",
}
_SHAPES: Final = {"origin": _ORIGIN, "method": _TOKEN, "header": _TOKEN, "url": _URL}


def fix(  # noqa: PLR0913 - what a message can name
    id: str,  # noqa: A002 - what it is called everywhere
    stack_id: str = LEAST,
    *,
    preflight: bool = False,
    origin: str | None = None,
    method: str | None = None,
    header: str | None = None,
    url: str | None = None,
) -> Fix:
    """Return what to change on a stack against a failure.

    Args:
        id: the failure's id.
        stack_id: the stack's id, or another name of it; `http` says what to send,
            whatever sends it.
        preflight: whether it is the preflight that fails: one whose answer has no CORS
            headers at all is to be answered first, by whatever answers preflights.
        origin: the page's origin, to be filled in. A value that is not plainly one is
            left out, and an example stands in its place. So it is with the others.
        method: the method that is refused.
        header: the header that is refused, or hidden.
        url: the URL that was asked for.

    Raises:
        KeyError: if there is no such failure or no such stack.
    """
    failure(id)
    sought = _UNANSWERED if preflight and id == "origin-missing" else id
    chosen = stack(stack_id)
    found = _find(chosen, sought)
    if found is None:
        chosen = stack(LEAST)
        found = _find(chosen, sought)
    assert found is not None, f"the stack {LEAST!r} has no fix for {id!r}"  # noqa: S101 - tested
    values = _checked({"origin": origin, "method": method, "header": header, "url": url})
    return Fix(
        stack=chosen.id,
        title=chosen.title,
        where=found.where,
        text=_filled(found.text, values),
        code=_filled(found.code, values),
        language=found.language,
    )


def fixed_on(id: str) -> tuple[str, ...]:  # noqa: A002 - what it is called everywhere
    """Return the ids of the stacks that have lines of their own against a failure."""
    return tuple(one.id for one in stacks().values() if one.id != LEAST and _find(one, id))


def _find(chosen: Stack, failure_id: str) -> StackMend | None:
    return next((fix for fix in chosen.fixes if failure_id in fix.failures), None)


def _checked(given: dict[str, str | None]) -> dict[str, str]:
    values = {
        name: value if value and _SHAPES[name].fullmatch(value) else _EXAMPLES[name]
        for name, value in given.items()
    }
    # A script that says `patch` is to be fixed, not served.
    values["method"] = values["method"].upper()
    return values | {"origin_regex": re.escape(values["origin"]).replace("\\-", "-")}


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text
