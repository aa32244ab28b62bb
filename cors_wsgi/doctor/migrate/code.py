"""The code that a translation prints, and the policy that it builds."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import PathPolicies
from cors_wsgi._importing import parts_of
from cors_wsgi.adapting import GovernedView
from cors_wsgi.doctor.as_python import fields_as_python, text_as_python
from cors_wsgi.doctor.migrate.migration import Change, Migration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cors_wsgi import Policy
    from cors_wsgi.doctor.migrate.draft import Draft

_INDENT: Final = "    "
_ABOVE_VIEWS: Final = (
    "",
    "# Run this after the views are registered, or decorate them with @cors_policy(...).",
)
_BY_PATH: Final = Change(
    "paths with empty or dot segments, or with encoded slashes",
    "they were compared as they came",
    "no origin is allowed on them",
)


@dataclass(slots=True)
class Entry:
    """What one path prefix, or one view, gets.

    Attributes:
        key: The prefix; for a view, the Python expression that finds it.
        draft: Its policy; `None`, or one that allows nobody, switches CORS off.
        notes: The comments above it, each with a policy to be written below, if any.
    """

    key: str
    draft: Draft | None
    notes: list[tuple[str, Draft | None]] = field(default_factory=list)

    @property
    def policy(self) -> Policy | None:
        """Its policy; `None` switches CORS off."""
        return self.draft.policy() if self.draft else None

    def comments(self, indent: str = "") -> Iterator[str]:
        """Return the lines of the comments above it."""
        for note, left_out in self.notes:
            yield f"{indent}# {note}"
            if left_out is not None and left_out.fields["allow_origins"]:
                for line in fields_as_python(left_out.fields).split("\n"):
                    yield f"{indent}# {line}"

    def code(self, indent: str = "") -> str:
        """Return the expression that builds the policy."""
        if self.draft is None or self.policy is None:
            return "None"
        return fields_as_python(self.draft.fields).replace("\n", f"\n{indent}")


@dataclass(frozen=True, slots=True)
class Code:
    """What is printed, and what it builds.

    Attributes:
        frame: The code around the policy. `{policy}` is where it goes; `{import}` or `{, Policy}`
            where `Policy` is imported.
        paths: What each prefix gets; `/` alone is one policy for everything.
        views: What each view gets.
        left_out: The policies that no prefix gets, as comments.
    """

    frame: str
    paths: Sequence[Entry]
    views: Sequence[Entry] = ()
    left_out: Entry | None = None

    @property
    def is_by_path(self) -> bool:
        """Whether policies are chosen by path."""
        return [entry.key for entry in self.paths] != ["/"]

    @property
    def source(self) -> Policy | PathPolicies:
        """What the code for the prefixes builds."""
        only = None if self.is_by_path else self.paths[0].policy
        return only or PathPolicies({entry.key: entry.policy for entry in self.paths})

    @property
    def python(self) -> str:
        """The code for path prefixes and views."""
        lines = [*self._policy()]
        if self.left_out is not None and self.left_out.notes:
            lines += ["", *self.left_out.comments()]
        if self.views:
            lines += _ABOVE_VIEWS
        for view in self.views:
            lines += [*view.comments(), f"cors_policy({view.code()})({view.key})"]
        has_policy = any(entry.policy for entry in (*self.paths, *self.views))
        code = "\n".join(lines)
        code = code.replace("{import}", "from cors_wsgi import Policy\n" if has_policy else "")
        code = code.replace("{, Policy}", ", Policy" if has_policy else "").lstrip("\n")
        needs_re = re.search(r"^[^#\n]*re\.compile\(", code, re.MULTILINE)
        return f"import re\n\n{code}" if needs_re else code

    def _policy(self) -> Iterator[str]:
        if isinstance(self.source, PathPolicies):
            mapping = "\n".join(["{", *_items(self.paths), "}"])
            yield self.frame.replace("{policy}", mapping)
        else:
            yield from self.paths[0].comments()
            yield self.frame.replace("{policy}", self.paths[0].code())


def migration(library: str, where: str, code: Code, changes: Iterable[Change]) -> Migration:
    """Return a translation.

    Args:
        library: The other library's name.
        where: Where its settings were read.
        code: The code.
        changes: Every behaviour that changes, in any order.
    """
    return Migration(
        library=library,
        where=where,
        source=code.source,
        python=code.python,
        changes=_ordered([*changes, *([_BY_PATH] if code.is_by_path else [])]),
        views=tuple(GovernedView(view.key, view.policy) for view in code.views),
    )


def _items(paths: Sequence[Entry]) -> Iterator[str]:
    for entry in paths:
        yield from entry.comments(_INDENT)
        yield f"{_INDENT}{text_as_python(entry.key)}: {entry.code(_INDENT)},"


def name_in(source: str, otherwise: str) -> str:
    """Return the application's name in the module of an import path, as the code writes it.

    Args:
        source: The import path; of a factory, which has a name of its own inside.
        otherwise: That name.
    """
    name = parts_of(source)[1]
    return name if all(part.isidentifier() for part in name.split(".")) else otherwise


def name_of_inner(inner: Any, source: str, otherwise: str) -> str:
    """Return the name that the module of an import path has for what is behind a middleware."""
    module = vars(sys.modules[source.partition(":")[0]])
    return next((name for name, value in module.items() if value is inner), otherwise)


def about(changes: Iterable[Change], what: str) -> list[Change]:
    """Return changes that name the path, the blueprint or the view that they are about."""
    return [replace(change, about=(what,)) for change in changes]


def _ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes without repetitions, those to decide first.

    What is the same for several paths, blueprints or views is one change about all of them.
    """
    merged: dict[Change, dict[str, None]] = {}
    for change in changes:
        merged.setdefault(replace(change, about=()), {}).update(dict.fromkeys(change.about))
    whole = [replace(change, about=tuple(subjects)) for change, subjects in merged.items()]
    return tuple(sorted(whole, key=lambda change: not change.to_decide))
