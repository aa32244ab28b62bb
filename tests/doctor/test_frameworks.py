"""`flask cors`, `manage.py cors` and `policy --django`: real projects, real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from versions import needs_routers

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
from django_cors_wsgi import cors_policy
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

WSGI = """
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
application = get_wsgi_application()
"""


@pytest.fixture
def project(tmp_path):
    for name, text in {
        "site_of.py": FLASK,
        "settings.py": DJANGO,
        "urls.py": URLS,
        "manage.py": MANAGE,
        "site_wsgi.py": WSGI,
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
    assert (done.stdout.split()[1], done.returncode) == ("Allowed:", 0), done.stderr
    done = call(project, *adapter, "check", "/items", "--origin", "https://a.example")
    assert (done.stdout.split()[1], done.returncode) == ("Blocked:", 1)
    assert '"https://a.example"' in done.stdout


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(
            ("explain", "No 'Access-Control-Allow-Origin' header is present"),
            "Error: \"No 'Access-Control-Allow-Origin' header is present\" is no request.",
            id="a line of a console",
        ),
        pytest.param(
            ("explain", "GET", "a.example", "/x"), "Error: 'GET a.example /x' is no", id="no scheme"
        ),
    ],
)
def test_what_is_no_request_is_an_error_that_says_what_to_write(project, adapter, asked, said):
    done = call(project, *adapter, *asked)
    assert (done.returncode, said in done.stderr, done.stdout) == (2, True, ""), done.stderr


def test_a_site_for_another_host_is_checked_in_process(project):
    settings = project / "settings.py"
    text = settings.read_text().replace('["*"]', '["api.shop.example"]')
    common = "django.middleware.common.CommonMiddleware"  # it looks at the host
    settings.write_text(text.replace('CORSMiddleware"]', f'CORSMiddleware", "{common}"]'))
    for command in (
        ("python", "manage.py", "cors", "check"),
        ("cors-wsgi", "check", "site_wsgi:application"),
    ):
        done = call(project, *command, "/items", "-o", PAGE)
        assert done.stdout.startswith("✓ Allowed: the page can read the answer\n"), done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            (f'["{PAGE}"]', f'["{PAGE}/"]'), f"Write '{PAGE}'. [origin-trailing", id="a policy"
        ),
        pytest.param(
            ("django_cors_wsgi.middleware.", "django_cors_wsgi."), "CORSMiddleware", id="a path"
        ),
    ],
)
def test_a_site_that_does_not_start_is_one_error_without_a_traceback(project, change, said):
    settings = project / "settings.py"
    settings.write_text(settings.read_text().replace(*change))
    done = call(project, "python", "manage.py", "cors", "check", "/items", "-o", PAGE)
    assert done.stderr.startswith("CommandError: the application does not start: "), done.stderr
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_site_that_serves_https_alone_is_checked_over_https(project, method):
    settings = project / "settings.py"
    text = settings.read_text().replace(
        'CORSMiddleware"]', 'CORSMiddleware", "django.middleware.security.SecurityMiddleware"]'
    )
    settings.write_text(f"{text}SECURE_SSL_REDIRECT = True\n")
    done = call(project, "python", "manage.py", "cors", "check", "/items", "-o", PAGE, "-X", method)
    assert f"  {method} https://localhost/items from" in done.stdout
    assert done.stdout.startswith("✓ Allowed"), done.stdout


OFF = f"""
from cors_wsgi import Policy
from flask import Flask
from flask_cors_wsgi import CORS, cors_policy

app = Flask("site")
CORS(app, {{"/api": None, "/shop": {{"allow_origins": "{PAGE}"}}}})

@app.get("/shop/off")
@cors_policy(None)
def off(): return "off"
"""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/api/x", "CORS is switched off for /api and what is below", id="a path"),
        pytest.param("/x", "No policy governs /x: the prefixes are /api, /shop.", id="no path"),
        pytest.param("/shop/off", "This view is exempt from CORS", id="a view"),
    ],
)
def test_what_switches_cors_off_is_said(tmp_path, path, said):
    (tmp_path / "site_off.py").write_text(OFF)
    done = call(tmp_path, "flask", "--app", "site_off", "cors", "check", path, "-o", PAGE)
    assert said in " ".join(done.stdout.split()), done.stdout


HOSTS = f"""
from cors_wsgi import HostPolicies, Policy
from flask import Flask
from flask_cors_wsgi import CORS

