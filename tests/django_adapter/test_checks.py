"""What `manage.py check` says about CORS."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import django_settings  # noqa: F401 - configures Django, once
import pytest
from django.core.checks import CheckMessage, Error, Warning, run_checks  # noqa: A004 - Django's
from django.http import HttpResponse
from django.urls import path
from django_adapter.driving import APP, OURS, POLICY, site
from django_adapter.test_protection import COMMON, CSRF, SESSIONS
from django_cors_wsgi import cors_policy
from django_cors_wsgi.checks import check_cors
from django_cors_wsgi.middleware import CORSMiddleware

from cors_wsgi import HostPolicies, Policy
from cors_wsgi.adapting import view_policy_of

INSTALLED = "django_cors_wsgi"
assert check_cors  # importing it registers it
# What a session needs, so that the pages of another site can use it.
CROSS_SITE: dict[str, Any] = {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True}
PUBLIC = Policy(allow_origins=[APP])


class Derived(CORSMiddleware):
    """A middleware of a project's own, which adds something to ours."""


DERIVED = f"{__name__}.Derived"


def decorated_view(policy: Policy) -> Any:
    return cors_policy(policy)(lambda request: HttpResponse("decorated"))


def check() -> list[CheckMessage]:
    """Run the checks of security, but for lost view policies: other tests lose many."""
    return [
        message
        for message in run_checks(tags=["security"])
        if str(message.id).startswith("cors_wsgi.") and message.id != "cors_wsgi.W004"
    ]


def ids_of(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id).removeprefix("cors_wsgi.") for message in messages]


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        pytest.param({}, [], id="all is well"),
        pytest.param({"MIDDLEWARE": [], "CORS_POLICY": None}, [], id="not in use"),
        pytest.param(
            {"MIDDLEWARE": [], "INSTALLED_APPS": [INSTALLED]},
            ["W001"],
            id="installed, but not in MIDDLEWARE",
        ),
        pytest.param(
            {"MIDDLEWARE": [], "INSTALLED_APPS": [INSTALLED], "CORS_POLICY": None},
            ["W001"],
            id="wrapped, with its policy elsewhere",
        ),
        pytest.param({"MIDDLEWARE": [COMMON, OURS]}, ["W002"], id="not the first"),
        pytest.param(
            {"MIDDLEWARE": [OURS, "corsheaders.middleware.CorsMiddleware"]},
            ["W003"],
            id="beside the middleware of django-cors-headers",
        ),
        pytest.param({"MIDDLEWARE": [OURS, COMMON, OURS]}, ["W003"], id="in MIDDLEWARE twice"),
        pytest.param({"MIDDLEWARE": [DERIVED, COMMON]}, [], id="a class derived from it"),
        pytest.param(
            {"MIDDLEWARE": [COMMON, DERIVED]}, ["W002"], id="a derived class, not the first"
        ),
        pytest.param({"MIDDLEWARE": [DERIVED, OURS]}, ["W003"], id="beside a derived class"),
        pytest.param(
            {"MIDDLEWARE": [DERIVED], "CORS_POLICY": None},
            ["E001"],
            id="no policy for a derived class",
        ),
        pytest.param({"MIDDLEWARE": [OURS, "nowhere.Middleware"]}, [], id="beside what is missing"),
        pytest.param({"CORS_POLICY": None}, ["E001"], id="no policy"),
        pytest.param({"CORS_POLICY": [APP]}, ["E002"], id="a list for a policy"),
        pytest.param({"CORS_POLICY": "nowhere.policy"}, ["E002"], id="a path to nothing"),
        pytest.param(
            {"CORS_POLICY": {"allow_origins": ["undefined", "app.example"], "max_age": -1}},
            ["origin-undefined", "origin-scheme-missing", "max-age-negative"],
            id="a policy with three problems",
        ),
        pytest.param(
            {"CORS_POLICY": {"/api": {"allow_origins": []}, "/a//b": None}},
            ["path-never-matches", "origins-missing"],
            id="policies by path with two problems",
        ),
        pytest.param(
            {"CORS_ALLOWED_ORIGINS": [APP], "CORS_ALLOW_ALL_ORIGINS": True},
            ["W008"],
            id="settings of django-cors-headers",
        ),
        pytest.param(
            {"CORS_POLICY": HostPolicies({"a.example": PUBLIC}), "CORS_POLICY_DEBUG": False},
            [],
            id="policies by host",
        ),
        pytest.param(
            {"CORS_POLICY": {"allow_origins": [APP], "allow_methods": ["patch"]}},
            ["method-case"],
            id="a policy with a warning",
        ),
        pytest.param(
            {"CORS_POLICY": {"/a": PUBLIC, "/a/b": PUBLIC}},
            ["path-overlap"],
            id="policies by path with a warning",
        ),
        pytest.param({"CORS_POLICY": lambda _: POLICY}, [], id="a function cannot be checked"),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, Any], ids: list[str]) -> None:
    with site([], **{"CORS_POLICY": PUBLIC, **changes}):
        assert ids_of(check()) == ids


