"""The Flask adapter: whatever is registered, and in whatever order."""

import re
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

import connexion
import flask
import pytest
import webtest
from fastapi import FastAPI
from flask.views import MethodView, View
from flask_cors_wsgi import CORS, cors_policy
from flask_httpauth import HTTPBasicAuth
from flask_jwt_extended import JWTManager, create_access_token, jwt_required
from flask_login import LoginManager, UserMixin, login_required, login_user

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.adapting import ViewPolicies, view_policy_of

APP = "https://app.example"
PARTNER = "https://partner.example"
POLICY = Policy(allow_origins=APP, allow_methods="PUT", allow_credentials=True)
PARTNERS = Policy(allow_origins=PARTNER)


def make_app(**config: Any) -> flask.Flask:
    app = flask.Flask(__name__)
    app.config |= {"SECRET_KEY": "tests" * 8, "JWT_SECRET_KEY": "tests" * 8, **config}
    return app


def preflight(
    app: flask.Flask, path: str, method: str = "GET", origin: str = APP, **options: Any
) -> tuple[int, str | None]:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    response = app.test_client().options(path, headers=headers, **options)
    assert response.data == b""
    return response.status_code, response.headers.get("Access-Control-Allow-Origin")


def allowed_origin(app: flask.Flask, path: str, origin: str = APP, **options: Any) -> str | None:
    headers = {"Origin": origin, **options.pop("headers", {})}
    response = app.test_client().open(path, headers=headers, **options)
    assert response.headers["Vary"].split(", ")[-1] == "Origin"
    return response.headers.get("Access-Control-Allow-Origin")


# ---- authentication that people really use


def with_flask_login(app: flask.Flask) -> tuple[Any, dict[str, str]]:
    class User(UserMixin):
        id = "7"

    manager = LoginManager(app)
    manager.user_loader(lambda _id: User())
    app.add_url_rule("/login", view_func=lambda: str(login_user(User())), endpoint="login")
    return login_required, {}


def with_flask_httpauth(app: flask.Flask) -> tuple[Any, dict[str, str]]:
    auth = HTTPBasicAuth()
    auth.verify_password(lambda name, password: name if password == "secret" else None)
    return auth.login_required, {"Authorization": "Basic bWU6c2VjcmV0"}


def with_flask_jwt_extended(app: flask.Flask) -> tuple[Any, dict[str, str]]:
    JWTManager(app)
    with app.app_context():
        token = create_access_token("me")
    return jwt_required(), {"Authorization": f"Bearer {token}"}


def with_before_request(app: flask.Flask) -> tuple[Any, dict[str, str]]:
    @app.before_request
    def check() -> None:
        if flask.request.endpoint != "login" and "X-Key" not in flask.request.headers:
            flask.abort(401)

    return (lambda view: view), {"X-Key": "secret"}


@pytest.mark.parametrize("cors_first", [True, False], ids=["CORS first", "CORS last"])
@pytest.mark.parametrize(
    "authentication",
    [with_flask_login, with_flask_httpauth, with_flask_jwt_extended, with_before_request],
)
def test_a_preflight_needs_no_login_and_everything_else_does(
    authentication: Callable[[flask.Flask], tuple[Any, dict[str, str]]], cors_first: bool
) -> None:
    app = make_app()
    if cors_first:
        CORS(app, POLICY)
    required, credentials = authentication(app)
    app.add_url_rule("/data", view_func=required(lambda: "data"), endpoint="data", methods=["PUT"])
    if not cors_first:
        CORS(app, POLICY)
    client = app.test_client()
    assert preflight(app, "/data", "PUT") == (204, APP)
    anonymous = client.put("/data", headers={"Origin": APP})
    assert (anonymous.status_code, anonymous.headers["Access-Control-Allow-Origin"]) == (401, APP)
    if "login" in app.view_functions:
        client.get("/login")
    known = client.put("/data", headers={"Origin": APP, **credentials})
    assert (known.data, known.headers["Access-Control-Allow-Origin"]) == (b"data", APP)


