"""What the catalogue's entries are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

FETCH: Final = "https://fetch.spec.whatwg.org/"
MDN: Final = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS"

Phase: TypeAlias = Literal["preflight", "response", "around", "outside"]
Engine: TypeAlias = Literal["chromium", "firefox", "webkit", "edge", "any"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a cross-origin request fails.

    Attributes:
        id: its name, such as `preflight-405`; stable across releases.
        title: what happens, in a line.
        phase: where it happens: at the preflight, at the response to the request itself,
            around the two (caches, cookies, other clients), or outside CORS.
        meaning: what it means, in two or three sentences.
        not_meaning: what it does not mean, though people think so.
        signs: what shows that it is this one.
        causes: the likely causes, the likeliest first.
        is_cors: whether CORS is at fault, not something that only shows as CORS.
        standard: the place in the Fetch standard, as a URL; empty if it is not there.
        mdn: MDN's page about it, as a URL.
    """

    id: str
    title: str
    phase: Phase
    meaning: str
    not_meaning: str
    signs: tuple[str, ...]
    causes: tuple[str, ...]
    is_cors: bool
    standard: str
    mdn: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a browser's console prints, and what it says about the failure.

    Attributes:
        id: its name, such as `chromium-missing-allow-origin`.
        engine: whose it is. `edge` is Internet Explorer and Edge before 2020, which had
            an engine of their own; today's Edge prints what Chromium prints.
        texts: the wordings, with placeholders such as `{url}`; the newest comes first.
        lines: the same, as whole lines of the console.
        failures: the failures that it can mean, the likeliest first. Empty: it is not
            about one of them, or does not tell.
        meaning: what to know about this message beyond its failures; may be empty.
        era: when it was printed, in words.
        preflight: whether it is always about a preflight.
        follows: whether it only follows another line, which says more.
        vague: whether it does not tell which failure it is: what `failures` has is only
            the most usual.
        needs_head: whether it is too short to be told without what comes before it.
        by_status: the failures by the status that it carries: `"405"`, `"4xx"`, `"null"`.
        by_preflight: the failures where it is about a preflight; empty if the same.
        mdn: MDN's page about it, as a URL; empty if there is none.
    """

    id: str
    engine: Engine
    texts: tuple[str, ...]
    lines: tuple[str, ...]
    failures: tuple[str, ...]
    meaning: str
    era: str
    preflight: bool
    follows: bool
    vague: bool
    needs_head: bool
    by_status: Mapping[str, tuple[str, ...]] = field(hash=False)
    by_preflight: tuple[str, ...]
    mdn: str


@dataclass(frozen=True, slots=True)
class Match:
    """A message that was recognised in a text.

    What it repeats of the text has no control characters, and is cut to a bounded length.

    Attributes:
        message: which message it is.
        failures: what it means here, the likeliest first; a status that it carries has
            been taken into account. Empty if the line alone does not tell.
        url: the URL that was asked for; `None` if the message does not have it. So are
            the others.
        redirected_from: the URL that the request began at.
        origin: the page's origin.
        method: the method that is refused.
        header: the header, in the message's spelling.
        value: the value of the header that is at fault.
        status: the response's status; `"null"` if there was none.
        initiator: what asked: `fetch`, `XMLHttpRequest`, `font` and so on.
        preflight: whether the preflight failed, not the request itself.
        complete: whether the whole message was there, not only its beginning.
    """

    message: Message
    failures: tuple[str, ...]
    url: str | None = None
    redirected_from: str | None = None
    origin: str | None = None
    method: str | None = None
    header: str | None = None
    value: str | None = None
    status: str | None = None
    initiator: str | None = None
    preflight: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class StackMend:
    """A fix as it is written down: for several failures, with placeholders."""

    failures: tuple[str, ...]
    where: str
    text: str
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A framework, server or service that can be told what to send.

    Attributes:
        id: its name on the command line, such as `nginx`.
        title: its name for people.
        aliases: other names on the command line.
        fixes: what to change on it.
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    fixes: tuple[StackMend, ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """What to change on one stack against one failure.

    Attributes:
        stack: the stack's id. It is `http` where the stack that was asked for has no
            fix of its own.
        title: the stack's name for people.
        where: the file or place that the code belongs to.
        text: what to do, in a sentence or two.
        code: the code, ready to paste.
        language: what the code is written in, as Pygments calls it.
    """

    stack: str
    title: str
    where: str
    text: str
    code: str
    language: str
