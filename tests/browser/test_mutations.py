"""The vectors can fail: a model that is wrong in a small way is caught by a named case."""

import re

import pytest
from browser import web_platform
from browser.playing import allow_credentials, allow_origin, answer, play
from browser.test_web_platform import assert_met

from cors_wsgi.browser import (
    Hop,
    _check,
    _lists,
    _mime,
    _preflight,
    _redirect,
    _safelist,
    _sites,
    _standard,
    _urls,
)


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


def _refuses(file):
    """Whether any case that follows a file of the web-platform-tests is played wrongly."""
    for case in file():
        try:
            assert_met(case)
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize(
    ("module", "function", "mutant", "caught_by"),
    [
        pytest.param(
            Hop,
            "is_tainted",
            property(lambda hop: False),
            web_platform.cors_redirect,
            id="a redirect leaves the origin as it is",
        ),
        pytest.param(
            Hop,
            "is_tainted",
            property(lambda hop: len({*map(_urls.origin_of, hop.urls)}) > 1),
            web_platform.cors_redirect,
            id="every redirect across origins taints",
        ),
        pytest.param(
            _redirect,
            "becomes_get",
            lambda method, status: status in {301, 302, 303} and method != "HEAD",
            web_platform.redirect_method,
            id="a 301 turns PUT into GET",
        ),
        pytest.param(
            _standard,
            "REQUEST_BODY_HEADERS",
            frozenset({"content-type"}),
            web_platform.redirect_method,
            id="a GET keeps Content-Language",
        ),
        pytest.param(
            _standard,
            "NON_WILDCARD_REQUEST_HEADERS",
            frozenset(),
            web_platform.authentication_redirection,
            id="Authorization goes to another origin",
        ),
        pytest.param(
            _standard,
            "REDIRECT_LIMIT",
            19,
            web_platform.redirect_count,
            id="twenty redirects are too many",
        ),
        pytest.param(
            _redirect,
            "reference",
            lambda response, engine: _lists.get_all(response.headers, "Location")[0],
            web_platform.redirect_location,
            id="of two locations the first is followed",
        ),
        pytest.param(
            _safelist,
            "_VALUE_LIMIT",
            129,
            web_platform.cors_safelisted_request_header,
            id="129 bytes are safelisted",
        ),
        pytest.param(
            _safelist,
            "_UNSAFE_BYTE",
            re.compile(r'[\x00-\x08"():<>?@\[\\\]{}\x7f]'),
            web_platform.cors_safelisted_request_header,
            id="some control characters are safe",
        ),
        pytest.param(
            _mime,
            "essence",
            lambda text: text.partition(";")[0].replace(" ", "").lower(),
            web_platform.cors_safelisted_request_header,
            id="blanks in a MIME type are dropped",
        ),
        pytest.param(
            _standard,
            "SAFELISTED_RESPONSE_HEADERS",
            _standard.SAFELISTED_RESPONSE_HEADERS | {"etag"},
            web_platform.cors_filtering,
            id="ETag is readable",
        ),
        pytest.param(
            Hop,
            "sends_credentials",
            lambda hop, engine: hop.request.credentials != "omit",
            web_platform.cookies,
            id="cookies go to other origins by default",
        ),
        pytest.param(
            _sites,
            "registrable_domain",
            lambda origin: origin.partition("://")[2],
            web_platform.cross_origin_resource_policy,
            id="a site is a host and a port",
        ),
        pytest.param(
            _preflight,
            "header_passes",
            lambda hop, response, name, engine: True,
            web_platform.cors_preflight_star,
            id="a wildcard covers Authorization",
        ),
    ],
)
def test_a_mutant_is_caught_by_the_web_platform_tests(
    monkeypatch, module, function, mutant, caught_by
):
    assert not _refuses(caught_by)
    monkeypatch.setattr(module, function, mutant)
    assert _refuses(caught_by)
