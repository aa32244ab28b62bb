"""`cors-wsgi policy --from` as a command: what it reads, says and refuses."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from doctor.migrating import PAGE

from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.migrate.migration import READERS

FLASK = f"""
from flask import Blueprint, Flask
from flask_cors import CORS, cross_origin

app = Flask("shop")
blueprint = Blueprint("items", "shop")
CORS(blueprint)
CORS(app, origins=["{PAGE}"], headers=["X-Token"])

class Server:
    app = app

def make(name):
    return app

unusual, decorated = Flask("unusual"), Flask("decorated")
unusual.after_request_funcs = 7

@decorated.get("/partner")
@cross_origin(origins="{PAGE}", automatic_option=False)
def partner():
    return ""
"""
OBJECTS = f"""
import wsgicors
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

class Liar:
    @property
    def after_request_funcs(self):
        raise MuteError

    @property
    def user_middleware(self):
        raise MuteError

class MuteError(Exception):
    def __str__(self):
        raise RuntimeError

class Special(CORSMiddleware):
    pass

liar, number = Liar(), 7
special = Starlette(middleware=[Middleware(Special, allow_origins=["{PAGE}"])])
misspelt = Starlette(middleware=[Middleware(CORSMiddleware, allow_orgins=["{PAGE}"])])
bare = Starlette()

class Around:
    def __init__(self, app):
        self._cors = CORSMiddleware(app, allow_origins=["{PAGE}"])

around = Starlette(middleware=[Middleware(Around)])
broken = wsgicors.CORS(number, origin="{PAGE}")
broken.policies = None
"""
SETTINGS = """
SECRET_KEY = "tests"
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware"]
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write modules into the current directory, and forget them afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name, text in {"old_flask": FLASK, "old_objects": OBJECTS}.items():
        Path(f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
    Path("raising.py").write_text("raise ZeroDivisionError('\\x1b[2J\\nand more')\n")
    Path("leaving.py").write_text("raise SystemExit(0)\n")
    Path("needing.py").write_text("import os\nKEY = os.environ['A_KEY_THAT_IS_NOT_SET']\n")
    yield
    for name in ("old_flask", "old_objects"):
        sys.modules.pop(name, None)


def translate(*arguments):
    return CliRunner().invoke(cli, ["policy", *arguments])


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(
    ("library", "source", "said"),
    [
        pytest.param("flask-cors", "raising:app", "ZeroDivisionError", id="a module that raises"),
        pytest.param("flask-cors", "leaving:app", "SystemExit: 0", id="a module that exits"),
        pytest.param("flask-cors", "nowhere:app", "no module 'nowhere'", id="no module"),
        pytest.param("flask-cors", "old_flask:nothing", "It has old_flask:app", id="no object"),
        pytest.param("flask-cors", "old_flask", "It has old_flask:app", id="no object in the path"),
        pytest.param("flask-cors", "old_flask:make(x)", "Write module:app", id="a variable"),
        pytest.param(
            "flask-cors", "old_flask.py:app", "write the import path, old_flask:app", id="a file"
        ),
        pytest.param(
            "flask-cors",
            "needing:app",
            "'A_KEY_THAT_IS_NOT_SET'. Run this with the packages and the environment variables",
            id="a variable of the environment",
        ),
        pytest.param("flask-cors", "old_flask:make", "write old_flask:make()", id="a factory"),
        pytest.param("starlette", "old_flask:make", "write old_flask:make()", id="its ASGI kin"),
        pytest.param("wsgicors", "old_flask:make", "write old_flask:make()", id="its WSGI kin"),
        pytest.param(
            "flask-cors", "old_flask:make()", "as in \"old_flask:make('production')\"", id="no name"
        ),
        pytest.param("fastapi", "old_objects:bare", "no CORSMiddleware", id="FastAPI by name"),
        pytest.param("flask-cors", "old_objects:number", "not a Flask application", id="a number"),
        pytest.param(
            "flask-cors",
            "old_flask:blueprint",
            "old_flask:blueprint is a blueprint: give the application that registers it",
            id="a blueprint",
        ),
        pytest.param("flask-cors", "old_objects:liar", "cannot be read: MuteError", id="a liar"),
        pytest.param("flask-cors", "old_flask:unusual", "cannot be read", id="a broken one"),
        pytest.param("starlette", "old_objects:number", "no CORSMiddleware", id="no application"),
        pytest.param("starlette", "old_objects:bare", "no CORSMiddleware", id="no middleware"),
        pytest.param("starlette", "old_objects:liar", "cannot be read: MuteError", id="ASGI liar"),
        pytest.param("starlette", "old_objects:special", "rules of its own", id="a subclass"),
        pytest.param("starlette", "old_objects:misspelt", "allow_orgins", id="a misspelt option"),
        pytest.param(
            "starlette", "old_objects:around", "Around uses CORSMiddleware with rules", id="around"
        ),
        pytest.param("wsgicors", "old_objects:number", "not behind wsgicors.CORS", id="no CORS"),
        pytest.param(
            "wsgicors",
            "old_flask:app",
            "old_flask:app is not behind wsgicors.CORS, but Flask\n",
            id="an application that is behind another",
        ),
        pytest.param(
            "corsheaders",
            "shop.settings:app",
            "shop.settings:app is no settings module: write its name alone",
            id="an application for settings",
        ),
        pytest.param("wsgicors", "old_objects:broken", "cannot be read", id="a broken CORS"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(library, source, said):
    result = translate("--from", library, source)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip("\n").isprintable()


def settings(text):
    return {"old_settings.py": text}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(settings("raise ValueError('no database')"), "no database", id="it raises"),
        pytest.param(settings("raise SystemExit"), "SystemExit", id="it exits"),
        pytest.param(settings(f"{SETTINGS}\nCORS_URLS_REGEX = 7"), "cannot be read", id="a number"),
        pytest.param(
            settings(f"{SETTINGS}\nCORS_ALLOWED_ORIGINS = 7"), "cannot be read", id="no list"
        ),
        pytest.param(
            settings(f"{SETTINGS}\nMIDDLEWARE = []"),
            "is not in MIDDLEWARE",
            id="no middleware, so no CORS",
        ),
        pytest.param(
            {"old_settings/__init__.py": "", "old_settings/live.py": SETTINGS},
            "It is a package: give the module that you use, old_settings.live",
            id="a package of settings",
        ),
        pytest.param(
            {
                **settings(f"{SETTINGS}\nMIDDLEWARE = ['ours.Ours']"),
                "ours.py": (
                    "from corsheaders.middleware import CorsMiddleware\n"
                    "class Ours(CorsMiddleware): pass\n"
                ),
            },
            "ours.Ours is corsheaders' middleware with rules of its own",
            id="a subclass",
        ),
    ],
)
def test_settings_that_cannot_be_read_are_one_sentence(tmp_path, files, said):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    program = "from cors_wsgi.doctor import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "policy", "--from", "corsheaders", "old_settings"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr
    assert done.stderr.count("\n") == 1


WITHOUT = """
import sys
from cors_wsgi.doctor import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{0}":
            raise ModuleNotFoundError("No module named '{0}'", name=name)

sys.meta_path.insert(0, Finder())
main()
"""


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(
    ("library", "source", "module", "package"),
    [
        pytest.param("flask-cors", "old_flask:app", "flask_cors", "flask-cors", id="Flask-CORS"),
        pytest.param("flask-cors", "old_flask:app", "flask", "flask", id="its framework"),
        pytest.param("corsheaders", "old_settings", "corsheaders", "django-cors-headers", id="app"),
        pytest.param("corsheaders", "old_settings", "django", "django", id="Django"),
        pytest.param("starlette", "old_objects:special", "starlette", "starlette", id="Starlette"),
        pytest.param("wsgicors", "old_objects:broken", "wsgicors", "wsgicors", id="wsgicors"),
    ],
)
def test_a_package_that_is_not_installed_is_named(library, source, module, package):
    Path("old_settings.py").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(module), "policy", "--from", library, source],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{source} cannot be read without {package}, which is not installed here. Run this with "
        f"the packages that your server has, or install it: pip install {package}\n"
    )


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(
    ("source", "option"),
    [
        pytest.param("old_flask:app", "headers", id="of CORS, which only logs it"),
        pytest.param("old_flask:decorated", "automatic_option", id="of @cross_origin"),
    ],
)
def test_an_option_that_flask_cors_does_not_know_is_listed(source, option):
    output = " ".join(translate("--from", "flask-cors", source).stdout.split())
    assert f"- {option} before Flask-CORS did not know this option and dropped it" in output


