"""One policy from the options of Flask-CORS.

Read in Flask-CORS 6.0.5, `core.py`: `serialize_options` makes the options, `get_cors_headers` the
answer. Before 6.0.5 the options are a dictionary, and texts are compiled when a request comes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._fetch_standard import SAFELISTED_METHODS
from cors_wsgi.doctor.migrate.draft import Draft
from cors_wsgi.doctor.migrate.expressions import take_expression

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_ALL: Final = SAFELISTED_METHODS
_ANYTHING: Final = frozenset({"*", ".*"})
# A text with one of these is a regular expression: core.py, `probably_regex`.
_MARKS_OF_EXPRESSIONS: Final = frozenset("*\\]?$^[]()")


def draft_of(options: Any, served: Collection[str] = _ALL) -> Draft:
    """Translate options.

    Args:
        options: As Flask-CORS keeps them, an object or a dictionary.
        served: The methods that the views have which they are for.
    """
    get = _reader(options)
    draft = Draft(credentials=bool(get("supports_credentials")))
    _origins(draft, get)
    draft.note_nobody("origins")
    _lists(draft, get, served)
    if exposed := get("expose_headers"):
        draft.expose("expose_headers", _texts(exposed))
    draft.max_age("max_age", get("max_age"))
    _switches(draft, get)
    return draft


def _reader(options: Any) -> Callable[[str], Any]:
    if isinstance(options, dict):
        return options.get
    return lambda name: getattr(options, name, None)


def is_expression(value: Any) -> bool:
    """Tell whether Flask-CORS takes a value for a regular expression."""
    return isinstance(value, re.Pattern) or (
        isinstance(value, str) and not _MARKS_OF_EXPRESSIONS.isdisjoint(value)
    )


def _is_anything(value: Any) -> bool:
    return getattr(value, "pattern", value) in _ANYTHING


def _origins(draft: Draft, get: Callable[[str], Any]) -> None:
    entries = [*(get("origins") or ())]
    if any(map(_is_anything, entries)):
        draft.any_origin("origins")
        if not draft.credentials and not get("send_wildcard"):
            draft.change("origins", "the page's origin was sent back", "'*' is sent to everybody")
        return
    for entry in entries:
        if is_expression(entry):
            take_expression(draft, "origins", entry, flags=re.IGNORECASE)
        elif isinstance(entry, str) and entry != entry.lower():
            draft.origin("origins", entry.lower())
            draft.change("origins", repr(entry), f"{entry.lower()!r}, as browsers send it")
        else:
            draft.origin("origins", entry)


def _lists(draft: Draft, get: Callable[[str], Any], served: Collection[str]) -> None:
    """Translate methods and headers, which go into one answer together or not at all."""
    methods = [name.strip().upper() for name in _texts(get("methods") or "")]
    if not any(methods):
        draft.change("methods", "none was listed, so every preflight was refused", "the same")
        draft.refuse_preflights()
        return
    if "*" in methods:
        draft.decide(
            "methods",
            "'*' is no wildcard in Flask-CORS: every preflight was refused",
            "the same; write allow_methods='*' if you meant every method",
        )
        draft.refuse_preflights()
        return
    draft.methods("methods", methods)
    entries = [*(get("allow_headers") or ())]
    if any(map(_is_anything, entries)):
        draft.any_header()
    else:
        for entry in filter(is_expression, entries):
            text = getattr(entry, "pattern", entry)
            draft.decide(
                "allow_headers",
                f"{text!r} was a regular expression",
                "left out: list the headers that your pages send",
            )
        names = [entry for entry in entries if not is_expression(entry)]
        draft.headers("allow_headers", names, whole_list_sent=False)
    draft.keep_methods_closed("methods", methods, served)


def _switches(draft: Draft, get: Callable[[str], Any]) -> None:
    if get("vary_header") is False:
        draft.change("vary_header=False", "no Vary was sent", "Vary: Origin, as caches need it")
    if get("always_send") is False:
        draft.change(
            "always_send=False",
            "requests without Origin got no CORS headers",
            "with '*' they get them; browsers do not look at those",
        )
    if get("intercept_exceptions") is False:
        draft.change(
            "intercept_exceptions=False",
            "responses to exceptions could lack CORS headers",
            "every response has them, so that pages can read errors",
        )
    draft.private_network("allow_private_network", get("allow_private_network"))


def _texts(value: Any) -> list[Any]:
    """Return what an option lists which takes names joined by commas too."""
    return value.split(",") if isinstance(value, str) else [*value]
