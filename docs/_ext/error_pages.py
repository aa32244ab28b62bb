"""The "Errors" section: a box for console lines, and a page for each failure and each message.

The pages are written from the catalogue before Sphinx reads anything, into `errors/`, which is not
committed. A search for a console line has to find its page, so a message's page has the line as its
title, with values that people really have, and every wording of it in its first paragraph. The box
recognises lines in the browser: the catalogue's module and data are copied beside the pages.
"""

import json
import re
import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import Directive
from generated_pages import below, write

from cors_wsgi import catalogue
from cors_wsgi.catalogue import Failure, Message
from cors_wsgi.doctor.explain.explanation import explain

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ENGINES = {
    "chromium": "Chrome and Edge",
    "firefox": "Firefox",
    "webkit": "Safari",
    "edge": "Edge before 2020, Internet Explorer",
    "any": "Any browser",
}
PHASES = {
    "preflight": "At the preflight",
    "response": "At the response",
    "around": "Caches, cookies, other clients",
    "outside": "Not CORS, though it looks like it",
}
# The values in a title, for the parts of a line that differ from page to page.
EXAMPLES = {
    "initiator": "fetch",
    "url": "https://api.example/data",
    "redirected_from": "http://api.example/data",
    "page": "https://app.example/",
    "origin": "http://localhost:3000",
    "method": "PUT",
    "header": "content-type",
    "value": "https://other.example",
    "status": "405",
    "any": "…",
    "words": "script",
}
# And where another value is more like what people have.
OTHER_EXAMPLES = {
    "chromium-disallowed-scheme": {"any": "http, data, chrome, https", "url": "file:///data.json"},
    "chromium-invalid-allow-credentials": {"value": "false"},
    "chromium-invalid-allow-origin": {"value": "app.example"},
    "chromium-local-network": {"any": "local", "url": "http://192.168.1.10/status"},
    "chromium-mixed-content": {
        "url": "http://api.example/data",
        "words": "XMLHttpRequest endpoint",
    },
    "chromium-multiple-allow-origin": {"value": "*, http://localhost:3000"},
    "chromium-redirect-credentials": {"value": "https://user:password@other.example/"},
    "chromium-wildcard-credentials": {"any": "*"},
    "edge-origin-not-found": {"any": "http://localhost:3000"},
    "firefox-authorization-wildcard": {"header": "Authorization", "any": "Authorization"},
    "firefox-cookie-rejected": {"value": "session"},
    "firefox-invalid-allow-headers": {"value": "content-type; x-token"},
    "firefox-invalid-allow-methods": {"value": "['GET'"},
    "firefox-mixed-content": {"url": "http://api.example/data"},
    "firefox-same-origin-mode": {"any": "http://localhost:3000/"},
    "net-failed": {"status": "200"},
    "same-site-cookie": {"any": "Lax"},
    "webkit-error-status": {"any": "Method Not Allowed"},
    "webkit-invalid-allow-headers": {"value": "content-type; x-token"},
    "webkit-invalid-allow-methods": {"value": "['GET', 'PUT']"},
    "webkit-mixed-content": {"url": "http://api.example/data"},
    "webkit-redirect-credentials": {"value": "https://user:password@other.example/"},
}
LONGEST_TITLE = 160

# What `explain.js` fills, on the pages that have it.
BOX = """\
<form id="explain-line">
  <textarea rows="2" aria-label="Console line" spellcheck="false"
    placeholder="Access to fetch at 'https://api.example/' from origin ..."></textarea>
  <output aria-live="polite"></output>
</form>"""
PAGES_WITH_BOX = {"index", "errors/index", "search"}


class ExplainLine(Directive):
    """The box, where a page has `{explain-line}`."""

    def run(self) -> list[nodes.Node]:
        """Return the form."""
        return [nodes.raw("", BOX, format="html")]


