"""A view with a policy of its own is never served under another one."""

import threading
from collections.abc import Iterator
from typing import Any

import flask
import flask_restful
import flask_restx
import pytest
from flask.views import MethodView
from flask_adapter.test_flask import APP, PARTNER, PARTNERS, POLICY, allowed_origin, make_app
from flask_adapter.test_flask import preflight as preflight_to
from flask_cors_wsgi import CORS, _views, cors_policy
from flask_socketio import SocketIO
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, Rule
from werkzeug.wrappers import Response

from cors_wsgi import adapting

STRICT = cors_policy(PARTNERS)


def assert_only(page: str, app: flask.Flask, path: str, method: str = "GET", **more: Any) -> None:
    """Assert that of the two pages one alone is allowed to ask, and to read the response."""
    for origin in (APP, PARTNER):
        expected = origin if origin == page else None
        assert allowed_origin(app, path, origin, method=method, **more) == expected
        assert preflight_to(app, path, method, origin, **more) == (204, expected)


def test_two_first_requests_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request is still looking at the routes when the second one is served."""
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    looking, may_go_on = threading.Event(), threading.Event()
    warn_of_unrouted = _views.warn_of_unrouted

    def slowly() -> None:
        looking.set()
        assert may_go_on.wait(10)
        warn_of_unrouted()

    monkeypatch.setattr("flask_cors_wsgi._application.warn_of_unrouted", slowly)
    found: list[Any] = []
    first = threading.Thread(target=lambda: found.append(allowed_origin(app, "/strict")))
    first.start()
    assert looking.wait(10)
    found.append(allowed_origin(app, "/strict"))
    may_go_on.set()
    first.join()
    assert found == [None, None]
    assert allowed_origin(app, "/strict", PARTNER) == PARTNER


def test_an_application_that_is_made_while_the_routes_of_others_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    routed_policies, made = _views.routed_policies, []

    def while_another_is_made(looked_at: flask.Flask) -> Iterator[Any]:
        if not made:
            made.append(make_app())
            CORS(made[0], POLICY)
        yield from routed_policies(looked_at)

    monkeypatch.setattr(_views, "routed_policies", while_another_is_made)
    assert allowed_origin(app, "/strict", PARTNER) == PARTNER
    assert made


def test_the_rules_of_an_application_that_is_being_made_are_not_sorted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise RuntimeError("dictionary changed size during iteration")

    app, another = make_app(), make_app()
    CORS(app, POLICY)
    CORS(another, POLICY)
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    monkeypatch.setattr(another.url_map, "update", fail)
    assert allowed_origin(app, "/strict", PARTNER) == PARTNER


def test_a_view_that_comes_after_a_request_that_never_reached_flask() -> None:
    app = make_app()
    flask_itself = app.wsgi_app

    def healthy(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/health":
            start_response("200 OK", [])
            return [b"ok"]
        return flask_itself(environ, start_response)

    app.wsgi_app = healthy  # type: ignore[method-assign]
    CORS(app, POLICY)
    assert allowed_origin(app, "/health") == APP
    app.add_url_rule("/exempt", view_func=cors_policy(None)(lambda: "x"), endpoint="exempt")
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    assert allowed_origin(app, "/strict") is None
    response = app.test_client().get("/exempt", headers={"Origin": APP})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_view_function_that_is_replaced() -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=lambda: "x", endpoint="x")
    assert allowed_origin(app, "/x") == APP
    app.view_functions["x"] = STRICT(lambda: "x")
    assert allowed_origin(app, "/x") is None
    assert allowed_origin(app, "/x", PARTNER) == PARTNER


def with_flask_restful(app: flask.Flask, decorators: Any) -> None:
    class Rooms(flask_restful.Resource):
        method_decorators = decorators

        def get(self) -> list[str]:
            return []

        def put(self) -> list[str]:
            return []

    flask_restful.Api(app).add_resource(Rooms, "/x")


def with_flask_restx(app: flask.Flask, decorators: Any) -> None:
    class Rooms(flask_restx.Resource):  # type: ignore[misc]
        method_decorators = decorators

        def get(self) -> list[str]:
            return []

        def put(self) -> list[str]:
            return []

    flask_restx.Api(app).add_resource(Rooms, "/x")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("add", "decorators", "get", "put"),
    [
        pytest.param(with_flask_restful, [STRICT], PARTNER, PARTNER, id="flask-restful"),
        pytest.param(with_flask_restful, {"put": [STRICT]}, APP, PARTNER, id="for one method"),
        pytest.param(with_flask_restx, [STRICT], PARTNER, PARTNER, id="flask-restx"),
    ],
)
def test_the_method_decorators_of_other_packages(
    add: Any, decorators: Any, get: str, put: str
) -> None:
    app = make_app()
    CORS(app, POLICY)
    add(app, decorators)
    for method, page in [("GET", get), ("PUT", put)]:
        for origin in (APP, PARTNER):
            expected = origin if origin == page else None
            response = app.test_client().open("/x", method=method, headers={"Origin": origin})
            assert response.status_code == 200
            assert response.headers.get("Access-Control-Allow-Origin") == expected
            assert preflight_to(app, "/x", method, origin) == (204, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("add", [with_flask_restful, with_flask_restx])
@pytest.mark.parametrize("ask", [allowed_origin, lambda *asked: preflight_to(*asked)[1]])
def test_the_first_request_to_a_method_that_is_decorated_when_it_is_served(
    add: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapting, "_view_policies", set())
    app = make_app()
    CORS(app, POLICY)
    add(app, [cors_policy(PARTNERS)])
    assert ask(app, "/x") is None


@pytest.mark.parametrize("value", [None, property(lambda self: ())])
def test_what_is_called_method_decorators_and_is_no_list_of_them(value: Any) -> None:
    class Rooms(MethodView):
        method_decorators = value

        @STRICT
        def put(self) -> str:
            return "x"

        def get(self) -> str:
            return "x"

    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=Rooms.as_view("x"))
    assert allowed_origin(app, "/x") == APP
    assert allowed_origin(app, "/x", PARTNER, method="PUT") == PARTNER


class Greeting:
    def hello(self) -> str:
        return "hello"


def test_a_bound_method_is_a_view_too() -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=STRICT(Greeting().hello))
    response = app.test_client().get("/x", headers={"Origin": PARTNER})
    assert (response.text, response.headers["Access-Control-Allow-Origin"]) == ("hello", PARTNER)
    assert allowed_origin(app, "/x") is None


def test_what_is_no_view_cannot_be_decorated() -> None:
    with pytest.raises(TypeError, match="cors_policy cannot decorate 'view': it is not a view"):
        STRICT("view")


class HeadIsGet(MethodView):
    @STRICT
    def get(self) -> str:
        return "x"


class HeadOfItsOwn(HeadIsGet):
    def head(self) -> str:
        return "x"


class HeadIsGetOfAResource(flask_restful.Resource):
    method_decorators = {"get": [STRICT]}  # noqa: RUF012 - as flask-restful documents it

    def get(self) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("view", "method", "page"),
    [
        pytest.param(HeadIsGet, "GET", PARTNER, id="get"),
        pytest.param(HeadIsGet, "HEAD", PARTNER, id="head is served by get"),
        pytest.param(HeadOfItsOwn, "GET", PARTNER, id="get beside head"),
        pytest.param(HeadOfItsOwn, "HEAD", APP, id="a head of its own"),
        pytest.param(HeadIsGetOfAResource, "HEAD", PARTNER, id="head of a resource"),
    ],
)
def test_head_has_the_policy_of_what_serves_it(view: Any, method: str, page: str) -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=view.as_view("x"))
    assert_only(page, app, "/x", method)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        pytest.param("/here", PARTNER, id="to the view"),
        pytest.param("/twice", PARTNER, id="to the view, in two steps"),
        pytest.param("/elsewhere", APP, id="to another host"),
        pytest.param("/outside", APP, id="on this host, but not to this application"),
        pytest.param("/round", APP, id="in a circle"),
    ],
)
def test_a_redirect_has_the_policy_of_the_view_that_it_leads_to(path: str, page: str) -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/shared", view_func=STRICT(lambda: "x"), endpoint="shared")
    for rule, target in [
        ("/here", "shared"),
        ("/twice", "here"),
        ("/elsewhere", "https://other.example/mounted/shared"),
        ("/outside", "/shared"),
        ("/round", "round"),
    ]:
        app.url_map.add(Rule(rule, endpoint="shared", redirect_to=target))
    assert_only(page, app, path, base_url="http://localhost/mounted")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        pytest.param("/docs/admin", PARTNER, id="of Flask's"),
        pytest.param("/admin", APP, id="of the mounted application"),
        pytest.param("/admin/users", APP, id="below the mounted application"),
        pytest.param("/admins", PARTNER, id="that only begins alike"),
        pytest.param("/socket.io/", APP, id="of Flask-SocketIO"),
        pytest.param("/socket.iox", PARTNER, id="that only begins as that of Flask-SocketIO does"),
    ],
)
def test_what_is_mounted_has_no_policy_of_a_view_that_takes_every_path(
    path: str, page: str
) -> None:
    app = make_app()
    app.add_url_rule("/<path:name>", view_func=STRICT(lambda name: name), endpoint="every")
    SocketIO(app, async_mode="threading")
    mounted = DispatcherMiddleware(app.wsgi_app, {"/admin": flask.Flask("admin")})
    app.wsgi_app = ProxyFix(mounted)  # type: ignore[method-assign] # as Flask recommends
    CORS(app, POLICY)
    assert_only(page, app, path)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        pytest.param("/api/strict", PARTNER, id="of the view"),
        pytest.param("/api/strict/", PARTNER, id="of the view, by a redirect"),
        pytest.param("/api/x", APP, id="of another view"),
        pytest.param("/api/other/strict", APP, id="of another application"),
    ],
)
@pytest.mark.parametrize(
    "mounted",
    [
        pytest.param(lambda inner: {"/api": inner}, id="itself"),
        pytest.param(lambda inner: {"/api": ProxyFix(inner)}, id="in a wrapper"),
        pytest.param(
            lambda inner: {"/api": DispatcherMiddleware(inner, {"/other": flask.Flask("other")})},
            id="in a dispatcher",
        ),
    ],
)
def test_a_view_keeps_its_policy_where_flask_is_mounted_below_a_prefix(
    mounted: Any, path: str, page: str
) -> None:
    app = make_app()
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    app.add_url_rule("/strict/", redirect_to="strict", endpoint="redirect")
    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign] # as Flask recommends
        Response("no such page", status=404), mounted(app.wsgi_app)
    )
    CORS(app, POLICY)
    assert_only(page, app, path)


@pytest.mark.parametrize(
    ("host", "config"),
    [
        pytest.param("a..example", {}, id="no host"),
        pytest.param("evil.example", {"TRUSTED_HOSTS": ["site.example"]}, id="not trusted"),
    ],
)
def test_a_host_that_flask_does_not_take_is_no_failure(
    host: str, config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(**config)
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=STRICT(lambda: "x"), endpoint="x")
    assert allowed_origin(app, "/nowhere", headers={"Host": host}) == APP
    assert "cannot be found" not in caplog.text


class AsksTheApplication(BaseConverter):
    def to_python(self, value: str) -> str:
        return f"{flask.current_app.name}: {value}"


def test_a_router_may_ask_the_application_as_it_may_in_flask() -> None:
    app = make_app()
    CORS(app, POLICY)
    app.url_map.converters["room"] = AsksTheApplication
    app.add_url_rule("/<room:room>", view_func=STRICT(lambda room: room), endpoint="room")
    assert preflight_to(app, "/x", origin=PARTNER) == (204, PARTNER)
    assert allowed_origin(app, "/x", PARTNER) == PARTNER


def test_a_teardown_hears_of_a_request_once() -> None:
    app = make_app()
    CORS(app, POLICY)
    app.add_url_rule("/strict", view_func=STRICT(lambda: "x"), endpoint="strict")
    failures: list[BaseException | None] = []
    app.teardown_appcontext(failures.append)
    assert allowed_origin(app, "/nowhere") == APP
    assert failures == [None]


class RequestThatReadsItsBody(flask.Request):
    def __init__(self, environ: Any) -> None:
        super().__init__(environ)
        self.body = self.get_data()


def test_the_body_of_a_request_is_left_for_its_view() -> None:
    app = make_app()
    app.request_class = RequestThatReadsItsBody
    CORS(app, POLICY)
    app.add_url_rule("/x", view_func=STRICT(lambda: flask.request.body), methods=["PUT"])
    response = app.test_client().put("/x", data=b"saved", headers={"Origin": PARTNER})
    assert (response.text, response.headers["Access-Control-Allow-Origin"]) == ("saved", PARTNER)


class AsksADatabase(BaseConverter):
    def to_python(self, value: str) -> str:
        raise ConnectionError


def test_a_router_that_fails_allows_nobody(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    CORS(app, POLICY)
    app.url_map.converters["room"] = AsksADatabase
    app.add_url_rule("/<room:room>", view_func=STRICT(lambda room: "x"), endpoint="room")
    assert preflight_to(app, "/x", origin=PARTNER) == (204, None)
    assert "the view for '/x' cannot be found, so nobody is allowed" in caplog.text
