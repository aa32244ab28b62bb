# ruff: noqa: RUF001 - the quotation marks are the browsers' own
"""Every console line that is known, in every shape in which people paste it."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from doctor.shapes import SHAPES, curly, in_bold, in_html, in_json, quoted_in_a_mail, wrapped

from cors_wsgi import catalogue
from cors_wsgi.browser import ENGINES, Browser, HTTPResponse, fetch, fetch_request, run, xhr_request

ORIGIN = "http://127.0.0.1:42527"
URL = "http://127.0.0.1:50000/resource"
DATA = Path(__file__).parents[1] / "browser" / "data" / "engines.json"


def measured():
    """Every message in the recording, with the engine that printed it."""
    found = {}
    for case in json.loads(DATA.read_text("utf-8"))["cases"]:
        for engine, printed in case.get("messages", {}).items():
            for line in printed.get("console", ()):
                text = line.replace("{O}", ORIGIN).replace("{URL}", URL)
                found[engine, text] = case["id"]
    return [pytest.param(*key, id=f"{id_}-{key[0]}") for key, id_ in found.items()]


MEASURED = measured()


# In these, what stands between two quotation marks cannot be told for certain.
LOSSY = {curly, wrapped, quoted_in_a_mail, in_json, in_html, in_bold}


def seen(match, shape):
    # Within a value, nobody can tell what quotation marks and line ends were.
    return replace(match, value=None) if shape in LOSSY else match


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("engine", "line"), MEASURED)
def test_a_measured_line_is_recognised_in_every_shape(engine, line, shape):
    matches = catalogue.recognise(shape(line))
    assert [match.message.engine for match in matches] == [engine]
    assert [seen(match, shape) for match in matches] == [
        seen(match, shape) for match in catalogue.recognise(line)
    ]


def test_no_measured_line_was_lost():
    assert len(MEASURED) == 124


ACCESS = f"Access to fetch at '{URL}' from origin '{ORIGIN}' has been blocked by CORS policy: "
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
FIREFOX = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource "
    f"at {URL}. (Reason: "
)
NOT_PRESENT = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
NOT_ALLOWED = f" Origin '{ORIGIN}' is therefore not allowed access."


@pytest.mark.parametrize(
    ("line", "failures", "said"),
    [
        pytest.param(
            ACCESS + NOT_PRESENT,
            ("origin-missing", "error-without-cors"),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch"},
            id="Chrome, on the request itself",
        ),
        pytest.param(
            ACCESS + PREFLIGHT + NOT_PRESENT,
            (
                "origin-missing",
                "preflight-404",
                "preflight-405",
                "preflight-auth",
                "preflight-5xx",
                "preflight-html-200",
                "preflight-status",
            ),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "preflight": True},
            id="Chrome, on the preflight",
        ),
        pytest.param(
            f"Access to XMLHttpRequest at '{URL}/' (redirected from '{URL}') from origin '{ORIGIN}'"
            f" has been blocked by CORS policy: {NOT_PRESENT}",
            ("redirect-cross-origin", "origin-missing", "error-without-cors"),
            {
                "url": f"{URL}/",
                "redirected_from": URL,
                "origin": ORIGIN,
                "initiator": "XMLHttpRequest",
            },
            id="Chrome, XMLHttpRequest, redirected",
        ),
        pytest.param(
            f"XMLHttpRequest cannot load {URL}. {PREFLIGHT}{NOT_PRESENT}{NOT_ALLOWED} "
            "The response had HTTP status code 405.",
            ("preflight-405", "preflight-blocked-by-proxy"),
            {
                "url": URL,
                "origin": ORIGIN,
                "initiator": "XMLHttpRequest",
                "status": "405",
                "preflight": True,
            },
            id="Chrome 57, with the preflight's status",
        ),
        pytest.param(
            f"Failed to load {URL}: {NOT_PRESENT}{NOT_ALLOWED} The response had HTTP status code "
            "503. If an opaque response serves your needs, set the request's mode to 'no-cors' to "
            "fetch the resource with CORS disabled.",
            ("error-without-cors",),
            {"url": URL, "origin": ORIGIN, "status": "503"},
            id="Chrome 63, an error in disguise",
        ),
        pytest.param(
            f"XMLHttpRequest cannot load {URL}. Response for preflight has invalid HTTP status "
            "code 401",
            ("preflight-auth",),
            {"url": URL, "initiator": "XMLHttpRequest", "status": "401", "preflight": True},
            id="Chrome 50, the preflight's status",
        ),
        pytest.param(
            f"XMLHttpRequest cannot load {URL}. Redirect from '{URL}' to '{URL}/' has been blocked "
            f"by CORS policy: {NOT_PRESENT}{NOT_ALLOWED}",
            ("redirect-cross-origin", "origin-missing", "error-without-cors"),
            {
                "url": f"{URL}/",
                "redirected_from": URL,
                "origin": ORIGIN,
                "initiator": "XMLHttpRequest",
            },
            id="Chrome 55, a redirect",
        ),
        pytest.param(
            f"XMLHttpRequest cannot load {URL}. The request was redirected to '{URL}/', which is "
            "disallowed for cross-origin requests that require preflight.",
            ("preflight-redirect",),
            {"url": URL, "initiator": "XMLHttpRequest", "preflight": True},
            id="Chrome 50, a redirect of a preflight",
        ),
        pytest.param(
            f"Fetch API cannot load {URL}. A wildcard '*' cannot be used in the "
            "'Access-Control-Allow-Origin' header when the credentials flag is true." + NOT_ALLOWED,
            ("origin-wildcard-credentials",),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch"},
            id="Chrome 45, the wildcard",
        ),
        pytest.param(
            ACCESS + PREFLIGHT + "It does not have HTTP ok status.",
            (
                "preflight-status",
                "preflight-404",
                "preflight-405",
                "preflight-auth",
                "preflight-5xx",
            ),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "preflight": True},
            id="Chrome, a status that it does not name",
        ),
        pytest.param(
            "Mixed Content: The page at 'https://app.example/' was loaded over HTTPS, but "
            f"requested an insecure resource '{URL}'. This request has been blocked; the content "
            "must be served over HTTPS.",
            ("mixed-content",),
            {"url": URL, "origin": "https://app.example"},
            id="Chrome, mixed content",
        ),
        pytest.param(
            f"Blocked loading mixed active content “{URL}”",
            ("mixed-content",),
            {"url": URL},
            id="Firefox, mixed content",
        ),
        pytest.param(
            f"[blocked] The page at https://app.example/ requested insecure content from {URL}. "
            "This content was blocked and must be served over HTTPS.",
            ("mixed-content",),
            {"url": URL, "origin": "https://app.example"},
            id="Safari, mixed content",
        ),
        pytest.param(
            "[Error] Preflight response is not successful. Status code: 415",
            ("preflight-status", "preflight-blocked-by-proxy"),
            {"status": "415", "preflight": True},
            id="Safari, any other status of a preflight",
        ),
        pytest.param(
            ACCESS + "Permission was denied for this request to access the `loopback` address "
            "space.",
            ("local-network",),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch"},
            id="Chrome 142, the local network",
        ),
        pytest.param(
            "Access to fetch at 'file:///C:/data.json' from origin 'null' has been blocked by CORS "
            "policy: Cross origin requests are only supported for protocol schemes: http, data, "
            "chrome, https.",
            (),
            {"url": "file:///C:/data.json", "origin": "null", "initiator": "fetch"},
            id="Chrome, a page opened as a file",
        ),
        pytest.param(
            ACCESS + "The 'Access-Control-Allow-Origin' header contains the invalid value "
            "'undefined'.",
            ("origin-undefined",),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "value": "undefined"},
            id="Chrome, a variable that is not set",
        ),
        pytest.param(
            FIREFOX + f"CORS header ‘Access-Control-Allow-Origin’ does not match ‘{ORIGIN}/’).",
            ("origin-invalid",),
            {"url": URL, "value": f"{ORIGIN}/"},
            id="Firefox, a slash after the origin",
        ),
        pytest.param(
            f"OPTIONS {URL} 405 (Method Not Allowed)",
            ("preflight-405", "preflight-blocked-by-proxy"),
            {"url": URL, "method": "OPTIONS", "status": "405", "preflight": True},
            id="Chrome, the network line of a preflight",
        ),
        pytest.param(
            f"OPTIONS {URL} 405 (Not Allowed)",
            ("preflight-405", "preflight-blocked-by-proxy"),
            {"url": URL, "method": "OPTIONS", "status": "405", "preflight": True},
            id="Chrome, the network line of a preflight that nginx refuses",
        ),
        pytest.param(
            f"{ACCESS}{NOT_PRESENT}\nGET {URL} 504 (Gateway Time-out)",
            ("error-without-cors",),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "method": "GET", "status": "504"},
            id="Chrome, with the network line of a request that nginx gives up",
        ),
        pytest.param(
            f"Request URL\n{URL}\nRequest Method\nPUT\nStatus Code\n403 Forbidden\nRemote Address\n"
            "192.0.2.1:443\nReferrer Policy\nstrict-origin-when-cross-origin\n"
            f"{ACCESS}{NOT_PRESENT}",
            ("error-without-cors",),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "method": "PUT", "status": "403"},
            id="Chrome, below what the Network panel says of the request",
        ),
        pytest.param(
            f"Request URL: {URL}\nRequest Method: POST\nStatus Code: CORS error\nReferrer Policy: "
            "strict-origin-when-cross-origin\nProvisional headers are shown",
            ("origin-missing",),
            {"url": URL, "method": "POST"},
            id="Chrome, what the Network panel says of the request, alone",
        ),
        pytest.param(
            f'{ACCESS}{NOT_PRESENT}\napp.js:12 Fetch failed loading: DELETE "{URL}".',
            ("origin-missing", "error-without-cors"),
            {"url": URL, "origin": ORIGIN, "initiator": "fetch", "method": "DELETE"},
            id="Chrome, with the line that logs the request",
        ),
        pytest.param(
            f'{{"method": "PUT", "url": "{URL}"}}, "response": {{"_error": "net::ERR_FAILED"}}',
            ("origin-missing",),
            {"url": URL, "method": "PUT"},
            id="Chrome, a HAR file",
        ),
        pytest.param(
            f"XHRGET\n{URL}/other\nXHRPOST\n{URL}\nCORS Missing Allow Origin",
            ("origin-missing", "error-without-cors"),
            {"url": URL, "method": "POST"},
            id="Firefox, the columns of the console: the nearest request is the one",
        ),
        pytest.param(
            f"GET {URL} net::ERR_CONNECTION_REFUSED",
            ("preflight-no-answer",),
            {"url": URL, "method": "GET"},
            id="Chrome, no answer",
        ),
        pytest.param(
            'Refused to get unsafe header "X-Total-Count"',
            ("response-header-hidden",),
            {"header": "X-Total-Count"},
            id="Chrome and Safari, a hidden header",
        ),
        pytest.param(
            FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ missing).",
            ("origin-missing", "error-without-cors"),
            {"url": URL},
            id="Firefox 60, without a status",
        ),
        pytest.param(
            FIREFOX + "CORS request did not succeed). Status code: (null).",
            ("preflight-no-answer",),
            {"url": URL, "status": "null"},
            id="Firefox, no answer",
        ),
        pytest.param(
            FIREFOX + "CORS preflight channel did not succeed).",
            (
                "preflight-status",
                "preflight-404",
                "preflight-405",
                "preflight-auth",
                "preflight-5xx",
                "preflight-no-answer",
            ),
            {"url": URL, "preflight": True},
            id="Firefox 70, the preflight",
        ),
        pytest.param(
            FIREFOX + "missing token ‘x-token’ in CORS header ‘Access-Control-Allow-Headers’ from "
            "CORS preflight channel).",
            ("header-missing",),
            {"url": URL, "header": "x-token", "preflight": True},
            id="Firefox 70, a header",
        ),
        pytest.param(
            f"Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote"
            f" resource at {URL} soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the"
            " `Authorization` header is not covered. To include the `Authorization` header, it must"
            " be explicitly listed in CORS header `Access-Control-Allow-Headers`).",
            ("header-missing",),
            {"url": URL, "header": "Authorization", "preflight": True},
            id="Firefox, a warning about Authorization",
        ),
        pytest.param(
            FIREFOX + "CORS request not http).", (), {"url": URL}, id="Firefox, a page as a file"
        ),
        pytest.param(
            "Cookie “session” has been rejected because it is in a cross-site context and its "
            "“SameSite” is “Lax” or “Strict”.",
            ("cookie-not-sent",),
            {"value": "session"},
            id="Firefox, a cookie",
        ),
        pytest.param(
            f"XMLHttpRequest cannot load {URL}. Origin {ORIGIN} is not allowed by "
            "Access-Control-Allow-Origin.",
            ("origin-missing", "origin-mismatch"),
            {"url": URL, "origin": ORIGIN, "initiator": "XMLHttpRequest"},
            id="Safari 10",
        ),
        pytest.param(
            f"[Error] Origin {ORIGIN} is not allowed by Access-Control-Allow-Origin. Status code: "
            f"500\n[Error] Fetch API cannot load {URL} due to access control checks.",
            ("error-without-cors",),
            {"url": URL, "origin": ORIGIN, "status": "500", "initiator": "fetch"},
            id="Safari, both lines: the second has the URL",
        ),
        pytest.param(
            "[Error] Failed to load resource: Preflight response is not successful. Status code: "
            "403",
            ("preflight-auth", "preflight-blocked-by-proxy"),
            {"status": "403", "preflight": True},
            id="Safari, the preflight",
        ),
        pytest.param(
            f"SEC7120: [CORS] The origin '{ORIGIN}' did not find '{ORIGIN}' in the "
            f"Access-Control-Allow-Origin response header for cross-origin resource at '{URL}'.",
            ("origin-missing", "origin-mismatch"),
            {"url": URL, "origin": ORIGIN},
            id="Edge 18",
        ),
    ],
)
def test_what_a_line_says(line, failures, said):
    match = catalogue.recognise(line)[0]
    values = {
        name: getattr(match, name)
        for name in match.__slots__
        if name not in {"message", "failures", "certain", "complete"} and getattr(match, name)
    }
    assert (match.failures, values) == (failures, said)


def test_firefox_says_by_its_second_line_that_it_was_the_preflight():
    lines = (
        FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 405.",
        FIREFOX + "CORS request did not succeed). Status code: (null).",
    )
    first = catalogue.recognise("\n".join(lines))[0]
    assert (first.failures, first.preflight) == (
        ("preflight-405", "preflight-blocked-by-proxy"),
        True,
    )


@pytest.mark.parametrize(
    ("piece", "message", "can_be"),
    [
        pytest.param(
            (ACCESS + NOT_PRESENT)[:-30],
            "chromium-missing-allow-origin",
            {"origin-missing"},
            id="the end is lost",
        ),
        pytest.param(
            (ACCESS + NOT_PRESENT)[:-30] + "…",
            "chromium-missing-allow-origin",
            {"origin-missing"},
            id="with an …",
        ),
        pytest.param(
            "…" + (ACCESS + NOT_PRESENT)[-40:],
            "chromium-missing-allow-origin",
            {"origin-missing"},
            id="the beginning is lost",
        ),
        pytest.param(
            ACCESS[:-8], "chromium-blocked", {"origin-missing"}, id="cut before the reason"
        ),
        pytest.param(
            ACCESS + "The 'Access-Control-Allow-Origin' header has a",
            "chromium-allow-origin-mismatch",
            {"origin-mismatch"},
            id="cut where only one is left",
        ),
        pytest.param(
            ACCESS + "The 'Access-Control-Allow-Origin' header",
            "chromium-allow-origin-mismatch",
            {"origin-mismatch", "origin-invalid", "origin-duplicate"},
            id="cut where three are left",
        ),
        pytest.param(
            FIREFOX[:60], "firefox-blocked", {"origin-missing"}, id="Firefox, cut before the reason"
        ),
    ],
)
def test_a_line_that_is_cut_off_is_one_answer_with_all_that_it_can_be(piece, message, can_be):
    (match,) = catalogue.recognise(piece)
    assert (match.message.id, can_be <= {*match.failures}) == (message, True)
    assert match.certain == (len(can_be) == 1 and not match.message.vague)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Access to the building at night",
        "Uncaught ReferenceError: x is not defined",
        "No header is present",
        "CORS",
        "Reason: it was late",
        "Quellübergreifende Anfrage",
        "I have set Access-Control-Allow-Origin",
        "Access-Control-Allow-Origin: *",
        "the invalid response of the API was a 500",
        "\x00\x1b[2J",
    ],
)
def test_what_is_none_of_them_is_not_recognised(text):
    assert catalogue.recognise(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Access to " * 30_000, id="one head, again and again"),
        pytest.param("Method " * 30_000, id="one word of a message"),
        pytest.param(ACCESS * 1_000, id="whole heads"),
        pytest.param((ACCESS + NOT_PRESENT + "\n") * 1_000, id="whole lines"),
        pytest.param("Cookie “" * 30_000, id="an open quotation mark"),
        pytest.param(
            ("Quellübergreifende (Cross-Origin) Anfrage blockiert: " + "https:/ " * 500) * 50,
            id="translated heads with many URLs",
        ),
        pytest.param("\\" * 100_000, id="backslashes"),
        pytest.param(f"Refused to get unsafe header {')' * 100_000}x", id="an end that is none"),
        pytest.param("FetchAPIcannotload" * 10_000, id="values within values"),
        pytest.param(("> " * 20 + "<b " * 20 + "\\" * 20 + "\n") * 1_500, id="marks alone"),
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(text):
    def seconds(length):
        begun = time.process_time()
        catalogue.recognise(text[:length])
        return time.process_time() - begun

    half = seconds(len(text) // 2)
    assert seconds(len(text)) < 4 * half + 0.5


def test_what_a_match_repeats_has_no_control_characters():
    line = ACCESS.replace("resource", "\x1b]0;gotcha\x07\u202eresource\x9b") + NOT_PRESENT
    url = catalogue.recognise(line)[0].url
    assert url.isprintable()


REQUESTS = [
    pytest.param(make, id=name)
    for name, make in {
        "fetch": lambda: fetch_request(ORIGIN, URL),
        "xhr": lambda: xhr_request(ORIGIN, URL),
        "put": lambda: fetch_request(
            ORIGIN, URL, method="PUT", headers={"X-A": "1", "Authorization": "x"}
        ),
        "xhr-put": lambda: xhr_request(ORIGIN, URL, method="PUT", headers=[("X-A", "1")]),
        "cookies": lambda: fetch_request(ORIGIN, URL, method="PUT", credentials="include"),
        "same-origin": lambda: fetch_request(ORIGIN, URL, mode="same-origin"),
    }.items()
]
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ANSWERS = [
    pytest.param(status, headers, id=f"{status} {name}")
    for status in (200, 204, 301, 401, 404, 405, 500, 502)
    for name, headers in {
        "nothing": (),
        "any": ((ALLOW_ORIGIN, "*"),),
        "other": ((ALLOW_ORIGIN, "https://other.example"),),
        "slash": ((ALLOW_ORIGIN, ORIGIN + "/"),),
        "undefined": ((ALLOW_ORIGIN, "undefined"),),
        "twice": ((ALLOW_ORIGIN, ORIGIN), (ALLOW_ORIGIN, "*")),
        "origin": ((ALLOW_ORIGIN, ORIGIN),),
        "elsewhere": ((ALLOW_ORIGIN, ORIGIN), ("Location", "https://a:b@x.example/")),
        "list": ((ALLOW_ORIGIN, ORIGIN), ("Access-Control-Allow-Methods", "['PUT']")),
        "method": ((ALLOW_ORIGIN, ORIGIN), ("Access-Control-Allow-Methods", "PUT")),
        "credentials": ((ALLOW_ORIGIN, ORIGIN), ("Access-Control-Allow-Credentials", "TRUE")),
    }.items()
]


@pytest.mark.parametrize("request_of", REQUESTS)
@pytest.mark.parametrize(("status", "headers"), ANSWERS)
def test_every_message_of_the_browser_model_is_recognised(request_of, status, headers):
    for engine in ("chromium", "firefox", "webkit"):
        outcome = run(
            fetch(request_of(), Browser(engine=ENGINES[engine])),
            lambda _: HTTPResponse(status, headers, b"", "X"),
        )
        for line in outcome.message(engine):
            matches = catalogue.recognise(line)
            assert len(matches) == 1, line
            assert matches[0].message.engine in {engine, "any"}, line
            assert not matches[0].message.vague, line
