"""`flask cors`, `manage.py cors`, `policy --django` and `--from`: real projects, real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cors_wsgi import transports
from cors_wsgi.browser import fetch, fetch_request, run

PAGE = "http://localhost:3000"
EXAMPLES = Path(__file__).parents[2] / "example_projects"
BIN = Path(sys.executable).parent

FLASK = f"""
from cors_wsgi import Policy
from flask import Flask
from flask_cors_wsgi import CORS, cors_policy

app = Flask("site")

@app.get("/items")
def items(): return "[]"

@app.get("/off")
@cors_policy(None)
def off(): return "[]"

@app.get("/by-hand")
@cors_policy(None)
def by_hand(): return "[]", {{"Access-Control-Allow-Origin": "{PAGE}"}}

CORS(app, Policy(allow_origins=["{PAGE}"], allow_methods=["PUT"]))
bare = Flask("bare")
"""
DJANGO = f"""
from cors_wsgi import Policy
SECRET_KEY = "tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django_cors_wsgi"]
MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]
ROOT_URLCONF = "urls"
CORS_POLICY = {{"allow_origins": ["{PAGE}"], "allow_methods": ["PUT"]}}
"""
URLS = f"""
from cors_wsgi.adapting import cors_policy
from django.http import HttpResponse
from django.urls import path
urlpatterns = [
    path("items", lambda request: HttpResponse("[]")),
    path("off", cors_policy(None)(lambda request: HttpResponse("[]"))),
    path("by-hand", cors_policy(None)(
        lambda request: HttpResponse("[]", headers={{"Access-Control-Allow-Origin": "{PAGE}"}})
    )),
]
"""
MANAGE = """
import os, sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
execute_from_command_line(sys.argv)
"""


@pytest.fixture
def project(tmp_path):
    for name, text in {
        "site_of.py": FLASK,
        "settings.py": DJANGO,
        "urls.py": URLS,
        "manage.py": MANAGE,
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def python_path(*folders):
    return os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")])


def call(project, *command):
    environ = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        check=False,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
        env={**environ, "PYTHONPATH": python_path(project)},
    )


ADAPTERS = [
    pytest.param(("flask", "--app", "site_of", "cors"), id="flask"),
    pytest.param(("python", "manage.py", "cors"), id="manage.py"),
]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_the_policy_of_the_application_at_hand_is_printed(project, adapter):
    done = call(project, *adapter, "policy", "--json")
    rules = json.loads(done.stdout)["rules"]
    assert rules[0]["governs"] == "everything"
    assert [rule["policy"] is None for rule in rules] == [False, True, True]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("request_", "first", "exit_code"),
    [
        (f"PUT {PAGE} /items", "ALLOWED", 0),
        (f"PATCH {PAGE} /items", "BLOCKED  method-missing", 1),
        (f"{PAGE} /off", "BLOCKED  origin-missing", 1),
    ],
)
def test_the_application_at_hand_answers_requests(project, adapter, request_, first, exit_code):
    done = call(project, *adapter, "explain", *request_.split())
    assert (done.stdout.splitlines()[0], done.returncode) == (first, exit_code), done.stderr


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_the_application_at_hand_is_checked_in_process(project, adapter):
    done = call(project, *adapter, "check", "/items", "--origin", PAGE)
    assert (done.stdout.splitlines()[0], done.returncode) == ("ALLOWED", 0), done.stderr
    done = call(project, *adapter, "check", "/items", "--origin", "https://a.example")
    assert (done.stdout.splitlines()[0], done.returncode) == ("BLOCKED  origin-missing", 1)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_view_of_the_application_at_hand_is_made_to_fail(project, adapter):
    done = call(project, *adapter, "check", "/by-hand", "--origin", PAGE)
    assert "An exception in the view (500 to GET) has no CORS headers" in " ".join(
        done.stdout.split()
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_without_a_subcommand_there_is_help(project, adapter):
    done = call(project, *adapter)
    assert "Commands:\n  check    " in done.stdout + done.stderr


def test_an_application_without_a_policy_ends_with_2(project):
    done = call(project, "flask", "--app", "site_of:bare", "cors", "policy")
    assert (done.returncode, done.stderr) == (
        2,
        "bare is behind no policy: write CORS(app, Policy(...))\n",
    )


@pytest.mark.parametrize(
    ("arguments", "exit_code", "first"),
    [
        (["--django", "settings"], 0, "FINE  CORS_POLICY in settings"),
        (["--django", "nowhere"], 2, ""),
        (["site_of:app", "--explain", f"PUT {PAGE} /items"], 0, "ALLOWED"),
    ],
)
def test_cors_wsgi_policy_reads_the_same(project, arguments, exit_code, first):
    done = call(project, "cors-wsgi", "policy", *arguments)
    assert (done.returncode, done.stdout.partition("\n")[0]) == (exit_code, first), done.stderr


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("flask_api", ["flask", "--app", "bookings", "cors", "policy"]),
        ("flask_api", ["cors-wsgi", "policy", "bookings:create_app()"]),
        ("legacy_wsgi", ["cors-wsgi", "policy", "wsgi:application"]),
        ("django_site", ["cors-wsgi", "policy", "--django", "shop.settings"]),
        ("django_site", ["python", "manage.py", "cors", "policy"]),
    ],
)
def test_the_example_projects_are_fine(folder, command):
    done = call(EXAMPLES / folder, *command)
    assert (done.returncode, done.stdout[:4]) == (0, "FINE"), done.stderr


# From other libraries: what is printed is run, and judged beside the original.

FLASK_CORS = """
from flask import Flask
from flask_cors import CORS

def items():
    return "[]", {"X-Total": "7", "X-Secret": "8"}