def pages() -> Iterator[tuple[str, str]]:
    """Return the name and the text of every page."""
    yield "index", index_page()
    for engine in ENGINES:
        yield engine, engine_page(engine)
    for failure in catalogue.failures().values():
        yield failure.id, below("[all errors](index.md)", failure_page(failure))
    for message in catalogue.messages():
        above = f"[{ENGINES[message.engine]}]({message.engine}.md), [all errors](index.md)"
        yield message.id, below(above, message_page(message))


def index_page() -> str:
    """Return the first page: find an error by its console line, or by what happens."""
    blocks = [
        "# Errors",
        "Paste the red line from your browser's console. It is not sent anywhere.",
        "```{explain-line}\n```",
        "In a terminal, the same with a fix for your server and the check to run next:",
        fenced("console", "$ cors-wsgi explain \"Access to fetch at 'https://api.example/' ...\""),
        "Or find it here by browser, or by what happens.",
        "## By the line in the console",
        "\n".join(f"- [{label}]({engine}.md)" for engine, label in ENGINES.items()),
    ]
    for phase, heading in PHASES.items():
        here = [one for one in catalogue.failures().values() if one.phase == phase]
        blocks += [f"## {heading}", "\n".join(f"- {linked(one)}" for one in here)]
    return joined([*blocks, toctree([*ENGINES])])


def engine_page(engine: str) -> str:
    """Return all messages of one browser."""
    here = [message for message in catalogue.messages() if message.engine == engine]
    links = "\n".join(f"- [{escaped(title(one))}]({one.id}.md)" for one in here)
    heading = f"# CORS messages: {ENGINES[engine]}"
    return joined([heading, links])


def failure_page(failure: Failure) -> str:
    """Return what a failure means, and how it is fixed on every stack."""
    printed = [one for one in catalogue.messages() if failure.id in meanings(one)]
    links = "\n".join(
        f"- {ENGINES[one.engine]}: [{escaped(title(one))}]({one.id}.md)" for one in printed
    )
    see = [f"[The Fetch standard]({failure.standard})"] if failure.standard else []
    return joined(
        [
            f"# {failure.title}",
            failure.meaning,
            "## Fix",
            tabs(failure),
            "## What it does not mean",
            failure.not_meaning,
            "## Likely causes",
            listed(failure.causes, "1."),
            "## Signs",
            listed(failure.signs, "-"),
            *(["## What consoles say", links] if printed else []),
            "## See also",
            listed([*see, f"[MDN]({failure.mdn})"], "-"),
            f"The tools call it `{failure.id}`.",
        ]
    )


def meanings(message: Message) -> set[str]:
    """Return every failure that a message can mean, with whatever status."""
    if message.vague:
        return set()
    by_status = (id_ for ids in message.by_status.values() for id_ in ids)
    return {*message.failures, *message.by_preflight, *by_status}


def message_page(message: Message) -> str:
    """Return what one line of a console means."""
    known = [catalogue.failure(id_) for id_ in message.failures]
    where = f"{ENGINES[message.engine]} ({message.era})" if message.era else ENGINES[message.engine]
    next_command = explain(example(message, message.lines[0]))[0].next
    others = [f"- {linked(failure)}" for failure in known[1:]]
    by_status = [
        f"- {'no answer' if status == 'null' else status}: "
        + ", ".join(linked(catalogue.failure(id_)) for id_ in ids)
        for status, ids in message.by_status.items()
    ]
    return joined(
        [
            f"# {escaped(cut(title(message)))}",
            f"In the console of {where}, the newest wording first:",
            listed(
                [*dict.fromkeys(f"`` {example(message, line)} ``" for line in message.lines)], "-"
            ),
            f"**{message.title}.**" if message.title else "",
            message.meaning,
            *status_table(message),
            *(failure_in_short(known[0]) if known else []),
            *(["With a status in the line:", "\n".join(by_status)] if by_status else []),
            *(["It can also be:", "\n".join(others)] if others else []),
            *(["## Find out", fenced("console", f"$ {next_command}")] if next_command else []),
            *([f"[MDN about this line]({message.mdn})"] if message.mdn else []),
        ]
    )


