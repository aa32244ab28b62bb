"""The `resources` of Flask-CORS as path prefixes, in the order in which they are matched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cors_wsgi.doctor.as_python import text_as_python
from cors_wsgi.doctor.migrate import code, flask_setup
from cors_wsgi.doctor.migrate.code import Entry
from cors_wsgi.doctor.migrate.flask_options import draft_of, is_expression
from cors_wsgi.doctor.migrate.migration import Change
from cors_wsgi.doctor.migrate.paths import (
    Reach,
    UnreadablePath,
    exact,
    is_at_or_below,
    literal_beginning,
    reaches,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cors_wsgi.doctor.migrate.draft import Draft
    from cors_wsgi.doctor.migrate.flask_setup import Resource

_OPTION = "resources"


class PathTable:
    """What each path prefix gets.

    A resource that comes first in Flask-CORS wins, here the longest prefix does. So a prefix
    below one that came first is left out. Where the paths of a resource cannot be read, CORS is
    off for all that they could be.

    Args:
        app: The Flask application.
        name: Its name in the printed code.

    Attributes:
        paths: What each prefix gets.
        views: What views get whose only path is a resource, by the expression that finds them.
        left_out: The policies that no prefix gets.
        changes: What is not the same afterwards.
    """

    def __init__(self, app: Any, name: str) -> None:
        self.paths: dict[str, Entry] = {}
        self.views: dict[str, Entry] = {}
        self.left_out = Entry("", None)
        self.changes: list[Change] = []
        self._app = app
        self._name = name
        self._calls: dict[str, int] = {}

    def add(self, resource: Resource) -> None:
        """Add the resource that is matched next."""
        text = _text(resource.pattern)
        try:
            found = _reaches(resource.pattern)
            self._check_likes(resource.pattern, text, found)
        except UnreadablePath:
            beginning = literal_beginning(text, getattr(resource.pattern, "flags", 0))
            self._close(self._regions(beginning.lower()), text, resource)
            return
        if not found:
            self._change(f"{text!r} matched no path, since none begins so", "left out")
        for reach in found:
            draft = draft_of(resource.options, self._methods_below(reach.path))
            earlier = self._earlier(reach.path)
            if earlier is not None:
                self._skip(reach.path, draft, earlier, resource.call)
            elif reach.exact:
                self._add_exact(reach.path, resource)
            else:
                self._add_prefix(reach, text, draft, resource)

    def _check_likes(self, pattern: Any, text: str, found: list[Reach]) -> None:
        """Note that a dot in a name is one, unless a route has another character there."""
        if not any(reach.drops_likes for reach in found):
            return
        for head, endpoint in flask_setup.literal_paths(self._app):
            has_variable = head not in flask_setup.paths_of(self._app, endpoint)
            could_be_like = has_variable and any(reach.path.startswith(head) for reach in found)
            is_below = any(is_at_or_below(head, reach.path) for reach in found)
            if could_be_like or (re.match(pattern, head) and not is_below):
                raise UnreadablePath(text)
        self._change(
            f"a dot in {text!r} stood for any character", "a dot alone; no route has another there"
        )

    def is_reached(self, pattern: Any, path: str) -> bool:
        """Tell whether a pattern matches a path and all that is below it."""
        try:
            found = _reaches(pattern)
        except UnreadablePath:
            return False
        return any(
            is_at_or_below(path, reach.path) and path not in reach.added
            for reach in found
            if not reach.exact
        )

    def drafts_for(self, paths: Iterable[str]) -> list[Draft]:
        """Return the policies that govern some of these paths."""
        return [
            entry.draft
            for entry in self.paths.values()
            if entry.draft is not None and any(is_at_or_below(path, entry.key) for path in paths)
        ]

    def take_views(self, endpoints: Iterable[str]) -> list[Draft]:
        """Remove the policies of views, and return them."""
        taken = [self.views.pop(self._key(endpoint), None) for endpoint in endpoints]
        return [entry.draft for entry in taken if entry is not None and entry.draft is not None]

    def _earlier(self, path: str) -> Entry | None:
        return next(
            (entry for prefix, entry in self.paths.items() if is_at_or_below(path, prefix)), None
        )

    def _add_prefix(self, reach: Reach, text: str, draft: Draft, resource: Resource) -> None:
        self._check_inner(reach, draft, resource.call)
        self._put(Entry(reach.path, draft), resource.call)
        self.changes += code.about(draft.changes, reach.path)
        if reach.drops_siblings:
            siblings = self._siblings(reach.path)
            for sibling in siblings:
                of_sibling = draft_of(resource.options, self._methods_below(sibling))
                self._put(Entry(sibling, of_sibling), resource.call)
                self.changes += code.about(of_sibling.changes, sibling)
            prefixes = " and ".join(repr(path) for path in (reach.path, *siblings))
            self._change(
                f"{text!r} matched every path that begins so",
                f"{prefixes} and everything below, by whole segments; no other route begins so",
            )
        for path in reach.added:
            self._add_widened(path, text, reach.path)

    def _siblings(self, prefix: str) -> list[str]:
        """Return the first segments of routes that begin like a prefix and are not below it."""
        found: dict[str, None] = {}
        for head, _ in flask_setup.literal_paths(self._app):
            if head.startswith(prefix) and not is_at_or_below(head, prefix):
                end = head.find("/", len(prefix))
                found[head if end < 0 else head[:end]] = None
        return [path for path in found if self._earlier(path) is None]

    def _add_widened(self, path: str, text: str, prefix: str) -> None:
        try:
            endpoint = flask_setup.view_at(self._app, path)
        except LookupError:
            endpoint = ""
        if endpoint is None:
            self._change(
                f"{text!r} did not match {path!r}, where there is no view",
                f"widened: {prefix!r} governs it too",
            )
            return
        if endpoint and self._key(endpoint) in self.views:
            return  # it has a policy of its own
        self._decide(f"{text!r} did not match {path!r}", "CORS is off for the view there")
        if endpoint:
            key = self._key(endpoint)
            self.views[key] = Entry(key, None, [(f"{path!r} had no policy of {text!r}.", None)])
        else:
            meant = self.paths[prefix].draft
            note = f"Left to decide: {text!r} and not {path!r} had"
            self.paths[prefix] = Entry(prefix, None, [(note, meant)])

    def _add_exact(self, path: str, resource: Resource) -> None:
        try:
            endpoint = flask_setup.view_at(self._app, path)
        except LookupError:
            self._close([path], path, resource)
            return
        if endpoint is None:
            self._change(f"{path!r} alone was governed, where there is no view", "left out")
            return
        key = self._key(endpoint)
        draft = draft_of(resource.options, flask_setup.methods_of(self._app, endpoint))
        if key in self.views:
            self._skip(path, draft, self.views[key], resource.call)
            return
        self._calls[key] = resource.call
        self.views[key] = Entry(key, draft, [(f"For {path!r} alone.", None)])
        self.changes += code.about(draft.changes, path)

    def _key(self, endpoint: str) -> str:
        return f"{self._name}.view_functions[{text_as_python(endpoint)}]"

    def _methods_below(self, prefix: str) -> set[str]:
        """Return the methods that views at or below a prefix may serve."""
        return {
            method
            for head, endpoint in flask_setup.literal_paths(self._app)
            if head.startswith(prefix) or prefix.startswith(head)
            for method in flask_setup.methods_of(self._app, endpoint)
        }

    def _close(self, regions: Iterable[str], text: str, resource: Resource) -> None:
        """Switch CORS off where a policy cannot be placed."""
        draft = draft_of(resource.options)
        closed = []
        for path in regions:
            if self._earlier(path) is None:
                self._put(Entry(path, None), resource.call)
                closed.append(path)
        place = self.paths[closed[0]] if closed else self.left_out
        place.notes.append((f"Left to decide: the paths of {text!r} had", draft))
        self.changes += code.about(draft.changes, text)
        self._decide(
            f"{text!r} chose the paths, which no list of prefixes describes",
            f"left out: CORS is off for {', '.join(closed) or 'them'}; write the prefixes, or "
            "@cors_policy above the views",
        )

    def _regions(self, text: str) -> list[str]:
        """Return prefixes of all routes that could be matched by what begins with a text.

        Args:
            text: The text in lower case, since the expression may ignore case.
        """
        found: dict[str, None] = {}
        for head, endpoint in flask_setup.literal_paths(self._app):
            if head.lower().startswith(text):
                end = head.find("/", max(len(text), 1))
                found[head if end < 0 else head[:end]] = None
            elif text.startswith(head.lower()) and head not in flask_setup.paths_of(
                self._app, endpoint
            ):
                found[head.rpartition("/")[0] or "/"] = None  # a variable part follows
        return [path.rstrip("/") or "/" for path in found]

    def _skip(self, what: str, draft: Draft, earlier: Entry, call: int) -> None:
        """Leave out what an earlier resource governs."""
        if earlier.draft is None:
            earlier.notes.append((f"Left to decide: {what!r} had", draft))
            self.changes += code.about(draft.changes, what)
            self._decide(f"{what!r} had a policy", f"left out: CORS is off for {earlier.key!r}")
        elif earlier.draft.same_as(draft):
            return
        elif self._calls[earlier.key] == call or earlier.draft.covers(draft):
            self._change(f"{what!r} was never used: {earlier.key!r} matched first", "left out")
        else:
            self._leave_to_decide(earlier, what, draft)

    def _check_inner(self, reach: Reach, draft: Draft, call: int) -> None:
        """Note the prefixes and views below, of a later call, where this one allowed more."""
        inside = [entry for key, entry in self.paths.items() if is_at_or_below(key, reach.path)]
        for entry in (*inside, *self.views.values()):
            if entry.draft and self._calls[entry.key] != call and not entry.draft.covers(draft):
                self._leave_to_decide(entry, entry.key, draft)

    def _leave_to_decide(self, entry: Entry, what: str, draft: Draft) -> None:
        entry.notes.append((f"Left to decide: another call of CORS had for {what!r}", draft))
        self._decide(
            f"{what!r} had policies of two calls of CORS, and origins that the last call "
            "refused could be allowed by another",
            "the last call's policy alone: add the origins that belong to it",
        )

    def _put(self, entry: Entry, call: int) -> None:
        self.paths[entry.key] = entry
        self._calls[entry.key] = call

    def _change(self, was: str, becomes: str) -> None:
        self.changes.append(Change(_OPTION, was, becomes))

    def _decide(self, was: str, becomes: str) -> None:
        self.changes.append(Change(_OPTION, was, becomes, to_decide=True))


def _text(pattern: Any) -> str:
    text = getattr(pattern, "pattern", pattern)
    return text if isinstance(text, str) else repr(text)


def _reaches(pattern: Any) -> list[Reach]:
    if isinstance(pattern, re.Pattern):
        return reaches(_text(pattern), pattern.flags)
    return reaches(pattern) if is_expression(pattern) else exact(_text(pattern))
