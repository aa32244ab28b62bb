"""From wsgicors: what is printed opens nothing, and says what it closes."""

import sys
from types import ModuleType

import pytest
import wsgicors
from doctor.migrating import ORIGINS, OTHER, PAGE, compare, fetches, translated

from cors_wsgi import transports

EVERYBODY = [*ORIGINS]
ALL = {"methods": "*", "headers": "*"}


def bare(environ, start_response):
    start_response("200 OK", [("X-Total", "7"), ("X-Secret", "8")])
    return [b"[]"]


COMPLETE = [
    pytest.param({"origin": "*", **ALL}, id="every origin"),
    pytest.param({"origin": "copy", **ALL}, id="every origin, copied"),
    pytest.param({"origin": PAGE, "credentials": "true", **ALL}, id="one origin with credentials"),
    pytest.param(
        {
            "origin": f"{PAGE} {OTHER}",
            "methods": "GET, PUT",
            "headers": "X-Token, Content-Type",
            "expose_headers": "X-Total",
            "maxage": "60",
        },
        id="everything listed",
    ),
    pytest.param({"policy": "deny"}, id="nobody"),
    pytest.param(
        {"policy": "open", "open_origin": PAGE, "open_methods": "*", "open_headers": "*"},
        id="a named policy",
    ),
    pytest.param(
        {
            "policy": "first,second",
            "first_origin": f"{PAGE} {OTHER}",
            "second_origin": PAGE,
            "second_headers": "*",
        },
        id="a second policy that is never used",
    ),
    pytest.param({"origin": PAGE, "credentials": "True"}, id="credentials in a capital letter"),
]
INCOMPLETE = [
    pytest.param(
        {"origin": "*", "credentials": "true", **ALL},
        EVERYBODY,
        "origin '*' '*' with credentials",
        id="every origin with credentials",
    ),
    pytest.param(
        {"origin": "copy", "credentials": "true", **ALL},
        EVERYBODY,
        "with credentials",
        id="every origin copied, with credentials",
    ),
    pytest.param(
        {"allow_origins": [PAGE], "allow_methods": ["PUT"]},
        [],
        "wsgicors read none of its options",
        id="options of another library",
    ),
    pytest.param(
        {"origin": "*.shop.example", **ALL},
        ["https://a.shop.example"],
        "'*.shop.example' matched by file name's rules",
        id="a star without a scheme",
    ),
    pytest.param(
        {
            "policy": "first,second",
            "first_origin": PAGE,
            "first_headers": "*",
            "second_origin": OTHER,
            "second_credentials": "true",
        },
        [OTHER],
        "origins that 'first' refused",
        id="a second policy",
    ),
    pytest.param(
        {"origin": PAGE, "methods": "GET, *", "headers": "*, X-Token"},
        [PAGE],
        "every header but Authorization",
        id="stars beside names",
    ),
    pytest.param(
        {
            "policy": "reading",
            "matchstrategy": "verbmatch",
            "reading_origin": "*",
            "reading_methods": "GET",
        },
        EVERYBODY,
        "the request's method chose the policy",
        id="policies by method",
    ),
]


@pytest.fixture
def both(monkeypatch):
    def make(options):
        old = wsgicors.CORS(bare, **options)
        module = ModuleType("old_site")
        module.application = old
        monkeypatch.setitem(sys.modules, "old_site", module)
        printed = translated("wsgicors", "old_site:application")
        names = {"application": bare}
        exec(printed.code, names)
        new = transports.wsgi(names["application"])
        return printed, *compare(transports.wsgi(old), new, fetches(["/items"]))

    return make


@pytest.mark.parametrize("options", COMPLETE)
def test_a_complete_translation_is_equal(both, options):
    printed, opened, closed = both(options)
    assert (printed.exit_code, printed.to_decide, opened, closed) == (0, "", [], set()), printed


def test_a_star_in_a_host_is_narrower_and_said(both):
    printed, opened, closed = both({"origin": "https://*.shop.example http://localhost*", **ALL})
    assert (printed.exit_code, opened) == (1, [])
    assert {origin for origin, _ in closed} == {
        "http://localhost",
        "http://localhost:3000",
        "http://localhost.evil.example",
    }
    assert "'*' stood for any text" in printed.changes


def test_a_star_for_a_port_is_wider_and_said(both):
    printed, opened, closed = both({"origin": "http://localhost:*", **ALL})
    assert (printed.exit_code, closed) == (0, set())
    assert {asked.origin for asked, _ in opened} == {"http://localhost"}
    assert "'http://localhost', without a port, was refused after widened" in printed.changes


@pytest.mark.parametrize(("options", "lost", "said"), INCOMPLETE)
def test_what_is_left_to_decide_is_closed_and_said(both, options, lost, said):
    printed, opened, closed = both(options)
    assert (printed.exit_code, opened) == (1, []), printed
    assert {origin for origin, _ in closed} <= set(lost)
    assert said in printed.to_decide
