"""What a response has, once it has the policy's headers."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django_cors_wsgi.middleware import CORSMiddleware

from cors_wsgi import Policy

APP = "https://app.example"
ALLOWED = {"Access-Control-Allow-Origin": APP, "Vary": "Origin"}


@pytest.mark.parametrize(
    ("own", "policy", "expected"),
    [
        pytest.param({}, Policy(allow_origins=APP), ALLOWED, id="none of its own"),
        pytest.param(
            {"X-Own": "1"}, Policy(allow_origins=APP), {"X-Own": "1", **ALLOWED}, id="others"
        ),
        pytest.param(
            {"vary": "Cookie"},
            Policy(allow_origins=APP),
            {**ALLOWED, "Vary": "Cookie, Origin"},
            id="Vary, in any case",
        ),
        pytest.param(
            {"vary": "Cookie"},
            Policy(allow_origins="*"),
            {"Access-Control-Allow-Origin": "*", "Vary": "Cookie"},
            id="Vary, where the policy has none",
        ),
        pytest.param(
            {"access-control-allow-origin": "*", "Access-Control-Max-Age": "1"},
            Policy(allow_origins="https://other.example"),
            {"Vary": "Origin"},
            id="its own CORS headers",
        ),
    ],
)
def test_what_a_response_has_then(
    own: dict[str, str], policy: Policy, expected: dict[str, str]
) -> None:
    response = HttpResponse(headers={"Content-Type": "text/plain", **own})
    with override_settings(CORS_POLICY=policy):
        request = RequestFactory().get("/", headers={"Origin": APP})
        assert CORSMiddleware(lambda _: response)(request) is response
    assert dict(response.items()) == {"Content-Type": "text/plain", **expected}
