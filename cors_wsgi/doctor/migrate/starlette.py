"""From Starlette and FastAPI: their CORSMiddleware, and every behaviour that changes.

Read in Starlette 1.10, `middleware/cors.py` and `applications.py`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.importing import import_object, not_called
from cors_wsgi.doctor.migrate import code, starlette_setup
from cors_wsgi.doctor.migrate.by_hand import set_by_hand
from cors_wsgi.doctor.migrate.code import Code, Entry
from cors_wsgi.doctor.migrate.draft import Draft
from cors_wsgi.doctor.migrate.expressions import take_expression
from cors_wsgi.doctor.migrate.migration import Change
from cors_wsgi.doctor.migrate.paths import UnreadablePath, exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cors_wsgi.doctor.migrate.migration import Migration
    from cors_wsgi.doctor.migrate.starlette_setup import InnerLayer

LIBRARY: Final = "Starlette"
_FRAME: Final = """{import}from fastapi_cors_wsgi import CORS

CORS({app}, {policy})"""
_WRAPPED: Final = """{import}from cors_wsgi.asgi import CORSMiddleware

{app} = CORSMiddleware({inner}, {policy})  # instead of Starlette's CORSMiddleware"""
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
        source: The application's import path, `module:app` or `module:create_app()`.

    Raises:
        CannotRead: If there is none, or one with rules of its own.
    """
    app = import_object(source)
    outer, inner = [*starlette_setup.layers(app)], [*starlette_setup.inner_layers(app)]
    if not (outer or inner):
        raise CannotRead(_nothing_found(app, source))
    table = _Table()
    if outer:
        table.govern(outer, inner)
    else:
        for each in inner:
            table.add(each)
    entries = [*table.paths.values()] or [Entry("/", None)]
    by_hand = set_by_hand(starlette_setup.functions(app))
    made = Code(_frame(app, outer, source), entries, left_out=table.left_out)
    changes = [*table.changes, *by_hand, *_in_front(app, outer), *_ALWAYS]
    return code.migration(LIBRARY, source, made, changes)


def _frame(app: Any, outer: Sequence[Any], source: str) -> str:
    name = code.name_in(source, "app")
    if not (outer and outer[0] is app):
        return _FRAME.replace("{app}", name)
    inner = code.name_of_inner(app.app, source, name)
    return _WRAPPED.replace("{app}", name).replace("{inner}", inner)


def _nothing_found(app: Any, source: str) -> str:
    if own := starlette_setup.makers(app):
        return f"{source}: {own[0]} uses CORSMiddleware with rules of its own, which cannot be read"
    if inspect.isfunction(app):
        return f"{source} is no application, but a function{not_called(source, app)}"
    return (
        f"{source}: no CORSMiddleware is added to this application. If another object wraps it, "
        "give the import path of that"
    )


def _in_front(app: Any, outer: Sequence[Any]) -> Iterator[Change]:
    """Say what changes for the middleware that answered before CORSMiddleware."""
    if outer and outer[0] is not app and (names := starlette_setup.outer_middleware(app)):
        yield Change(
            f"middleware that was added after CORSMiddleware: {', '.join(names)}",
            "it could refuse preflights, and its responses had no CORS headers",
            "preflights are answered before it, and every response has them",
        )


class _Table:
    """What each path prefix gets.

    Attributes:
        paths: What each prefix gets.
        left_out: The policies that no prefix gets.
        changes: What is not the same afterwards.
    """

    def __init__(self) -> None:
        self.paths: dict[str, Entry] = {}
        self.left_out = Entry("", None)
        self.changes: list[Change] = []

    def govern(self, outer: Sequence[Any], inner: Sequence[InnerLayer]) -> None:
        """Let the outermost CORSMiddleware govern every path."""
        draft, *others = map(_draft, [*outer, *(each.middleware for each in inner)])
        self.paths["/"] = Entry("/", draft)
        self.changes += code.about(draft.changes, "/")
        if not all(_adds_nothing(other, draft) for other in others):
            self._decide(
                "CORSMiddleware",
                "it was added more than once, and an inner one could allow an origin, credentials "
                "or exposed headers that the outer one did not",
                "the outer one's policy alone: add what belongs to it",
            )

    def add(self, layer: InnerLayer) -> None:
        """Add a CORSMiddleware that is in front of something mounted, or of a route."""
        draft, path = _draft(layer.middleware), layer.path or "/"
        self.changes += code.about(draft.changes, path)
        note = f"Left to decide: {path!r} had"
        if not layer.is_mounted:
            self.left_out.notes.append((note, draft))
            self._decide(
                f"CORSMiddleware of the route {path!r}",
                "it governed that path alone, and the route refused preflights before it unless "
                "its methods have OPTIONS",
                "left out: CORS is off there; write @cors_policy above the view",
            )
        elif not _is_prefix(path) or layer.shares_its_path:
            self.left_out.notes.append((note, draft))
            self._decide(
                f"CORSMiddleware of what is mounted at {path!r}",
                "other routes serve some of these paths, or no prefix describes them",
                "left out: CORS is off there; mount cors_policy(Policy(...))(app) instead of app",
            )
        else:
            self._add_prefix(path, draft, layer)

    def _add_prefix(self, path: str, draft: Draft, layer: InnerLayer) -> None:
        self.paths[path] = Entry(path, draft)
        for other in layer.served_before:
            self.paths.setdefault(other, Entry(other, None))
        if layer.served_before:
            names = ", ".join(layer.served_before)
            self.changes.append(
                Change(
                    "mounted applications",
                    f"routes with no policy come before what is mounted at {path!r}: {names}",
                    "CORS is off there for every method, and for all that is below",
                )
            )
        if path != "/":
            was = f"{path!r} without a slash was redirected, without CORS headers"
            self.changes.append(Change("mounted applications", was, "widened: it has them"))
        if layer.is_bare:
            was = f"the router's 404 and 405 below {path!r} had no CORS headers"
            self.changes.append(Change("mounted routes", was, "every response has them"))

    def _decide(self, option: str, was: str, becomes: str) -> None:
        self.changes.append(Change(option, was, becomes, to_decide=True))


def _is_prefix(path: str) -> bool:
    try:
        return "{" not in path and bool(exact(path))
    except UnreadablePath:
        return False


def _adds_nothing(inner: Draft, outer: Draft) -> bool:
    """Tell whether the headers of an inner CORSMiddleware allowed nothing that the outer did not.

    The outer one replaces the headers that it sets itself, and leaves the others.
    """
    exposed = outer.fields.get("expose_headers") or inner.fields.get("expose_headers") is None
    any_origin = outer.fields["allow_origins"] == ["*"]
    return bool(
        outer.covers(inner)
        and exposed
        and (any_origin or outer.credentials or not inner.credentials)
    )


def _draft(middleware: Any) -> Draft:
    # Older versions keep no attribute for it.
    draft = Draft(credentials="Access-Control-Allow-Credentials" in middleware.simple_headers)
    if middleware.allow_all_origins:
        draft.any_origin("allow_origins")
    else:
        for entry in _texts(draft, "allow_origins", middleware.allow_origins):
            draft.origin("allow_origins", entry)
        if middleware.allow_origin_regex is not None:
            take_expression(
                draft, "allow_origin_regex", middleware.allow_origin_regex, in_full=True
            )
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