def status_table(message: Message) -> Iterator[str]:
    """Yield what each status of the preflight would mean, where the line does not say which."""
    if message.needs_status:
        rows = [
            f"| {one.status} | [{one.cause}]({one.failure}.md) | {one.fix} |"
            for one in catalogue.statuses(message.failures)
        ]
        yield "Look up the status of the OPTIONS request in the Network panel:"
        yield "\n".join(["| status | cause | fix |", "|---|---|---|", *rows])


def failure_in_short(failure: Failure) -> Iterator[str]:
    """Yield the failure that a message names first."""
    yield f"## {failure.title}"
    yield failure.meaning
    yield failure.not_meaning
    yield f"What causes it, and how to fix it: {linked(failure)}."


def tabs(failure: Failure) -> str:
    """Return the fix on each stack that has one, in tabs that stay on the reader's stack."""
    fixes = [catalogue.fix(failure.id, stack.id) for stack in catalogue.stacks().values()]
    items = [
        joined(
            [
                f":::{{tab-item}} {found.title}\n:sync: {found.stack}",
                f"{found.text} Where: {found.where}.",
                fenced(found.language, found.code),
                ":::",
            ]
        )
        # Where a stack has no fix, the catalogue has another stack's.
        for found in {found.stack: found for found in fixes}.values()
    ]
    return joined(["::::{tab-set}\n:sync-group: stack", *items, "::::"])


def linked(failure: Failure) -> str:
    """Return a link to a failure's page."""
    return f"[{failure.title}]({failure.id}.md)"


def title(message: Message) -> str:
    """Return the newest wording, with values in it."""
    return example(message, message.texts[0])


def example(message: Message, text: str) -> str:
    """Return a wording of a message, with values in it."""
    values = {**EXAMPLES, **OTHER_EXAMPLES.get(message.id, {})}
    return re.sub(r"\{([a-z_]+)\}", lambda found: values[found[1]], text)


def cut(text: str) -> str:
    """Return a text that is short enough for a title."""
    return text if len(text) <= LONGEST_TITLE else text[:LONGEST_TITLE].rpartition(" ")[0] + " …"


def escaped(text: str) -> str:
    """Return a text without markup, in Markdown."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def listed(items: list[str] | tuple[str, ...], bullet: str) -> str:
    """Return a list."""
    return "\n".join(f"{bullet} {item}" for item in items)


def fenced(language: str, code: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{code}\n```"


def toctree(names: list[str]) -> str:
    """Return the pages below a page, for the side bar."""
    return "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *names, "```"])


def joined(blocks: list[str]) -> str:
    """Return a page of blocks."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def write_pages(app: "Sphinx") -> None:
    """Write the pages that are not there yet, or have changed."""
    write(app, "errors", pages())


def copy_recogniser(app: "Sphinx", exception: Exception | None) -> None:
    """Put what recognises lines beside the pages."""
    if exception is None and app.builder.format == "html":
        write_recogniser(Path(app.outdir) / "_static")


def write_recogniser(folder: Path) -> None:
    """Write the module and the data that recognise lines into a folder."""
    with as_file(files("cors_wsgi.catalogue") / "data" / "recognise.js") as module:
        shutil.copy(module, folder / "recognise.js")
    patterns = json.dumps(catalogue.as_patterns(), separators=(",", ":"))
    (folder / "patterns.json").write_text(patterns, "utf-8")


def add_script(app: "Sphinx", page: str, _template: str, context: dict[str, Any], _: Any) -> None:
    """Let the pages that have the box run what fills it."""
    if page in PAGES_WITH_BOX:
        app.add_js_file("explain.js", type="module")
        context["explain_line"] = BOX


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect to Sphinx's events."""
    app.add_directive("explain-line", ExplainLine)
    app.connect("html-page-context", add_script)
    app.connect("builder-inited", write_pages)
    app.connect("build-finished", copy_recogniser)
    return {"parallel_read_safe": True}
