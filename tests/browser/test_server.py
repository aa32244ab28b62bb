"""The server side under the model: the reasons for refusals, and what the cache is worth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi import Request as Decided
from cors_wsgi.browser import (
    CHROMIUM,
    ENGINES,
    FIREFOX,
    WEBKIT,
    Browser,
    fetch,
    fetch_request,
    run,
)
from cors_wsgi.transports import wsgi

URL = "https://api.example/data"

ORIGINS = [
    "https://app.example",
    "https://a.b.tenants.example",
    "https://tenants.example",
    "http://localhost:3000",
    "https://evil.example",
    "null",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "patch", "DELETE", "OPTIONS", "PROPFIND"]
HEADERS = ["Authorization", "Content-Type", "X-A", "x-b", "X-C"]


@st.composite
def policies(draw):
    credentials = draw(st.booleans())
    origins = st.lists(
        st.sampled_from(["https://app.example", "https://*.tenants.example", "http://localhost:*"]),
        min_size=1,
        unique=True,
    )
    anything = st.just("*")
    return Policy(
        allow_origins=draw(origins if credentials else anything | origins),
        allow_credentials=credentials,
        allow_methods=draw(
            anything | st.lists(st.sampled_from(["PUT", "PATCH", "DELETE"]), unique=True)
        ),
        allow_headers=draw(
            anything | st.lists(st.sampled_from(["authorization", "X-A", "X-B"]), unique=True)
        ),
    )


@given(
    policy=policies(),
    origin=st.sampled_from(ORIGINS),
    method=st.sampled_from(METHODS),
    names=st.lists(st.sampled_from(HEADERS), unique=True),
    engine=st.sampled_from([*ENGINES.values()]),
)
@settings(deadline=None)
def test_the_reason_for_a_refusal_is_the_failure_that_every_browser_sees(
    policy, origin, method, names, engine
):
    request = fetch_request(
        origin,
        URL,
        method=method,
        headers=dict.fromkeys(names, "application/json"),
        credentials="include" if policy.allow_credentials else "same-origin",
    )
    app = CORSMiddleware(application_that_is_fine, policy)
    outcome = run(fetch(request, Browser(engine=engine)), wsgi(app))
    wire = dict(outcome.exchanges[0].request.headers)
    decision = policy.explain(
        Decided(
            origin,
            outcome.exchanges[0].request.method,
            wire.get("Access-Control-Request-Method"),
            wire.get("Access-Control-Request-Headers"),
        )
    )
    assert outcome.shared == decision.allowed
    if not decision.allowed:
        assert outcome.failure == decision.code


def application_that_is_fine(environ, start_response):
    start_response("200 OK", [])
    return []


@pytest.mark.parametrize("engine", [CHROMIUM, FIREFOX, WEBKIT], ids=lambda engine: engine.name)
@pytest.mark.parametrize("allow_credentials", [True, False], ids=["with", "without"])
def test_everything_allowed_costs_one_preflight_authorization_included(engine, allow_credentials):
    policy = Policy(
        allow_origins=["https://app.example"],
        allow_credentials=allow_credentials,
        allow_methods="*",
        allow_headers="*",
    )
    browser = Browser(engine=engine)
    app = CORSMiddleware(application_that_is_fine, policy)
    exchanges = []
    for now in (0.0, 599.0):
        request = fetch_request(
            "https://app.example",
            URL,
            method="PATCH",
            headers={"Authorization": "Bearer x", "X-A": "1"},
            credentials="include" if allow_credentials else "same-origin",
        )
        outcome = run(fetch(request, browser, now=now), wsgi(app))
        assert outcome.shared
        exchanges.append([exchange.request.method for exchange in outcome.exchanges])
    assert exchanges == [["OPTIONS", "PATCH"], ["PATCH"]]
