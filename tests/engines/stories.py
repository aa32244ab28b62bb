"""What the engines and the model are compared by: stories, told in placeholders.

A story is what a page asks for, one request after another, and what each address answers. Its
texts name origins and addresses by placeholders, so that a story, and what came of it, can be
compared between engines, ports and runs:

    {O}     the page's origin
    {B}     another origin on the page's site
    {X}     an origin on another site
    {PATH}  the path that belongs to this story alone
    {N}     a name that belongs to this story alone, for its cookies
    {URL}, {ONWARD}   {B}{PATH}, and {B}{PATH}/onward
    {NEXT}, {BACK}    {X}{PATH}/onward, and {O}{PATH}
    {NEXT-USER}       {NEXT} with a user and a password
    {O-HOST}, {B-HOST}, {X-HOST}   the three origins without their scheme
    {OUP}, {ONP}, {OHP}, {OS}   {O} in capitals, without its port, without its scheme, with https
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from engines.scripted import NOT_FOUND, Answer, Received, Script

#: The hosts of {O}, {B} and {X} for a page on an address, and for one on a name.
ADDRESS, NAME = (
    ("127.0.0.1", "127.0.0.1", "localhost"),
    ("app.site.localhost", "api.site.localhost", "other.localhost"),
)
#: Cookies have no port: every server on the page's host gets it where the credentials mode allows.
PAGE_COOKIE = "page=known"
# The placeholders of what engines may print, the longest first.
_PRINTED = (
    *("{NEXT-USER}", "{NEXT}", "{BACK}", "{ONWARD}", "{URL}", "{O}", "{B}", "{X}"),
    *("{O-HOST}", "{B-HOST}", "{X-HOST}"),
    *("{PATH}", "{N}"),
)


class Ask(NamedTuple):
    """One request of a script.

    `init` has what `fetch` takes or, for an XMLHttpRequest, what `xhr_request` of the model takes.
    """

    init: dict[str, Any]
    url: str = "{URL}"
    api: Literal["fetch", "xhr"] = "fetch"


class Story(NamedTuple):
    """Requests of a page on one of `hosts`, and what addresses answer; any other answers 404.

    `console` says whether the lines of consoles can be told from those of other stories.
    """

    name: str
    asks: tuple[Ask, ...]
    scripts: dict[str, Script]
    hosts: tuple[str, str, str] = ADDRESS
    console: bool = True


class Sent(NamedTuple):
    """A request on the wire: what CORS put into it, which headers came as set, and its cookies."""

    method: str
    url: str
    cors: dict[str, str]
    as_set: list[str]
    cookies: list[str]


class Outcome(NamedTuple):
    """What came of a story.

    `responses` has what script sees of each request, `None` where the promise was rejected.
    `console` has the lines about CORS, and WebKit's line about an error status.
    """

    responses: list[dict[str, Any] | None]
    wire: list[Sent]
    console: list[str]


_NOWHERE = Script(NOT_FOUND, NOT_FOUND)


def story(  # noqa: PLR0917 - what there is to say of a request and its answers
    name: str,
    init: dict[str, Any],
    preflight: Answer,
    actual: Answer,
    onward: Script = _NOWHERE,
    api: Literal["fetch", "xhr"] = "fetch",
) -> Story:
    """A story of one request, which its resource may redirect onward."""
    places = {"{URL}": Script(preflight, actual), "{ONWARD}": onward, "{NEXT}": onward}
    return Story(name, (Ask(init, api=api),), places)


def placeholders(story: Story, number: int, page_port: int, port: int) -> dict[str, str]:
    """What the placeholders in a story's texts stand for."""
    page, same_site, other = story.hosts
    path = f"/story/{number}"
    origin, next_url = f"http://{page}:{page_port}", f"http://{other}:{port}{path}/onward"
    return {
        "{O-HOST}": f"{page}:{page_port}",
        "{B-HOST}": f"{same_site}:{port}",
        "{X-HOST}": f"{other}:{port}",
        "{NEXT-USER}": next_url.replace("://", "://user:secret@"),
        "{NEXT}": next_url,
        "{BACK}": origin + path,
        "{ONWARD}": f"http://{same_site}:{port}{path}/onward",
        "{URL}": f"http://{same_site}:{port}{path}",
        "{PATH}": path,
        "{N}": f"n{number}n",
        "{OUP}": origin.upper().replace("//APP", "//app"),
        "{ONP}": origin.rpartition(":")[0],
        "{OS}": origin.replace("http", "https", 1),
        "{O}": origin,
        "{B}": f"http://{same_site}:{port}",
        "{X}": f"http://{other}:{port}",
        "{OHP}": f"{page}:{page_port}",
    }


def place_of(text: str) -> str:
    """The path of the story that an address or a text belongs to."""
    found = re.search(r"/story/\d+", text)
    return found[0] if found else ""


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """A text, or what has texts, with its placeholders replaced."""
    text = json.dumps(value)
    for placeholder, replacement in values.items():
        text = text.replace(placeholder, replacement)
    return json.loads(text)


def emptied(seen: Any, values: Mapping[str, str]) -> Any:
    """What an engine showed, with addresses turned back into placeholders."""
    text = json.dumps(seen, ensure_ascii=False)
    for placeholder in _PRINTED:
        text = text.replace(values[placeholder], placeholder)
    return json.loads(text)


def scripts(story: Story, values: Mapping[str, str]) -> dict[str, Script]:
    """What the servers have to answer in a story, by URL."""
    return {
        filled(url, values): Script(*(_filled(answer, values) for answer in script))
        for url, script in story.scripts.items()
    }


def _filled(answer: Answer, values: Mapping[str, str]) -> Answer:
    headers = tuple((name, value) for name, value in filled(answer.headers, values))
    return answer._replace(headers=headers)


def sent(story: Story, request: Received, values: Mapping[str, str]) -> Sent:
    """A request as it is compared."""
    cors = {
        name: emptied(value, values)
        for name, value in request.headers.items()
        if name == "origin" or name.startswith("access-control-request-")
    }
    arrived = {
        name
        for ask in story.asks
        for name, value in _set_by_script(ask.init).items()
        # WebKit sends the characters of ISO-8859-1 as UTF-8.
        if request.headers.get(name) in (value, value.encode().decode("latin-1"))
    }
    content_type = request.headers.get("content-type", "")
    if content_type and content_type.isascii():  # see above
        arrived.add(f"content-type: {content_type}")
    cookies = request.headers.get("cookie", "").split("; ")
    ours = [pair for pair in cookies if values["{N}"] in pair or pair == PAGE_COOKIE]
    url = emptied(request.url, values)
    return Sent(request.method, url, cors, sorted(arrived), emptied(ours, values))


def _set_by_script(init: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an init, combined and normalised as in Fetch, "append a header"."""
    headers = init.get("headers", {})
    combined: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        key, text = name.lower(), value.strip(" \t\r\n")
        combined[key] = f"{combined[key]}, {text}" if key in combined else text
    return combined
