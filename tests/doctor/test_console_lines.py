"""Console lines that people paste are answered right, in Python and in a web page."""

import json
import re
import subprocess
import sys
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from doctor.broken_servers.stacks import require
from doctor.console_lines import TABLE, lines, table
from doctor.shapes import SHAPES
from doctor.test_recognise import MEASURED

from cors_wsgi import catalogue
from cors_wsgi.catalogue._load import grammar, translations
from cors_wsgi.catalogue._recognise import answers

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))
error_pages = import_module("error_pages")

LINES = [pytest.param(line, id=f"{line.id} {line.family}") for line in lines()]
URL = "https://api.example/data"


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_answered_right(line):
    said = line.answers()
    assert len(said) == len(line.expected), said
    assert all(answer in expected for answer, expected in zip(said, line.expected, strict=True)), (
        said
    )


def test_the_table_in_the_documentation_is_what_the_lines_give():
    assert TABLE.read_text("utf-8") == table()


HINT = (
    "If an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the "
    "resource with CORS disabled."
)
NOT_ALLOWED = "Origin 'http://localhost:3000' is therefore not allowed access."
TAILS = [
    "",
    ".",
    f". {NOT_ALLOWED}",
    f". {HINT}",
    f". Have the server send the header with a valid value, or, {HINT.lower()}",
    f". {NOT_ALLOWED} The response had HTTP status code 404. {HINT}",
]
# What Chromium prints after one of its heads.
REASONS = [
    pytest.param(message, id=message.id)
    for message in catalogue.messages()
    if message.engine == "chromium" and message.lines[0] != message.texts[0] and message.failures
    if not message.vague and not message.id.startswith("net-")
]


@pytest.mark.parametrize("message", REASONS)
def test_a_reason_is_one_answer_after_every_head_and_before_every_tail(message):
    for head in grammar().heads["chromium"]:
        for preflight in ("", grammar().preflight[0]):
            for number, tail in enumerate(TAILS):
                text = message.texts[number % len(message.texts)]
                line = error_pages.example(message, head + preflight + text) + tail
                (match,) = catalogue.recognise(line)
                assert (match.message.id, match.complete) == (message.id, True), line


def test_two_lines_after_each_other_are_two_answers():
    whole = [
        error_pages.example(message, message.lines[0]).replace(URL, f"{URL}/{number}")
        for number, message in enumerate(catalogue.messages())
        if message.failures and not (message.vague or message.follows or message.whole_line)
    ]
    for first, second in pairwise([*whole, *whole[::-3], *whole[::5]]):
        alone = {catalogue.recognise(line)[0].failures[0] for line in (first, second)}
        both = {match.failures[0] for match in catalogue.recognise(f"{first}\n{second}")}
        assert both == alone, (first, second)


def translated():
    """Return every reason of Firefox in every language, as a whole line."""
    for one in translations():
        for message, texts in one.texts.items():
            for text in texts:
                filled = re.sub(r"\{[a-z]+\}", "x-token", text)
                after, reason = (one.after or ("",))[0], (one.reason or ("",))[0]
                status = f" {one.status[0]}: 404."
                line = f"{one.heads[0]} ... {URL} {after} ({reason} {filled}).{status}"
                yield pytest.param(line, message, one.language, id=f"{one.language} {message}")


@pytest.mark.parametrize(("line", "message", "language"), [*translated()])
def test_firefox_is_understood_in_other_languages(line, message, language):
    (match,) = catalogue.recognise(line)
    assert (match.message.id, match.language, match.url, match.status) == (
        message,
        language,
        URL,
        "404",
    )


@pytest.mark.parametrize("one", [pytest.param(one, id=one.language) for one in translations()])
def test_a_reason_that_is_not_known_still_gives_url_status_and_language(one):
    after, reason = (one.after or ("",))[0], (one.reason or ("",))[0]
    line = f"{one.heads[0]} ... {URL} {after} ({reason} 42). {one.status[0]}: (null)."
    (match,) = catalogue.recognise(line)
    assert (match.message.id, match.url, match.status, match.language, match.failures) == (
        "firefox-blocked",
        URL,
        "null",
        one.language,
        ("preflight-no-answer",),
    )


PROGRAM = """
import { readFileSync } from "node:fs";
const { module, data, texts } = JSON.parse(readFileSync(0, "utf8"));
const { recognise } = await import(module);
console.log(JSON.stringify(texts.map((text) => recognise(text, data))));
"""


def in_a_web_page(texts):
    """Return what `recognise.js` answers."""
    require("node")
    module = Path(str(files("cors_wsgi.catalogue") / "data" / "recognise.js"))
    given = {"module": module.as_uri(), "data": catalogue.as_patterns(), "texts": texts}
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", PROGRAM],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(run.stdout)


def texts():
    """Return many texts: each line as it is, in some shape, and cut off at either end."""
    whole = [line.text for line in lines()]
    whole += [param.values[1] for param in MEASURED]
    whole += [param.values[0] for param in translated()]
    whole += [line for message in catalogue.messages() for line in message.lines]
    for number, text in enumerate(whole):
        yield text
        yield SHAPES[number % len(SHAPES)](text)
        yield text[: len(text) * 2 // 3] if number % 2 else text[len(text) // 3 :]
    yield "\n".join(whole)
    yield from ("", "\ud800", "😭" * 10 + whole[0], "İ" + whole[0] + "\x1b]8;;x\x07\u202e")


def test_a_web_page_gives_the_same_answers():
    given = list(texts())
    said = in_a_web_page(given)
    different = [text for text, one in zip(given, said, strict=True) if one != answers(text)]
    assert different == []
