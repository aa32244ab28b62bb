"""The vectors can fail: a model that is wrong in a small way is caught by a named case."""

import pytest
from browser.playing import allow_credentials, allow_origin, answer, play

from cors_wsgi.browser import _check, _lists, _preflight


def verdicts():
    """Whether each of these is shared: the near-misses that the mutants would let through."""
    ok = answer(200, allow_origin())
    put = {"method": "PUT"}
    methods = ("Access-Control-Allow-Methods", "put")
    headers = ("Access-Control-Allow-Headers", "x-a")
    cases = {
        "the method in lower case": (put, answer(204, allow_origin(), methods), ok),
        "TRUE": (
            {"credentials": "include"},
            answer(200, allow_origin(), allow_credentials("TRUE")),
        ),
        "two lines": ({}, answer(200, allow_origin(), allow_origin())),
        "a trailing slash": ({}, answer(200, allow_origin("https://app.example/"))),
        "the preflight's status": (
            put,
            answer(404, allow_origin(), ("Access-Control-Allow-Methods", "PUT")),
            ok,
        ),
        "an element that is no token": (
            {"headers": {"X-A": "1"}},
            answer(204, allow_origin(), headers, ("Access-Control-Allow-Headers", "x y")),
            ok,
        ),
        "another header": (
            {"headers": {"X-B": "1"}},
            answer(204, allow_origin(), headers),
            ok,
        ),
    }
    return {name: shared(init, *answers) for name, (init, *answers) in cases.items()}


def shared(init, *answers):
    # A mutant takes one more answer than the model does.
    try:
        return play(*answers, **init).shared
    except AssertionError:
        return False


def test_the_model_lets_none_of_them_through():
    assert not any(verdicts().values())


@pytest.mark.parametrize(
    ("module", "function", "mutant", "caught_by"),
    [
        pytest.param(
            _preflight,
            "method_is_listed",
            lambda method, methods: method.lower() in {item.lower() for item in methods},
            "the method in lower case",
            id="methods compared without case",
        ),
        pytest.param(
            _check,
            "credentials_allowed",
            lambda value: (value or "").lower() == "true",
            "TRUE",
            id="TRUE accepted",
        ),
        pytest.param(
            _check,
            "allow_origin",
            lambda response: _lists.get_all(response.headers, _check.ALLOW_ORIGIN)[0],
            "two lines",
            id="duplicate lines merged",
        ),
        pytest.param(
            _check,
            "origin_matches",
            lambda value, origin: value.startswith(origin),
            "a trailing slash",
            id="a prefix is enough",
        ),
        pytest.param(
            _preflight,
            "status_passes",
            lambda _response: True,
            "the preflight's status",
            id="status ignored",
        ),
        pytest.param(
            _lists,
            "malformed_element",
            lambda _value: None,
            "an element that is no token",
            id="malformed lists forgiven",
        ),
        pytest.param(
            _preflight,
            "header_is_listed",
            lambda name, _names: name.startswith("x-"),
            "another header",
            id="header names compared by prefix",
        ),
    ],
)
def test_a_mutant_is_caught(monkeypatch, module, function, mutant, caught_by):
    monkeypatch.setattr(module, function, mutant)
    let_through = {name for name, verdict in verdicts().items() if verdict}
    assert caught_by in let_through
