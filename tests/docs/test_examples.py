"""Every Python and TOML example in the README and the documentation runs, in the order of its page.

What a page says of its examples is checked in invisible blocks of code after them. Those check, and
do no more: a name that a reader's own file would lack may not come from them.
"""

import gc
import logging
import runpy
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import django_settings  # noqa: F401 - configures Django, once
import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from docs.pages import PAGES, ROOT, commands, files, names_that_a_reader_lacks, variables
from starlette.testclient import TestClient, WebSocketDenialResponse
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
from versions import keeps_routers

from cors_wsgi import policy_from_mapping
from cors_wsgi.browser import Credentials
from cors_wsgi.testing import Page


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


GIVEN = {
    "Page": Page,
    "django_application": django_application,
    "handshake": handshake,
    "saves_from_a_page": saves_from_a_page,
}
# Their examples belong at the end of a project's settings.
OF_DJANGO_SETTINGS = {"README.md", "django.md", "django-sessions.md", "static-files.md"}


def new_settings(folder: Path) -> dict[str, Any]:
    """The settings that `django-admin startproject` writes."""
    call_command("startproject", "yoursite", str(folder))
    return runpy.run_path(str(folder / "yoursite" / "settings.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if page.stem == "fastapi" and not keeps_routers:
        pytest.skip("it gives a router a policy, which needs FastAPI 0.137 or later")
    # Where the pages' server has its files.
    text = page.read_text(encoding="utf-8").replace("/srv/stock", str(tmp_path))
    copy = tmp_path / page.name
    copy.write_text(text, encoding="utf-8")
    (tmp_path / "static").mkdir()
    document = SYBIL.parse(copy)
    # A module, since frameworks look up the annotations of a view in its module.
    module = ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", module)
    document.namespace = vars(module)
    document.namespace |= {"THIS_PAGE": text, **GIVEN}
    if page.name in OF_DJANGO_SETTINGS:
        document.namespace |= new_settings(tmp_path)
        document.namespace["__name__"] = "example"
    for name, code in files(text):
        (tmp_path / name).write_text(code, encoding="utf-8")
    for command in reversed(commands(text)):
        for name, value in variables(command).items():
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    caplog.set_level(logging.NOTSET, "cors_wsgi")  # an example changes it; pytest changes it back
    gc.freeze()  # what was there before the examples need not be looked through after them
    try:
        for example in document.examples():
            example.evaluate()
    finally:
        for name, _ in files(text):
            sys.modules.pop(name.removesuffix(".py"), None)
        # Whatever listens for changes ends when its store is gone.
        document.namespace.clear()
        gc.collect()
        gc.unfreeze()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_reader_has_every_name_that_an_example_uses(page: Path) -> None:
    lacking = names_that_a_reader_lacks(page.read_text(encoding="utf-8"), set(GIVEN))
    assert lacking == set()


def test_a_name_that_only_an_invisible_block_has_is_lacking() -> None:
    page = """
<!-- invisible-code-block: python
import os
legacy_app = checked = print
-->

```python
import sys
application = wrap(legacy_app, sys.path)
```
"""
    assert names_that_a_reader_lacks(page, {"wrap"}) == {"legacy_app", "wrap"}
