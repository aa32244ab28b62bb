"""What the README and the pages by task say to save and to start is saved, started and asked."""

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.pages import ROOT, blocks, commands, files, variables
from engines.browsers import Browser, launch, require
from engines.processes import free_port, laboratory, running, wait_for
from servers.servers import apache_configuration, missing

from cors_wsgi.doctor.cli import cli

README = (ROOT / "README.md").read_text("utf-8")
UNTOUCHABLE, NGINX, STATIC, SESSIONS, TUTORIAL = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    for name in ("untouchable", "behind-nginx", "static-files", "django-sessions", "tutorial")
)


@pytest.fixture
def lab() -> Iterator[Path]:
    with laboratory() as folder:
        folder.chmod(0o755)
        yield folder


@contextlib.contextmanager
def serving(command: str, folder: Path, port: int, **environ: str) -> Iterator[None]:
    """Run a page's command in a folder until the block ends; its server listens on the port."""
    program, *arguments = shlex.split(command)
    of_this_python = Path(sys.executable).parent / program
    path = str(of_this_python) if of_this_python.exists() else program

    def probe() -> bool:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True

    with running([path, *arguments], folder, environ, cwd=folder) as process:
        wait_for(probe, program, process, folder)
        yield


def verdict(command: str) -> str:
    """What `cors-wsgi check` says, for the arguments of a page's command."""
    arguments = shlex.split(command.removeprefix("cors-wsgi "))
    answer = CliRunner().invoke(cli, [*arguments, "--json"])
    (result,) = json.loads(answer.stdout)["checks"]
    said: str = result["verdict"]
    return said


def assert_only_the_page_s_origin(check: str) -> None:
    assert verdict(check) == "allowed"
    stranger = check.replace("https://app.", "https://stranger.")
    assert stranger != check
    assert verdict(stranger) == "blocked"


def save(text: str, folder: Path) -> None:
    for name, code in files(text):
        (folder / name).write_text(code.replace("/srv/stock", str(folder)), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "command", "on_port"),
    [
        pytest.param("app.py", "flask run", "--port {}", id="Flask"),
        pytest.param("api.py", "uvicorn api:app", "--port {}", id="FastAPI"),
        pytest.param("wsgi.py", "gunicorn wsgi:application", "--bind 127.0.0.1:{}", id="WSGI"),
        pytest.param(None, "python manage.py runserver", "--noreload {}", id="Django"),
    ],
)
def test_the_readme_s_files_are_served(
    file: str | None, command: str, on_port: str, lab: Path
) -> None:
    assert command in commands(README)
    if file is None:
        new_project(lab, README)
    else:
        (lab / file).write_text(dict(files(README))[file], encoding="utf-8")
    port = free_port()
    with serving(f"{command} {on_port.format(port)}", lab, port):
        assert_only_the_page_s_origin(
            f"cors-wsgi check http://127.0.0.1:{port}/items/2 --origin https://app.example --send "
            "--method PUT -H 'Authorization: Bearer x' -H 'Content-Type: application/json'"
        )


def test_the_readme_s_line_of_a_console_is_explained() -> None:
    (command,) = [each for each in commands(README) if each.startswith("cors-wsgi explain")]
    _, *arguments = shlex.split(command)
    answer = CliRunner().invoke(cli, arguments)
    assert "origin-missing" in answer.stdout


def new_project(folder: Path, page: str) -> Path:
    """A new Django project, with a page's first settings at the end of its own."""
    subprocess.run(
        [sys.executable, "-m", "django", "startproject", "yoursite", str(folder)], check=True
    )
    settings = folder / "yoursite" / "settings.py"
    (added, *_) = [code for code in blocks(page, "python") if "CORS_POLICY" in code]
    settings.write_text(settings.read_text("utf-8") + added, encoding="utf-8")
    return settings


