"""From django-cors-headers: what is printed opens nothing, and says what it closes."""

import os
import re

import django_settings  # noqa: F401 - configures Django, once
import pytest
from corsheaders.signals import check_request_enabled
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path as route
from doctor.migrating import ORIGINS, OTHER, PAGE, differences, fetches, outcomes, translated

from cors_wsgi import transports

PATHS = ("/api/items", "/api", "/apis/items", "/media/a.png", "/admin")
EVERYBODY = dict.fromkeys(ORIGINS, "everywhere")


def items(request):
    return HttpResponse("[]", headers={"X-Total": "7", "X-Secret": "8"})


def by_hand(get_response):
    def add_header(request):
        response = get_response(request)
        if request.headers["Origin"] == OTHER:
            response["Access-Control-Allow-Origin"] = OTHER
        return response

    return add_header


def guard(get_response):
    """Let nobody in without a token, preflights included."""

    def ask(request):
        if "Authorization" not in request.headers:
            return HttpResponse("no", status=403)
        return get_response(request)

    return ask


CORS = "corsheaders.middleware.CorsMiddleware"
urlpatterns = [route(path.removeprefix("/"), items) for path in PATHS]

COMPLETE = [
    pytest.param({"CORS_ALLOW_ALL_ORIGINS": True}, id="every origin"),
    pytest.param({"CORS_ORIGIN_ALLOW_ALL": True}, id="every origin, by the older name"),
    pytest.param({"CORS_ALLOWED_ORIGINS": [PAGE, "http://localhost:3000"]}, id="two origins"),
    pytest.param({"CORS_ORIGIN_WHITELIST": (PAGE, OTHER)}, id="two origins, by the older name"),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, "http://app.example"], "CORS_ALLOW_CREDENTIALS": True},
        id="plain http with credentials",
    ),
    pytest.param({"CORS_ALLOWED_ORIGINS": ["null", PAGE]}, id="'null' without credentials"),
    pytest.param({"CORS_ALLOWED_ORIGINS": [f"{PAGE}/"]}, id="a slash at the end, which is ignored"),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/api(/.*)?$"},
        id="a prefix and what is below it",
    ),
    pytest.param(
        {
            "CORS_ALLOWED_ORIGINS": [PAGE],
            "CORS_ALLOW_CREDENTIALS": True,
            "CORS_ALLOW_METHODS": ["GET", "OPTIONS", "PUT"],
            "CORS_ALLOW_HEADERS": ["accept", "accept-encoding", "dnt", "content-type", "x-token"],
            "CORS_EXPOSE_HEADERS": ["X-Total"],
            "CORS_PREFLIGHT_MAX_AGE": 60,
        },
        id="everything listed",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r"^https://pr-\d+\.pages\.example$"]}, id="an expression"
    ),
    pytest.param(
        {
            "CORS_ALLOWED_ORIGIN_REGEXES": [
                re.compile(r"^https:// pr-\d+ \.pages\.example $", re.VERBOSE | re.IGNORECASE)
            ],
            "CORS_ALLOW_CREDENTIALS": True,
        },
        id="an expression with flags",
    ),
    pytest.param(
        {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_METHODS": ["*"]}, id="a star for methods"
    ),
]
INCOMPLETE = [
    pytest.param(
        {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True},
        EVERYBODY,
        ["CORS_ALLOW_ALL_ORIGINS '*' with credentials"],
        id="every origin with credentials",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r".*"], "CORS_ALLOW_CREDENTIALS": True},
        EVERYBODY,
        ["'.*' was listed"],
        id="every origin with credentials, as an expression",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_ALLOWED_ORIGIN_REGEXES": [""]},
        EVERYBODY,
        ["'', a regular expression, matched every origin", "a variable was probably not set"],
        id="an expression from a variable that is not set",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "MIDDLEWARE": [CORS, f"{__name__}.by_hand"]},
        {OTHER: "everywhere"},
        ["by_hand() before it sets Access-Control-* headers itself"],
        id="middleware that sets a header by hand",
    ),
    pytest.param(
        {"CORS_ALLOW_ALL_ORIGINS": "False"},
        EVERYBODY,
        ["the text 'False' counted as true"],
        id="a flag from the environment",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_ALLOW_CREDENTIALS": "0"},
        {PAGE: "everywhere"},
        ["the text '0' counted as true"],
        id="credentials from the environment",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": PAGE},
        {"null": "everywhere"},
        [f"write ['{PAGE}']"],
        id="text where a list is meant",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGIN_REGEXES": r"^https://app\.example$"},
        EVERYBODY,
        ["read letter by letter"],
        id="an expression where a list is meant",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, os.environ.get("A_VARIABLE_THAT_IS_NOT_SET", "")]},
        {"null": "everywhere"},
        ["'' has no scheme, and allowed 'null'"],
        id="a variable that is not set",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, None]}, {}, ["None was listed"], id="None in the list"
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, "other.example"]},
        {"null": "everywhere"},
        ["'other.example' has no scheme", f"write '{OTHER}'"],
        id="no scheme",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, "https://Other.example"]},
        {},
        ["'https://Other.example' was listed"],
        id="capitals, which never matched",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE, "https://*.shop.example", "http://localhost:*"]},
        {},
        ["'https://*.shop.example' was compared", "'http://localhost:*' was compared"],
        id="stars that were no wildcards",
    ),
    pytest.param(
        {
            "CORS_ALLOWED_ORIGIN_REGEXES": [r"https://*.shop.example"],
            "CORS_ALLOW_CREDENTIALS": True,
        },
        {},
        ["read as a regular expression"],
        id="a star that was meant for subdomains",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_ALLOW_HEADERS": ["*"]},
        {PAGE: "everywhere"},
        ["every header but Authorization", "allow_headers='*'"],
        id="a star for headers",
    ),
    pytest.param(
        {
            "CORS_ALLOWED_ORIGINS": [PAGE],
            "CORS_ALLOW_CREDENTIALS": True,
            "CORS_ALLOW_METHODS": "*",
            "CORS_ALLOW_HEADERS": "*",
        },
        {PAGE: "everywhere"},
        ["CORS_ALLOW_METHODS '*' with credentials", "CORS_ALLOW_HEADERS '*' with credentials"],
        id="stars with credentials",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_ALLOW_METHODS": "PUT", "CORS_ALLOW_HEADERS": "x-a"},
        {},
        ["write ['PUT']", "write ['x-a']"],
        id="methods and headers as text",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_ALLOW_HEADERS": ["x-token", "application/json"]},
        {},
        ["'application/json' is not a valid name"],
        id="a header that is none, which breaks every preflight",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/(?!admin).*$"},
        {PAGE: "everywhere"},
        ["which no list of prefixes describes"],
        id="paths that no prefix describes",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/admin$"},
        {PAGE: "/admin"},
        ["'^/admin$' chose the paths"],
        id="one path",
    ),
]
# Closed or widened, and listed as a change.
LISTED = [
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/media/a.png"},
        {},
        [],
        ["a dot in '^/media/a.png' stood for any character after a dot alone"],
        id="a dot in a name",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "MIDDLEWARE": [f"{__name__}.guard", CORS]},
        {},
        [(PAGE, path) for path in (*PATHS, "/missing")],
        [
            f"middleware listed above corsheaders': {__name__}.guard",
            "after preflights are answered before it, and every response has them",
        ],
        id="a login above it",
    ),
    pytest.param({}, {}, [], ["no origin was allowed"], id="no origin at all"),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/(api|media)/.*$"},
        {},
        [(PAGE, "/api")],
        ["'^/(api|media)/.*$' did not match '/api' after widened: '/api' governs it too"],
        id="alternatives that end with a slash",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGINS": [PAGE], "CORS_URLS_REGEX": r"^/api"},
        {PAGE: "/apis/items"},
        [],
        ["matched every path that begins so"],
        id="a prefix without its end",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r"^.*$"]},
        {"null": "everywhere"},
        [],
        ["'^.*$' matched 'null', which names no site after no expression lets 'null' in"],
        id="an expression for everything",
    ),
    pytest.param(
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r"^https://app\.example"]},
        {
            "https://app.example:8443": "everywhere",
            "https://app.example.evil.example": "everywhere",
        },
        [],
        ["matched every origin that begins so"],
        id="an expression without an end",
    ),
    pytest.param(
        {
            "CORS_ALLOWED_ORIGINS": [PAGE],
            "CORS_ORIGIN_WHITELIST": [OTHER],
            "CORS_ALLOWED_ORIGINS_REGEXES": [".*"],
            "CORS_REPLACE_HTTPS_REFERER": True,
        },
        {},
        [],
        [
            "CORS_ALLOWED_ORIGINS was read instead",
            "did you mean CORS_ALLOWED_ORIGIN_REGEXES?",
            "CSRF_TRUSTED_ORIGINS",
        ],
        id="settings that are not read",
    ),
]