def test_the_vary_of_a_session_is_kept() -> None:
    app = make_app()
    CORS(app, POLICY)

    @app.get("/")
    def view() -> str:
        return str(flask.session.get("user"))

    assert app.test_client().get("/").headers["Vary"] == "Cookie, Origin"


# ---- setting up


def test_a_factory_and_several_applications() -> None:
    cors = CORS(policy=POLICY)
    apps = [make_app(), make_app()]
    cors.init_app(apps[0])
    cors.init_app(apps[1], PARTNERS)
    assert [allowed_origin(app, "/") for app in apps] == [APP, None]
    assert [allowed_origin(app, "/", PARTNER) for app in apps] == [None, PARTNER]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(POLICY, id="a policy"),
        pytest.param({"allow_origins": APP}, id="a mapping"),
        pytest.param({"/": {"allow_origins": APP}, "/in": None}, id="a mapping of paths"),
        pytest.param(PathPolicies({"/": POLICY}), id="policies by path"),
        pytest.param(lambda environ: POLICY, id="a function"),
    ],
)
def test_the_policy_can_come_from_the_configuration(config: Any) -> None:
    app = make_app(CORS_POLICY=config)
    CORS(app)
    assert allowed_origin(app, "/") == APP


def test_without_a_policy_it_says_what_to_write() -> None:
    with pytest.raises(LookupError, match=r"CORS\(app, Policy\(allow_origins=\['https://app"):
        CORS(make_app())


def test_without_a_policy_the_settings_of_flask_cors_are_named() -> None:
    with pytest.raises(LookupError, match="CORS_ORIGINS in app"):
        CORS(make_app(CORS_ORIGINS="*", CORS_LOGGING="x"))


def test_a_policy_of_no_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a policy"):
        CORS(make_app(), "https://app.example")


def test_two_policies_for_one_application_are_refused() -> None:
    app = make_app()
    CORS(app, POLICY)
    with pytest.raises(RuntimeError, match="set up twice"):
        CORS(app, PARTNERS)


def test_the_policy_can_be_replaced_while_serving() -> None:
    app = make_app()
    CORS(app, POLICY)
    governed = app.extensions["cors_wsgi"]
    for policy, page in [(POLICY, APP), (PARTNERS, PARTNER), ({"allow_origins": APP}, APP)] * 2:
        governed.policy = policy
        for _ in range(2):
            assert preflight(app, "/", origin=page) == (204, page)
            assert [allowed_origin(app, "/", o) for o in (page, "https://x.example")] == [
                page,
                None,
            ]
    with pytest.raises(TypeError, match="is not a policy"):
        governed.policy = "*"
    with pytest.raises(AttributeError):
        governed.polcy = POLICY


