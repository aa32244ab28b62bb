"""One paste is enough on real servers, too: asked over HTTP, pasted, and asked again.

Each starts without CORS, with a part of what is needed, and with something wrong. Over HTTP the
command prints a whole set-up, which takes the place of the one that is there; what the answers
showed to be allowed stays allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from doctor.broken_servers.stacks import require
from doctor.converging.asking import CHOSEN, Combination, check
from doctor.converging.pasting import printed_fix
from doctor.converging.serving import served
from doctor.converging.table import TABLE, row

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = "https://old.example"
# Where the fix goes in a source, and where the set-up ends that it takes the place of.
HERE, END = "<<here>>", "<<end>>"


def paste_code(source: str, code: str) -> str:
    return source.replace(HERE, code)


@dataclass(frozen=True)
class Stack:
    """A stack: its source around a set-up, and set-ups to start from.

    Attributes:
        source: The source, with `HERE` where a set-up goes.
        starts: The set-ups, by name.
        needs: The program without which it cannot run.
        paste: Puts printed code into the source.
    """

    source: str
    starts: dict[str, str]
    needs: str = "python3"
    paste: Callable[[str, str], str] = paste_code


WSGI = f"""
def application(environ, start_response):
    allowed = environ["REQUEST_METHOD"] != "OPTIONS"
    start_response("200 OK" if allowed else "405 Method Not Allowed", [])
    return [b"ok"]
{HERE}
"""
FLASK = f"""
import flask
app = flask.Flask("site")
{HERE}
@app.route("/x", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def view():
    return "ok"
"""
DJANGO = f"""
from django.http import HttpResponse
from django.urls import path
SECRET_KEY, ALLOWED_HOSTS, ROOT_URLCONF = "tests", ["*"], __name__
INSTALLED_APPS, MIDDLEWARE = [], []
urlpatterns = [path("x", lambda request: HttpResponse("ok"))]
{HERE}
"""
FASTAPI = f"""
from fastapi import FastAPI
app = FastAPI()
{HERE}
@app.api_route("/x", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def view():
    return "ok"
"""
ASGI = f"""
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    status = 405 if scope["method"] == "OPTIONS" else 200
    await send({{"type": "http.response.start", "status": status, "headers": []}})
    await send({{"type": "http.response.body", "body": b"ok"}})
{HERE}
"""
LITESTAR = f"""
from litestar import Litestar, route
@route("/x", http_method=["GET", "POST", "PUT", "PATCH", "DELETE"], status_code=200)
async def view() -> str:
    return "ok"
app = Litestar([view])
{HERE}
"""
QUART = f"""
import quart
app = quart.Quart("site")
@app.route("/x", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
async def view():
    return "ok"
{HERE}
"""
EXPRESS = f"""
const app = require("express")();
{HERE}
app.all("/x", (request, response) =>
  request.method === "OPTIONS" ? response.sendStatus(405) : response.send("ok"));
module.exports = app;
"""
NGINX = f"""
<<http>>
server {{ listen 127.0.0.1:PORT; location / {{ {HERE} proxy_pass http://unix:LAB/back.sock; }} }}
"""


def paste_nginx(source: str, code: str) -> str:
    """The two places that the comments of the code name."""
    http, _, location = code.partition("# In the location that answers")
    location = location.partition("\n")[2]
    return source.replace("<<http>>", http).replace(HERE, location)


def policy(**fields: object) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    return f"Policy({given})"


PART = policy(allow_origins=[OLD], allow_methods=["DELETE"], allow_headers=["X-Old"])
ANY = policy(allow_origins="*", allow_methods=["PUT"])
IMPORT = "from cors_wsgi import CORSMiddleware, Policy\n"
ADDED = 'MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]\n'
ANY_ASGI = "from cors_wsgi import Policy\nfrom cors_wsgi.asgi import CORSMiddleware\n"
STARLETTE = "from starlette.middleware.cors import CORSMiddleware\n"
APACHE = 'Header always set Access-Control-Allow-Origin "https://wrong.example"\n'
STACKS = {
    "wsgi": Stack(
        WSGI,
        {
            "no CORS": "",
            "a part": f"{IMPORT}application = CORSMiddleware(application, {PART})",
            "any origin": f"{IMPORT}application = CORSMiddleware(application, {ANY})",
        },
    ),
    "flask": Stack(
        FLASK,
        {
            "no CORS": "",
            "a part": f"{IMPORT}from flask_cors_wsgi import CORS\nCORS(app, {PART})",
            "another library": "import flask_cors\nflask_cors.CORS(app, methods=['PUT'])",
        },
    ),
    "django": Stack(
        DJANGO,
        {"no CORS": "", "a part": f"{IMPORT}{ADDED}CORS_POLICY = {PART}"},
    ),
    "fastapi": Stack(
        FASTAPI,
        {
            "no CORS": "",
            "a part": f"{STARLETTE}app.add_middleware(CORSMiddleware, allow_origins=['{OLD}'], "
            "allow_methods=['DELETE'], allow_headers=['X-Old'])",
            "any origin": f"{STARLETTE}app.add_middleware(CORSMiddleware, allow_origins=['*'])",
        },
    ),
    "asgi": Stack(
        ASGI,
        {
            "no CORS": "",
            "a part": f"{ANY_ASGI}app = CORSMiddleware(app, {PART})",
            "any origin": f"{ANY_ASGI}app = CORSMiddleware(app, {ANY})",
        },
    ),
    "litestar": Stack(LITESTAR, {"no CORS": ""}),
    "quart": Stack(
        QUART,
        {"no CORS": "", "a part": f"{ANY_ASGI}app.asgi_app = CORSMiddleware(app.asgi_app, {PART})"},
    ),
    "express": Stack(
        EXPRESS,
        {
            "no CORS": "",
            "a part": f'app.use(require("cors")({{ origin: ["{OLD}"], methods: ["DELETE"] }}));',
            "any origin": 'app.use(require("cors")({ allowedHeaders: ["X-Old"] }));',
        },
        needs="npm",
    ),
    "nginx": Stack(
        NGINX,
        {
            "no CORS": "",
            "wrong": 'add_header Access-Control-Allow-Origin "https://wrong.example";',
            "any origin": "add_header Access-Control-Allow-Origin *;",
        },
        needs="nginx",
        paste=paste_nginx,
    ),
    "apache": Stack(
        HERE,
        {
            "no CORS": "",
            "wrong": APACHE,
            "any origin": 'Header set Access-Control-Allow-Origin "*"',
        },
        needs="apache2",
    ),
}
TITLES = {
    "wsgi": "plain WSGI",
    "flask": "Flask",
    "django": "Django",
    "fastapi": "FastAPI",
    "asgi": "ASGI",
    "litestar": "Litestar",
    "quart": "Quart",
    "express": "Express",
    "nginx": "nginx",
    "apache": "Apache",
}
FEW = CHOSEN[:: len(CHOSEN) // 5]
# A Django process has one set of settings; Litestar and Quart are fixed as any ASGI application is.
ASKED_FEW = {"django", "litestar", "quart"}


def cases(stack: str) -> list[tuple[str, Combination]]:
    first, *others = STACKS[stack].starts
    asked, some = (FEW, FEW) if stack in ASKED_FEW else (CHOSEN, CHOSEN[1::2])
    return [
        *((first, one) for one in asked),
        *((start, one) for start in others for one in some),
    ]


CASES = [
    pytest.param(stack, index, id=f"{stack}, {start}, {one}")
    for stack in STACKS
    for index, (start, one) in enumerate(cases(stack))
]


@dataclass
class Outcome:
    """What came of a case: the output of both times, and whether the second one is allowed."""

    first: str
    second: str = ""
    allowed: bool = False


def outcomes(stack: str) -> list[Outcome]:
    """Ask, paste and ask again, for every case of a stack."""
    if stack == "django":
        return [outcome for one in cases(stack) for outcome in run(stack, [one])]
    return run(stack, cases(stack))


def run(stack: str, asked: list[tuple[str, Combination]]) -> list[Outcome]:
    chosen = STACKS[stack]
    starts = [start for start in chosen.starts if any(one[0] == start for one in asked)]
    sources = [
        chosen.source.replace(HERE, chosen.starts[start]).replace("<<http>>", "")
        for start in starts
    ]
    found = []
    with served(stack, sources) as origins:
        for start, one in asked:
            url = f"{origins[starts.index(start)]}/x"
            code, output = check(url, *one.arguments, "--stack", stack)
            found.append(Outcome(output, allowed=code == 0))
    blocked = [n for n, outcome in enumerate(found) if not outcome.allowed]
    fixed = [chosen.paste(chosen.source, printed_fix(found[n].first).code) for n in blocked]
    with served(stack, fixed) as origins:
        for n, origin in zip(blocked, origins, strict=True):
            code, output = check(f"{origin}/x", *asked[n][1].arguments, "--stack", stack)
            found[n] = Outcome(found[n].first, output, allowed=code == 0)
    return found


@pytest.fixture(scope="module")
def tried() -> dict[str, list[Outcome]]:
    return {}


@pytest.mark.parametrize(("stack", "index"), CASES)
def test_one_paste_is_enough(tried: dict[str, list[Outcome]], stack: str, index: int) -> None:
    require(STACKS[stack].needs)
    if stack not in tried:
        tried[stack] = outcomes(stack)
    outcome = tried[stack][index]
    assert outcome.allowed, f"{outcome.first}\n{outcome.second}"


def test_the_table_in_the_documentation_is_what_this_comes_to(
    tried: dict[str, list[Outcome]],
) -> None:
    for stack, one in STACKS.items():
        require(one.needs)
        if stack not in tried:
            tried[stack] = outcomes(stack)
    rows = [
        row(TITLES[stack], "over HTTP", sum(one.allowed for one in found), len(found))
        for stack, found in tried.items()
    ]
    text = TABLE.read_text("utf-8")
    assert [one for one in rows if one not in text] == []
