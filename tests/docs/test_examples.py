"""Every Python and TOML example in the README and the documentation runs."""

import logging
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import django_settings  # noqa: F401 - configures Django, once
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from starlette.testclient import TestClient, WebSocketDenialResponse
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
from versions import keeps_routers

from cors_wsgi import policy_from_mapping
from cors_wsgi.browser import Credentials
from cors_wsgi.testing import Page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def saves_from_a_page(application: WSGIApplication, credentials: Credentials = "include") -> None:
    """A page of https://app.example may save JSON; a stranger's may not."""
    for origin, is_allowed in [("https://app.example", True), ("https://evil.example", False)]:
        result = Page(origin, application, raise_app_exceptions=False).fetch(
            "/items/2",
            method="PUT",
            headers={"Content-Type": "application/json"},
            credentials=credentials,
        )
        assert result.shared is is_allowed


def handshake(application: object, origin: str | None, path: str = "/ws") -> int:
    """The status of a WebSocket handshake: 101, or that of a refusal."""
    client = TestClient(application, headers={"origin": origin} if origin else {})  # type: ignore[arg-type]
    try:
        with client.websocket_connect(path):
            return 101
    except WebSocketDenialResponse as refusal:
        return refusal.status_code


def django_application(middleware: list[str], cors_policy: object) -> WSGIApplication:
    """The Django application that settings make."""
    settings = override_settings(MIDDLEWARE=middleware, CORS_POLICY=cors_policy)
    with settings:
        handler: WSGIApplication = get_wsgi_application()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with settings:
            return handler(environ, start_response)

    return application


def read_toml(example: Example) -> None:
    """Build the policy that a TOML example writes."""
    example.namespace["policy"] = policy_from_mapping(tomllib.loads(example.parsed))


SYBIL = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser(language="toml", evaluator=read_toml)],
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if page.stem == "fastapi" and not keeps_routers:
        pytest.skip("it gives a router a policy, which needs FastAPI 0.137 or later")
    monkeypatch.chdir(tmp_path)
    document = SYBIL.parse(page)
    # A module, since frameworks look up the annotations of a view in its module.
    module = ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", module)
    document.namespace = vars(module)
    document.namespace |= {
        "Page": Page,
        "THIS_PAGE": page.read_text(encoding="utf-8"),
        "django_application": django_application,
        "handshake": handshake,
        "saves_from_a_page": saves_from_a_page,
    }
    caplog.set_level(logging.NOTSET, "cors_wsgi")  # an example changes it; pytest changes it back
    for example in document.examples():
        example.evaluate()
