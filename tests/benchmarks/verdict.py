"""Asks an application as a server does, and checks what a browser concludes from the response."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import PREFLIGHT_FOR, Case

SAFELISTED_METHODS = {"GET", "HEAD", "POST"}


@dataclass(frozen=True)
class Answer:
    """The head of a response."""

    status: int
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one for each line."""
        return [value for key, value in self.headers if key.lower() == name]

    def members(self, name: str) -> set[str]:
        """Return the members of a header that is a list."""
        return {part.strip() for value in self.values(name) for part in value.split(",")}


def ask(application: Any, environ: Mapping[str, Any]) -> Answer:
    """Return an application's answer to one request."""
    heads: list[Answer] = []

    def start(status: str, headers: Iterable[tuple[str, str]], _: Any = None) -> Any:
        heads.append(Answer(int(status[:3]), tuple(headers)))

    _finish(application({**environ}, start))
    return heads[-1]


def prepared(application: Any, environs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return requests as an application takes them: an ASGI application wants scopes."""
    prepare = getattr(application, "prepared", None)
    return prepare(environs) if prepare else environs


def serve(application: Any, requests: Iterable[dict[str, Any]]) -> None:
    """Have an application answer requests that are `prepared` for it, and drop the answers."""
    if hasattr(application, "prepared"):
        application.serve(requests)
        return
    for environ in requests:
        _finish(application(environ, _start_response))


def _start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    """Take the head of a response; none of the applications calls the `write` it returns."""


def _finish(body: Any) -> None:
    for _ in body:
        pass
    close = getattr(body, "close", None)
    if close is not None:
        close()


def check(name: str, case: Case, environ: Mapping[str, Any], answer: Answer) -> None:
    """Compare an answer with the verdict of its case.

    Raises:
        ValueError: If the verdict differs: the costs would be those of different things.
    """
    if case.request.preflight and case.allowed is not None:
        found, wanted = _passes(answer, environ), case.allowed
    else:
        found, wanted = _shares(answer, environ), case.allowed is not False
    if found is not wanted:
        raise ValueError(f"{case.title}: {name} says {found}, not {wanted}: {answer}")


def _shares(answer: Answer, environ: Mapping[str, Any]) -> bool:
    """Tell whether the CORS check passes (Fetch, section 4.10), with credentials."""
    origin = environ.get("HTTP_ORIGIN")
    return (
        origin is not None
        and answer.values("access-control-allow-origin") == [origin]
        and answer.values("access-control-allow-credentials") == ["true"]
    )


def _passes(answer: Answer, environ: Mapping[str, Any]) -> bool:
    """Tell whether a preflight lets the request through (Fetch, section 4.8)."""
    requested = environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"]
    asked = {name.strip().lower() for name in requested.split(",")}
    listed = {name.lower() for name in answer.members("access-control-allow-headers")}
    methods = answer.members("access-control-allow-methods") | SAFELISTED_METHODS
    return (
        200 <= answer.status < 300
        and _shares(answer, environ)
        and PREFLIGHT_FOR in methods
        and asked <= listed
    )
