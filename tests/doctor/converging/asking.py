"""What is asked: combinations of method, headers and credentials, and the command that asks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner

from cors_wsgi.browser import fetch, fetch_request, run
from cors_wsgi.doctor.cli import cli

if TYPE_CHECKING:
    from cors_wsgi.browser import Send

PAGE = "https://app.example"
OLD_PAGE = "https://old.example"

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")
HEADERS = {
    "no headers": (),
    "JSON": (("Content-Type", "application/json"),),
    "a token": (("Authorization", "Bearer t"),),
    "two headers": (("X-Api-Key", "1"), ("content-type", "application/json")),
    "tracing": (("authorization", "Bearer t"), ("traceparent", "00-1-1-00"), ("X-Old", "1")),
}


@dataclass(frozen=True)
class Combination:
    """One way to fetch."""

    method: str
    headers: str
    credentials: bool
    page: str = PAGE

    def __str__(self) -> str:
        cookies = " with cookies" if self.credentials else ""
        return f"{self.method} with {self.headers}{cookies} from {self.page}"

    @property
    def arguments(self) -> list[str]:
        """The command's options."""
        found = ["--origin", self.page, "-X", self.method, "--send"]
        for name, value in HEADERS[self.headers]:
            found += ["-H", f"{name}: {value}"]
        return [*found, "--credentials"] if self.credentials else found


ALL = [Combination(*one) for one in itertools.product(METHODS, HEADERS, (False, True))]
# For real servers: every method, every set of headers, with credentials and without.
CHOSEN = [
    Combination("GET", "no headers", credentials=False),
    Combination("GET", "a token", credentials=True),
    Combination("POST", "JSON", credentials=False),
    Combination("POST", "two headers", credentials=True),
    Combination("PUT", "JSON", credentials=True),
    Combination("PUT", "a token", credentials=False),
    Combination("PATCH", "two headers", credentials=False),
    Combination("PATCH", "tracing", credentials=True),
    Combination("DELETE", "no headers", credentials=True),
    Combination("DELETE", "tracing", credentials=False),
    Combination("PROPFIND", "two headers", credentials=True),
    Combination("PUT", "JSON", credentials=False, page="http://localhost:5173"),
    Combination("PUT", "JSON", credentials=True, page="chrome-extension://abcdefghijklmnop"),
    Combination("GET", "JSON", credentials=True, page="capacitor://localhost"),
    Combination("PATCH", "JSON", credentials=True, page=f"https://{'a' * 60}.{'b' * 60}.example"),
]


def check(*arguments: str) -> tuple[int, str]:
    """The exit code of `cors-wsgi check`, and what it prints."""
    result = CliRunner().invoke(cli, ["check", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def is_allowed(
    send: Send, url: str, page: str, method: str, headers: str, *, cookies: bool
) -> bool:
    """Whether a browser would let a page read the answer, by the browser model."""
    request = fetch_request(
        page,
        url,
        method=method,
        headers=HEADERS[headers],
        credentials="include" if cookies else "same-origin",
    )
    return run(fetch(request), send).shared