def test_a_response_that_is_sent_again_is_as_new(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    CORS(app, POLICY)
    again = flask.Response("again")
    app.add_url_rule("/", view_func=lambda: again)
    origins = [APP, APP, APP, "https://x.example"]
    assert [allowed_origin(app, "/", origin) for origin in origins] == [APP, APP, APP, None]
    assert "Access-Control-Allow-Origin" not in again.headers
    assert "two layers" not in caplog.text


def test_a_view_can_be_decorated_after_preflights_have_come() -> None:
    app = make_app()
    CORS(app, POLICY)
    assert preflight(app, "/x/", origin=PARTNER) == (204, None)
    by_function(app)
    assert preflight(app, "/x/", origin=PARTNER) == (204, PARTNER)
    assert allowed_origin(app, "/x/", PARTNER) == PARTNER


# ---- views with a policy of their own


def guarded(view: Any) -> Any:
    @wraps(view)
    def refuse(*args: Any, **kwargs: Any) -> Any:
        flask.abort(401)

    return refuse


def by_function(app: flask.Flask) -> None:
    @app.get("/x/")
    @cors_policy(PARTNERS)
    def view() -> str:
        return "x"


def above_a_guard(app: flask.Flask) -> None:
    @app.get("/x/")
    @cors_policy(PARTNERS)
    @guarded
    def view() -> str:
        return "x"


def below_a_guard(app: flask.Flask) -> None:
    @app.get("/x/")
    @guarded
    @cors_policy(PARTNERS)
    def view() -> str:
        return "x"


def above_the_route(app: flask.Flask) -> None:
    @cors_policy(PARTNERS)
    @app.get("/x/")
    def view() -> str:
        return "x"


def by_class(app: flask.Flask) -> None:
    @cors_policy(PARTNERS)
    class Decorated(MethodView):
        def get(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Decorated.as_view("x"))


def by_inheritance(app: flask.Flask) -> None:
    @cors_policy(PARTNERS)
    class Base(MethodView):
        pass

    class Decorated(Base):
        def get(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Decorated.as_view("x"))


def by_decorators_of_a_class(app: flask.Flask) -> None:
    class Decorated(View):
        decorators = (guarded, cors_policy(PARTNERS))

        def dispatch_request(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Decorated.as_view("x"))


def by_blueprint(app: flask.Flask) -> None:
    blueprint = cors_policy(PARTNERS)(flask.Blueprint("b", __name__, url_prefix="/x"))
    blueprint.add_url_rule("/", view_func=lambda: "x", endpoint="x")
    app.register_blueprint(blueprint)


def by_outer_blueprint(app: flask.Flask) -> None:
    outer = cors_policy(PARTNERS)(flask.Blueprint("outer", __name__, url_prefix="/x"))
    inner = flask.Blueprint("inner", __name__)
    inner.add_url_rule("/", view_func=lambda: "x", endpoint="x")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)


def by_partial(app: flask.Flask) -> None:
    view = cors_policy(PARTNERS)(lambda text: text)
    app.add_url_rule("/x/", view_func=partial(view, "x"), endpoint="x")


def by_partial_of_a_class(app: flask.Flask) -> None:
    class Decorated(MethodView):
        @cors_policy(PARTNERS)
        def get(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=partial(Decorated.as_view("x")), endpoint="x")


def by_dispatch_request(app: flask.Flask) -> None:
    class Decorated(View):
        @cors_policy(PARTNERS)
        def dispatch_request(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Decorated.as_view("x"))


def by_call_of_an_instance(app: flask.Flask) -> None:
    class Decorated:
        @cors_policy(PARTNERS)
        def __call__(self) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Decorated(), endpoint="x")


def above_staticmethod(app: flask.Flask) -> None:
    class Views:
        @cors_policy(PARTNERS)
        @staticmethod
        def decorated() -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Views.decorated)


def above_classmethod(app: flask.Flask) -> None:
    class Views:
        @cors_policy(PARTNERS)
        @classmethod
        def decorated(cls) -> str:
            return "x"

    app.add_url_rule("/x/", view_func=Views.decorated)


DECORATED = [
    by_function,
    by_partial,
    by_partial_of_a_class,
    by_dispatch_request,
    by_call_of_an_instance,
    above_staticmethod,
    above_classmethod,
    above_a_guard,
    below_a_guard,
    above_the_route,
    by_class,
    by_inheritance,
    by_decorators_of_a_class,
    by_blueprint,
    by_outer_blueprint,
]


@pytest.mark.parametrize("cors_first", [True, False], ids=["CORS first", "CORS last"])
@pytest.mark.parametrize("add_view", DECORATED)
def test_a_decorated_view_has_its_own_policy(add_view: Any, cors_first: bool) -> None:
    app = make_app()
    app.add_url_rule("/plain", view_func=lambda: "plain", endpoint="plain")
    steps = [lambda: CORS(app, POLICY), lambda: add_view(app)]
    for step in steps if cors_first else reversed(steps):
        step()
    assert preflight(app, "/x/", origin=PARTNER) == (204, PARTNER)
    assert preflight(app, "/x/", origin=APP) == (204, None)
    assert allowed_origin(app, "/x/", PARTNER) == PARTNER
    assert allowed_origin(app, "/x/", APP) is None
    assert allowed_origin(app, "/plain", APP) == APP


