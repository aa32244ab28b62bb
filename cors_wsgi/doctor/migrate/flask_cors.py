"""From Flask-CORS: what it was set up with, and every behaviour that changes.

Read in Flask-CORS 6.0.5, `core.py`, `extension.py` and `decorator.py`.

Several policies can meet in one request there: `@cross_origin` decides alone; else the hooks of the
view's blueprint run, then those of the application, the last registered first, and the first that
allows the origin wins. Here one policy decides: the view's, else the blueprint's, else the path's.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint
from flask_cors import core

from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.as_python import text_as_python
from cors_wsgi.doctor.importing import import_object, not_called
from cors_wsgi.doctor.migrate import code, flask_setup
from cors_wsgi.doctor.migrate.by_hand import set_by_hand
from cors_wsgi.doctor.migrate.code import Code, Entry
from cors_wsgi.doctor.migrate.flask_options import draft_of
from cors_wsgi.doctor.migrate.flask_paths import PathTable
from cors_wsgi.doctor.migrate.migration import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi.doctor.migrate.draft import Draft
    from cors_wsgi.doctor.migrate.migration import Migration

LIBRARY: Final = "Flask-CORS"
_FRAME: Final = """{import}from flask_cors_wsgi import {names}

CORS({app}, {policy})"""
_ALWAYS: Final = (
    Change(
        "a preflight's response",
        "Flask's routing made it, after before_request hooks: refused where a hook asked for a "
        "login, with 404 and 405 where no view fits",
        "204, before routing and hooks, so that pages can read what they answer to the request "
        "itself; preflight_status=200 keeps 200",
    ),
    Change(
        "the lists in a preflight's response",
        "the headers that were asked for, and none if the method was refused",
        "the whole lists, so that the browser names what is missing",
    ),
    Change(
        "CORS headers that a view sets",
        "they were kept, and Flask-CORS added none",
        "the policy's replace them; for a refused origin they are removed",
    ),
    Change(
        "requests without Origin",
        "they got CORS headers too",
        "they get them only where every origin is allowed; else Vary: Origin alone",
    ),
    Change("capital letters in origins", "they were ignored", "they count; browsers send none"),
)
_WITH_VIEWS: Final = Change(
    "errors and redirects where a view has a policy of its own",
    "405 and 308 from the router, exceptions in the view and responses of decorators above "
    "@cross_origin got no CORS headers, or those of the application",
    "the view's policy governs them, so that its pages can read them",
)


_BEFORE_6: Final = Change(
    "capital letters in paths", "they were ignored", "paths are compared as they are written"
)


def read(source: str) -> Migration:
    """Translate what a Flask application was set up with.

    Args:
        source: The application's import path, `module:app` or `module:create_app()`.

    Raises:
        CannotRead: If Flask-CORS is not set up on it.
    """
    with _unknown_options() as unknown:
        app = import_object(source)
        if isinstance(app, Blueprint):
            raise CannotRead(
                f"{source} is a blueprint: give the application that registers it, as in shop:app"
            )
        if not hasattr(app, "after_request_funcs"):
            raise CannotRead(
                f"{source} is not a Flask application, but {type(app).__name__}"
                f"{not_called(source, app)}"
            )
        return _translate(app, source, code.name_in(source, "app"), unknown)


@contextmanager
def _unknown_options() -> Iterator[list[str]]:
    """Collect the names of the options that Flask-CORS drops, which it only logs."""
    names: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if str(record.msg).startswith("Unknown option") and record.args:
                names.extend(str(name) for name in record.args)

    logger = logging.getLogger("flask_cors")
    collector = Collector(logging.WARNING)
    logger.addHandler(collector)
    try:
        yield names
    finally:
        logger.removeHandler(collector)


def _translate(app: Any, where: str, name: str, unknown: list[str]) -> Migration:
    table = PathTable(app, name)
    for resource in flask_setup.resources(app):
        table.add(resource)
    changes = table.changes
    groups = [_group(app, name, group, table) for group in flask_setup.groups(app)]
    views = {entry.key: entry for entry in groups} | table.views
    for view in flask_setup.decorated_views(app):
        entry = _decorated(app, name, view, changes)
        views[entry.key] = entry
    if not (table.paths or views or changes):
        raise CannotRead(
            f"{where}: Flask-CORS is not set up on this application. (@cross_origin has no effect "
            "above @app.route: it belongs below)"
        )
    paths = [*table.paths.values()] or [Entry("/", None)]
    changes += [
        Change(option, "Flask-CORS did not know this option and dropped it", "left out")
        for option in dict.fromkeys(unknown)
    ]
    if int(version("flask-cors").partition(".")[0]) < 6:
        changes.append(_BEFORE_6)
    if views:
        changes.append(_WITH_VIEWS)
    changes += set_by_hand(flask_setup.functions(app))
    frame = _FRAME.replace("{names}", "CORS, cors_policy" if views else "CORS")
    made = Code(frame.replace("{app}", name), paths, [*views.values()], table.left_out)
    return code.migration(LIBRARY, where, made, [*changes, *_ALWAYS])


def _group(app: Any, name: str, group: str, table: PathTable) -> Entry:
    """Translate `CORS(blueprint)`."""
    first, *others = flask_setup.resources(app, group)
    served = {
        m
        for _, end in flask_setup.literal_paths(app, group)
        for m in flask_setup.methods_of(app, end)
    }
    draft = draft_of(first.options, served)
    key = f"{name}.blueprints[{text_as_python(group)}]"
    routes = flask_setup.literal_paths(app, group)
    heads = [head for head, _ in routes]
    # Before the hooks of the application come those of the blueprint.
    inner = table.take_views(endpoint for _, endpoint in routes)
    if not all(table.is_reached(first.pattern, head) for head in heads):
        _to_decide(
            table.changes,
            group,
            "its resources chose some paths of the blueprint only",
            "left out: CORS is off for the blueprint; write @cors_policy above its views",
        )
        return Entry(key, None, [(f"Left to decide: some views of {group!r} had", draft)])
    table.changes += code.about(draft.changes, f"blueprint {group!r}")
    outer = [other for other in flask_setup.groups(app) if group.startswith(f"{other}.")]
    weaker = [
        *(draft_of(other.options) for other in others if other.call),
        *(draft_of(other.options) for name in outer for other in flask_setup.resources(app, name)),
        *table.drafts_for(heads),
        *inner,
    ]
    if not all(draft.covers(other) for other in weaker):
        _to_decide(
            table.changes,
            group,
            "origins that it refused could still be allowed by another call of CORS, for the "
            "application or for this blueprint",
            "this policy alone decides in the blueprint: add the origins that belong to it",
        )
    return Entry(
        key, draft, [(f"Replaces CORS({group}), for all of that blueprint's views.", None)]
    )


def _to_decide(changes: list[Change], group: str, before: str, after: str) -> None:
    changes.append(Change(f"CORS(blueprint {group!r})", before, after, to_decide=True))


def _decorated(
    app: Any, name: str, view: flask_setup.DecoratedView, changes: list[Change]
) -> Entry:
    """Translate `@cross_origin`."""
    option = f"@cross_origin at {view.endpoint!r}"
    served = flask_setup.methods_of(app, view.endpoint)
    draft: Draft = draft_of(core.get_cors_options(app, view.options), served)
    key = f"{name}.view_functions[{text_as_python(view.endpoint)}]"
    hidden = view.in_the_way
    if view.options.get("automatic_options") is False:
        hidden = "automatic_options=False left its preflights to Flask or to the view"
    if hidden:
        changes.append(Change(option, hidden, "left out: CORS is off for the view", to_decide=True))
        return Entry(key, None, [(f"Left to decide: {option} had", draft)])
    changes += code.about(draft.changes, f"view {view.endpoint!r}")
    if elsewhere := flask_setup.preflights_elsewhere(app, view):
        others = " and ".join(map(repr, elsewhere))
        was = f"preflights for its methods went to the view {others}, on the same route"
        changes.append(Change(option, was, "widened: this policy answers them"))
    return Entry(key, draft, [(f"Replaces {option}.", None)])