@pytest.mark.parametrize(
    ("policy", "changes", "ids"),
    [
        pytest.param(POLICY, {}, ["W005", "W006"], id="Django's defaults"),
        pytest.param(POLICY, CROSS_SITE, [], id="ready for another site"),
        pytest.param(
            POLICY, CROSS_SITE | {"SESSION_COOKIE_SAMESITE": "Strict"}, ["W005"], id="Strict"
        ),
        pytest.param(
            POLICY, CROSS_SITE | {"SESSION_COOKIE_SECURE": False}, ["W006"], id="not Secure"
        ),
        pytest.param(PUBLIC, {}, [], id="without credentials"),
        pytest.param(POLICY, {"MIDDLEWARE": [OURS]}, [], id="without sessions"),
        pytest.param(
            Policy(allow_origins=["http://localhost:*"], allow_credentials=True),
            {},
            [],
            id="all on this machine: one site",
        ),
        pytest.param(
            Policy(
                allow_origins=[re.compile(r"^https://[a-z]+\.app\.example$")],
                allow_credentials=True,
            ),
            {},
            ["W005", "W006"],
            id="a regular expression",
        ),
        pytest.param({"/": None, "/api": POLICY}, {}, ["W005", "W006"], id="below a path"),
    ],
)
def test_cookies_that_browsers_keep_back_are_told_of(
    policy: object, changes: dict[str, Any], ids: list[str]
) -> None:
    with site([], SESSIONS, CORS_POLICY=policy, **changes):
        assert ids_of(check()) == ids


BELOW_B = "https://*.b.example"


@pytest.mark.parametrize(
    ("origins", "trusted", "missing"),
    [
        pytest.param([APP], [APP], [], id="the same"),
        pytest.param([APP], [], [APP], id="none"),
        pytest.param([APP], ["http://app.example"], [APP], id="another scheme"),
        pytest.param([APP], [f"{APP}/"], [APP], id="a slash too many"),
        pytest.param([APP], ["https://*.app.example"], [], id="Django's wildcards have the apex"),
        pytest.param(["https://a.b.example"], [BELOW_B], [], id="below a wildcard"),
        pytest.param([BELOW_B], ["http://*.b.example"], [BELOW_B], id="a wildcard's scheme"),
        pytest.param(["https://ab.example"], [BELOW_B], ["https://ab.example"], id="beside it"),
        pytest.param([BELOW_B], [BELOW_B], [], id="the same wildcard"),
        pytest.param(["https://*.a.b.example"], [BELOW_B], [], id="a wider wildcard"),
        pytest.param([BELOW_B], ["https://a.b.example"], [BELOW_B], id="only one of many"),
        pytest.param(["http://localhost:*"], ["http://localhost:3000"], [], id="one port of all"),
        pytest.param(["http://localhost:*"], [], ["http://localhost:*"], id="no port of all"),
        pytest.param([APP, BELOW_B], [APP], [BELOW_B], id="the second of two"),
    ],
)
def test_origins_that_csrf_refuses_are_told_of(
    origins: list[str], trusted: list[str], missing: list[str]
) -> None:
    policy = Policy(allow_origins=origins, allow_credentials=True)
    with site([], CSRF, CORS_POLICY=policy, CSRF_TRUSTED_ORIGINS=trusted):
        found = check()

    assert ids_of(found) == ["W007"] * bool(missing)
    for message in found:
        assert message.msg.startswith(f"{', '.join(missing)} may send")
        assert f"CSRF_TRUSTED_ORIGINS = {[*trusted, *missing]!r}" in str(message.hint)


