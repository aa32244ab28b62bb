"""From what was typed, or written in a file, to what is checked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Target

_METHOD: Final = re.compile(r"[A-Z]+")
_HEADER: Final = re.compile(r"([^:\s]+):\s*(.*)", re.DOTALL)


class BadTarget(ValueError):  # noqa: N818 - says what is wrong
    """What was asked for cannot be asked for."""


def absolute_url(text: str) -> str:
    """A URL as a browser would write it: with a scheme, in ASCII, without a fragment.

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
    return str(url.copy_with(fragment=None))


def header(text: str) -> tuple[str, str]:
    """A header written `Name: value`.

    Raises:
        BadTarget: It is not written so.
    """
    match = _HEADER.fullmatch(text)
    if match is None:
        raise BadTarget(f"{text!r} is not a header: write 'Name: value'")
    return match[1], match[2].strip()


def targets(text: str, like: Target, origins: tuple[str, ...]) -> list[Target]:
    """The targets of a file: a line is `[METHOD] URL [ORIGIN...]`; `#` starts a comment.

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
        pages = tuple(words[1:]) or origins
        if not pages:
            raise BadTarget(f"line {number} names no origin, and --origin gives none")
        try:
            url = absolute_url(words[0])
        except BadTarget as error:
            raise BadTarget(f"line {number}: {error}") from error
        found += [replace(like, url=url, method=method, origin=page) for page in pages]
    return found