app = Flask("site")
CORS(app, HostPolicies({{"shop.api.example": Policy(allow_origins="{PAGE}")}}))

@app.get("/x")
def x(): return "x"
"""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("flask", "--app", "shops", "cors", "check"), id="flask cors check"),
        pytest.param(("cors-wsgi", "check", "shops:app"), id="cors-wsgi check"),
    ],
)
def test_an_application_is_asked_about_one_of_its_hosts_by_a_url(tmp_path, command):
    (tmp_path / "shops.py").write_text(HOSTS)
    said = " ".join(call(tmp_path, *command, "/x", "-o", PAGE).stdout.split())
    assert "Why Nobody is allowed here: no policy is listed for its host." in said
    assert "with a URL in the place of the path: https://shop.api.example/x" in said
    said = call(tmp_path, *command, "https://shop.api.example/x", "-o", PAGE).stdout
    assert said.startswith("✓ Allowed: the page can read the answer\n  GET https://shop"), said


def test_the_fix_of_a_setting_with_policies_by_host_works(project):
    settings = project / "settings.py"
    hosts = f"""
from cors_wsgi import HostPolicies
CORS_POLICY = HostPolicies({{"shop.api.example": Policy(allow_origins="{PAGE}")}})
"""
    settings.write_text(settings.read_text() + hosts)
    url = "https://shop.api.example/items"
    command = ("python", "manage.py", "cors", "check", url, "-o", PAGE, "-X", "PUT")
    said = call(project, *command).stdout
    code = said.partition("At the end of settings.py:\n\n")[2].partition("\n\n      Run")[0]
    settings.write_text(f"{settings.read_text()}\n{dedent(code)}\n")
    done = call(project, *command)
    assert done.stdout.startswith("✓ Allowed"), f"{said}{done.stdout}{done.stderr}"


def test_a_question_names_a_host_by_a_url(tmp_path):
    (tmp_path / "shops.py").write_text(HOSTS)
    for url, first in [("/x", "BLOCKED"), ("https://shop.api.example/x", "ALLOWED")]:
        done = call(tmp_path, "flask", "--app", "shops", "cors", "explain", PAGE, url)
        assert done.stdout.split()[0] == first, done.stdout


FACTORY = f"""
from flask import Flask
from flask_cors_wsgi import CORS

cors = CORS()


def create_app(config=None):
    app = Flask(__name__)
    app.config["CORS_POLICY"] = {{"allow_origins": ["{PAGE}"]}}
    cors.init_app(app)
    return app
"""


def test_a_fix_names_the_line_of_a_factory_in_a_package_and_works_there(tmp_path):
    file = tmp_path / "shop" / "__init__.py"
    file.parent.mkdir()
    file.write_text(FACTORY)
    command = ("flask", "--app", "shop", "cors", "check", "/x", "-o", PAGE, "-X", "PUT")
    said = call(tmp_path, *command).stdout
    assert "In shop/__init__.py, line 11, in place of the call of `CORS`" in " ".join(said.split())
    code = said.partition("in place of")[2].partition(":\n\n")[2].partition("\n\n      Run")[0]
    file.write_text(FACTORY.replace("    cors.init_app(app)", code))
    assert call(tmp_path, *command).stdout.startswith("✓ Allowed"), code


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_without_a_subcommand_there_is_help(project, adapter):
    done = call(project, *adapter)
    assert "Commands:\n  check    " in done.stdout + done.stderr


def test_an_application_without_a_policy_ends_with_2(project):
    done = call(project, "flask", "--app", "site_of:bare", "cors", "policy")
    assert (done.returncode, done.stderr) == (
        2,
        "bare is behind no policy: write CORS(app, Policy(allow_origins=['https://app.example']))\n",
    )


@pytest.mark.parametrize(
    ("arguments", "exit_code", "first"),
    [
        (["--django", "settings"], 0, "FINE  CORS_POLICY in settings"),
        (["site_wsgi:application"], 0, "FINE  CORS_POLICY in settings"),
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
        pytest.param("fastapi_api", ["cors-wsgi", "policy", "kitchen:app"], marks=needs_routers),
    ],
)
def test_the_example_projects_are_fine(folder, command):
    done = call(EXAMPLES / folder, *command)
    assert (done.returncode, done.stdout[:4]) == (0, "FINE"), done.stderr
