"""From what was typed, or written in a file, to what is checked."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import httpx

from cors_wsgi.browser import fetch_request, origin_of

if TYPE_CHECKING:
    from cors_wsgi.browser import Request

_METHOD: Final = re.compile(r"[A-Z]+")
_HEADER: Final = re.compile(r"([^:\s]+):\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The fetch to check, in the words of the person who asks.

    Attributes:
        url: The absolute URL.
        origin: The page's origin.
        method: The method.
        headers: The headers that script sets.
        credentials: Whether the page fetches with `credentials: "include"`.
        body: The body, or None.
        send: Whether an unsafe method may be sent for real.
        cookie: The Cookie header that the browser would add to what carries credentials.
    """

    url: str
    origin: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    credentials: bool = False
    body: str | None = None
    send: bool = False
    cookie: str | None = None

    @property
    def request(self) -> Request:
        """What script asks for.

        Raises:
            cors_wsgi.browser.ScriptError: `fetch` itself would throw.
            ValueError: The origin is not one.
        """
        return fetch_request(
            self.origin,
            self.url,
            method=self.method,
            headers=self.headers,
            body=None if self.method in {"GET", "HEAD"} else self.body,
            credentials="include" if self.credentials else "same-origin",
        )


class BadTarget(ValueError):  # noqa: N818 - says what is wrong
    """What was asked for cannot be asked for."""


def absolute_url(text: str) -> str:
    """Return a URL as a browser would write it: with a scheme, in ASCII, without a fragment.

    Raises:
        BadTarget: It is no http or https URL.
    """
    full = text if "://" in text else f"http://{text}"
    try:
        url = httpx.URL(full)
    except httpx.InvalidURL as error:
        raise BadTarget(f"{text!r} is not a URL: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadTarget(f"{text!r} is not an http or https URL")
    if url.userinfo:
        raise BadTarget(
            "the URL includes a username or a password, and no page can fetch such a URL"
        )
    return str(url.copy_with(fragment=None))


def url_in_process(text: str) -> str:
    """Return the URL of an application in this process: a path, or a URL for its host's sake.

    Raises:
        BadTarget: It is a URL of another scheme.
    """
    if "://" in text.partition("?")[0]:
        return absolute_url(text)
    return absolute_url(f"http://localhost/{text.removeprefix('/')}")


def page_origin(text: str) -> str:
    """Return the origin of a page, as browsers write it.

    Raises:
        BadTarget: It is not written so.
    """
    try:
        fetch_request(text, "https://api.invalid/")
    except ValueError as error:
        meant = ""
        with contextlib.suppress(ValueError):
            origin = origin_of(absolute_url(text))
            fetch_request(origin, "https://api.invalid/")
            meant = f". Did you mean {origin}?"
        raise BadTarget(f"{error}{meant}") from error
    return text


def header(text: str) -> tuple[str, str]:
    """Return the header that is written `Name: value`.

    Raises:
        BadTarget: It is not written so.
    """
    match = _HEADER.fullmatch(text)
    if match is None:
        name = re.split(r"[^\w-]", text)[0]  # what follows may be secret
        raise BadTarget(f"the header {name!r} is not written 'Name: value'")
    return match[1], match[2].strip()


def targets(text: str, like: Target, origins: tuple[str, ...]) -> list[Target]:
    """Return the targets of a file: a line is `[METHOD] URL [ORIGIN...]`; `#` starts a comment.

    Args:
        text: What the file says.
        like: What holds for each of them unless its line says otherwise.
        origins: The origins for lines that name none.

    Raises:
        BadTarget: A line makes no sense; the message has its number.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition(" #")[0].split()
        if not words or words[0].startswith("#"):
            continue
        method = words.pop(0) if _METHOD.fullmatch(words[0]) and len(words) > 1 else like.method
        pages = tuple(map(page_origin, words[1:])) or origins
        if not pages:
            raise BadTarget(f"line {number} names no origin, and --origin gives none")
        try:
            url = absolute_url(words[0])
        except BadTarget as error:
            raise BadTarget(f"line {number}: {error}") from error
        found += [replace(like, url=url, method=method, origin=page) for page in pages]
    return found