def make():
    app = Flask("site")
    for path in ("/api/items", "/pub/items", "/other"):
        app.add_url_rule(path, path, items, methods=["GET", "PUT", "PATCH"])
    return app

app = make()
CORS(app, resources={
    r"/api/*": {
        "origins": ["https://app.example", r"https://[a-z]+\\.pages\\.example$"],
        "supports_credentials": True, "methods": ["GET", "PUT"], "max_age": 60,
        "allow_headers": ["Content-Type", "X-Token"], "expose_headers": ["X-Total"],
    },
    r"/pub/*": {"origins": "*"},
})
everybody = make()
CORS(everybody, supports_credentials=True)
by_regex = make()
CORS(by_regex, resources={r"/v[0-9]/.*": {"origins": "https://app.example"}})
"""
CORSHEADERS = r"""
SECRET_KEY = "tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware"]
ROOT_URLCONF = "old_urls"
CORS_ALLOWED_ORIGINS = ["https://app.example"]
CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://[a-z]+\.pages\.example$"]
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_METHODS = ["GET", "OPTIONS", "PUT"]
CORS_ALLOW_HEADERS = ["accept", "accept-encoding", "dnt", "content-type", "x-token"]
CORS_EXPOSE_HEADERS = ["X-Total"]
CORS_PREFLIGHT_MAX_AGE = 60
CORS_URLS_REGEX = r"^/api/.*$"
"""
OLD_URLS = """
from django.http import HttpResponse
from django.urls import re_path
def items(request):
    return HttpResponse("[]", headers={"X-Total": "7", "X-Secret": "8"})
urlpatterns = [re_path("", items)]
"""
# Prints, for each fetch, what script sees of the old and of the new one.
SIDE_BY_SIDE = """
import json, sys
from doctor.test_frameworks import FETCHES, verdicts
from {old_module} import {old_name} as old
{new}
print(json.dumps([verdicts(old), verdicts(new)]))
"""
ORIGINS = (
    "https://app.example",
    "https://shop.pages.example",
    "https://a.b.pages.example",
    "https://shop.pages.example.evil.example",
    "http://app.example",
    "null",
)
FETCHES = [
    (origin, path, {"method": method, "headers": headers, "credentials": credentials})
    for origin in ORIGINS
    for path in ("/api/items", "/pub/items", "/other")
    for method in ("GET", "PUT", "PATCH")
    for headers in ((), (("X-Token", "1"),), (("X-Other", "1"),))
    for credentials in ("same-origin", "include")
]


def verdicts(app):
    """The headers that script sees of each of the fetches; None where it sees nothing."""
    send = transports.wsgi(app)
    found = []
    for origin, path, init in FETCHES:
        request = fetch_request(origin, f"https://api.example{path}", **init)
        outcome = run(fetch(request), send)
        names = (
            sorted(name for name in outcome.headers if name[0] == "x") if outcome.shared else None
        )
        found.append(names)
    return found


def printed_code(done):
    return "\n".join(
        line.removeprefix("    ")
        for line in done.stdout.partition("\nWhat changes\n")[0].splitlines()[1:]
    )


def side_by_side(project, old_module, old_name, new):
    program = SIDE_BY_SIDE.format(old_module=old_module, old_name=old_name, new=new)
    (project / "side_by_side.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "side_by_side.py"],
        check=True,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": python_path(project, Path(__file__).parents[1])},
    )
    return json.loads(done.stdout)


def test_what_is_printed_for_flask_cors_does_the_same(tmp_path):
    (tmp_path / "old.py").write_text(FLASK_CORS)
    done = call(tmp_path, "cors-wsgi", "policy", "--from", "flask-cors", "old:app")
    assert done.stdout.startswith("TRANSLATED  from Flask-CORS, old:app\n")
    new = f"from old import make\napp = make()\n{printed_code(done)}\nnew = app"
    old, translated = side_by_side(tmp_path, "old", "app", new)
    assert translated == old
    assert None in old
    assert ["x-total"] in old


def test_what_is_printed_for_django_cors_headers_does_the_same(tmp_path):
    (tmp_path / "old_settings.py").write_text(CORSHEADERS)
    (tmp_path / "old_urls.py").write_text(OLD_URLS)
    (tmp_path / "old.py").write_text(
        "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'old_settings'\n"
        "from django.core.wsgi import get_wsgi_application\napp = get_wsgi_application()\n"
    )
    done = call(tmp_path, "cors-wsgi", "policy", "--from", "corsheaders", "old_settings")
    assert done.returncode == 0, done.stderr
    code = printed_code(done)
    new = (
        f"{code}\nfrom cors_wsgi import CORSMiddleware\n"
        "from django.core.handlers.wsgi import WSGIHandler\n"
        "from django.test import override_settings\n"
        "with override_settings(MIDDLEWARE=[]):\n    bare = WSGIHandler()\n"
        "new = CORSMiddleware(bare, CORS_POLICY)"
    )
    old, translated = side_by_side(tmp_path, "old", "app", new)
    assert translated == old
    assert None in old
    assert ["x-total"] in old


@pytest.mark.parametrize(
    ("source", "exit_code", "said"),
    [
        ("old:everybody", 1, "every site could act as your user"),
        ("old:by_regex", 1, "the policy governs every path"),
        ("old:make()", 2, "Flask-CORS is not set up"),
    ],
)
def test_what_no_policy_can_say_is_left_to_decide(tmp_path, source, exit_code, said):
    (tmp_path / "old.py").write_text(FLASK_CORS)
    done = call(tmp_path, "cors-wsgi", "policy", "--from", "flask-cors", source)
    assert (done.returncode, said in done.stdout + done.stderr) == (exit_code, True)
