"""From Flask-CORS: what is printed opens nothing, and says what it closes."""

import functools
import os
import re
import sys
from types import ModuleType

import pytest
from doctor.migrating import ORIGINS, OTHER, PAGE, ROUTED, compare, fetches, translated
from flask import Blueprint, Flask, request
from flask.views import MethodView
from flask_cors import CORS, cross_origin

from cors_wsgi import transports

ROUTES = ("/api/items", "/apis/items", "/pub/items", "/v1/pub", "/health")
# Asked for too, whether a view is there or not.
NO_ROUTES = ("/missing", "/api")
METHODS = ["GET", "POST", "PUT", "PATCH"]


def view():
    """Make a view function of its own, as applications have."""

    def items():
        return "[]", {"X-Total": "7", "X-Secret": "8"}

    return items


def site():
    """An application with a blueprint, before anybody thinks of CORS."""
    app = Flask("site")
    for path in ROUTES:
        app.add_url_rule(path, path, view(), methods=METHODS)
    return app


def blueprint(prefix="/bp"):
    made = Blueprint("bp", __name__, url_prefix=prefix)
    made.add_url_rule("/items", "items", view(), methods=METHODS)
    return made


def wrapped(view):
    @functools.wraps(view)
    def inner(*arguments, **more):
        return view(*arguments, **more)

    return inner


def bare(view):
    def inner():
        return view()

    return inner


def no_cors(*_, **__):
    """Stand in for CORS in the application that the printed code is for."""


def undecorated(**_):
    return lambda view: view


def on_the_application(**options):
    return lambda app, cors, decorate: cors(app, **options)


def configured(**options):
    def set_up(app, cors, decorate):
        app.config.update(options)
        cors(app)

    return set_up


def with_blueprint(of_blueprint, of_application=None, prefix="/bp"):
    def set_up(app, cors, decorate):
        made = blueprint(prefix)
        cors(made, **of_blueprint)
        if of_application is not None:
            cors(app, **of_application)
        app.register_blueprint(made)

    return set_up


def twice(first, second):
    def set_up(app, cors, decorate):
        cors(app, **first)
        cors(app, **second)

    return set_up


def decorated(*decorators, of_application=None, **options):
    """A view below `@cross_origin`; the decorators stand above it, the outermost first."""

    def set_up(app, cors, decorate):
        made = decorate(**options)(view())
        for decorator in reversed(decorators):
            made = decorator(made)
        app.add_url_rule("/partner", "partner", made, methods=METHODS)
        if of_application is not None:
            cors(app, **of_application)

    return set_up


def with_route(path, set_up):
    def both(app, cors, decorate):
        app.add_url_rule(path, path, lambda **_: view()(), methods=METHODS)
        set_up(app, cors, decorate)

    return both


def class_with_decorated_method(app, cors, decorate):
    class Partner(MethodView):
        @decorate(origins=PAGE)
        def get(self):
            return view()()

    app.add_url_rule("/partner", view_func=Partner.as_view("partner"))


def class_with_decorators(app, cors, decorate):
    class Partner(MethodView):
        decorators = (decorate(origins=PAGE),)

        def get(self):
            return view()()

    app.add_url_rule("/partner", view_func=Partner.as_view("partner"))


def hook_that_sets_headers(app, cors, decorate):
    cors(app, origins=[PAGE])

    @app.after_request
    def add_header(response):
        if request.headers["Origin"] == OTHER:
            response.headers["Access-Control-Allow-Origin"] = OTHER
        return response


def two_views_on_a_route(app, cors, decorate):
    app.add_url_rule("/partner", "read", view(), methods=["GET"])
    app.add_url_rule("/partner", "write", decorate(origins=PAGE)(view()), methods=["PUT"])


def nested_blueprints(app, cors, decorate):
    outer = Blueprint("outer", __name__, url_prefix="/bp")
    outer.register_blueprint(blueprint("/"))
    cors(outer, origins=[PAGE])
    app.register_blueprint(outer)


EVERYBODY = dict.fromkeys(ORIGINS, "everywhere")


