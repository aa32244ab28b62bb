"""One paste is enough: what `check` prints is pasted, and the same fetch is allowed then.

In process, all combinations are tried on our own adapters, from no CORS, from a policy that has a
part of what is needed, and from a wrong one. What the policy allowed before is allowed afterwards.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

import django_settings  # noqa: F401 - configures Django
import pytest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from doctor.converging.asking import ALL, OLD_PAGE, Combination, check, is_allowed
from doctor.converging.pasting import pasted, printed_fix
from doctor.converging.table import TABLE, row

from cors_wsgi import transports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from wsgiref.types import WSGIApplication

URL = "http://localhost/x"
PARTIAL = f'Policy(allow_origins=["{OLD_PAGE}"], allow_methods=["DELETE"], allow_headers=["X-Old"])'
ANY = 'Policy(allow_origins="*", allow_methods=["PUT"], expose_headers=["X-Total"])'
HEAD = "from cors_wsgi import CORSMiddleware, HostPolicies, PathPolicies, Policy\n"
WSGI = f"""{HEAD}
def application(environ, start_response):
    allowed = environ["REQUEST_METHOD"] != "OPTIONS"
    start_response("200 OK" if allowed else "405 Method Not Allowed", [])
    return [b"ok"]
"""
FLASK = f"""{HEAD}
import flask
from flask_cors_wsgi import CORS, cors_policy
app = flask.Flask("site")
"""
ASGI = """
from cors_wsgi import Policy
from cors_wsgi.asgi import CORSMiddleware
async def app(scope, receive, send):
    status = 405 if scope["method"] == "OPTIONS" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
QUART = """
import quart
from cors_wsgi import Policy
from cors_wsgi.asgi import CORSMiddleware
app = quart.Quart("site")
@app.route("/x", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
async def view():
    return "ok"
"""
METHODS = '["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]'
VIEW = f"""
@app.route("/x", methods={METHODS}, provide_automatic_options=False)
def view():
    return "ok"
"""
SOURCES = {
    "plain WSGI, no CORS": WSGI,
    "plain WSGI, a part": f"{WSGI}\napplication = CORSMiddleware(application, {PARTIAL})\n",
    "plain WSGI, any origin": f"{WSGI}\napplication = CORSMiddleware(application, {ANY})\n",
    "plain WSGI, by path": f"{WSGI}\napplication = CORSMiddleware(application, "
    f'PathPolicies({{"/": {ANY}, "/x": {PARTIAL}}}))\n',
    "ASGI, no CORS": ASGI,
    "Quart, a part": f"{QUART}\napp.asgi_app = CORSMiddleware(app.asgi_app, {PARTIAL})\n",
    "Flask, no CORS": f"{FLASK}{VIEW}",
    "Flask, a part in a variable": f"{FLASK}policy = {PARTIAL}\nCORS(app, policy)\n{VIEW}",
    "Flask, a part in place": f"{FLASK}CORS(app, {PARTIAL})\n{VIEW}",
    "Flask, wrapped, a part": f"{FLASK}{VIEW}"
    f"app.wsgi_app = CORSMiddleware(app.wsgi_app, {PARTIAL})\n",
    "Flask, any origin": f"{FLASK}CORS(app, {ANY})\n{VIEW}",
    "Flask, by path": f'{FLASK}CORS(app, PathPolicies({{"/x": {PARTIAL}}}))\n{VIEW}',
    "Flask, a view's own": f"{FLASK}CORS(app, {ANY})\n"
    + VIEW.replace("def view", f"@cors_policy({PARTIAL})\ndef view"),
}
CASES = [
    pytest.param(name, one, id=f"{name}, {one}") for name, one in itertools.product(SOURCES, ALL)
]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Write a module into the current directory, and forget it afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    written = []

    def write(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        written.append(name)

    yield write
    for name in written:
        sys.modules.pop(name, None)


def old_allowances(send: Any, *, any_origin: bool) -> list[bool]:
    """Whether what was allowed before still is."""
    method, headers = ("PUT", "no headers") if any_origin else ("DELETE", "no headers")
    return [is_allowed(send, URL, OLD_PAGE, method, headers, cookies=False)]


@pytest.mark.parametrize(("name", "asked"), CASES)
def test_one_paste_is_enough(
    name: str, asked: Combination, write: Callable[[str, str], None]
) -> None:
    app = "application" if "WSGI" in name else "app"
    any_origin = "any origin" in name
    write("before", SOURCES[name])
    code, output = check(f"before:{app}", "/x", *asked.arguments)
    if code == 0:  # a star, or a fetch that needs nothing more
        assert any_origin
        return
    assert code == 1, output
    write("after", pasted(SOURCES[name], printed_fix(output)))
    code, again = check(f"after:{app}", "/x", *asked.arguments)
    assert code == 0, f"{output}\n{again}"
    if "no CORS" in name:
        return
    if any_origin and asked.credentials:
        assert "This ends `*`" in " ".join(output.split())
        return
    send = transports.in_process(getattr(sys.modules["after"], app))
    assert old_allowances(send, any_origin=any_origin) == [True]


@pytest.mark.parametrize(
    ("policies", "asked"),
    [
        pytest.param(f'PathPolicies({{"/é": {PARTIAL}}})', "/é/x", id="a path outside ASCII"),
        pytest.param(
            f'HostPolicies({{"shop.example": {PARTIAL}}})',
            "http://SHOP.example.:8080/x",
            id="a host in another spelling",
        ),
        pytest.param(
            f'HostPolicies({{"[::1]": {PARTIAL}}})', "http://[::1]:8000/x", id="an address"
        ),
    ],
)
def test_one_paste_is_enough_whatever_names_the_policy(
    policies: str, asked: str, write: Callable[[str, str], None]
) -> None:
    source = f"{WSGI}\napplication = CORSMiddleware(application, {policies})\n"
    write("before", source)
    arguments = [asked, "--origin", OLD_PAGE, "-X", "PUT", "--send"]
    code, output = check("before:application", *arguments)
    assert code == 1
    write("after", pasted(source, printed_fix(output)))
    assert check("after:application", *arguments)[0] == 0


def refuses_options(get_response: Any) -> Any:
    """A middleware that answers first where it is outside ours."""
    return lambda request: (
        HttpResponse(status=405) if request.method == "OPTIONS" else get_response(request)
    )


class urls:  # noqa: N801 - a module, as Django sees it
    urlpatterns = [path("x", lambda request: HttpResponse("ok"))]  # noqa: RUF012 - as Django's are


MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]
SLOW = f"{__name__}.refuses_options"
FIELDS = {"allow_origins": OLD_PAGE, "allow_methods": "DELETE", "allow_headers": ["X-Old"]}
SETTINGS = {
    "no CORS": "",
    "a part in a mapping": f"CORS_POLICY = {FIELDS!r}",
    "a part in a Policy": f"CORS_POLICY = {PARTIAL}",
    "a part by path": f'CORS_POLICY = {{"/": {ANY}, "/x": {FIELDS!r}}}',
    "Policies by path": f'CORS_POLICY = PathPolicies({{"/": {ANY}, "/x": {PARTIAL}}})',
    "any origin": f"CORS_POLICY = {ANY}",
    "the middleware is missing": f"MIDDLEWARE = []\nCORS_POLICY = {ANY}",
    "the middleware is not the first": f"MIDDLEWARE = [{SLOW!r}, *{MIDDLEWARE}]\n"
    f"CORS_POLICY = {PARTIAL}",
}
DJANGO = [
    pytest.param(name, one, id=f"{name}, {one}") for name, one in itertools.product(SETTINGS, ALL)
]


