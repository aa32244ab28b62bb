"""What the server says is allowed is what a browser allows, and nothing else.

The browser model shares no code with the server side, and is itself held to three real
engines. Here it judges every case of the table whose answer a browser would judge, and
then any policy with any request.
"""

from typing import Any

import pytest
from conformance.adapters import App, wsgi_application
from conformance.cases import CASES, Case
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import CORSMiddleware, Policy, Request
from cors_wsgi.browser import (
    ENGINES,
    Browser,
    HTTPRequest,
    ScriptError,
    fetch,
    fetch_request,
    run,
)
from cors_wsgi.transports import wsgi

URL = "https://api.example/data"


def is_a_page(origin: str | None) -> bool:
    """Tell whether a page can have this origin: most bypass attempts are none."""
    try:
        fetch_request(origin or "", URL)
    except ValueError:
        return False
    return True


def is_redirected(case: Case) -> bool:
    """Tell whether the verdict is the next server's."""
    return any(reply.status in {301, 302, 303, 307, 308} for reply in case.app.values())


JUDGED = [
    case
    for case in CASES
    if case.policy
    and is_a_page(case.headers.get("Origin"))
    and (case.answers or not is_redirected(case))
]


def readable(policy: Policy, request: HTTPRequest, credentials: str) -> bool:
    """Tell whether the server, asked with what went over the wire, says that it is allowed."""
    sent = {name.lower(): value for name, value in request.headers}
    decision = policy.explain(
        Request(
            sent["origin"],
            request.method,
            sent.get("access-control-request-method"),
            sent.get("access-control-request-headers"),
        )
    )
    return decision.allowed and (policy.allow_credentials or credentials == "omit")


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")  # of wsgiref's validator
@pytest.mark.parametrize("credentials", ["omit", "include"])
@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case.id)
def test_a_browser_allows_what_the_policy_allows(case: Case, credentials: Any) -> None:
    assert case.policy is not None
    method = case.headers.get("Access-Control-Request-Method", case.method)
    names = case.headers.get("Access-Control-Request-Headers", "")
    headers = {name.strip(): "x" for name in names.split(",") if name.strip()}
    try:
        request = fetch_request(
            case.headers["Origin"], URL, method=method, headers=headers, credentials=credentials
        )
    except ScriptError:
        assert "," in method or '"' in names  # no script can ask for these
        return
    send = wsgi(wsgi_application(App(case.app, case.policy)))
    outcome = run(fetch(request), send)
    expected = readable(case.policy, outcome.exchanges[0].request, credentials)
    assert outcome.shared is expected, outcome.message("chromium")


# ---- any policy, any request

APP = "https://app.example"
METHODS = ["GET", "POST", "PUT", "put", "PATCH", "patch", "DELETE", "PROPFIND", "x"]
NAMES = ["Authorization", "authorization", "X-A", "x-a", "Content-Type", "Accept", "Range", "X-B"]

POLICIES = st.fixed_dictionaries(
    {
        "allow_origins": st.sampled_from(
            [[APP], ["https://*.example"], ["*"], ["null"], ["https://*.app.example:*"]]
        ),
        "allow_methods": st.lists(st.sampled_from(METHODS), max_size=3) | st.just(["*"]),
        "allow_headers": st.lists(st.sampled_from(NAMES), max_size=3) | st.just(["*"]),
        "allow_credentials": st.booleans(),
        "preflight_status": st.sampled_from([200, 204]),
        "dangerously_allow_null_origin": st.just(True),
        "dangerously_allow_public_suffix_subdomains": st.just(True),
    }
).filter(lambda f: not (f["allow_origins"] == ["*"] and f["allow_credentials"]))

ORIGINS = [APP, "https://other.example", "http://app.example", "null", "https://app.example:8443"]
ORIGINS += ["https://a.app.example", "https://a.app.example:1", "https://example"]


def application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no"]


@given(
    POLICIES,
    st.sampled_from(ORIGINS),
    st.sampled_from(METHODS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["x", "text/html", "bytes=0-1"])),
    st.sampled_from(["omit", "include"]),
    st.sampled_from([Browser().engine, *ENGINES.values()]),
)
@settings(max_examples=1000, deadline=None)
def test_any_policy_allows_what_a_browser_allows(  # noqa: PLR0917 - as drawn
    fields: dict[str, Any],
    origin: str,
    method: str,
    headers: dict[str, str],
    credentials: Any,
    engine: Any,
) -> None:
    policy = Policy(**fields)
    request = fetch_request(origin, URL, method=method, headers=headers, credentials=credentials)
    send = wsgi(CORSMiddleware(application, policy))  # type: ignore[arg-type]
    outcome = run(fetch(request, Browser(engine)), send)
    expected = readable(policy, outcome.exchanges[0].request, credentials)
    assert outcome.shared is expected, outcome.message("chromium")
