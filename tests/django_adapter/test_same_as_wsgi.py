"""Django's way gives what the WSGI middleware gives, which is held to the plain evaluation."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django_cors_wsgi.middleware import CORSMiddleware
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import APPLICATION_HEADERS, POLICIES, requests, serve

from cors_wsgi import Policy
from cors_wsgi._headers import merge_vary


@given(
    st.sampled_from(POLICIES),
    requests(),
    APPLICATION_HEADERS.map(dict),
)
@settings(max_examples=500, deadline=None)
def test_every_response_has_the_same_headers(
    policy: Policy, environ: dict[str, Any], own: dict[str, str]
) -> None:
    with override_settings(CORS_POLICY=policy):
        middleware = CORSMiddleware(lambda _: HttpResponse(headers=own))
        response = middleware(WSGIRequest({**RequestFactory()._base_environ(), **environ}))
    status, headers = serve(policy, environ, [*HttpResponse(headers=own).items()])
    assert f"{response.status_code} {response.reason_phrase}" == status
    assert in_short(response.items()) == in_short(headers)


def in_short(headers: Any) -> list[tuple[str, str]]:
    """Return headers sorted, in lower case, a `Vary` as the names that are in it."""
    lower = [(name.lower(), value) for name, value in headers]
    return sorted((name, merge_vary(v) if name == "vary" else v) for name, v in lower)
