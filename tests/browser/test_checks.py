"""The CORS check and the preflight's checks: order, step, and the failure's id."""

import pytest
from browser.playing import (
    PAGE,
    URL,
    allow_credentials,
    allow_headers,
    allow_methods,
    allow_origin,
    answer,
    play,
)

from cors_wsgi.browser import CHROMIUM, NoAnswer, Step, fetch_request

PUT = {"method": "PUT"}
INCLUDE = {"credentials": "include"}
HTML = ("Content-Type", "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("init", "responses", "step", "failure"),
    [
        pytest.param({}, [answer(200)], Step.ORIGIN_ABSENT, "origin-missing", id="no header"),
        pytest.param(
            {}, [answer(500)], Step.ORIGIN_ABSENT, "error-without-cors", id="an error, no header"
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("https://b.example"))],
            Step.ORIGIN_DIFFERS,
            "origin-mismatch",
            id="another origin",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("null"))],
            Step.ORIGIN_DIFFERS,
            "origin-undefined",
            id="null for a page that has an origin",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("undefined"))],
            Step.ORIGIN_DIFFERS,
            "origin-undefined",
            id="the word undefined",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("(null)"))],
            Step.ORIGIN_DIFFERS,
            "origin-undefined",
            id="what Apache writes for a variable that is not set",
        ),
        pytest.param(
            {}, [answer(200, allow_origin(""))], Step.ORIGIN_DIFFERS, "origin-undefined", id="empty"
        ),
        pytest.param(
            {},
            [answer(200, allow_origin(PAGE + "/"))],
            Step.ORIGIN_DIFFERS,
            "origin-invalid",
            id="a trailing slash",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin(PAGE + ":443"))],
            Step.ORIGIN_DIFFERS,
            "origin-invalid",
            id="the default port",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin(f"{PAGE}, https://b.example"))],
            Step.ORIGIN_DIFFERS,
            "origin-invalid",
            id="a list on one line",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin(), allow_origin())],
            Step.ORIGIN_DIFFERS,
            "origin-duplicate",
            id="two lines",
        ),
        pytest.param(
            INCLUDE,
            [answer(200, allow_origin("*"), allow_credentials())],
            Step.ORIGIN_WILDCARD,
            "origin-wildcard-credentials",
            id="* with credentials",
        ),
        pytest.param(
            INCLUDE,
            [answer(200, allow_origin())],
            Step.CREDENTIALS_NOT_ALLOWED,
            "credentials-missing",
            id="credentials not allowed",
        ),
        pytest.param(
            INCLUDE,
            [answer(200, allow_origin(), allow_credentials("TRUE"))],
            Step.CREDENTIALS_NOT_ALLOWED,
            "credentials-missing",
            id="TRUE",
        ),
        pytest.param(
            INCLUDE,
            [answer(200, allow_origin(), allow_credentials(), allow_credentials())],
            Step.CREDENTIALS_NOT_ALLOWED,
            "credentials-missing",
            id="true, true",
        ),
        pytest.param(
            {}, [NoAnswer("refused")], Step.NO_ANSWER, "preflight-no-answer", id="no answer"
        ),
        pytest.param(
            PUT,
            [NoAnswer("refused")],
            Step.NO_ANSWER,
            "preflight-no-answer",
            id="no preflight answer",
        ),
        pytest.param(
            PUT, [answer(405)], Step.ORIGIN_ABSENT, "preflight-405", id="405 explains the rest"
        ),
        pytest.param(
            PUT, [answer(404, allow_origin())], Step.PREFLIGHT_STATUS, "preflight-404", id="404"
        ),
        pytest.param(
            PUT, [answer(401, allow_origin())], Step.PREFLIGHT_STATUS, "preflight-auth", id="401"
        ),
        pytest.param(PUT, [answer(403)], Step.ORIGIN_ABSENT, "preflight-auth", id="403"),
        pytest.param(PUT, [answer(500)], Step.ORIGIN_ABSENT, "preflight-5xx", id="500"),
        pytest.param(PUT, [answer(502)], Step.ORIGIN_ABSENT, "preflight-5xx", id="502"),
        pytest.param(
            PUT,
            [answer(302, allow_origin())],
            Step.PREFLIGHT_STATUS,
            "preflight-status",
            id="a redirect status that leads nowhere",
        ),
        pytest.param(
            {},
            [answer(200, ("Location", "/created"))],
            Step.ORIGIN_ABSENT,
            "origin-missing",
            id="a Location that is no redirect",
        ),
        pytest.param(
            PUT,
            [answer(308, allow_origin(), ("Location", "/x"))],
            Step.PREFLIGHT_STATUS,
            "preflight-redirect",
            id="308",
        ),
        pytest.param(
            PUT,
            [answer(429, allow_origin())],
            Step.PREFLIGHT_STATUS,
            "preflight-status",
            id="any other status",
        ),
        pytest.param(
            PUT,
            [answer(200, HTML, body=b"<h1>Log in</h1>")],
            Step.ORIGIN_ABSENT,
            "preflight-html-200",
            id="a page instead of a preflight answer",
        ),
        pytest.param(
            PUT,
            [answer(200, HTML)],
            Step.ORIGIN_ABSENT,
            "origin-missing",
            id="a framework's own answer to OPTIONS is no page",
        ),
        pytest.param(
            PUT,
            [answer(204, allow_origin(), allow_methods('["PUT"]'))],
            Step.LIST_UNPARSABLE,
            "list-unparsable",
            id="methods as JSON",
        ),
        pytest.param(
            PUT,
            [answer(204, allow_origin(), allow_methods("GET"), allow_headers("a b"))],
            Step.LIST_UNPARSABLE,
            "list-unparsable",
            id="both lists are parsed before the method is looked for",
        ),
        pytest.param(
            PUT,
            [answer(204, allow_origin(), allow_methods("put"))],
            Step.METHOD_NOT_ALLOWED,
            "method-missing",
            id="the method in lower case",
        ),
        pytest.param(
            PUT | INCLUDE,
            [answer(204, allow_origin(), allow_credentials(), allow_methods("*"))],
            Step.METHOD_NOT_ALLOWED,
            "method-missing",
            id="* for methods with credentials",
        ),
        pytest.param(
            PUT | {"headers": {"X-A": "1"}},
            [answer(204, allow_origin(), allow_methods("GET"))],
            Step.METHOD_NOT_ALLOWED,
            "method-missing",
            id="the method comes before the headers",
        ),
        pytest.param(
            {"headers": {"X-A": "1"}},
            [answer(204, allow_origin(), allow_headers("x-b"))],
            Step.HEADER_NOT_ALLOWED,
            "header-missing",
            id="a header",
        ),
        pytest.param(
            {"headers": {"X-A": "1", "Authorization": "Bearer x"}},
            [answer(204, allow_origin(), allow_headers("*"))],
            Step.NON_WILDCARD_HEADER,
            "header-missing",
            id="* does not cover Authorization",
        ),
        pytest.param(
            PUT,
            [answer(204, allow_origin(), allow_methods("PUT")), answer(500)],
            Step.ORIGIN_ABSENT,
            "error-without-cors",
            id="the preflight passes and the request crashes",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("https://b.example"), ("Age", "10"))],
            Step.ORIGIN_DIFFERS,
            "cache-poisoned",
            id="a cache answers with another origin",
        ),
        pytest.param(
            {},
            [answer(200, allow_origin("https://b.example"), ("Age", "10"), ("Vary", "a, ORIGIN"))],
            Step.ORIGIN_DIFFERS,
            "origin-mismatch",
            id="a cache that varies by origin is not to blame",
        ),
    ],
)
def test_network_errors(init, responses, step, failure):
    outcome = play(*responses, **init)
    assert not outcome.shared
    assert (outcome.step, outcome.failure) == (step, failure)