COMPLETE = [
    # One call for everything.
    pytest.param(on_the_application(), id="CORS(app) alone"),
    pytest.param(on_the_application(origins="*"), id="every origin"),
    pytest.param(on_the_application(origins=".*"), id="every origin, as an expression"),
    pytest.param(on_the_application(origins=[PAGE, "http://localhost:3000"]), id="two origins"),
    pytest.param(on_the_application(origins=PAGE), id="one origin, as text"),
    pytest.param(on_the_application(origins="https://APP.example"), id="an origin in capitals"),
    pytest.param(
        on_the_application(origins=[PAGE, "http://app.example"], supports_credentials=True),
        id="plain http with credentials",
    ),
    pytest.param(on_the_application(origins=["null", PAGE]), id="'null' without credentials"),
    pytest.param(
        on_the_application(
            origins=[PAGE],
            supports_credentials=True,
            allow_headers=["Content-Type", "Authorization"],
            methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
            expose_headers=["X-Total"],
            max_age=600,
        ),
        id="an application with a login and everything listed",
    ),
    pytest.param(
        on_the_application(origins=[PAGE], methods="GET, HEAD, POST, PUT", allow_headers="X-Token"),
        id="methods and headers as text",
    ),
    pytest.param(
        on_the_application(origins=["https://[a-z]+-[0-9]+\\.pages\\.example$"]),
        id="an expression as text",
    ),
    pytest.param(
        on_the_application(origins=re.compile(r"HTTPS://PR-\d+\.PAGES\.EXAMPLE$", re.IGNORECASE)),
        id="an expression with a flag",
    ),
    pytest.param(
        on_the_application(
            origins=re.compile(r"https:// [a-z0-9-]+ \.pages\.example $  # previews", re.VERBOSE)
        ),
        id="an expression that is laid out with spaces",
    ),
    pytest.param(
        configured(CORS_ORIGINS=[PAGE], CORS_SUPPORTS_CREDENTIALS=True), id="from the configuration"
    ),
    pytest.param(
        on_the_application(origins="*", send_wildcard=True, vary_header=False, always_send=False),
        id="options that only change what caches see",
    ),
    pytest.param(on_the_application(max_age=0), id="a max_age that Flask-CORS does not send"),
    pytest.param(
        on_the_application(origins=[PAGE], expose_headers="*", supports_credentials=True),
        id="a star of exposed headers, which means nothing with credentials",
    ),
    # Paths.
    pytest.param(on_the_application(resources="/api/*", origins=[PAGE]), id="one prefix as text"),
    pytest.param(
        on_the_application(resources={r"/api/*": {"origins": "*"}}), id="the prefix of the manual"
    ),
    pytest.param(
        on_the_application(resources=[r"/api/*", r"/pub/*"], origins=[PAGE]), id="two prefixes"
    ),
    pytest.param(
        on_the_application(
            resources={r"/api/.*": {"origins": [PAGE]}, r"/pub/*": {"origins": "*"}},
            supports_credentials=False,
        ),
        id="a policy for each prefix",
    ),
    pytest.param(
        on_the_application(resources={r"/*": {"origins": [OTHER]}, r"/api/*": {"origins": [PAGE]}}),
        id="a prefix and everything else",
    ),
    pytest.param(
        on_the_application(resources=r"^/(api|pub)/.*$", origins=[PAGE]), id="alternatives"
    ),
    pytest.param(
        on_the_application(resources={"/health": {"origins": "*"}}), id="one path, and a view there"
    ),
    pytest.param(
        on_the_application(
            resources={"/health": {"origins": "*"}, r"/*": {"origins": [PAGE]}},
            supports_credentials=False,
        ),
        id="one path in everything",
    ),
    pytest.param(
        with_route("/api", on_the_application(resources={"/api": {}, r"/api/.*": {}})),
        id="a path, and what is below it",
    ),
    pytest.param(
        twice(
            {"resources": "/api/*", "origins": [PAGE]}, {"resources": "/pub/*", "origins": [OTHER]}
        ),
        id="two calls for two prefixes",
    ),
    pytest.param(
        twice({"origins": [PAGE]}, {"origins": [PAGE, OTHER]}), id="a second call that allows more"
    ),
    # Blueprints and views.
    pytest.param(with_blueprint({}), id="CORS(blueprint) alone"),
    pytest.param(
        with_blueprint({"origins": ["http://localhost:3000"], "supports_credentials": True}),
        id="CORS(blueprint) with credentials",
    ),
    pytest.param(
        with_blueprint({"origins": "*"}, {"origins": [PAGE], "supports_credentials": True}),
        id="an open blueprint in an application with a login",
    ),
    pytest.param(
        with_blueprint({"origins": [PAGE], "resources": r"/bp/*"}), id="a blueprint and its prefix"
    ),
    pytest.param(nested_blueprints, id="a blueprint inside a blueprint"),
    pytest.param(decorated(origins=[PAGE]), id="@cross_origin alone"),
    pytest.param(decorated(), id="@cross_origin() alone"),
    pytest.param(
        decorated(wrapped, origins=[PAGE], supports_credentials=True), id="below another decorator"
    ),
    pytest.param(
        decorated(origins=[PAGE], of_application={"origins": "*"}),
        id="a restricted view in an open application",
    ),
]

