"""What to change on a stack, with the values at hand filled in."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

from cors_wsgi.catalogue._load import LEAST, failure, stack, stacks
from cors_wsgi.catalogue._types import Fix, Stack, StackFix, Wanted

# Values come from messages and responses, and end in code that people paste, so only what cannot
# be anything but an origin, a method, a header's name or a URL is let through.
_ORIGIN: Final = re.compile(
    r"[a-z][a-z0-9+.-]{0,40}://(?:[a-z0-9._~-]{0,255}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?|null"
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}|\*")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_URL: Final = re.compile(r"https?://[A-Za-z0-9.\[\]:/_~%+=&?-]{1,500}")

_SAFELISTED_METHODS: Final = ("GET", "HEAD", "POST")
# The failures whose fixes answer preflights, and the one whose fix is used for all of them.
_PREFLIGHT: Final = "preflight-"
_UNANSWERED: Final = "preflight-405"

_STATUS: Final = re.compile(r"[45][0-9]{2}[A-Za-z' -]{0,50}")
_EXAMPLE_STATUS: Final = "500 Internal Server Error"
_EXAMPLE_ORIGIN: Final = "https://app.example"
_EXAMPLE_URL: Final = "https://api.example/data"
_EXAMPLE_METHODS: Final = ("PUT", "PATCH", "DELETE")
_EXAMPLE_HEADERS: Final = ("Authorization", "Content-Type")

_ADD: Final = "If you already have a CORS set-up, add these values to it and keep the rest."

_PLACEHOLDER: Final = re.compile(r"<<(\w+)(?::(\w+))?>>")
_CONDITION: Final = re.compile(r"<<if (\w+)>>")


def fix(  # noqa: PLR0913 - what a message can name
    id: str,  # noqa: A002 - what it is called everywhere
    stack_id: str = LEAST,
    *,
    preflight: bool = False,
    wanted: Wanted | None = None,
    origin: str | None = None,
    method: str | None = None,
    header: str | None = None,
    url: str | None = None,
    app: str | None = None,
    status: str | None = None,
) -> Fix:
    """Return what to change on a stack against a failure.

    Values that are not plainly what they should be are left out; examples stand in for them.

    Args:
        id: The failure's id.
        stack_id: The stack's id or one of its aliases; `http` says what to send, whatever sends it.
        preflight: Whether it is the preflight that fails. One whose answer has no CORS headers at
            all has to be answered first, by something that answers preflights.
        wanted: What the server has to allow, if it is known. Without it, it is made from the next
            three.
        origin: The page's origin.
        method: The method that is refused.
        header: The header that is refused, or hidden.
        url: The URL that was asked for.
        app: The name of the application in its code.
        status: The status of the error that was seen, with its name.

    Raises:
        KeyError: If there is no such failure or no such stack.
    """
    failure(id)
    sought = _UNANSWERED if preflight and id == "origin-missing" else id
    chosen = stack(stack_id)
    found = _find(chosen, sought)
    if found is None:
        chosen = stack(LEAST)
        found = _find(chosen, sought)
    assert found is not None, f"the stack {LEAST!r} has no fix for {id!r}"  # noqa: S101 - tested
    wanted = wanted or _wanted(sought, origin, method, header)
    values = _values(wanted, url, method, header)
    values["app"] = (app if app and _NAME.fullmatch(app) else chosen.app,)
    values["status"] = (status if status and _STATUS.fullmatch(status) else _EXAMPLE_STATUS,)
    is_part = found.is_policy and not wanted.complete
    text = f"{found.text} {_ADD}" if is_part else found.text
    where, code = _filled(found.where, values), _filled(found.code, values)
    if found.is_policy:
        # It loads half of the library in 10 ms, and the list of fixes needs none of it.
        from cors_wsgi.catalogue._exported import (  # noqa: PLC0415 - see above
            CannotExport,
            exported,
        )

        try:
            code = exported(code, chosen.target, values)
        except CannotExport as error:
            text, code = str(error), ""
            where = where if chosen.target else "in the policy"
    return Fix(
        stack=chosen.id,
        title=chosen.title,
        where=where,
        text=_filled(text, values),
        code=code,
        language=found.language,
        is_policy=found.is_policy,
    )


def fix_in_script(method: str, listed: Iterable[str]) -> Fix | None:
    """Return what to change in the page if its method is listed, but in capitals.

    Args:
        method: The method that the script says.
        listed: The methods that the preflight's answer allows.
    """
    if method.upper() not in {*listed} - {method}:
        return None
    return Fix(
        LEAST,
        "JavaScript",
        "in the page's script",
        f"Write the method in capitals: browsers send {method!r} as it is, and case counts.",
        f'fetch(url, {{ method: "{method.upper()}" }});',
        "javascript",
    )


def fixed_on(id: str) -> tuple[str, ...]:  # noqa: A002 - what it is called everywhere
    """Return the ids of the stacks that have lines of their own against a failure."""
    return tuple(one.id for one in stacks().values() if one.id != LEAST and _find(one, id))


def _find(chosen: Stack, failure_id: str) -> StackFix | None:
    return next((fix for fix in chosen.fixes if failure_id in fix.failures), None)


def _wanted(id_: str, origin: str | None, method: str | None, header: str | None) -> Wanted:
    """Return what one line of a console tells about what the server has to allow."""
    methods = _shaped(_TOKEN, [(method or "").upper()])
    headers = _shaped(_TOKEN, [header or ""])
    any_preflight = id_.startswith(_PREFLIGHT) and id_ != "preflight-cached-stale"
    if any_preflight or id_ == "method-missing":
        methods = methods or _EXAMPLE_METHODS[: None if any_preflight else 1]
    if any_preflight or id_ in {"header-missing", "list-unparsable"}:
        headers = headers or _EXAMPLE_HEADERS[None if any_preflight else 1 :]
    hidden = id_ == "response-header-hidden"
    return Wanted(
        origins=_shaped(_ORIGIN, [origin or ""]),
        methods=methods if any_preflight or id_ == "method-missing" else (),
        headers=() if hidden else headers,
        credentials="credentials" in id_ or id_ == "cookie-not-sent",
        expose_headers=(headers or ("X-Total-Count",)) if hidden else (),
        max_age=600 if id_ == "preflight-cached-stale" else None,
        preflight_status=200 if id_ == "content-length-204" else None,
    )


def _values(
    wanted: Wanted, url: str | None, method: str | None, header: str | None
) -> dict[str, tuple[str, ...]]:
    named = _shaped(_ORIGIN, wanted.origins) or (_EXAMPLE_ORIGIN,)
    origins = ("*",) if wanted.any_origin else named
    methods = tuple(
        one for one in _shaped(_TOKEN, wanted.methods) if one not in _SAFELISTED_METHODS
    )
    headers = _shaped(_TOKEN, wanted.headers)
    return {
        "origins": origins,
        "origin": origins[:1],
        "named_origins": named,
        "methods": methods,
        "all_methods": methods if "*" in methods else (*_SAFELISTED_METHODS, *methods),
        "method": _shaped(_TOKEN, [(method or "").upper()]) or methods[:1] or ("GET",),
        "headers": headers,
        "header": _shaped(_TOKEN, [header or ""]) or headers[:1] or _EXAMPLE_HEADERS[1:],
        # With credentials, `*` is the name of a header that nobody sends.
        "expose_headers": tuple(
            one
            for one in _shaped(_TOKEN, wanted.expose_headers)
            if one != "*" or not wanted.credentials
        ),
        "credentials": ("true",) if wanted.credentials else (),
        "max_age": () if wanted.max_age is None else (str(wanted.max_age),),
        "preflight_status": (
            () if wanted.preflight_status is None else (str(wanted.preflight_status),)
        ),
        "url": _shaped(_URL, [url or ""]) or (_EXAMPLE_URL,),
    }


def _shaped(shape: re.Pattern[str], values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if shape.fullmatch(value)))


def _filled(text: str, values: dict[str, tuple[str, ...]]) -> str:
    """Fill placeholders in; a line whose values or whose condition are missing is left out."""
    return "\n".join(
        _PLACEHOLDER.sub(lambda match: _shown(match, values), _CONDITION.sub("", line))
        for line in text.split("\n")
        if all(values[name] for name in _CONDITION.findall(line))
        and all(values[match[1]] for match in _PLACEHOLDER.finditer(line))
    )


def _shown(match: re.Match[str], values: dict[str, tuple[str, ...]]) -> str:
    return _FORMATS[match[2] or "comma"](values[match[1]])


def _pattern(values: tuple[str, ...]) -> str:
    if "*" in values:
        return ".+"
    escaped = [re.escape(value).replace("\\-", "-") for value in values]
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"


def _list(values: tuple[str, ...]) -> str:
    return json.dumps(list(values))


_FORMATS: Final[dict[str, Callable[[tuple[str, ...]], str]]] = {
    "comma": ", ".join,
    "root": lambda values: values[0].partition(".")[0],
    "tight": ",".join,
    "list": _list,
    # Where `*` has to stand alone.
    "any": lambda values: _list(("*",) if "*" in values else values),
    "star": lambda values: '"*"' if "*" in values else _list(values),
    "set": lambda values: f"{{{_list(values)[1:-1]}}}",
    "regex": _pattern,
    "https": lambda values: re.sub("^http:", "https:", values[0]),
}
