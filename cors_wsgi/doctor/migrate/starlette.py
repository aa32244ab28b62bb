"""From Starlette and FastAPI: their CORSMiddleware, and every behaviour that changes.

Read in Starlette 1.10, `middleware/cors.py` and `applications.py`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from starlette.middleware.cors import CORSMiddleware

from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.importing import import_object
from cors_wsgi.doctor.migrate import code
from cors_wsgi.doctor.migrate.code import Entry
from cors_wsgi.doctor.migrate.draft import Draft
from cors_wsgi.doctor.migrate.migration import Change, Migration
from cors_wsgi.doctor.migrate.paths import UnreadablePath, exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LIBRARY: Final = "Starlette"
_FRAME: Final = """{import}from fastapi_cors_wsgi import CORS

CORS({app}, {policy})"""
_ALWAYS: Final = (
    Change(
        "a preflight's response",
        "200, or 400 where something was refused",
        "204 in both cases; preflight_status=200 keeps 200",
    ),
    Change(
        "responses to exceptions, 500",
        "they had no CORS headers",
        "every response has them, so that pages can read errors",
    ),
    Change(
        "responses of middleware that was added after CORSMiddleware",
        "they had no CORS headers",
        "every response has them",
    ),
    Change(
        "CORS headers that the application sets",
        "they stayed for a refused origin",
        "the policy's replace them; for a refused origin they are removed",
    ),
    Change(
        "Access-Control-Allow-Credentials and -Expose-Headers",
        "they were sent to refused origins too",
        "a refused origin gets no CORS headers",
    ),
)
_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language"})


def read(source: str) -> Migration:
    """Translate the CORSMiddleware of a Starlette or FastAPI application.

    Args:
        source: the application's import path, `module:app` or `module:create_app()`.

    Raises:
        CannotRead: if there is none.
    """
    app = import_object(source)
    changes: list[Change] = []
    paths = dict(_layers(app, changes))
    if not paths:
        raise CannotRead(f"{source}: no CORSMiddleware is added to this application")
    name = source.partition(":")[2]
    entries = [Entry(path, draft) for path, draft in paths.items()]
    for path, draft in paths.items():
        changes += code.about(draft.changes, path)
    return Migration(
        library=LIBRARY,
        where=source,
        source=code.source(entries),
        python=code.python(
            _FRAME.replace("{app}", name if name.isidentifier() else "app"), entries
        ),
        changes=code.ordered([*changes, *_ALWAYS]),
    )


def _layers(app: Any, changes: list[Change]) -> Iterator[tuple[str, Draft]]:
    """Return the policy of the application, or those of what is mounted in it."""
    outer = [*_middlewares(app)]
    mounted = [*_mounted(app)]
    if outer:
        if len(outer) > 1 or mounted:
            changes.append(
                Change(
                    "CORSMiddleware",
                    "it was added more than once, and an inner one could allow an origin that the "
                    "outer one refused",
                    "the outer one's policy alone: add the origins that belong to it",
                    to_decide=True,
                )
            )
        yield "/", _draft(outer[0])
        return
    for path, middleware in mounted:
        yield path, _draft(middleware)


def _middlewares(app: Any) -> Iterator[Any]:
    """Return the CORSMiddleware in front of an application, the outermost first."""
    if isinstance(app, CORSMiddleware):
        yield _checked(app)
        yield from _middlewares(app.app)
    for entry in getattr(app, "user_middleware", ()):
        made_by = getattr(entry, "cls", None)
        if inspect.isclass(made_by) and issubclass(made_by, CORSMiddleware):
            yield _checked(made_by(app, *entry.args, **entry.kwargs))


def _checked(middleware: Any) -> Any:
    if type(middleware) is not CORSMiddleware:
        raise CannotRead(f"{type(middleware).__name__} is a CORSMiddleware with rules of its own")
    return middleware


def _mounted(app: Any) -> Iterator[tuple[str, Any]]:
    for route in getattr(app, "routes", ()):
        inner = getattr(route, "app", None)
        path = getattr(route, "path", "")
        for middleware in _middlewares(inner):
            try:
                exact(path)
            except UnreadablePath as error:
                raise CannotRead(f"an application mounted at {path!r} has a policy") from error
            yield path or "/", middleware
            break


def _draft(middleware: Any) -> Draft:
    # Older versions keep no attribute for it.
    draft = Draft(credentials="Access-Control-Allow-Credentials" in middleware.simple_headers)
    if middleware.allow_all_origins:
        draft.any_origin("allow_origins")
    else:
        for entry in _texts(draft, "allow_origins", middleware.allow_origins):
            draft.origin("allow_origins", entry)
        if middleware.allow_origin_regex is not None:
            draft.expression("allow_origin_regex", middleware.allow_origin_regex, in_full=True)
    draft.note_nobody("allow_origins")
    methods = _texts(draft, "allow_methods", middleware.allow_methods)
    draft.methods("allow_methods", methods)
    _headers(draft, middleware, methods)
    exposed = middleware.simple_headers.get("Access-Control-Expose-Headers", "")
    draft.expose("expose_headers", exposed.split(","))
    draft.max_age("max_age", middleware.preflight_headers["Access-Control-Max-Age"])
    draft.private_network(
        "allow_private_network", getattr(middleware, "allow_private_network", False)
    )
    return draft


def _headers(draft: Draft, middleware: Any, methods: Collection[str]) -> None:
    if middleware.allow_all_headers:
        draft.any_header()
        draft.keep_methods_closed("allow_methods", methods)
        return
    # Those that need no permission were always added, and so was Content-Type.
    names = [name for name in middleware.allow_headers if name not in _SAFELISTED]
    if names == ["content-type"] and "POST" not in methods:
        draft.change(
            "allow_headers",
            "Content-Type was always allowed, for the listed methods",
            "left out: it would allow POST with JSON, which was refused",
        )
        return
    draft.headers("allow_headers", names)
    draft.keep_methods_closed("allow_methods", methods)


def _texts(draft: Draft, option: str, value: Any) -> list[Any]:
    """Return what an option lists. In a text, every part of it was found."""
    if not isinstance(value, str):
        return [*value]
    if option == "allow_methods":
        draft.decide(option, f"{value!r} is text where a list is meant", f"write [{value!r}]")
        draft.refuse_preflights()
        return []
    draft.change(option, f"{value!r}, being text, allowed every part of it", "that origin alone")
    return [value]