INCOMPLETE = [
    pytest.param(
        on_the_application(supports_credentials=True),
        EVERYBODY,
        ["origins '*' with credentials", "every site could act as your users"],
        id="every origin with credentials",
    ),
    pytest.param(
        on_the_application(origins=[r"http.*"], supports_credentials=True),
        EVERYBODY,
        ["'http.*' was listed"],
        id="every origin with credentials, as an expression",
    ),
    pytest.param(
        on_the_application(origins=[PAGE, "https://*.shop.example"]),
        {},
        ["read as a regular expression", "if you meant any subdomain"],
        id="a star that was meant for subdomains",
    ),
    pytest.param(
        on_the_application(origins=[PAGE, f"{OTHER}/"]),
        {},
        [f"'{OTHER}/' was listed", f"Write '{OTHER}'"],
        id="a slash at the end",
    ),
    pytest.param(
        on_the_application(origins=[PAGE, os.environ.get("A_VARIABLE_THAT_IS_NOT_SET")]),
        {},
        ["None was listed", "a variable was probably not set"],
        id="a variable that is not set",
    ),
    pytest.param(
        on_the_application(origins=["null", PAGE], supports_credentials=True),
        {"null": "everywhere"},
        ["'null' was allowed"],
        id="'null' with credentials",
    ),
    pytest.param(
        on_the_application(origins=[PAGE], methods=["GET", "PUT"], allow_headers=["X-Token"]),
        {},
        ["POST was refused with the headers", "allow_headers=['X-Token']"],
        id="POST is not listed, and a header is",
    ),
    pytest.param(
        on_the_application(origins=[PAGE], methods="*"),
        {},
        ["'*' is no wildcard in Flask-CORS"],
        id="a star for methods",
    ),
    pytest.param(
        on_the_application(origins=[PAGE], allow_headers=[r"X-.*", "Content-Type"]),
        {PAGE: "everywhere"},
        ["'X-.*' was a regular expression"],
        id="an expression for headers",
    ),
    pytest.param(
        on_the_application(resources={r"/v\d+/pub": {"origins": [PAGE]}}),
        {PAGE: "/v1/pub"},
        ["'/v\\\\d+/pub' chose the paths"],
        id="paths that no prefix describes",
    ),
    pytest.param(
        on_the_application(
            resources={r"/v\d+/pub": {"origins": [OTHER]}, r"/*": {"origins": [PAGE]}},
            supports_credentials=True,
        ),
        {OTHER: "/v1/pub"},
        ["CORS is off for /v1"],
        id="such paths in everything",
    ),
    pytest.param(
        with_route("/api/<path:rest>", on_the_application(resources={"/api/users": {}})),
        dict.fromkeys(ORIGINS, "/api/users"),
        ["'/api/users' chose the paths"],
        id="one path of a view that serves more",
    ),
    pytest.param(
        with_route("/api", on_the_application(resources={r"/api/.*": {"origins": [PAGE]}})),
        {},
        ["'/api/.*' did not match '/api'"],
        id="a view above the prefix",
    ),
    pytest.param(
        twice(
            {"origins": [PAGE], "supports_credentials": True},
            {"origins": [OTHER], "resources": r"/*"},
        ),
        {PAGE: "everywhere"},
        ["two calls of CORS"],
        id="a second call for the same paths",
    ),
    pytest.param(
        twice({"supports_credentials": True}, {"origins": [PAGE]}),
        EVERYBODY,
        ["two calls of CORS"],
        id="a second call that closes what the first had opened to everybody",
    ),
    pytest.param(
        with_route("/pubXitems", on_the_application(resources={r"/pub.items/*": {}}, origins=PAGE)),
        {PAGE: "below /pub"},
        ["'/pub.items/*' chose the paths"],
        id="a dot that stands for another character",
    ),
    pytest.param(
        twice({"origins": "*"}, {"origins": [PAGE], "resources": r"/api/*"}),
        dict.fromkeys(ORIGINS, "below /api"),
        ["'/api' had policies of two calls of CORS"],
        id="a second call that closes a prefix which the first had opened to everybody",
    ),
    pytest.param(
        hook_that_sets_headers,
        {OTHER: "everywhere"},
        ["add_header() before it sets Access-Control-* headers itself"],
        id="a hook that sets a header by hand",
    ),
    pytest.param(
        with_blueprint({"origins": [PAGE], "supports_credentials": True}, {"origins": "*"}),
        dict.fromkeys(ORIGINS, "/bp/items"),
        ["CORS(blueprint 'bp')", "another call of CORS"],
        id="a restricted blueprint in an open application",
    ),
    pytest.param(
        with_blueprint({"origins": [PAGE], "resources": r"/bp/other/*"}),
        {},
        ["some paths of the blueprint only"],
        id="a prefix inside a blueprint",
    ),
    pytest.param(
        decorated(bare, origins=[PAGE]),
        {PAGE: "/partner"},
        ["lacks functools.wraps"],
        id="below a decorator that hides it",
    ),
    pytest.param(
        decorated(origins=[PAGE], automatic_options=False),
        {PAGE: "/partner"},
        ["automatic_options=False"],
        id="preflights that are left to the view",
    ),
    pytest.param(
        class_with_decorated_method,
        {PAGE: "/partner"},
        ["it is at a method of a class of views"],
        id="at a method of a class",
    ),
    pytest.param(
        class_with_decorators,
        {PAGE: "/partner"},
        ["in the 'decorators' of a class"],
        id="in the decorators of a class",
    ),
    pytest.param(
        on_the_application(
            resources={re.compile(r"/ V \d+ /pub", re.VERBOSE | re.IGNORECASE): {}, r"/*": {}},
            origins=[PAGE],
        ),
        {PAGE: "/v1/pub"},
        ["CORS is off for /v1"],
        id="such paths as an expression with flags",
    ),
]
# What is closed, and listed as a change.
NARROWED = [
    pytest.param(
        on_the_application(origins=[r"https://app\.example"]),
        {
            "https://app.example:8443": "everywhere",
            "https://app.example.evil.example": "everywhere",
        },
        ["matched every origin that begins so"],
        id="an expression without an end",
    ),
    pytest.param(
        on_the_application(origins=["http://localhost:*"], supports_credentials=True),
        {"http://localhost.evil.example": "everywhere"},
        ["any port of that host"],
        id="any port of localhost",
    ),
    pytest.param(
        on_the_application(resources={r"/pub/*": {"origins": "*"}, "api/*": {"origins": "*"}}),
        {},
        ["'api/*' matched no path"],
        id="a path without its slash",
    ),
    pytest.param(
        with_route("/socket.io", on_the_application(resources=r"/socket.io/*", origins=PAGE)),
        {},
        ["a dot in '/socket.io/*' stood for any character"],
        id="a dot in a name",
    ),
    pytest.param(
        on_the_application(origins=[PAGE], intercept_exceptions=False, vary_header=False),
        {},
        ["intercept_exceptions=False", "vary_header=False"],
        id="options about errors and caches",
    ),
]


