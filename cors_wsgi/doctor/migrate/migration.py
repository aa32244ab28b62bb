"""What becomes of another library's settings: the policy, and every behaviour that changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import InvalidPolicy, PathPolicies, Policy
from cors_wsgi._fetch_standard import SAFELISTED_METHODS, is_forbidden_request_header
from cors_wsgi._origins.parser import parse
from cors_wsgi.doctor.as_python import fields_as_python, paths_as_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cors_wsgi import Problem

# What stands where the other library had no origin that can be allowed by name.
NAMELESS: Final = "https://app.example"
# A regular expression that is a prefix and anything below it.
_PREFIX: Final = re.compile(r"\^?(/[A-Za-z0-9_/-]*?)/?(?:\(?/?\.?\*\)?\??)?\$?")


@dataclass(frozen=True, slots=True)
class Change:
    """One behaviour that is not the same afterwards.

    Attributes:
        option: the other library's option, or what it is about.
        was: how it was.
        becomes: how it is with the policy.
    """

    option: str
    was: str
    becomes: str


@dataclass(slots=True)
class Draft:
    """One policy on its way: its fields, what changes, and whether something is left to do."""

    fields: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    unfinished: bool = False

    def change(self, option: str, was: str, becomes: str) -> None:
        """Note a behaviour that changes."""
        self.changes.append(Change(option, was, becomes))

    def leave(self, option: str, was: str, becomes: str) -> None:
        """Note a behaviour that no policy has, so that somebody has to decide."""
        self.unfinished = True
        self.change(option, was, becomes)


@dataclass(frozen=True, slots=True)
class Migration:
    """What becomes of another library's settings.

    Attributes:
        library: the other library's name.
        where: where its settings were read.
        source: the policy, or policies by path; `None` if it cannot be built.
        python: the code to write.
        changes: every behaviour that changes.
        problems: why the policy cannot be built.
        unfinished: whether somebody has to decide something before the policy is used.
    """

    library: str
    where: str
    source: Policy | PathPolicies | None
    python: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    unfinished: bool


def migrate(
    library: str, where: str, drafts: Mapping[str, Draft], always: Iterable[Change], frame: str
) -> Migration:
    """Build the policies of drafts.

    Args:
        library: the other library's name.
        where: where its settings were read.
        drafts: the policies by path prefix; `/` alone is one policy for everything.
        always: what changes whatever the settings are.
        frame: the code around the policy, with `{names}` to import and the `{policy}`.
    """
    problems: list[Problem] = []
    built: dict[str, Policy | None] = {}
    for path, draft in drafts.items():
        try:
            built[path] = Policy(**draft.fields)
        except InvalidPolicy as error:
            problems += error.problems
    source: Policy | PathPolicies | None = None
    if not problems:
        source = built["/"] if [*built] == ["/"] else PathPolicies(built)
    changes = dict.fromkeys(change for draft in drafts.values() for change in draft.changes)
    return Migration(
        library=library,
        where=where,
        source=source,
        python=_python(drafts, frame),
        changes=(*changes, *always),
        problems=tuple(problems),
        unfinished=any(draft.unfinished for draft in drafts.values()),
    )


def _python(drafts: Mapping[str, Draft], frame: str) -> str:
    code = {path: fields_as_python(draft.fields) for path, draft in drafts.items()}
    names, policy = "Policy", code.get("/", "")
    if [*code] != ["/"]:
        names, policy = "PathPolicies, Policy", paths_as_python(code)
    imports = "import re\n\n" if "re.compile(" in policy else ""
    return imports + frame.replace("{names}", names).replace("{policy}", policy)


def read_origins(draft: Draft, literals: Iterable[str], *, credentials: bool, option: str) -> None:
    """Take over origins that are written out.

    Schemes, hosts and default ports are written as browsers send them; what is dangerous
    is allowed by its long name, and said.
    """
    origins = [*draft.fields.get("allow_origins", ())]
    for literal in literals:
        if literal == "null":
            draft.fields["dangerously_allow_null_origin"] = True
            draft.change(option, "'null' was an origin like any other", "it is allowed by its name")
            origins.append(literal)
            continue
        origin = parse(literal)[0]
        origins.append(literal if origin is None else str(origin))
        if origin is not None and str(origin) != literal:
            draft.change(option, f"{literal!r}", f"{str(origin)!r}, as browsers send it")
        if origin is not None and credentials and _is_insecure(str(origin), origin):
            draft.fields["dangerously_allow_insecure_origins"] = True
            draft.change(
                option,
                f"{literal!r} could send credentials over plain http",
                "the same, by its long name; who listens in on the network can use it",
            )
    draft.fields["allow_origins"] = list(dict.fromkeys(origins))


def _is_insecure(text: str, origin: Any) -> bool:
    return text.startswith("http://") and not origin.is_loopback


def read_methods(draft: Draft, methods: Iterable[str]) -> None:
    """Take over methods: those that need no permission are left out."""
    named = [method for method in methods if method.upper() not in SAFELISTED_METHODS | {"OPTIONS"}]
    if named:
        draft.fields["allow_methods"] = named


def read_headers(draft: Draft, headers: Iterable[str], option: str) -> None:
    """Take over request headers: those that no script can set are left out."""
    named = [*headers]
    never = [name for name in named if is_forbidden_request_header(name)]
    kept = [name for name in named if name not in never and name.lower() != "accept"]
    if never:
        draft.change(option, f"{', '.join(never)} were listed", "left out: no script can set them")
    if kept:
        draft.fields["allow_headers"] = kept


def path_prefix(pattern: str) -> str | None:
    """Return the path prefix that a regular expression stands for; `None` if it is none."""
    if pattern in {"*", ".*", "/*", "/.*", "^.*$", r"^.*", "^/.*$", "/"}:
        return "/"
    found = _PREFIX.fullmatch(pattern)
    return (found[1].rstrip("/") or "/") if found else None
