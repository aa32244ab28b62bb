"""`cors-wsgi policy`: from each source, what is printed and with which exit code it ends."""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from cors_wsgi import Policy
from cors_wsgi.doctor.as_python import policy_as_python
from cors_wsgi.doctor.cli import cli

SCHEMA = Draft202012Validator(
    json.loads((files("cors_wsgi.doctor.policy") / "policy.schema.json").read_text())
)
PAGE = "https://app.example"
PLAIN = f'allow_origins = ["{PAGE}"]\n'


def policy(*arguments, **more):
    return CliRunner().invoke(cli, ["policy", *arguments], **more)


def as_json(*arguments, **more):
    said = json.loads(policy("--json", *arguments, **more).stdout)
    SCHEMA.validate(said)
    return said


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA.schema)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the current directory, and forget the module that it is."""
    monkeypatch.chdir(tmp_path)
    # What the command adds to it is to go with the test.
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(name, text):
        (tmp_path / name).write_text(text)
        monkeypatch.delitem(sys.modules, name.removesuffix(".py"), raising=False)
        return name

    before = set(sys.modules)
    yield write
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "") and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def test_a_policy_is_printed_with_what_browsers_make_of_it(write):
    write("cors.toml", PLAIN + 'allow_methods = ["PUT"]\nmax_age = 7200\n')
    assert policy("cors.toml").output == (
        "FINE  cors.toml\n"
        "\n"
        "everything\n"
        "    Policy(\n"
        '        allow_origins=["https://app.example"],\n'
        '        allow_methods=["PUT"],\n'
        "        max_age=7200,\n"
        "    )\n"
        "Governs       every path\n"
        "Preflights    Cached: Chrome, Edge 2 h, Firefox 2 h, Safari 10 min.\n"
    )


def test_policies_by_path_say_what_each_governs_and_what_overlaps(write):
    write(
        "cors.toml",
        f'["/api"]\n{PLAIN}["/api/admin"]\n{PLAIN}["/pub"]\nallow_origins = "*"\n',
    )
    said = as_json("cors.toml")
    assert [(rule["governs"], rule["but"]) for rule in said["rules"]] == [
        ("/api", ["/api/admin"]),
        ("/api/admin", []),
        ("/pub", []),
    ]
    assert [warning["code"] for warning in said["warnings"]] == ["path-overlap"]
    assert policy("cors.toml").output.startswith("FINE, BUT  cors.toml\n")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param('allow_origins = ["https://app.example/"]', ["origin-trailing-slash"]),
        pytest.param(
            f'{PLAIN}alow_methods = ["PUT"]\nmax_age = -1', ["key-unknown", "max-age-negative"]
        ),
    ],
)
def test_every_problem_is_shown_at_once(write, text, codes):
    write("cors.toml", text)
    assert [problem["code"] for problem in as_json("cors.toml")["problems"]] == codes
    result = policy("cors.toml")
    assert (result.exit_code, result.output.startswith("WRONG  cors.toml")) == (1, True)
    assert all(f"[{code}]" in result.output for code in codes)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("max_age = 60", {"Chromium": 60, "Firefox": 60, "WebKit": 60}),
        ("max_age = 86400", {"Chromium": 7200, "Firefox": 86400, "WebKit": 600}),
        ("max_age = 0", {"Chromium": 0, "Firefox": 0, "WebKit": 0}),
    ],
)
def test_each_browser_keeps_a_preflight_only_so_long(write, text, kept):
    write("cors.toml", PLAIN + text)
    assert as_json("cors.toml")["rules"][0]["kept_seconds"] == kept


CANNOT_BE_READ = """
import flask
from cors_wsgi import asgi
number = 7
bare = flask.Flask("bare")
def make(env="production"): return bare
def legacy(environ, start_response): ...
async def later(scope): ...
async def application(scope, receive, send): ...
behind_later = asgi.CORSMiddleware(application, later)
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nowhere.toml"], "nowhere.toml: No such file", id="no file"),
        pytest.param(["broken.toml"], "broken.toml is not TOML: ", id="not TOML"),
        pytest.param(["utf16.toml"], "utf16.toml is not in UTF-8: save it as", id="UTF-16"),
        pytest.param(
            ["nowhere:app"],
            "nowhere:app: there is no module 'nowhere' here. Run this",
            id="no module",
        ),
        pytest.param(
            ["site_of:nothing"], "site_of:nothing: site_of has no 'nothing'", id="no object"
        ),
        pytest.param(["site_of:number"], "site_of:number is a int: neither", id="no policy"),
        pytest.param(
            ["site_of:bare"],
            "site_of:bare is behind no policy: write CORS(app,",
            id="no extension",
        ),
        pytest.param(
            ["site_of:later"],
            "site_of:later: an asynchronous function chooses its policy",
            id="an asynchronous function",
        ),
        pytest.param(
            ["site_of:behind_later"],
            "site_of:behind_later: an asynchronous function chooses its policy",
            id="an application behind one",
        ),
        pytest.param(
            ["site_of:make"],
            "site_of:make is a function, and no policy. If it makes one, write site_of:make()",
            id="a factory that is not called",
        ),
        pytest.param(
            ["site_of:legacy"],
            "neither a policy nor behind one. Write CORSMiddleware(legacy, Policy(",
            id="a WSGI application behind nothing",
        ),
        pytest.param(["cors.json"], "(at line 1, column 1)\n", id="a file of another kind"),
        pytest.param(["site_of.py"], "in Python, write site_of:NAME", id="a module's file"),
        pytest.param(["site_of"], "in Python, write site_of:NAME", id="a module's name"),
        pytest.param(
            ["https://api.example/x"],
            "use cors-wsgi check https://api.example/x --origin ORIGIN",
            id="a URL",
        ),
        pytest.param(["--env=NOBODY_SETS_"], "no environment variable begins", id="no variables"),
    ],
)
def test_what_cannot_be_read_ends_with_2(write, arguments, said):
    write("broken.toml", "allow_origins =")
    Path("utf16.toml").write_text(PLAIN, "utf-16")  # as PowerShell redirects it
    write("cors.json", "{}")
    write("site_of.py", CANNOT_BE_READ)
    result = policy(*arguments)
    assert (result.exit_code, said in result.output) == (2, True), result.output