@pytest.fixture
def both(monkeypatch):
    """Translate settings, and compare them with what is printed."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "django_settings")

    def make(given):
        old = override_settings(**{"MIDDLEWARE": [CORS], "ROOT_URLCONF": __name__, **given})
        with old:
            printed = translated("corsheaders", "django_settings")
        settings = {}
        exec(printed.code, settings)
        new = override_settings(
            MIDDLEWARE=[
                *settings["MIDDLEWARE"],
                *(name for name in given.get("MIDDLEWARE", ()) if name != CORS),
            ],
            CORS_POLICY=settings["CORS_POLICY"],
            ROOT_URLCONF=__name__,
        )
        asked = fetches([*PATHS, "/missing"])
        return printed, *differences(asked, under(old, asked), under(new, asked))

    return make


def under(settings, asked):
    """Return the outcomes under settings, which take long to change."""
    with settings:
        return outcomes(transports.wsgi(WSGIHandler()), asked)


def unlisted(closed, lost):
    return [
        (origin, path) for origin, path in closed if lost.get(origin) not in {"everywhere", path}
    ]


@pytest.mark.parametrize("given", COMPLETE)
def test_a_complete_translation_is_equal(both, given):
    printed, opened, closed = both(given)
    assert (printed.exit_code, printed.to_decide) == (0, ""), printed
    assert (opened, closed) == ([], set())


@pytest.mark.parametrize(("given", "lost", "said"), INCOMPLETE)
def test_what_is_left_to_decide_is_closed_and_said(both, given, lost, said):
    printed, opened, closed = both(given)
    assert (printed.exit_code, opened, unlisted(closed, lost)) == (1, [], []), printed
    assert [text for text in said if text not in printed.to_decide] == []


@pytest.mark.parametrize(("given", "lost", "widened", "said"), LISTED)
def test_what_is_closed_or_widened_is_listed(both, given, lost, widened, said):
    printed, opened, closed = both(given)
    assert (printed.exit_code, unlisted(closed, lost)) == (0, []), printed
    assert {(asked.origin, asked.path) for asked, _ in opened} == set(widened)
    assert [text for text in said if text not in printed.changes] == []


def test_receivers_of_the_signal_are_left_to_decide(both):
    def allow_everybody(sender, request, **_):
        return True

    check_request_enabled.connect(allow_everybody)
    try:
        printed, opened, _ = both({"CORS_ALLOWED_ORIGINS": [PAGE]})
    finally:
        check_request_enabled.disconnect(allow_everybody)
    assert (printed.exit_code, opened) == (1, [])
    assert "check_request_enabled" in printed.to_decide
