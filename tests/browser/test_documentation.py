"""What the documentation shows of the model is what the model does."""

import re
from pathlib import Path

import flask

from cors_wsgi.testing import Page

PAGE = Path(__file__).parents[2] / "docs" / "browser-model.md"


def test_the_failed_assertion_is_what_a_failed_assertion_says():
    app = flask.Flask(__name__)
    app.add_url_rule("/users/<int:number>", view_func=lambda number: "", methods=["PUT"])
    result = Page("https://app.example", app).fetch("/users/7", method="PUT")
    text = f"Script cannot read the response.\n\n{result}\n"
    # Flask lists the methods of a URL in no order, and the page leaves them out.
    expected = re.sub(r"     < Allow: .*\n", "", text)
    shown = PAGE.read_text("utf-8").partition("```text\n")[2].partition("```")[0]
    assert shown == expected