@pytest.mark.parametrize("arguments", [[], ["a.toml", "--env"], ["a.toml", "--django", "x"]])
def test_one_source_is_asked_for(arguments):
    result = policy(*arguments)
    assert (result.exit_code, "give one source" in result.output) == (2, True)


MODULE = f"""
from cors_wsgi import CORSMiddleware, HostPolicies, PathPolicies, Policy, asgi
from fastapi import FastAPI
from flask import Flask
from quart import Quart
import fastapi_cors_wsgi
from flask_cors_wsgi import CORS, cors_policy

POLICY = Policy(allow_origins=["{PAGE}"])
mapping = {{"allow_origins": ["{PAGE}"]}}
wrapped = CORSMiddleware(lambda environ, start_response: [], POLICY)
hosts = HostPolicies({{"b.example": {{"/api": POLICY}}, "a.example": POLICY, "c.example": None}})
def choose(environ): return POLICY
app = Flask("site")
@app.get("/partner")
@cors_policy(Policy(allow_origins=["https://partner.example"]))
def partner(): return ""
CORS(app, PathPolicies({{"/api": POLICY}}))
in_place, quart = Flask("in_place"), Quart("quart")
in_place.wsgi_app = CORSMiddleware(in_place.wsgi_app, POLICY)
quart.asgi_app = asgi.CORSMiddleware(quart.asgi_app, POLICY)
fastapi = FastAPI()
fastapi_cors_wsgi.CORS(fastapi, POLICY)
def make(): return app
class Wrong:
    def __call__(self): return Policy(allow_origins=["{PAGE}/"])
wrong = Wrong()
"""


@pytest.mark.parametrize(
    ("path", "governs"),
    [
        pytest.param("site_of:POLICY", ["everything"], id="a policy"),
        pytest.param("site_of:mapping", ["everything"], id="a mapping"),
        pytest.param("site_of:wrapped", ["everything"], id="an application behind the middleware"),
        pytest.param(
            "site_of:hosts", ["a.example", "b.example/api", "c.example"], id="policies by host"
        ),
        pytest.param("site_of:choose", [], id="a function"),
        pytest.param("site_of:app", ["/api", "site_of.py:16"], id="a Flask application"),
        pytest.param("site_of:make()", ["/api", "site_of.py:16"], id="a factory"),
        pytest.param("site_of:in_place", ["everything"], id="a Flask application that is wrapped"),
        pytest.param("site_of:quart", ["everything"], id="a Quart application"),
        pytest.param("site_of:quart.asgi_app", ["everything"], id="an ASGI middleware"),
        pytest.param("site_of:fastapi", ["everything"], id="a FastAPI application"),
    ],
)
def test_policies_are_read_from_python(write, path, governs):
    write("site_of.py", MODULE)
    rules = as_json(path)["rules"]
    assert [
        rule["governs"].rpartition("/")[2] if ".py" in rule["governs"] else rule["governs"]
        for rule in rules
    ] == governs


def test_a_module_that_builds_a_wrong_policy_has_problems(write):
    write("site_of.py", MODULE)
    result = policy("site_of:wrong()")
    assert (result.exit_code, "[origin-trailing-slash]" in result.output) == (1, True)