def test_without_csrf_protection_no_origin_need_be_trusted() -> None:
    with site([], CORS_POLICY=POLICY):
        assert check() == []


def test_decorated_views_are_checked_too() -> None:
    policy = Policy(allow_origins=[APP], allow_methods=["patch"], allow_credentials=True)
    with site([path("", decorated_view(policy))], SESSIONS, CORS_POLICY=PUBLIC):
        found = check()

    assert ids_of(found) == ["method-case", "W005", "W006"]
    assert {str(message.obj).rpartition(":")[0] for message in found} == {__file__}


def test_a_view_policy_that_no_url_leads_to_is_told_of() -> None:
    def lost_policies() -> list[object]:
        found = run_checks(tags=["security"])
        places = [message.obj for message in found if message.id == "cors_wsgi.W004"]
        return [place for place in places if place == written.where]

    view = decorated_view(PUBLIC)
    written = view_policy_of(view)
    assert written is not None
    with site([path("", view)]):
        assert lost_policies() == []
    with site([]):
        assert lost_policies() == [written.where]


def test_the_middleware_that_stands_before_is_named() -> None:
    with site([], CORS_POLICY=PUBLIC, MIDDLEWARE=[COMMON, CSRF, OURS]):
        (found,) = check()

    assert found.msg.startswith(
        f"CORSMiddleware is not the first of MIDDLEWARE: {COMMON}, {CSRF} can "
    )
    assert found.hint == f"Move {OURS!r} to the top of MIDDLEWARE."


def test_a_problem_is_said_with_its_place_and_its_fix() -> None:
    with site([], CORS_POLICY={"/api": {"allow_origins": ["app.example"]}}):
        found = check()

    assert found == [
        Error(
            "/api: allow_origins: 'app.example' has no scheme.",
            hint="Write 'https://app.example'.",
            obj="CORS_POLICY",
            id="cors_wsgi.origin-scheme-missing",
        )
    ]


def test_a_check_can_be_silenced_by_its_code() -> None:
    policy = {"allow_origins": [APP], "max_age": 100_000}
    with site([], CORS_POLICY=policy, SILENCED_SYSTEM_CHECKS=["cors_wsgi.max-age-cap"]):
        (found,) = check()
        silenced = found.is_silenced()

    assert isinstance(found, Warning)
    assert silenced


PROGRAM = """
import django
from django.conf import settings
settings.configure(MIDDLEWARE=[], INSTALLED_APPS={installed!r}, ROOT_URLCONF=(), SECRET_KEY="x")
django.setup()
from django.core.management import call_command
from django.utils.module_loading import import_string
settings.MIDDLEWARE = {middleware!r}
[import_string(path) for path in settings.MIDDLEWARE]
call_command("check")
"""


@pytest.mark.parametrize(
    ("installed", "middleware", "found"),
    [
        pytest.param([INSTALLED], [], "cors_wsgi.W001", id="by the application"),
        pytest.param([], [OURS], "cors_wsgi.E001", id="by the middleware"),
        pytest.param([INSTALLED], [OURS], "cors_wsgi.E001", id="by both, once"),
    ],
)
def test_the_checks_are_registered(installed: list[str], middleware: list[str], found: str) -> None:
    program = PROGRAM.format(installed=installed, middleware=middleware)
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert ran.stderr.count(found) == 1, ran.stderr


def test_the_documentation_has_every_id() -> None:
    root = Path(__file__).parents[2]
    is_id = re.compile(r"cors_wsgi\.[EW]\d+").findall
    sources = (root / "adapters" / "django_cors_wsgi").glob("*.py")
    ids = {found for source in sources for found in is_id(source.read_text(encoding="utf-8"))}

    assert set(is_id((root / "docs" / "django.md").read_text(encoding="utf-8"))) == ids