@pytest.mark.usefixtures("write")
def test_a_view_with_a_policy_cannot_be_asked_about_before_the_code_is_in_place():
    result = translate("--from", "flask-cors", "old_flask:decorated", "--explain", f"{PAGE} /")
    assert (result.exit_code, "flask cors explain" in result.output) == (2, True)


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param("old_flask:app", "app", id="a name of the module"),
        pytest.param("old_flask:Server.app", "Server.app", id="an attribute"),
        pytest.param("old_flask:make('x')", "app", id="what a factory makes"),
        pytest.param("old_flask:make(name=None)", "app", id="a factory's argument by name"),
    ],
)
def test_the_code_names_the_application_as_its_module_does(source, name):
    output = translate("--from", "flask-cors", source).stdout
    assert f"\n    CORS({name}, Policy(\n" in output


@pytest.mark.usefixtures("write")
def test_origins_of_the_environment_are_said_to_be_written_out(monkeypatch):
    monkeypatch.setenv("SHOP_ORIGINS", f"{PAGE},https://other.example")
    output = " ".join(translate("--from", "flask-cors", "old_flask:app").stdout.split())
    assert "the environment has some of the origins, in SHOP_ORIGINS after written out" in output


@pytest.mark.usefixtures("write")
def test_a_translated_policy_answers_requests():
    result = translate("--from", "flask-cors", "old_flask:app", "--explain", f"PUT {PAGE} /")
    assert (result.exit_code, result.stdout.startswith("ALLOWED\n")) == (0, True)


def test_each_library_has_a_reader():
    result = translate("--from", "nothing", "x:y")
    assert all(library in result.output for library in READERS)


def test_settings_are_read_although_their_middleware_has_been_replaced(tmp_path):
    (tmp_path / "old_settings.py").write_text(
        f'SECRET_KEY = "tests"\nROOT_URLCONF = "urls"\nCORS_ALLOWED_ORIGINS = ["{PAGE}"]\n'
        'MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]\n'
        'INSTALLED_APPS = ["django_cors_wsgi"]\n'
    )
    (tmp_path / "urls.py").write_text("urlpatterns = []\n")
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "old_settings"}
    checked = subprocess.run(
        [sys.executable, "-m", "django", "check", "--pythonpath=."],
        cwd=tmp_path,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # W008 prints this command.
    (command,) = re.findall(r"Run 'cors-wsgi (.*?)'", checked.stderr)
    program = "from cors_wsgi.doctor import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *command.split()],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert f'allow_origins=["{PAGE}"]' in done.stdout
