"""What is logged can be seen: each server is a process, and its standard error is read."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from engines.processes import free_port

PAGE = Path(__file__).parents[2] / "docs" / "logging.md"
SECTIONS = dict(
    re.findall(
        r"^### ([^\n]+)\n.*?```python\n(.*?)```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
)
REFUSAL = "refused (origin-missing): preflight 'OPTIONS' '/' for 'PUT' from 'https://x.example'"

FLASK = """
from cors_wsgi import Policy
from flask import Flask
from flask_cors_wsgi import CORS

app = Flask(__name__)
app.debug = {debug}
CORS(app, Policy(allow_origins="https://app.example"))
"""
DJANGO = """
DEBUG = {debug}
ROOT_URLCONF = "urls"
SECRET_KEY = "tests"
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]
CORS_POLICY = {{"allow_origins": ["https://app.example"]}}
"""
PLAIN = """
from cors_wsgi import CORSMiddleware, Policy

application = CORSMiddleware(
    lambda environ, start_response: [], Policy(allow_origins="https://app.example"), debug={debug}
)
"""
# As in Flask's documentation: every log that is there is disabled, after all imports.
CONFIGURED = """
from logging.config import dictConfig

dictConfig({
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
})
"""
DISABLING = """
LOGGING = {"version": 1}
"""
SERVE = """
import sys
from wsgiref.simple_server import make_server
from app import application

make_server("127.0.0.1", int(sys.argv[1]), application).serve_forever()
"""


def script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


COMMANDS = {
    "flask run": [script("flask"), "--app=app", "run", "--port={port}", "--no-reload"],
    "flask run --debug": [
        *(script("flask"), "--app=app", "--debug"), "run", "--port={port}", "--no-reload"
    ],
    "gunicorn, Flask": [script("gunicorn"), "--bind=127.0.0.1:{port}", "app:app"],
    "gunicorn, plain": [script("gunicorn"), "--bind=127.0.0.1:{port}", "app:application"],
    "gunicorn, Django": [script("gunicorn"), "--bind=127.0.0.1:{port}", "wsgi:application"],
    "runserver": [sys.executable, "-m", "django", "runserver", "127.0.0.1:{port}", "--noreload"],
    "Python": [sys.executable, "serve.py", "{port}"],
}  # fmt: skip


@contextlib.contextmanager
def served(command: str, program: str, directory: Path) -> Iterator[tuple[int, Path]]:
    """Serve a program; give the port, and the file that its standard error goes to."""
    for name in ("app.py", "settings.py"):
        (directory / name).write_text(program)
    (directory / "urls.py").write_text("urlpatterns = []\n")
    (directory / "serve.py").write_text(SERVE)
    (directory / "wsgi.py").write_text(
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    port = free_port()
    errors = directory / "stderr"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(directory)}
    arguments = [part.format(port=port) for part in COMMANDS[command]]
    with errors.open("wb") as output:
        process = subprocess.Popen(
            arguments, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=output
        )
        try:
            yield port, errors
        finally:
            process.terminate()
            process.wait(20)


def refuse_twice(port: int) -> None:
    """Send two preflights that are refused, once the server accepts connections."""
    deadline = time.monotonic() + 60
    headers = {"Origin": "https://x.example", "Access-Control-Request-Method": "PUT"}
    sent = 0
    while sent < 2:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("OPTIONS", "/", headers=headers)
            assert connection.getresponse().status == 204
            sent += 1
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()


@pytest.mark.parametrize(
    ("command", "program", "times"),
    [
        pytest.param("flask run --debug", FLASK.format(debug=True), 1, id="flask run --debug"),
        pytest.param("gunicorn, Flask", FLASK.format(debug=True), 1, id="gunicorn, app.debug"),
        pytest.param("runserver", DJANGO.format(debug=True), 1, id="runserver with DEBUG"),
        pytest.param("gunicorn, Django", DJANGO.format(debug=True), 1, id="gunicorn with DEBUG"),
        pytest.param("gunicorn, plain", PLAIN.format(debug=True), 1, id="gunicorn, debug=True"),
        pytest.param("Python", PLAIN.format(debug=True), 1, id="plain Python, debug=True"),
        pytest.param("flask run", FLASK.format(debug=False), 0, id="flask run without debug"),
        pytest.param("gunicorn, Django", DJANGO.format(debug=False), 0, id="without DEBUG"),
        pytest.param("gunicorn, plain", PLAIN.format(debug=False), 0, id="without debug=True"),
        pytest.param(
            *("flask run --debug", FLASK.format(debug=True) + CONFIGURED, 2), id="Flask, dictConfig"
        ),
        pytest.param(
            *("runserver", f"import cors_wsgi{DJANGO.format(debug=True)}{DISABLING}", 1),
            id="Django, LOGGING",
        ),
        pytest.param(
            *("gunicorn, plain", PLAIN.format(debug=False) + CONFIGURED, 2), id="plain, dictConfig"
        ),
        pytest.param("flask run", SECTIONS["Flask"], 2, id="the page's Flask, flask run"),
        pytest.param("gunicorn, Flask", SECTIONS["Flask"], 2, id="the page's Flask, gunicorn"),
        pytest.param("runserver", SECTIONS["Django"], 2, id="the page's Django, runserver"),
        pytest.param("gunicorn, Django", SECTIONS["Django"], 2, id="the page's Django, gunicorn"),
        pytest.param("Python", SECTIONS["Any other application"], 2, id="the page's plain Python"),
        pytest.param(
            "gunicorn, plain", SECTIONS["Any other application"], 2, id="the page's plain, gunicorn"
        ),
    ],
)
def test_how_often_two_equal_refusals_are_shown(
    command: str, program: str, times: int, tmp_path: Path
) -> None:
    with served(command, program, tmp_path) as (port, errors):
        refuse_twice(port)
    assert errors.read_text().count(REFUSAL) == times
