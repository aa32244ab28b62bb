"""Each browser fetches through a server with what was exported: from a page that may, and not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.browsers import ENGINES, Browser, launch, require
from export import servers
from export.backend import Backend, running_backend

from cors_wsgi import Policy
from cors_wsgi.export import export

POLICY = Policy(
    allow_origins=["http://127.0.0.1:*"],
    allow_methods=["PUT"],
    allow_headers=["Authorization"],
    allow_credentials=True,
    expose_headers=["X-Request-Id"],
)
FETCH = """
fetch("http://127.0.0.1:{port}/x", {{
  method: "PUT", headers: {{Authorization: "Bearer x"}}, credentials: "include"
}}).then((answer) => answer.headers.get("x-request-id"), () => "blocked")
"""


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


@pytest.fixture(scope="module", params=ENGINES)
def browser(request: pytest.FixtureRequest, backend: Backend) -> Iterator[Browser]:
    require(request.param)
    with launch(request.param) as started:
        yield started


@pytest.mark.parametrize("server", ["nginx", "apache", "envoy"])
def test_a_browser_is_allowed_what_the_policy_allows(
    browser: Browser, server: str, backend: Backend, home: Path
) -> None:
    files = export(server, POLICY).files
    with getattr(servers, server)(files, home, backend.port) as port:
        browser.goto(f"http://127.0.0.1:{backend.port}/")
        assert browser.evaluate(FETCH.format(port=port)) == "7"

        browser.goto(f"http://localhost:{backend.port}/")
        assert browser.evaluate(FETCH.format(port=port)) == "blocked"
