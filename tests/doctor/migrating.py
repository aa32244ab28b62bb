"""To judge a translation: requests to the old application and to one made from the printed code."""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from click.testing import CliRunner

from cors_wsgi.browser import fetch, fetch_request, run
from cors_wsgi.doctor.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cors_wsgi.browser import Outcome, Send

PAGE = "https://app.example"
OTHER = "https://other.example"
ORIGINS = (
    PAGE,
    OTHER,
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://a.shop.example",
    "https://pr-7.pages.example",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost.evil.example",
    "null",
)
# With and without a preflight; method, headers, credentials.
KINDS = (
    ("GET", (), "omit"),
    ("GET", (), "include"),
    ("GET", (("Authorization", "Bearer x"),), "omit"),
    ("POST", (("Content-Type", "application/json"),), "include"),
    ("POST", (("X-Token", "7"),), "omit"),
    ("PUT", (), "omit"),
    ("PUT", (), "include"),
    ("PATCH", (("X-Token", "7"),), "omit"),
)
# What a router answers where no view does.
ROUTED = frozenset({308, 404, 405})


class Fetch(NamedTuple):
    """What a page asks for."""

    origin: str
    path: str
    method: str
    headers: tuple[tuple[str, str], ...]
    credentials: str


class Printed(NamedTuple):
    """What the command printed."""

    exit_code: int
    code: str
    to_decide: str
    changes: str


def fetches(paths: Iterable[str], origins: Iterable[str] = ORIGINS) -> list[Fetch]:
    """Return what is asked of both applications."""
    asked = itertools.product(origins, paths, KINDS)
    return [Fetch(origin, path, *kind) for origin, path, kind in asked]


def translated(library: str, source: str) -> Printed:
    """Run the command, and take what it printed apart."""
    done = CliRunner().invoke(cli, ["policy", "--from", library, source])
    assert done.exit_code in {0, 1}, done.output
    # The sections are told apart by what begins in the first column.
    titles = re.compile(r"^(Left for you to decide|What changes|Warnings)$", re.MULTILINE)
    parts = titles.split(done.stdout)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    code = "\n".join(line.removeprefix("    ") for line in parts[0].splitlines()[1:])
    decide = " ".join(sections.get("Left for you to decide", "").split())
    changes = " ".join(sections["What changes"].split())
    return Printed(done.exit_code, code, decide, changes)


def outcomes(send: Send, asked: Iterable[Fetch]) -> list[Outcome]:
    """Do every fetch, and send each request once: with credentials, it is often the same."""
    sent_once = functools.cache(send)
    return [_outcome(sent_once, each) for each in asked]


def _outcome(send: Send, asked: Fetch) -> Outcome:
    request = fetch_request(
        asked.origin,
        f"https://api.example{asked.path}",
        method=asked.method,
        headers=asked.headers,
        credentials=asked.credentials,  # type: ignore[arg-type] # as in `fetches`
    )
    return run(fetch(request), send)


def seen(result: Outcome) -> set[str] | None:
    """Return the headers that script sees; nothing where it sees no response."""
    if not result.shared:
        return None
    return {"status", *(name for name in result.headers if name.startswith("x-"))}


Differences: TypeAlias = tuple[list[tuple[Fetch, int]], set[tuple[str, str]]]


def compare(old: Send, new: Send, asked: Sequence[Fetch]) -> Differences:
    """Compare what script sees of two applications, as `differences` does."""
    return differences(asked, outcomes(old, asked), outcomes(new, asked))


def differences(
    asked: Iterable[Fetch], old: Iterable[Outcome], new: Iterable[Outcome]
) -> Differences:
    """Compare what script sees.

    Returns:
        What is open that was closed, with the response's status; and the origins and paths that
        were open for some fetch which is closed.
    """
    opened, closed = [], set()
    for each, was, after in zip(asked, old, new, strict=True):
        before, visible = seen(was), seen(after)
        if (visible or set()) - (before or set()):
            opened.append((each, after.status))
        elif visible is None and before is not None:
            closed.add((each.origin, each.path))
    return opened, closed
