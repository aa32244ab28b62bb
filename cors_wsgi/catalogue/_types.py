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
        id: Its name, such as `preflight-405`; stable across releases.
        title: What happens, in a line.
        phase: Where it happens: at the preflight, at the response to the request itself,
            around the two (caches, cookies, other clients), or outside CORS.
        meaning: What it means, in two or three sentences.
        not_meaning: What it does not mean, though people often think so.
        signs: How to recognise it.
        causes: The likely causes, the likeliest first.
        is_cors: Whether CORS is at fault, rather than something that only looks like CORS.
        standard: The URL of the place in the Fetch standard; empty if there is none.
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
        id: Its name, such as `chromium-missing-allow-origin`.
        engine: Which engine prints it. `edge` is Internet Explorer and Edge before 2020, which
            had their own engine; today's Edge prints what Chromium prints.
        texts: The wordings, with placeholders such as `{url}`; the newest comes first.
        lines: The same, as whole lines of the console.
        labels: What the Network panel shows instead, and other forms without a head.
        failures: The failures that it can mean, the likeliest first. Empty: it is about
            something else, or does not tell.
        title: What happens, in a line, where there is no failure to say it.
        meaning: What to know about this message beyond its failures; may be empty.
        era: When it was printed, in words.
        preflight: Whether it is always about a preflight.
        follows: Whether it only follows another line, which says more.
        vague: Whether it does not tell which failure it is: `failures` then has only the
            most usual.
        needs_status: Whether it does not tell which failure it is without a status.
        needs_head: Whether it is too short to be recognised without what comes before it.
        whole_line: Whether it is too short to be recognised within a line.
        by_status: The failures by the status that it carries: `"405"`, `"4xx"`, `"null"`.
        by_preflight: The failures where it is about a preflight; empty if the same.
        mdn: MDN's page about it, as a URL; empty if there is none.
    """

    id: str
    engine: Engine
    texts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    title: str = ""
    meaning: str = ""
    era: str = ""
    preflight: bool = False
    follows: bool = False
    vague: bool = False
    needs_status: bool = False
    needs_head: bool = False
    whole_line: bool = False
    by_status: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    by_preflight: tuple[str, ...] = ()
    mdn: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """How Firefox prints its messages in one language.

    Attributes:
        language: Its name, in English.
        heads: How its lines begin, up to some words before the URL.
        after: What can follow the URL.
        reason: The word before the reason, such as "Grund:".
        status: The words before the status.
        texts: The reasons, by the id of the message.
    """

    language: str
    heads: tuple[str, ...]
    after: tuple[str, ...]
    reason: tuple[str, ...]
    status: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True, slots=True)
class PreflightStatus:
    """What a status of a preflight means, in a few words.

    Attributes:
        status: The statuses, such as "404, 405".
        failure: The id of the failure.
        cause: The usual cause.
        fix: What to do.
    """

    status: str
    failure: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class Match:
    """A message that was recognised in a text.

    What it repeats of the text has no control characters, and its length is bounded.

    Attributes:
        message: Which message it is.
        failures: What it means here, the likeliest first; a status that it carries has
            been taken into account. Empty if the line alone does not tell.
        certain: Whether it names its first failure, or says that it is about something else.
        url: The URL that was requested; `None` if the message does not have it. So are
            the others.
        redirected_from: The URL that the request began at.
        origin: The page's origin.
        method: The method that is refused.
        header: The header, in the message's spelling.
        value: The value of the header that is at fault.
        status: The response's status; `"null"` if there was none.
        initiator: What asked: `fetch`, `XMLHttpRequest`, `font` and so on.
        language: The language that the message is in, if not English.
        preflight: Whether the preflight failed, not the request itself.
        complete: Whether the whole message was there, not only its beginning or end.
    """

    message: Message
    failures: tuple[str, ...]
    certain: bool = True
    url: str | None = None
    redirected_from: str | None = None
    origin: str | None = None
    method: str | None = None
    header: str | None = None
    value: str | None = None
    status: str | None = None
    initiator: str | None = None
    language: str | None = None
    preflight: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a server has to allow, for a fix to be made from it.

    Attributes:
        origins: The origins, the page's own first.
        any_origin: Whether every origin is allowed, as `*` says.
        methods: The methods beside GET, HEAD and POST, which need no permission.
        headers: The request headers, by the names that people know them by.
        credentials: Whether requests carry cookies or HTTP authentication.
        expose_headers: The response headers that script reads.
        max_age: For how many seconds browsers may keep a preflight's answer; `None` leaves it open.
        preflight_status: The status of a preflight's answer; `None` leaves it open.
        complete: Whether this is everything; else a fix says to add it to what is there.
    """

    origins: tuple[str, ...] = ()
    any_origin: bool = False
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    credentials: bool = False
    expose_headers: tuple[str, ...] = ()
    max_age: int | None = None
    preflight_status: int | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class StackFix:
    """A fix as it is written down: for several failures, with placeholders.

    `is_policy` tells whether its code is the stack's whole CORS set-up.
    """

    failures: tuple[str, ...]
    where: str
    text: str
    code: str
    language: str
    is_policy: bool


@dataclass(frozen=True, slots=True)
class Stack:
    """A framework, server or service that sends CORS headers.

    Attributes:
        id: Its name on the command line, such as `nginx`.
        title: Its name for people.
        aliases: Other names on the command line.
        fixes: What to change in it.
        target: What its CORS set-up is exported to; empty if it is written down with the fixes.
        app: What applications are usually called in its code.
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    fixes: tuple[StackFix, ...]
    target: str = ""
    app: str = "app"


@dataclass(frozen=True, slots=True)
class Fix:
    """What to change in one stack to fix one failure.

    Attributes:
        stack: The stack's id; `http` where the stack in question has no specific fix.
        title: The stack's name for people.
        where: The file or place that the code belongs to.
        text: What to do, in a sentence or two.
        code: The code, ready to paste; empty where there is nothing to paste.
        language: What the code is written in, as Pygments calls it.
        is_policy: Whether the code is the stack's whole CORS set-up.
    """

    stack: str
    title: str
    where: str
    text: str
    code: str
    language: str
    is_policy: bool = False