def test_a_network_error_says_what_it_saw_and_what_would_pass():
    outcome = play(answer(204, allow_origin(), allow_methods("GET, POST")), method="DELETE")
    evidence = outcome.evidence
    assert evidence.preflight
    assert evidence.header == "Access-Control-Allow-Methods"
    assert evidence.value == "GET, POST"
    assert evidence.wanted == "DELETE"
    assert outcome.step.place == "CORS-preflight fetch, step 7.5"
    assert outcome.step.url == "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"
    assert outcome.reason == (
        "Access-Control-Allow-Methods is 'GET, POST'; it must list the method DELETE."
    )


@pytest.mark.parametrize(
    ("init", "allowed", "reason"),
    [
        pytest.param(
            {"headers": {"X-A": "1"}},
            allow_headers("x-b"),
            "Access-Control-Allow-Headers is 'x-b'; it must list the header x-a.",
            id="a header",
        ),
        pytest.param(
            {"headers": {"Authorization": "Bearer x"}},
            allow_headers("*"),
            "Access-Control-Allow-Headers is '*'; it must list the header authorization, which "
            "`*` does not cover here.",
            id="a header that * does not cover",
        ),
        pytest.param(
            PUT,
            allow_methods("PUT;"),
            "Access-Control-Allow-Methods of the preflight's response (204) is 'PUT;'; it must be "
            "'a list of tokens'.",
            id="a list",
        ),
        pytest.param(
            PUT,
            ("X-None", ""),
            "Access-Control-Allow-Methods is absent; it must list the method PUT.",
            id="no list",
        ),
    ],
)
def test_reasons(init, allowed, reason):
    assert play(answer(204, allow_origin(), allowed), **init).reason == reason


