"""From wsgicors: the policies of its middleware, and every behaviour that changes.

Read in wsgicors 0.7, `wsgicors.py`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import wsgicors  # type: ignore[import-untyped] # it has no types

from cors_wsgi._origins.parser import parse
from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.importing import import_object, not_called
from cors_wsgi.doctor.migrate import code
from cors_wsgi.doctor.migrate.code import Code, Entry
from cors_wsgi.doctor.migrate.draft import Draft
from cors_wsgi.doctor.migrate.migration import Change

if TYPE_CHECKING:
    from cors_wsgi.doctor.migrate.migration import Migration

LIBRARY: Final = "wsgicors"
_FRAME: Final = """from cors_wsgi import CORSMiddleware{, Policy}

{app} = CORSMiddleware({inner}, {policy})  # instead of wsgicors.CORS(...)"""
_ALWAYS: Final = (
    Change(
        "the lists in a preflight's response",
        "they were sent to refused origins too",
        "a refused origin gets no CORS headers",
    ),
    Change(
        "CORS headers that the application sets",
        "a second header was added to each",
        "the policy's replace them; for a refused origin they are removed",
    ),
    Change("Vary: Origin", "it was sent to allowed origins", "every response that depends has it"),
)
# The policy of options that all have names which it does not read.
_UNREAD: Final = ("direct", "", [""], "", "", "false", "", [""])
# What `fnmatch` takes for more than itself, beside `*`.
_OTHER_WILDCARDS: Final = frozenset("?[")


def read(source: str) -> Migration:
    """Translate what a `wsgicors.CORS` was made with.

    Args:
        source: Its import path, `module:application`.

    Raises:
        CannotRead: If there is none.
    """
    middleware = import_object(source)
    if not isinstance(middleware, wsgicors.CORS):
        raise CannotRead(
            f"{source} is not behind wsgicors.CORS, but {type(middleware).__name__}"
            f"{not_called(source, middleware)}"
        )
    draft = _first(middleware)
    paths = [Entry("/", draft if draft.policy() else None)]
    name = code.name_in(source, "application")
    inner = code.name_of_inner(middleware.application, source, name)
    frame = _FRAME.replace("{app}", name).replace("{inner}", inner)
    return code.migration(LIBRARY, source, Code(frame, paths), [*draft.changes, *_ALWAYS])


def _first(middleware: Any) -> Draft:
    """Translate the policy that is tried first, and say what another could still allow."""
    if middleware.matchstrategy == "verbmatch":
        draft = Draft()
        draft.decide(
            "matchstrategy 'verbmatch'",
            "the request's method chose the policy",
            "left out: CORS is off; write a function of the environ that returns a Policy",
        )
        return draft
    tried = [*itertools.takewhile(lambda name: name != "deny", middleware.activepolicies)]
    drafts = {name: _draft(middleware.policies[name]) for name in tried}
    if not drafts:
        return Draft()
    first, *others = drafts
    if not all(drafts[first].covers(drafts[other]) for other in others):
        drafts[first].decide(
            "policy",
            f"origins that {first!r} refused were tried with {', '.join(map(repr, others))}",
            "left out: add their origins, or write a function of the environ",
        )
    return drafts[first]


def _draft(policy: Any) -> Draft:
    draft = Draft(credentials=policy.credentials == "true")
    if policy == _UNREAD:
        draft.decide(
            "CORS(...)",
            "wsgicors read none of its options, so no origin was allowed",
            "left out: write the policy that was meant",
        )
        return draft
    if policy.credentials not in {"true", "false"}:
        draft.change(
            "credentials", f"{policy.credentials!r} is not 'true', and so was false", "False"
        )
    if policy.origin in {"*", "copy"}:
        draft.any_origin(f"origin {policy.origin!r}")
        if policy.origin == "copy" and not draft.credentials:
            draft.change("origin", "the page's origin was sent back", "'*' is sent to everybody")
    elif "*" in policy.origin.split():
        draft.change("origin", "'*' beside other origins was ignored", "left out")
    for entry in policy.match:
        _origin(draft, entry)
    draft.note_nobody("origin")
    if "*" in policy.methods:
        draft.any_method()
    else:
        draft.methods("methods", policy.methods)
    if policy.headers == "*":
        draft.any_header()
    else:
        draft.headers("headers", policy.headers.split(","))
    draft.expose("expose_headers", policy.expose_headers.split(","))
    draft.max_age("maxage", policy.maxage)
    return draft


def _origin(draft: Draft, entry: str) -> None:
    """Take over an origin, or what `fnmatch` compared with the whole origin."""
    origin, problems = parse(entry)
    if "*" not in entry and _OTHER_WILDCARDS.isdisjoint(entry):
        if entry:
            draft.origin("origin", entry)
    elif origin is None or problems or not _OTHER_WILDCARDS.isdisjoint(entry):
        suggested = f"https://{entry}" if entry.startswith("*.") else "https://*.app.example"
        draft.decide(
            "origin",
            f"{entry!r} matched by file name's rules, any scheme and port if it does not say",
            f"left out: write each that you mean, such as {suggested!r}",
        )
    else:
        draft.origin_or_pattern("origin", entry)
        draft.change(
            "origin",
            f"{entry!r}: '*' stood for any text, dots, slashes and ports included",
            "it stands for labels of a host, or for a port",
        )
        if entry.endswith(":*"):
            bare = entry.removesuffix(":*")
            draft.change(
                "origin", f"{bare!r}, without a port, was refused", "widened: it is allowed"
            )
