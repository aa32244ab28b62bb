"""From Flask-CORS: what it was set up with, and every behaviour that changes.

Read in Flask-CORS 6.0, `core.py`, `extension.py` and `decorator.py`. It keeps its options in the
function that it registers, and nowhere else.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._origins.parser import parse
from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.migrate.migration import (
    NAMELESS,
    Change,
    Draft,
    migrate,
    path_prefix,
    read_headers,
    read_methods,
    read_origins,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.doctor.migrate.migration import Migration

LIBRARY: Final = "Flask-CORS"
_FRAME: Final = """from cors_wsgi import {names}
from flask_cors_wsgi import CORS

CORS(app, {policy})"""

_ANYTHING: Final = frozenset({"*", ".*", "/*", "/.*"})
_ALWAYS: Final = (
    Change(
        "a preflight's answer",
        "made by Flask's routing: after before_request hooks, 404 and 405 included",
        "status 204, before routing and hooks; `preflight_status=200` keeps 200",
    ),
    Change(
        "the lists in a preflight's answer",
        "the headers that were asked for, and none if the method was refused",
        "the whole lists, so that the browser names what is missing",
    ),
    Change(
        "CORS headers that a view sets",
        "were kept, and Flask-CORS stood back",
        "are replaced by the policy's, or removed for an origin that is refused",
    ),
    Change(
        "requests without Origin",
        "got the CORS headers too (always_send)",
        "get them only where every origin is allowed; else Vary: Origin alone",
    ),
    Change("the case of origins", "was ignored", "counts: browsers send lower case"),
)


def migration(app: Any, where: str) -> Migration:
    """Translate what a Flask application was set up with.

    Args:
        app: the application.
        where: its import path.

    Raises:
        CannotRead: if Flask-CORS is not set up on it.
    """
    resources = [*_resources(app)]
    views = [*_decorated(app)]
    if not resources and not views:
        raise CannotRead(f"{where}: Flask-CORS is not set up on this application")
    drafts: dict[str, Draft] = {}
    for pattern, options in resources:
        draft = _draft(options)
        path = _path(draft, pattern)
        drafts.setdefault(path, draft)
    if not drafts:
        drafts["/"] = Draft({"allow_origins": [NAMELESS]})
    changes = [
        Change(
            f"@cross_origin on {endpoint}",
            "the view had options of its own",
            "write @cors_policy(Policy(...)) above the view",
        )
        for endpoint in views
    ]
    return migrate(LIBRARY, where, drafts, [*changes, *_ALWAYS], _FRAME)


def _resources(app: Any) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Return each pattern of paths, and what reads its options by name."""
    for functions in app.after_request_funcs.values():
        for function in functions:
            if getattr(function, "__module__", "").startswith("flask_cors."):
                kept = inspect.getclosurevars(function).nonlocals.get("resources", ())
                for pattern, options in kept:
                    yield getattr(pattern, "pattern", pattern), _reader(options)


def _reader(options: Any) -> Callable[[str], Any]:
    # A mapping until 5, an object from 6 on.
    if isinstance(options, dict):
        return options.get
    return lambda name: getattr(options, name, None)


def _decorated(app: Any) -> Iterator[str]:
    for endpoint, view in app.view_functions.items():
        code = getattr(view, "__code__", None)
        if code is not None and "flask_cors" in code.co_filename:
            yield endpoint


def _draft(get: Callable[[str], Any]) -> Draft:
    draft = Draft()
    credentials = bool(get("supports_credentials"))
    _origins(draft, get, credentials=credentials)
    if methods := get("methods"):
        read_methods(draft, _names(methods))
    _headers(draft, get("allow_headers") or ())
    if credentials:
        draft.fields["allow_credentials"] = True
    if exposed := get("expose_headers"):
        draft.fields["expose_headers"] = _names(exposed)
    if get("max_age") is not None:
        draft.fields["max_age"] = int(get("max_age"))
    else:
        draft.change(
            "max_age",
            "none was sent, so browsers asked again after 5 s",
            "600 s, unless you write max_age",
        )
    if get("allow_private_network"):
        draft.change("allow_private_network", "was sent", "not sent: browsers no longer ask for it")
    return draft


def _names(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    return [part.strip() for part in parts]


def _patterns(values: Any) -> Iterator[tuple[str, bool]]:
    """Return each entry's text, and whether it is a regular expression."""
    for value in values:
        text = getattr(value, "pattern", value)
        yield text, isinstance(value, re.Pattern) or bool(set(text) & set("*\\]?$^[]()"))


def _origins(draft: Draft, get: Callable[[str], Any], *, credentials: bool) -> None:
    entries = [*_patterns(get("origins") or ())]
    if any(text in _ANYTHING for text, _ in entries):
        _any_origin(draft, get, credentials=credentials)
        return
    literals = [text for text, is_regex in entries if not is_regex]
    read_origins(draft, literals, credentials=credentials, option="origins")
    for text, is_regex in entries:
        if is_regex:
            _regex(draft, text)


def _any_origin(draft: Draft, get: Callable[[str], Any], *, credentials: bool) -> None:
    if credentials:
        draft.fields["allow_origins"] = [NAMELESS]
        draft.leave(
            "origins '*' with supports_credentials",
            "every site could act as your user, and read the answers",
            "no policy can say that: name your pages' origins",
        )
        return
    draft.fields["allow_origins"] = ["*"]
    if not get("send_wildcard"):
        draft.change("origins '*'", "the page's origin was sent back", "'*' is sent, to everybody")


def _regex(draft: Draft, text: str) -> None:
    meant, problems = parse(text)
    if meant is not None and meant.is_pattern and not problems:
        draft.fields["allow_origins"].append(text)
        draft.change(
            "origins",
            f"{text!r} was a regular expression, which hardly meant what it says",
            "it is a pattern: any subdomain, or any port",
        )
        return
    draft.fields["allow_origins"].append(re.compile(text))
    if not text.endswith(("$", r"\Z")):
        draft.change(
            "origins",
            f"{text!r} let in every origin that begins so",
            "it has to match the whole origin",
        )


def _headers(draft: Draft, values: Any) -> None:
    entries = [*_patterns(values)]
    if any(text in _ANYTHING for text, _ in entries):
        draft.fields["allow_headers"] = ["*"]
        return
    read_headers(draft, [text for text, is_regex in entries if not is_regex], "allow_headers")
    for text, is_regex in entries:
        if is_regex:
            draft.leave("allow_headers", f"{text!r} was a regular expression", "name each header")


def _path(draft: Draft, pattern: str) -> str:
    prefix = path_prefix(pattern)
    if prefix is None:
        draft.leave(
            "resources",
            f"{pattern!r} chose the paths",
            "the policy governs every path: write PathPolicies, by prefix, or @cors_policy",
        )
        return "/"
    if prefix != "/":
        draft.change(
            "resources",
            f"{pattern!r} governed every path that begins so",
            f"{prefix!r} governs itself and what is below it, by whole segments",
        )
    return prefix