SERVED = next(one for one in commands(UNTOUCHABLE) if one.endswith("cors_wsgi.serve:application"))
CHECK = next(one for one in commands(UNTOUCHABLE) if one.startswith("cors-wsgi check"))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(SERVED, id="without any Python"),
        pytest.param("gunicorn cors_stock:application", id="a module"),
    ],
)
def test_an_untouchable_application_is_served(command: str, lab: Path) -> None:
    assert command in commands(UNTOUCHABLE)
    save(UNTOUCHABLE, lab)
    port = free_port()
    started = re.sub(r"^(\w+=\S+ )*", "", command)
    with serving(f"{started} --bind=127.0.0.1:{port}", lab, port, **variables(command)):
        assert_only_the_page_s_origin(CHECK.replace("8000", str(port)))


def test_a_wrong_variable_is_the_last_line_of_the_server(lab: Path) -> None:
    save(UNTOUCHABLE, lab)
    started = re.sub(r"^(\w+=\S+ )*", "", SERVED)
    gunicorn, *arguments = shlex.split(started)
    environ = {**os.environ, **variables(SERVED), "CORS_APP": "stok"}
    ran = subprocess.run(
        [str(Path(sys.executable).with_name(gunicorn)), "--check-config", *arguments],
        cwd=lab,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    shown = next(text for text in blocks(UNTOUCHABLE, "text") if "RuntimeError" in text)
    assert shown.strip() in ran.stderr
    assert ran.returncode != 0


def test_uwsgi_serves_the_ini_file(lab: Path) -> None:
    save(UNTOUCHABLE, lab)
    port = free_port()
    ini = lab / "stock.ini"
    ini.write_text(ini.read_text("utf-8").replace("8000", str(port)), encoding="utf-8")
    (command,) = [one for one in commands(UNTOUCHABLE) if one.startswith("uwsgi")]
    # Only a virtual environment has to be named; a reader has installed into uWSGI's own Python.
    with serving(f"{command} -H {sys.prefix}", lab, port):
        assert_only_the_page_s_origin(CHECK.replace("8000", str(port)))


def test_mod_wsgi_serves_the_wsgi_file(lab: Path) -> None:
    if lacking := missing("mod_wsgi"):
        pytest.skip(f"{lacking} is not installed here")
    save(UNTOUCHABLE, lab)
    (alias,) = [one for one in blocks(UNTOUCHABLE, "apache") if "WSGIScriptAlias" in one]
    port = free_port()
    configuration = apache_configuration(port, lab, alias.replace("/srv/stock", str(lab)), lab)
    with serving(f"apache2 -DFOREGROUND -f {configuration}", lab, port):
        assert_only_the_page_s_origin(CHECK.replace("8000", str(port)))


@pytest.mark.parametrize("number", [0, 1], ids=["the application decides", "nginx decides"])
def test_behind_nginx(number: int, lab: Path) -> None:
    if shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("nginx is not installed here")
    save(README, lab)  # the application
    save(NGINX, lab)
    backend, port = free_port(), free_port()
    configurations = [code for name, code in files(NGINX) if name == "nginx.conf"]
    # What a test must not write where Debian's nginx does.
    ours = f"http {{ access_log off; client_body_temp_path {lab}; proxy_temp_path {lab}; "
    ours += f"fastcgi_temp_path {lab}; uwsgi_temp_path {lab}; scgi_temp_path {lab};"
    configuration = (
        configurations[number]
        .replace("8080", f"127.0.0.1:{port}")
        .replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
        .replace("http {", ours)
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (lab / "nginx.conf").write_text(
        f"daemon off; pid {lab}/pid; {user}\n{configuration}", encoding="utf-8"
    )
    (export,) = [one for one in commands(NGINX) if one.startswith("cors-wsgi export")]
    with contextlib.chdir(lab):
        exported = CliRunner().invoke(cli, shlex.split(export)[1:])
    assert exported.exit_code == 0
    check, verify = (
        one.replace("8080", str(port))
        for one in commands(NGINX)
        if one.startswith(("cors-wsgi check", "cors-wsgi verify"))
    )
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    with (
        serving(f"gunicorn wsgi:application --bind=127.0.0.1:{backend}", lab, backend),
        serving(f"{nginx} -e stderr -c {lab / 'nginx.conf'}", lab, port),
        contextlib.chdir(lab),
    ):
        assert_only_the_page_s_origin(check)
        if number == 1:
            verified = CliRunner().invoke(cli, shlex.split(verify)[1:])
            assert verified.exit_code == 0, verified.output


def test_runserver_serves_static_files_under_the_policy(lab: Path) -> None:
    new_project(lab, STATIC)
    port = free_port()
    with serving(f"python manage.py runserver --noreload {port}", lab, port):
        file = f"http://127.0.0.1:{port}/static/admin/css/base.css"
        rest = f"http://127.0.0.1:{port}/nothing"
        assert verdict(f"check {file} --origin https://stranger.example") == "allowed"
        assert verdict(f"check {rest} --origin https://stranger.example") == "blocked"
        assert verdict(f"check {rest} --origin https://app.example --credentials") == "allowed"


SESSIONS_DRIVER = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "yoursite.settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("ada", password="tea-time")
from cors_wsgi.testing import Page
page = Page("https://app.shop.example", application, at="https://api.shop.example")

def send(path, method, token, **body):
    headers = {"Content-Type": "application/json", "X-CSRFToken": token}
    return page.fetch(
        path, method=method, headers=headers, body=json.dumps(body), credentials="include"
    )

token = json.loads(page.fetch("/csrf", credentials="include").text)["token"]
print(send("/login", "POST", "", username="ada", password="tea-time").status)
login = send("/login", "POST", token, username="ada", password="tea-time")
print(login.text.startswith('{"token"'))
print(send("/profile", "PUT", json.loads(login.text)["token"]).text)
print(page.fetch("/profile").status)
stranger = Page("https://stranger.example", application, at="https://api.shop.example")
print(stranger.fetch("/csrf", credentials="include").shared)
"""


def test_a_page_on_another_subdomain_has_a_session(lab: Path) -> None:
    settings = new_project(lab, SESSIONS)
    save(SESSIONS, lab)
    shutil.move(lab / "urls.py", settings.with_name("urls.py"))
    ran = subprocess.run(
        [sys.executable, "-c", SESSIONS_DRIVER],
        cwd=lab,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "403",  # without the token
        "True",
        '{"name": "ada"}',
        "401",  # without credentials
        "False",
    ], ran.stderr


def test_the_tutorial_goes_as_it_says(lab: Path) -> None:
    require("chromium")
    pages, api = free_port(), free_port()

    def on_free_ports(text: str) -> str:
        return text.replace("8000", str(pages)).replace("5050", str(api))

    steps = [on_free_ports(code) for name, code in files(TUTORIAL) if name == "api.py"]
    first, second, third = steps
    (page,) = [code for name, code in files(TUTORIAL) if name == "index.html"]
    (lab / "index.html").write_text(on_free_ports(page), encoding="utf-8")
    serve_page, serve_api = (
        next(on_free_ports(one) for one in commands(TUTORIAL) if one.startswith(start))
        for start in ("python -m http.server", "flask")
    )
    lines = [on_free_ports(text).strip() for text in blocks(TUTORIAL, "text")[:2]]
    with serving(serve_page, lab, pages), launch("chromium") as browser:

        def pressed(program: str, button: str) -> str:
            (lab / "api.py").write_text(program, encoding="utf-8")
            with serving(serve_api, lab, api):
                browser.goto(f"http://localhost:{pages}/?{button}")
                return press(browser, button)

        assert pressed(first, "Read") == "TypeError: Failed to fetch"
        assert pressed(second, "Read") == '{"time":"12:00"}'
        assert pressed(second, "Save") == "TypeError: Failed to fetch"
        assert pressed(third, "Save") == '{"saved":true}'
        blocked = [one.text for one in browser.console() if "CORS policy" in one.text]
    assert [(said.startswith(line)) for said, line in zip(blocked, lines, strict=True)] == [
        True,
        True,
    ]


def press(browser: Browser, button: str) -> str:
    """Press a button of the tutorial's page, and wait for what it shows."""
    shown: str = browser.evaluate(
        f"""(async () => {{
          [...document.querySelectorAll("button")]
            .find((one) => one.textContent === {json.dumps(button)}).click();
          const output = document.querySelector("output");
          while (!output.textContent) await new Promise((resolve) => setTimeout(resolve, 20));
          return output.textContent;
        }})()"""
    )
    return shown