@pytest.mark.parametrize(
    ("init", "responses", "reason"),
    [
        (
            PUT,
            [answer(405, allow_origin())],
            "The preflight was answered 405; only 200 to 299 pass.",
        ),
        (PUT, [NoAnswer("refused")], "The preflight got no HTTP answer: refused."),
        ({}, [NoAnswer("refused")], "The request got no HTTP answer: refused."),
        (
            {"mode": "same-origin"},
            [],
            "Mode 'same-origin' does not allow a request to https://api.example.",
        ),
        (
            {},
            [answer(302, allow_origin(), ("Location", "ftp://x/"))],
            "The redirect to ftp://x/ cannot be followed: it needs an http or https URL.",
        ),
        (
            {"redirect": "error"},
            [answer(302, allow_origin(), ("Location", "/x"))],
            "The request ended at: HTTP fetch, redirect mode error.",
        ),
    ],
)
def test_reasons_without_a_cors_header(init, responses, reason):
    assert play(*responses, **init).reason == reason


@pytest.mark.parametrize(
    ("init", "responses"),
    [
        pytest.param({}, [answer(200, allow_origin("*"))], id="*"),
        pytest.param({}, [answer(404, allow_origin())], id="an error with its headers"),
        pytest.param(
            INCLUDE, [answer(200, allow_origin(), allow_credentials())], id="with credentials"
        ),
        pytest.param(
            PUT,
            [
                answer(200, allow_origin(), allow_methods(""), allow_methods(" ,PUT,,\t")),
                answer(200, allow_origin()),
            ],
            id="empty elements and two lines",
        ),
        pytest.param(
            {"method": "POST", "headers": {"X-A": "1"}},
            [
                answer(299, allow_origin("*"), allow_headers("X-a")),
                answer(200, allow_origin("*")),
            ],
            id="a safelisted method needs no entry",
        ),
        pytest.param(
            {"headers": {"Authorization": "Bearer x"}},
            [
                answer(204, allow_origin("*"), allow_headers("*, authorization")),
                answer(200, allow_origin("*")),
            ],
            id="Authorization listed beside *",
        ),
        pytest.param(
            {"headers": {"*": "1"}} | INCLUDE,
            [
                answer(204, allow_origin(), allow_credentials(), allow_headers("*")),
                answer(200, allow_origin(), allow_credentials()),
            ],
            id="with credentials * is a name like another",
        ),
    ],
)
def test_responses_that_script_can_read(init, responses):
    assert play(*responses, **init).shared


def test_engines_let_a_wildcard_cover_authorization():
    outcome = play(
        answer(204, allow_origin(), allow_headers("*")),
        answer(200, allow_origin()),
        headers={"Authorization": "Bearer x"},
        engine=CHROMIUM,
    )
    assert outcome.shared


def test_an_engine_that_would_not_fail_prints_nothing():
    outcome = play(
        answer(204, allow_origin(), allow_headers("*")), headers={"Authorization": "Bearer x"}
    )
    assert not outcome.shared
    assert [outcome.message(engine) for engine in ("chromium", "firefox", "webkit")] == [(), (), ()]


def test_only_engines_have_consoles():
    outcome = play(answer(200))
    with pytest.raises(ValueError, match="no engine 'safari'"):
        outcome.message("safari")
    readable = play(answer(200, allow_origin()))
    with pytest.raises(ValueError, match="no engine 'safari'"):
        readable.message("safari")


def test_mode_same_origin_never_leaves_the_origin():
    outcome = play(mode="same-origin")
    assert outcome.exchanges == ()
    assert outcome.step is Step.SAME_ORIGIN_MODE
    assert outcome.message("chromium") == (
        (
            f'Fetch API cannot load {URL}. Request mode is "same-origin" but the URL\'s origin is '
            f"not same as the request origin {PAGE}."
        ),
    )


@pytest.mark.parametrize(
    ("page", "policy", "shown"),
    [
        ("https://app.example", "same-origin", False),
        ("https://app.example", "cross-origin", True),
        ("https://app.example", "same-site", False),
        ("https://app.api.example", "same-site", True),
        ("http://app.api.example", "same-site", False),
        ("https://app.example", None, True),
    ],
)
def test_cross_origin_resource_policy(page, policy, shown):
    headers = () if policy is None else (("Cross-Origin-Resource-Policy", policy),)
    request = fetch_request(page, URL.replace("api.example", "www.api.example"), mode="no-cors")
    outcome = play(answer(200, *headers, body=b"secret"), request=request)
    if shown:
        assert (outcome.type, outcome.status, outcome.body) == ("opaque", 0, b"")
    else:
        assert (outcome.step, outcome.failure) == (Step.RESOURCE_POLICY, None)