@pytest.mark.parametrize(
    ("path", "method", "origin", "expected"),
    [
        pytest.param("/x", "GET", PARTNER, PARTNER, id="the slash that Flask would add"),
        pytest.param("/x/", "DELETE", PARTNER, PARTNER, id="a method that no view serves"),
        pytest.param("/nowhere", "GET", APP, APP, id="no view"),
        pytest.param("/x/", "pu t", PARTNER, PARTNER, id="no method"),
    ],
)
def test_answers_that_are_not_the_views_have_its_policy(
    path: str, method: str, origin: str, expected: str
) -> None:
    app = make_app()
    CORS(app, POLICY)
    by_function(app)
    assert preflight(app, path, method, origin) == (204, expected)


def test_a_redirect_can_be_read_by_the_pages_of_the_view_it_leads_to() -> None:
    app = make_app()
    CORS(app, POLICY)
    by_function(app)
    response = app.test_client().get("/x", headers={"Origin": PARTNER})
    assert response.status_code == 308
    assert response.headers["Access-Control-Allow-Origin"] == PARTNER


class Methods(MethodView):
    def get(self) -> str:
        return "x"

    @cors_policy(PARTNERS)
    def put(self) -> str:
        return "x"


@pytest.mark.parametrize(("method", "origin"), [("GET", APP), ("HEAD", APP), ("PUT", PARTNER)])
def test_the_method_that_the_preflight_asks_about_decides(method: str, origin: str) -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=Methods.as_view("x"))
    for page in (APP, PARTNER):
        expected = page if page == origin else None
        assert preflight(app, "/x", method, page) == (204, expected)
        assert allowed_origin(app, "/x", page, method=method) == expected


