# ruff: noqa: RUF001 - the quotation marks are Firefox's own
"""Lines that were measured beside the vectors: modes, redirects, no answer, XMLHttpRequest."""

import pytest
from browser.playing import allow_origin, answer

from cors_wsgi.browser import (
    ENGINES,
    Browser,
    NoAnswer,
    fetch,
    fetch_request,
    run,
    xhr_request,
)

PAGE = "http://127.0.0.1:1000"
URL = "http://127.0.0.1:2000/x"
CHROMIUM = f"Access to {{}} at '{URL}' from origin '{PAGE}' has been blocked by CORS policy: {{}}"
FIREFOX = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
    "{} (Reason: {}"
)
DID_NOT_SUCCEED = FIREFOX.format(f"{URL}.", "CORS request did not succeed). Status code: (null).")
NO_ORIGIN = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
WILDCARD = (
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the "
    "wildcard '*' when the request's credentials mode is 'include'."
)


def lines(engine, request, *answers):
    script = iter(answers)
    steps = fetch(request, Browser(engine=ENGINES[engine]))
    return run(steps, lambda _request: next(script)).message(engine)


def redirect(location, *headers):
    return answer(302, ("Location", location), *headers)


@pytest.mark.parametrize(
    ("request_", "answers", "chromium", "firefox", "webkit"),
    [
        pytest.param(
            fetch_request(PAGE, URL, mode="same-origin"),
            [],
            (
                (
                    f'Fetch API cannot load {URL}. Request mode is "same-origin" but the URL\'s '
                    f"origin is not same as the request origin {PAGE}."
                ),
            ),
            (f"Security Error: Content at {PAGE}/ may not load data from {URL}.",),
            (f"Fetch API cannot load {URL}.",),
            id="mode same-origin",
        ),
        pytest.param(
            fetch_request(PAGE, f"{PAGE}/away", mode="same-origin"),
            [redirect(URL)],
            (
                (
                    f"Unsafe attempt to load URL {URL} from frame with URL {PAGE}/. Domains, "
                    "protocols and ports must match."
                ),
            ),
            (f"Security Error: Content at {PAGE}/ may not load data from {URL}.",),
            (
                (
                    f"Unsafe attempt to load URL {URL} from origin {PAGE}. Domains, protocols and "
                    "ports must match."
                ),
            ),
            id="mode same-origin, redirected away",
        ),
        pytest.param(
            fetch_request(PAGE, URL, mode="no-cors", redirect="manual"),
            [],
            (
                (
                    f'Fetch API cannot load {URL}. Request mode is "no-cors" but the redirect mode '
                    'is not "follow".'
                ),
            ),
            (),
            ("No-Cors mode requires follow redirect mode", "Not allowed to request resource"),
            id="mode no-cors, redirect manual",
        ),
        pytest.param(
            fetch_request(PAGE, URL, redirect="error"),
            [redirect("/y", allow_origin(PAGE))],
            (),
            (),
            (f"Not allowed to follow a redirection while loading {URL}",),
            id="redirect error",
        ),
        pytest.param(
            fetch_request(PAGE, URL),
            [redirect("data:,x", allow_origin(PAGE))],
            (),
            (DID_NOT_SUCCEED,),
            (
                (
                    "Cross-origin redirection to data:,x denied by Cross-Origin Resource Sharing "
                    "policy: not allowed to follow a cross-origin CORS redirection with non CORS "
                    "scheme"
                ),
            ),
            id="a redirect to data:",
        ),
        pytest.param(
            fetch_request(PAGE, URL),
            [NoAnswer("refused")],
            (),
            (DID_NOT_SUCCEED,),
            (),
            id="no answer",
        ),
        pytest.param(
            fetch_request(PAGE, URL, method="PUT"),
            [NoAnswer("refused")],
            (),
            (DID_NOT_SUCCEED, DID_NOT_SUCCEED),
            (),
            id="no answer to the preflight",
        ),
        pytest.param(
            fetch_request(PAGE, URL, method="PUT"),
            [redirect("/y")],
            (
                CHROMIUM.format(
                    "fetch",
                    "Response to preflight request doesn't pass access control check: Redirect is "
                    "not allowed for a preflight request.",
                ),
            ),
            (
                FIREFOX.format(
                    f"{URL}.",
                    "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 302.",
                ),
                DID_NOT_SUCCEED,
                DID_NOT_SUCCEED,
            ),
            ("Preflight response is not successful. Status code: 302",),
            id="a preflight redirected, without headers",
        ),
        pytest.param(
            xhr_request(PAGE, URL),
            [answer(200)],
            (CHROMIUM.format("XMLHttpRequest", NO_ORIGIN),),
            (
                FIREFOX.format(
                    f"{URL}.",
                    "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
                ),
            ),
            (f"Origin {PAGE} is not allowed by Access-Control-Allow-Origin. Status code: 200",),
            id="XMLHttpRequest, no header",
        ),
        pytest.param(
            xhr_request(PAGE, URL, with_credentials=True),
            [answer(200, allow_origin("*"))],
            (
                CHROMIUM.format("XMLHttpRequest", WILDCARD)
                + " The credentials mode of requests initiated by the XMLHttpRequest is controlled "
                "by the withCredentials attribute.",
            ),
            (
                FIREFOX.format(
                    f"‘{URL}’.",
                    "Credential is not supported if the CORS header "
                    "‘Access-Control-Allow-Origin’ is ‘*’).",
                ),
            ),
            ("Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",),
            id="XMLHttpRequest, * with credentials",
        ),
        pytest.param(
            xhr_request(PAGE, URL),
            [answer(200, allow_origin("https://x.example"))],
            (
                CHROMIUM.format(
                    "XMLHttpRequest",
                    "The 'Access-Control-Allow-Origin' header has a value 'https://x.example' that "
                    "is not equal to the supplied origin.",
                ),
            ),
            (
                FIREFOX.format(
                    f"{URL}.",
                    "CORS header ‘Access-Control-Allow-Origin’ does not match "
                    "‘https://x.example’).",
                ),
            ),
            (f"Origin {PAGE} is not allowed by Access-Control-Allow-Origin. Status code: 200",),
            id="XMLHttpRequest, another origin",
        ),
    ],
)
def test_measured_lines(request_, answers, chromium, firefox, webkit):
    assert lines("chromium", request_, *answers) == chromium
    assert lines("firefox", request_, *answers) == firefox
    assert lines("webkit", request_, *answers) == webkit


@pytest.mark.parametrize(
    ("location", "printed"),
    [
        pytest.param("data:,x", "data:,x, data:,x", id="a path without a slash"),
        pytest.param("data:/x", "data:/x,%20data:/x", id="a path with one"),
        pytest.param("foo://a/x", "foo://a/x,%20foo://a/x", id="a host"),
    ],
)
def test_webkit_escapes_the_space_of_two_locations_where_a_url_would(location, printed):
    response = redirect(location, ("Location", location), allow_origin(PAGE))
    (line,) = lines("webkit", fetch_request(PAGE, URL), response)
    assert line.startswith(f"Cross-origin redirection to {printed} denied by ")
