"""`cors_wsgi.serve`: an application and its policy, named by the environment alone."""

import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from cors_wsgi import InvalidPolicy
from cors_wsgi.testing import Page

STOCK = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [__name__.encode()]


def create_app():
    return app


def for_site(site, *, debug):
    assert (site, debug) == ("production", False)
    return app


async def asgi_app(scope, receive, send): ...


application = app
number = 7
"""
FILES = {
    "stock.py": STOCK,
    "stock.wsgi": STOCK,
    r"C:\stock.wsgi": STOCK,
    "site_of_stock/wsgi.py": STOCK,
    "broken.py": "import not_installed_here",
    "other.py": "from stock import app",
}
POLICY = {"CORS_ALLOW_ORIGINS": "https://app.example", "CORS_ALLOW_METHODS": "PUT"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in os.environ if name.startswith("CORS_")]:
        monkeypatch.delenv(name)
    loaded = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - loaded:
        del sys.modules[name]


def served(monkeypatch: pytest.MonkeyPatch, **environ: str):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return import_module("cors_wsgi.serve").application


@pytest.mark.parametrize(
    ("path", "module"),
    [
        pytest.param("stock:app", "stock", id="a name in a module"),
        pytest.param("stock", "stock", id="a module's application"),
        pytest.param("stock:create_app()", "stock", id="a function that makes it"),
        pytest.param(
            "stock:for_site('production', debug=False)",
            "stock",
            id="a function that takes arguments",
        ),
        pytest.param(
            "stock.wsgi:for_site('production', debug=False)",
            "_wsgi_file_stock",
            id="such a function in a .wsgi file",
        ),
        pytest.param('"stock:app"', "stock", id="in quotes, which docker --env-file keeps"),
        pytest.param("stock.wsgi", "_wsgi_file_stock", id="a .wsgi file"),
        pytest.param("./stock.wsgi:app", "_wsgi_file_stock", id="a name in a .wsgi file"),
        pytest.param(r"C:\stock.wsgi:app", r"_wsgi_file_C:\stock", id="a file on a drive"),
        pytest.param(
            "site_of_stock.wsgi",
            "site_of_stock.wsgi",
            id="a module that is called wsgi, as Django's",
        ),
        pytest.param("site_of_stock.wsgi:app", "site_of_stock.wsgi", id="a name in such a module"),
    ],
)
def test_an_application_is_served_behind_the_policy(
    path: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = served(monkeypatch, CORS_APP=path, **POLICY)
    result = Page("https://app.example", application).fetch("/items/2", method="PUT")
    result.assert_shared()
    assert result.text == module
    assert not Page("https://other.example", application).fetch("/items/2", method="PUT").shared


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(
            "",
            "CORS_APP is not set. Name your application: CORS_APP=module:application, or "
            "CORS_APP=/path/to/file.wsgi",
            id="nothing",
        ),
        pytest.param(
            "stok:app",
            "CORS_APP=stok: there is no module 'stok' here. Start the server where it is, or put "
            "its folder into PYTHONPATH. CORS_APP=module:application, or "
            "CORS_APP=/path/to/file.wsgi",
            id="a module that is not there",
        ),
        pytest.param(
            "stock.py",
            "CORS_APP=stock.py: a file of Python is named by its module: stock:NAME.",
            id="the file of a module",
        ),
        pytest.param(
            "stock:ap",
            "CORS_APP=stock:ap: stock has no 'ap'. Did you mean stock:app?",
            id="a name with a letter missing",
        ),
        pytest.param(
            "other",
            "CORS_APP=other: other has no 'application'. It has other:app.",
            id="a module without an application",
        ),
        pytest.param(
            "nothing.wsgi:application",
            "CORS_APP=nothing.wsgi: there is no module 'nothing' here. Start the server where it "
            "is, or put its folder into PYTHONPATH. CORS_APP=module:application, or "
            "CORS_APP=/path/to/file.wsgi",
            id="a package that is not there",
        ),
        pytest.param(
            "nothing.wsgi",
            "CORS_APP=nothing.wsgi: there is no file '{folder}/nothing.wsgi'.",
            id="a file that is not there",
        ),
        pytest.param(
            "stock:create_app",
            "CORS_APP=stock:create_app: create_app is a function without arguments: write "
            "create_app(). If it makes the application, write CORS_APP=stock:create_app().",
            id="a function that makes it, without parentheses",
        ),
        pytest.param(
            "stock:for_site(SITE)",
            "CORS_APP=stock:for_site(SITE): 'for_site(SITE)' names no object. Write module:app, or "
            "'module:create_app()' for a function that makes it.",
            id="arguments that are not literals",
        ),
        pytest.param(
            "stock:number",
            "CORS_APP=stock:number: 7 is not a WSGI application: it cannot be called. "
            "Name the application itself.",
            id="something else",
        ),
        pytest.param(
            "stock:asgi_app",
            "CORS_APP=stock:asgi_app: <function asgi_app at 0x> is an ASGI application. "
            "cors_wsgi.serve serves WSGI applications only; wrap this one with "
            "cors_wsgi.asgi.CORSMiddleware.",
            id="an ASGI application",
        ),
    ],
)
def test_what_cannot_be_served_says_what_to_write(
    path: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError) as refused:
        served(monkeypatch, CORS_APP=path, **POLICY)
    said = re.sub(r"0x[0-9a-f]+", "0x", str(refused.value))
    assert said == message.replace("{folder}", str(folder))


def test_an_import_that_fails_inside_the_application_keeps_its_own_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ModuleNotFoundError, match="not_installed_here"):
        served(monkeypatch, CORS_APP="broken:app", **POLICY)


def test_a_wrong_policy_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        served(monkeypatch, CORS_APP="stock:app", CORS_ALLOW_ORIGINS="https://app.example/")
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("CORS_ALLOW_ORIGINS", "origin-trailing-slash")
    ]