def test_an_exempt_view_is_left_alone() -> None:
    app = make_app()
    CORS(app, POLICY)

    @app.get("/own")
    @cors_policy(None)
    def view() -> tuple[str, dict[str, str]]:
        return "x", {"Access-Control-Allow-Origin": "own"}

    response = app.test_client().get("/own", headers={"Origin": "https://x.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "own"
    headers = {"Origin": APP, "Access-Control-Request-Method": "GET"}
    response = app.test_client().options("/own", headers=headers)
    assert (response.status_code, "Vary" in response.headers) == (200, False)


@pytest.mark.parametrize("policy", [POLICY, None], ids=["Policy", "None"])
def test_a_view_policy_changes_nothing_but_the_policy(policy: Policy | None) -> None:
    def view() -> None:
        """Serve."""

    assert cors_policy(policy)(view) is view


@pytest.mark.parametrize(
    ("write", "given"),
    [
        pytest.param(lambda: cors_policy(print), "<built-in function print>", id="no parentheses"),  # type: ignore[arg-type]
        pytest.param(lambda: cors_policy("*"), r"'\*'", id="an origin"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_policy_of_a_view_is_refused(write: Any, given: str) -> None:
    message = rf"cors_policy takes a Policy or None, not {given}. Write @cors_policy\(Policy\("
    with pytest.raises(TypeError, match=message):
        write()


OF_CONNEXION = r"govern nothing.*app.add_middleware\(CORSMiddleware, MiddlewarePosition.BEFORE_EXC"


@pytest.mark.parametrize(
    ("app", "message"),
    [
        pytest.param(POLICY, r"the application comes first: CORS\(app, policy\)", id="a policy"),
        pytest.param(flask.Flask("x").wsgi_app, "use cors_wsgi.CORSMiddleware", id="a wsgi_app"),
        pytest.param("x", "'x' is a string: import the application", id="a name"),
        pytest.param({"/": POLICY}, r"comes first: CORS\(app, policy\)", id="a mapping"),
        pytest.param(flask.Flask, "Flask is a class", id="the class"),
        pytest.param(make_app, "itself, not <function", id="a function"),
        pytest.param(lambda: 0, r"arguments: write <lambda>\(\)", id="a factory"),
        pytest.param(
            flask.Blueprint("x", "x"), r"write cors_policy\(policy\)\(blueprint\)", id="a blueprint"
        ),
        pytest.param(
            *(FastAPI(), r"FastAPI: use fastapi_cors_wsgi.CORS\(app, policy\)"), id="a FastAPI"
        ),
        pytest.param(connexion.FlaskApp("x"), OF_CONNEXION, id="a connexion.FlaskApp"),
        pytest.param(connexion.FlaskApp("x").app, OF_CONNEXION, id="the Flask of one"),
        pytest.param(connexion.AsyncApp("x"), OF_CONNEXION, id="a connexion.AsyncApp"),
    ],
)
def test_what_is_no_flask_application_is_refused(app: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        CORS(app, POLICY)


def test_a_proxy_is_no_application() -> None:
    with make_app().app_context(), pytest.raises(TypeError, match="application itself"):
        CORS(flask.current_app, POLICY)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda: CORS(make_app(), origins=[APP], supports_credentials=True),  # type: ignore[call-arg]
            f"CORS has no option 'origins': its policy has. Write CORS(app, Policy(allow_origins="
            f"['{APP}'], allow_credentials=True)); on your old code, 'cors-wsgi policy --from ",
            id="options of Flask-CORS",
        ),
        pytest.param(
            lambda: CORS().init_app(make_app(), allow_origins=APP),  # type: ignore[call-arg]
            "init_app has no option 'allow_origins': its policy has. Write init_app(app, Policy(",
            id="a field for init_app",
        ),
        pytest.param(
            lambda: CORS(  # type: ignore[call-arg]
                make_app(),
                resources={"/api/*": {"origins": APP}, r"^/v2/.*$": {}},
                origins=["https://b.example"],
                supports_credentials=True,
            ),
            "CORS has no option 'resources'. Write CORS(app, PathPolicies({'/api': Policy("
            f"allow_origins=['{APP}'], allow_credentials=True), '/v2': Policy(allow_origins="
            "['https://b.example'], allow_credentials=True)})); on your old code, ",
            id="paths as in Flask-CORS",
        ),
        pytest.param(
            lambda: CORS(make_app(), resources=r"/*", origins=APP),  # type: ignore[call-arg]
            "CORS has no option 'resources'. Write CORS(app, PathPolicies({'/': Policy("
            f"allow_origins=['{APP}'])}})); on your old code, ",
            id="every path as in Flask-CORS",
        ),
        pytest.param(
            lambda: CORS(make_app(), resources={r"/api/v\d+/open": {"origins": "*"}}),  # type: ignore[call-arg]
            "CORS has no option 'resources'. Write CORS(app, PathPolicies({'/api': Policy("
            "allow_origins=['https://app.example'])})); on your old code, ",
            id="an expression, in whose place a prefix would govern more",
        ),
        pytest.param(
            lambda: CORS(  # type: ignore[call-arg]
                make_app(), allow_origins=[APP], allow_origin_regex=r"https://[a-z]+\.b\.example"
            ),
            "CORS has no option 'allow_origins': its policy has. Write CORS(app, Policy("
            rf"allow_origins=['{APP}', re.compile('https://[a-z]+\\.b\\.example')]))",
            id="origins and an expression, as in Starlette",
        ),
        pytest.param(
            lambda: CORS(make_app(), allow_origin_regex="*.b.example"),  # type: ignore[call-arg]
            "CORS has no option 'allow_origin_regex': its policy has. Write CORS(app, Policy("
            "allow_origins=['https://app.example']))",
            id="an expression that is none",
        ),
        pytest.param(
            lambda: CORS(make_app(), POLICY, vary_header=True),  # type: ignore[call-arg]
            "CORS has no option 'vary_header'. Remove it: Vary is always sent where it is needed",
            id="an option that is not needed",
        ),
        pytest.param(
            lambda: CORS(make_app(), polciy=POLICY),  # type: ignore[call-arg]
            "'polciy'. It takes app, policy, answer_crashes, debug: write CORS(app, Policy(",
            id="a misspelt option",
        ),
        pytest.param(
            lambda: CORS(make_app(), POLICY, debug="0"),  # type: ignore[arg-type]
            "debug is True or False, not '0'",
            id="debugging by text of the environment",
        ),
        pytest.param(
            cors_policy,
            "@cors_policy: missing a required argument: 'policy'. It takes policy: write @cors",
            id="a view policy without one",
        ),
        pytest.param(
            lambda: cors_policy(origins="*"),  # type: ignore[call-arg]
            "'origins': its policy has. Write @cors_policy(Policy(allow_origins=['*']))",
            id="a view policy as in Flask-CORS",
        ),
        pytest.param(
            lambda: cors_policy({"allow_origins": ["*"]}),  # type: ignore[arg-type]
            "Write @cors_policy(Policy(allow_origins=['*']))",
            id="a mapping as a view policy",
        ),
    ],
)
def test_arguments_that_are_not_taken_are_answered_with_what_is(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        call()


def test_a_view_policy_that_no_route_leads_to_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def forgetful(view: Any) -> Any:
        return lambda: f"<{view()}>"

    decorated = cors_policy(PARTNERS)(lambda: "x")
    written = view_policy_of(decorated)
    assert written is not None
    for _ in range(2):
        app = make_app()
        CORS(app, POLICY)
        app.add_url_rule("/x", view_func=forgetful(decorated), endpoint="x")
        assert allowed_origin(app, "/x", APP) == APP
    assert written.where.startswith(f"{__file__}:")
    messages = [record.getMessage() for record in caplog.records]
    (message,) = [message for message in messages if written.where in message]
    assert message == (
        f"the cors_policy at {written.where} governs nothing: no route leads to it. Put it above "
        "the decorators that do not use functools.wraps"
    )


def test_no_route_is_looked_at_where_no_view_has_a_policy() -> None:
    def routed() -> Iterator[Any]:
        raise AssertionError("a route is looked at")
        yield

    assert ViewPolicies().unrouted(routed()) == []


# ---- where an application is mounted


@pytest.mark.parametrize(
    ("config", "path", "options"),
    [
        pytest.param({}, "/x/", {"base_url": "http://localhost/mounted"}, id="SCRIPT_NAME"),
        pytest.param({"APPLICATION_ROOT": "/root"}, "/x/", {}, id="APPLICATION_ROOT"),
        pytest.param(
            {"SERVER_NAME": "site.example"},
            "/x/",
            {"base_url": "http://site.example"},
            id="SERVER_NAME",
        ),
    ],
)
def test_view_policies_hold_wherever_the_application_is(
    config: dict[str, Any], path: str, options: dict[str, Any]
) -> None:
    app = make_app(**config)
    CORS(app, POLICY)
    by_function(app)
    assert preflight(app, path, origin=PARTNER, **options) == (204, PARTNER)
    assert preflight(app, "/x", origin=PARTNER, **options) == (204, PARTNER)
    assert allowed_origin(app, path, PARTNER, **options) == PARTNER


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        pytest.param({"subdomain_matching": True}, {"SERVER_NAME": "site.example"}, id="subdomain"),
        pytest.param({"host_matching": True, "static_host": "s.example"}, {}, id="host"),
    ],
)
def test_view_policies_hold_by_host(kind: dict[str, Any], config: dict[str, Any]) -> None:
    app = flask.Flask(__name__, **kind)
    app.config |= config
    CORS(app, POLICY)
    names = ("host", "a.site.example") if "host_matching" in kind else ("subdomain", "a")
    view = cors_policy(PARTNERS)(lambda: "x")
    app.add_url_rule("/x", view_func=view, endpoint="x", **{names[0]: names[1]})
    here, there = {"base_url": "http://a.site.example"}, {"base_url": "http://b.site.example"}
    assert preflight(app, "/x", origin=PARTNER, **here) == (204, PARTNER)
    assert preflight(app, "/x", origin=PARTNER, **there) == (204, None)
    assert preflight(app, "/x", origin=APP, **there) == (204, APP)


# ---- errors


@pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"])
def test_an_error_reaches_the_page(debug: bool, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.debug = debug
    CORS(app, POLICY)
    app.add_url_rule("/", view_func=lambda: 1 / 0, endpoint="x")
    # Flask's own client raises what a server is told of.
    response = webtest.TestApp(app).get("/", headers={"Origin": APP}, status=500)
    assert response.headers["Access-Control-Allow-Origin"] == APP
    assert [r.exc_info[0] for r in caplog.records if r.exc_info] == [ZeroDivisionError]


def test_an_error_of_what_is_wrapped_inside_and_starts_late_reaches_the_page() -> None:
    def fails_late(environ: Any, start_response: Any) -> Iterator[bytes]:
        raise ZeroDivisionError
        yield b""

    app = make_app()
    app.wsgi_app = fails_late  # type: ignore[method-assign]
    CORS(app, POLICY)
    response = webtest.TestApp(app).get("/", headers={"Origin": APP}, status=500)
    assert response.headers["Access-Control-Allow-Origin"] == APP


def test_with_testing_an_error_reaches_the_test() -> None:
    app = make_app()
    CORS(app, POLICY)
    app.testing = True
    app.add_url_rule("/", view_func=lambda: 1 / 0, endpoint="x")
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/", headers={"Origin": APP})


def test_debug_says_why() -> None:
    app = make_app()
    CORS(app, POLICY, debug=True)
    response = app.test_client().get("/", headers={"Origin": "http://app.example"})
    assert "differs only by its scheme" in response.headers["X-Cors-Wsgi"]


@pytest.mark.parametrize("option", ["origins", "resources", "supports_credentials"])
def test_the_options_of_flask_cors_are_told_apart(option: str) -> None:
    with pytest.raises(TypeError, match=f"CORS has no option '{option}'.*--from flask-cors"):
        CORS(make_app(), **{option: "https://app.example"})  # type: ignore[arg-type]


def test_a_crash_may_be_left_to_the_server() -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = True
    CORS(app, POLICY, answer_crashes=False)
    app.add_url_rule("/", view_func=lambda: 1 / 0, endpoint="x")
    with pytest.raises(ZeroDivisionError):
        webtest.TestApp(app).get("/", headers={"Origin": APP})


def test_in_debug_mode_the_answer_to_a_crash_is_its_traceback() -> None:
    app = make_app()
    app.debug = True
    CORS(app, POLICY)
    app.add_url_rule("/", view_func=lambda: 1 / 0, endpoint="x")
    response = webtest.TestApp(app).get("/", headers={"Origin": APP}, status=500)
    assert response.text.startswith("Traceback (most recent call last):")
    assert response.text.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"])
def test_a_stream_that_fails_first_is_a_readable_500(debug: bool) -> None:
    def stream() -> Iterator[bytes]:
        raise ZeroDivisionError
        yield b""

    app = make_app()
    app.debug = debug
    CORS(app, POLICY)
    app.add_url_rule("/", view_func=lambda: flask.Response(stream()), endpoint="x")
    response = webtest.TestApp(app).get("/", headers={"Origin": APP}, status=500)
    assert response.headers["Access-Control-Allow-Origin"] == APP
    assert response.headers["Vary"] == "Origin"


def test_an_attribute_that_nothing_reads_cannot_be_set() -> None:
    app = make_app()
    extension = CORS(app, POLICY)
    for holder, name in [(extension, "policy"), (app.extensions["cors_wsgi"], "polcy")]:
        with pytest.raises(AttributeError):
            setattr(holder, name, PARTNERS)
