"""What the documentation shows of the model is what the model does."""

import re

import flask
from browser.engine_table import PAGE, with_table

from cors_wsgi.testing import Page


def test_the_table_of_engine_differences_is_made_from_the_model():
    text = PAGE.read_text("utf-8")
    assert text == with_table(text), "run: python tests/browser/engine_table.py"


def test_the_failed_assertion_is_what_a_failed_assertion_says():
    app = flask.Flask(__name__)
    app.add_url_rule("/users/<int:number>", view_func=lambda number: "", methods=["PUT"])
    result = Page("https://app.example", app).fetch("/users/7", method="PUT")
    text = f"Script cannot read the response.\n\n{result}\n"
    # Flask lists the methods of a URL in no order, and the page leaves them out.
    expected = re.sub(r"     < Allow: .*\n", "", text)
    shown = PAGE.read_text("utf-8").partition("```text\n")[2].partition("```")[0]
    assert shown == expected