class Project:
    """A Django project whose settings are the text of a module."""

    def __init__(self, source: str) -> None:
        names: dict[str, Any] = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
        if "CORS_POLICY" in source:
            names["MIDDLEWARE"] = MIDDLEWARE
        exec(f"{HEAD}{source}", names)
        given = {name: value for name, value in names.items() if name.isupper()}
        self.override = override_settings(
            ROOT_URLCONF=urls, DEBUG_PROPAGATE_EXCEPTIONS=False, **given
        )

    def application(self) -> WSGIApplication:
        return get_wsgi_application()


@pytest.mark.parametrize(("name", "asked"), DJANGO)
@pytest.mark.filterwarnings("ignore:Overriding setting:UserWarning")
def test_one_paste_is_enough_for_django(name: str, asked: Combination) -> None:
    target = "django.core.wsgi:get_wsgi_application()"
    source = SETTINGS[name]
    any_origin = "ANY" in name or "any origin" in name
    with Project(source).override:
        code, output = check(target, "/x", *asked.arguments)
    if code == 0:
        assert any_origin
        return
    assert code == 1, output
    project = Project(pasted(source, printed_fix(output)))
    with project.override:
        code, again = check(target, "/x", *asked.arguments)
        assert code == 0, f"{output}\n{again}"
        if "a part" in name or "by path" in name:
            send = transports.wsgi(get_wsgi_application())
            assert old_allowances(send, any_origin=False) == [True]


def test_the_table_in_the_documentation_has_these_cases() -> None:
    names = [name for name in SOURCES for _ in ALL]
    rows = [
        row(stack, "in process", count, count)
        for stack, count in (
            ("plain WSGI", sum("WSGI" in name for name in names)),
            ("ASGI", sum("ASGI" in name or "Quart" in name for name in names)),
            ("Flask", sum("Flask" in name for name in names)),
            ("Django", len(DJANGO)),
        )
    ]
    text = TABLE.read_text("utf-8")
    assert [one for one in rows if one not in text] == []
