"""The pytest plugin in projects as people have them, each in a pytest of its own."""

import pytest

pytest_plugins = ["pytester"]

TWO_LINES = """
def test_the_page_may_save_users(cors_page):
    cors_page("https://app.example").fetch("/users/7/", method="PUT").assert_shared()
"""

FLASK_CONFTEST = """
import flask
import flask_cors
import pytest

@pytest.fixture
def app():
    app = flask.Flask("project")
    app.add_url_rule("/users/<int:number>/", view_func=lambda number: "ok", methods=["PUT"])
    {cors}
    return app
"""

DJANGO_SETTINGS = """
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["www.example.com"]
ROOT_URLCONF = "project_urls"
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = [{cors} "django.middleware.common.CommonMiddleware"]
CORS_ALLOWED_ORIGINS = ["https://app.example"]
"""

DJANGO_DATABASE = """
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
"""

ONE_QUERY = """
import pytest
from django.db import connection

@pytest.mark.django_db
def test_a_query():
    connection.cursor().execute("SELECT 1")
"""

DJANGO_URLS = """
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

@require_http_methods(["PUT"])
def user(request, number):
    return HttpResponse("ok")

urlpatterns = [path("users/<int:number>/", user)]
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A directory with a test of two lines; no plugin is loaded but those that are named."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_cors=TWO_LINES)
    return pytester


def run(project, *plugins):
    """Run pytest with plugins by the names that they are installed under, ours among them."""
    named = [argument for name in ("cors_wsgi", *plugins) for argument in ("-p", name)]
    return project.runpytest_subprocess("-p", "no:cacheprovider", *named)


@pytest.mark.parametrize(
    ("cors", "outcome"),
    [
        pytest.param('flask_cors.CORS(app, origins="https://app.example")', "passed", id="allowed"),
        pytest.param("", "failed", id="not allowed"),
    ],
)
def test_a_flask_project(project, cors, outcome):
    project.makeconftest(FLASK_CONFTEST.format(cors=cors))
    result = run(project)
    result.assert_outcomes(**{outcome: 1})
    if outcome == "failed":
        result.stdout.fnmatch_lines(
            [
                "E*BlockedByCORS: Script cannot read the response.",
                "E*failure   origin-missing",
                "E*1. OPTIONS https://api.example/users/7/",
                "E*Chrome, Edge",
                "E*Access to fetch at 'https://api.example/users/7/' from origin",
                "E*Fix (Flask: below the line that creates `app`)",
                "E*allow_origins=*https://app.example*,",
            ]
        )


@pytest.mark.parametrize("plugins", [("django",), ()], ids=["pytest-django", "bare pytest"])
@pytest.mark.parametrize(
    ("cors", "failure"),
    [
        pytest.param('"corsheaders.middleware.CorsMiddleware",', None, id="allowed"),
        pytest.param("", "preflight-405", id="not allowed"),
    ],
)
def test_a_django_project(project, monkeypatch, cors, failure, plugins):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "project_settings")
    project.makepyfile(project_settings=DJANGO_SETTINGS.format(cors=cors), project_urls=DJANGO_URLS)
    project.makeini("[pytest]\npythonpath = .\n")
    result = run(project, *plugins)
    if failure is None:
        result.assert_outcomes(passed=1)
    else:
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines([f"E*failure   {failure}"])


def test_django_beside_tests_with_a_database(project, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "project_settings")
    cors = '"corsheaders.middleware.CorsMiddleware",'
    settings = DJANGO_SETTINGS.format(cors=cors) + DJANGO_DATABASE
    project.makepyfile(
        project_settings=settings, project_urls=DJANGO_URLS, test_a_database=ONE_QUERY
    )
    project.makeini("[pytest]\npythonpath = .\n")
    run(project, "django").assert_outcomes(passed=2)


def test_django_without_a_settings_module(project):
    project.makepyfile(project_urls=DJANGO_URLS)
    project.makeconftest(
        """
        from django.conf import settings

        settings.configure(ROOT_URLCONF="project_urls", SECRET_KEY="of a test")
        """
    )
    project.makeini("[pytest]\npythonpath = .\n")
    result = run(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*failure   preflight-405"])


def test_a_project_says_which_application(project):
    project.makeconftest(
        """
        import pytest
        from cors_wsgi import CORSMiddleware, Policy

        def legacy(environ, start_response):
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]

        @pytest.fixture
        def cors_app():
            return CORSMiddleware(
                legacy, Policy(allow_origins=["https://app.example"], allow_methods=["PUT"])
            )
        """
    )
    run(project).assert_outcomes(passed=1)


def test_no_application_at_all(project):
    result = run(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*cors_page does not know your application: define a fixture `app` or `cors_app` that*"]
    )


def test_an_app_fixture_that_fails_by_itself_is_not_hidden(project):
    project.makeconftest(
        """
        import pytest

        @pytest.fixture
        def app(database):
            return None
        """
    )
    result = run(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'database' not found*"])