FLASK_CORS = f"""
from flask import Flask
from flask_cors import CORS

named, everybody = Flask("named"), Flask("everybody")
CORS(named, origins=["{PAGE}"])
CORS(everybody, supports_credentials=True)
"""


@pytest.mark.parametrize(("app", "unfinished"), [("named", False), ("everybody", True)])
def test_the_json_of_a_migration_is_what_the_schema_says(write, app, unfinished):
    write("old.py", FLASK_CORS)
    migration = as_json("--from", "flask-cors", f"old:{app}")["migration"]
    assert (migration["library"], migration["unfinished"]) == ("Flask-CORS", unfinished)
    assert migration["changes"]


def test_the_environment_is_read():
    said = as_json("--env=MY_", env={"MY_ALLOW_ORIGINS": PAGE, "MY_MAX_AGE": "5"})
    assert (
        said["rules"][0]["python"] == f'Policy(\n    allow_origins=["{PAGE}"],\n    max_age=5,\n)'
    )


@pytest.mark.parametrize(
    ("request_", "allowed", "failure"),
    [
        (f"{PAGE}", True, None),
        (f"PUT {PAGE} /api/users with content-type, authorization", True, None),
        (f"put {PAGE} /api/users", True, None),
        (f"patch {PAGE} /api/users", False, "method-missing"),
        (f"{PAGE} /api/users with X-Token", False, "header-missing"),
        ("https://app.example.evil.example /api/users", False, "origin-missing"),
        (f"{PAGE} /elsewhere", False, "origin-missing"),
        (f"{PAGE} /api%2fusers", True, None),
        (f"{PAGE} /api%252fusers", False, "origin-missing"),
        (f"{PAGE} /api/users with credentials", False, "credentials-missing"),
        (f"{PAGE} /pub with cookies", False, "origin-wildcard-credentials"),
        (f"{PAGE} /pub/file?x=1 with accept", True, None),
        ("null /pub", True, None),
        ("app://. /pub", True, None),
        ("file:// /pub", True, None),
    ],
)
def test_a_request_is_answered_offline(write, request_, allowed, failure):
    if request_ == PAGE:
        request_ += " /api"
    write(
        "cors.toml",
        f'["/api"]\n{PLAIN}allow_methods = ["PUT"]\n'
        'allow_headers = ["Content-Type", "Authorization"]\n["/pub"]\nallow_origins = "*"\n',
    )
    result = policy("cors.toml", "--explain", request_)
    answer = as_json("cors.toml", "--explain", request_)["answers"][0]
    assert (answer["allowed"], answer["failure"]) == (allowed, failure)
    assert result.exit_code == (0 if allowed else 1)
    assert result.output.startswith("ALLOWED" if allowed else f"BLOCKED  {failure}")


@pytest.mark.parametrize("request_", ["", "PUT", "hello there", "PUT app.example /x"])
def test_what_is_no_request_is_answered_with_an_example(write, request_):
    write("cors.toml", PLAIN)
    result = policy("cors.toml", "--explain", request_)
    assert (result.exit_code, "PUT https://app.example /api/users" in result.output) == (2, True)


def test_nothing_that_steers_a_terminal_comes_out_again(write):
    write("cors.toml", PLAIN)
    request = "https://a.example\x1b[2J /\x9b\u202e"
    output = policy("cors.toml", "--explain", request).output
    assert all(char.isprintable() or char == "\n" for char in output)


@pytest.mark.parametrize(
    "given",
    [
        {"allow_origins": "*"},
        {"allow_origins": ["https://*.example.com", re.compile(r"\Ahttps://a[0-9]\.example\Z")]},
        {"allow_origins": [PAGE] * 1, "allow_methods": ["PUT"], "allow_credentials": True},
        {"allow_origins": ["null"], "dangerously_allow_null_origin": True, "max_age": 0},
        {"allow_origins": [f"https://a{number}.example" for number in range(9)]},
        {
            "allow_origins": [
                re.compile(r"\Ahttps:// a\.example \Z", re.VERBOSE | re.IGNORECASE),
                re.compile('\\Ahttps://b\\.example("|\N{BOM})?\\Z', re.ASCII | re.DOTALL),
            ]
        },
    ],
)
def test_the_python_of_a_policy_builds_it_again(given):
    built = Policy(**given)
    assert eval(policy_as_python(built), {"Policy": Policy, "re": re}) == built


def test_what_an_application_prints_is_not_in_the_output(write):
    policy_in_python = f"Policy(allow_origins=[{PAGE!r}])"
    write(
        "shop.py",
        f"from cors_wsgi import Policy\nprint('hello')\nPOLICY = {policy_in_python}\n",
    )
    assert as_json("shop:POLICY")["problems"] == []
