"""What a browser would conclude from an answer; asked before anything is timed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import PREFLIGHT_FOR, Case, Request

SAFELISTED_METHODS = {"GET", "HEAD", "POST"}


@dataclass(frozen=True)
class Answer:
    """The head of a response."""

    status: int
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one a line."""
        return [value for key, value in self.headers if key.lower() == name]

    def members(self, name: str) -> set[str]:
        """Return the members of a header that is a list."""
        return {part.strip() for value in self.values(name) for part in value.split(",")}


def ask_wsgi(application: Any, environ: dict[str, Any]) -> Answer:
    """Return a WSGI application's answer."""
    heads: list[Answer] = []

    def start_response(status: str, headers: Iterable[tuple[str, str]], _: Any = None) -> Any:
        heads.append(Answer(int(status[:3]), tuple(headers)))
        return NotImplemented

    body = application(environ, start_response)
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return heads[-1]


def shares(answer: Answer, origin: str | None) -> bool:
    """Return whether the CORS check passes (Fetch, section 4.10), with credentials."""
    return (
        origin is not None
        and answer.values("access-control-allow-origin") == [origin]
        and answer.values("access-control-allow-credentials") == ["true"]
    )


def passes(answer: Answer, request: Request, origin: str | None) -> bool:
    """Return whether a preflight lets the request through (Fetch, section 4.8)."""
    asked = {name.strip().lower() for name in request.requested_headers.split(",")}
    listed = {name.lower() for name in answer.members("access-control-allow-headers")}
    methods = answer.members("access-control-allow-methods") | SAFELISTED_METHODS
    return (
        200 <= answer.status < 300
        and shares(answer, origin)
        and PREFLIGHT_FOR in methods
        and asked <= listed
    )


def check(name: str, case: Case, answer: Answer, origin: str | None) -> list[str]:
    """Compare an answer with the verdict of its case.

    Returns:
        What is wrong with the answer although its verdict is right: notes for the table.

    Raises:
        ValueError: The verdict differs, so that a time would compare different things.
    """
    request = case.request
    if case.allowed is None:
        found, wanted = shares(answer, origin), True
    else:
        found = passes(answer, request, origin) if request.preflight else shares(answer, origin)
        wanted = case.allowed
    if found is not wanted:
        raise ValueError(f"{case.id}: {name} says {found}, not {wanted}: {answer}")
    notes = []
    vary = {member.lower() for member in answer.members("vary")}
    if not request.preflight and "origin" not in vary:
        notes.append("no Vary")
    if request.preflight and answer.status >= 300:
        notes.append(f"status {answer.status}")
    return notes