@pytest.fixture
def both(monkeypatch):
    """Make the old application, the printed code, and the new application."""

    def make(set_up):
        old, new = site(), site()
        set_up(old, CORS, cross_origin)
        set_up(new, no_cors, undecorated)
        module = ModuleType("old_site")
        module.app = old
        monkeypatch.setitem(sys.modules, "old_site", module)
        printed = translated("flask-cors", "old_site:app")
        exec(printed.code, {"app": new})
        rules = [rule.rule for rule in old.url_map.iter_rules() if rule.endpoint != "static"]
        paths = {rule.replace("<path:rest>", "users") for rule in rules}
        asked = fetches(sorted({*paths, *NO_ROUTES}))
        return printed, *compare(transports.wsgi(old), transports.wsgi(new), asked)

    return make


def unlisted(opened, printed):
    """Return what is open that was closed, without what the router answers where no view fits."""
    listed = ROUTED if "with 404 and 405 where no view fits" in printed.changes else ()
    return [(asked, status) for asked, status in opened if status not in listed]


def is_lost(origin, path, lost):
    return lost.get(origin) in {"everywhere", path, f"below {path[:4]}"}


@pytest.mark.parametrize("set_up", COMPLETE)
def test_a_complete_translation_is_equal(both, set_up):
    printed, opened, closed = both(set_up)
    assert (printed.exit_code, printed.to_decide) == (0, ""), printed
    assert unlisted(opened, printed) == []
    assert closed == set()


@pytest.mark.parametrize(("set_up", "lost", "said"), INCOMPLETE)
def test_what_is_left_to_decide_is_closed_and_said(both, set_up, lost, said):
    printed, opened, closed = both(set_up)
    assert printed.exit_code == 1, printed
    assert unlisted(opened, printed) == []
    assert [each for each in closed if not is_lost(*each, lost)] == []
    assert [text for text in said if text not in printed.to_decide] == []


@pytest.mark.parametrize(("set_up", "lost", "said"), NARROWED)
def test_what_is_closed_is_listed(both, set_up, lost, said):
    printed, opened, closed = both(set_up)
    assert (printed.exit_code, printed.to_decide) == (0, ""), printed
    assert unlisted(opened, printed) == []
    assert [each for each in closed if not is_lost(*each, lost)] == []
    assert [text for text in said if text not in printed.changes] == []


def test_a_preflight_that_went_to_another_view_is_listed(both):
    printed, opened, closed = both(two_views_on_a_route)
    assert (printed.exit_code, printed.to_decide, closed) == (0, "", set()), printed
    assert {(asked.origin, asked.path, asked.method) for asked, _ in opened} == {
        (PAGE, "/partner", "PUT")
    }
    said = "preflights for its methods went to the view 'read', on the same route after widened"
    assert said in printed.changes
