"""The documentation's pages about errors, as they are written from the catalogue."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from cors_wsgi import catalogue

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))
error_pages = import_module("error_pages")

PAGES = dict(error_pages.pages())
MESSAGES = [pytest.param(message, id=message.id) for message in catalogue.messages()]


def test_every_failure_and_every_message_has_its_page():
    ids = [*catalogue.failures(), *(message.id for message in catalogue.messages())]
    assert sorted(PAGES) == sorted(["index", *error_pages.ENGINES, *ids])


@pytest.mark.parametrize("message", MESSAGES)
def test_a_page_shows_lines_that_the_command_recognises_as_that_message(message):
    lines = [error_pages.example(message, line) for line in message.lines]
    assert all(line in PAGES[message.id] for line in lines)
    recognised = [[match.message.id for match in catalogue.recognise(line)] for line in lines]
    assert recognised == [[message.id]] * len(lines)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_page_can_be_found_by_the_line(message):
    heading = next(line for line in PAGES[message.id].splitlines() if line.startswith("# "))
    shown = heading.removeprefix("# ").replace("\\", "")
    assert shown == error_pages.cut(error_pages.title(message))


@pytest.mark.parametrize("id_", catalogue.failures())
def test_a_failure_s_page_has_all_that_is_known_of_it(id_):
    failure = catalogue.failure(id_)
    page = PAGES[id_]
    said = [failure.title, failure.meaning, failure.not_meaning, *failure.signs, *failure.causes]
    fixes = [catalogue.fix(id_, stack) for stack in catalogue.stacks()]
    assert [text for text in said if text not in page] == []
    assert [fix.stack for fix in fixes if fix.code not in page] == []
