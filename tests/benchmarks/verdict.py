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


async def ask_asgi(application: Any, scope: dict[str, Any]) -> Answer:
    """Return an ASGI application's answer."""
    heads: list[Answer] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = ((name.decode(), value.decode()) for name, value in message["headers"])
            heads.append(Answer(message["status"], tuple(headers)))

    await application(scope, receive, send)
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
    asked = {name.strip().lower() for name in next(request.requested()).split(",")}
    listed = {name.lower() for name in answer.members("access-control-allow-headers")}
    methods = answer.members("access-control-allow-methods") | SAFELISTED_METHODS
    return (
        200 <= answer.status < 300
        and shares(answer, origin)
        and PREFLIGHT_FOR in methods
        and asked <= listed
    )


def check(name: str, case: Case, answer: Answer) -> str:
    """Compare an answer with the verdict of its case.

    Returns:
        What is wrong with the answer although its verdict is right: a note for the table.

    Raises:
        ValueError: The verdict differs, so that a time would compare different things.
    """
    request = case.request
    origin = None if request.origin is None else next(request.origins())
    if request.preflight and case.allowed is not None:
        found, wanted = passes(answer, request, origin), case.allowed
    else:
        found, wanted = shares(answer, origin), case.allowed is not False
    if found is not wanted:
        raise ValueError(f"{case.id}: {name} says {found}, not {wanted}: {answer}")
    if request.preflight:
        return "" if answer.status < 300 else f"status {answer.status}"
    return "" if "origin" in {name.lower() for name in answer.members("vary")} else "no Vary"
