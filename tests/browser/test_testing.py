# ruff: noqa: RUF001 - the quotation marks are Firefox's own
"""Pages that test applications: Flask, with and without CORS layers that are not ours."""

import textwrap

import flask
import flask_cors
import flask_cors_wsgi
import pytest

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import FIREFOX, ScriptError
from cors_wsgi.testing import BlockedByCORS, HTTPCache, Page

PAGE = "https://app.example"
JSON = {"Content-Type": "application/json"}


def flask_app(**config):
    """An API as many are: it has never heard of CORS."""
    app = flask.Flask(__name__)
    app.config.update(config)

    @app.get("/users/<int:number>")
    def user(number):
        return flask.jsonify(id=number), {"X-Total-Count": "1"}

    @app.put("/users/<int:number>")
    def put_user(number):
        return flask.jsonify(id=number, saved=flask.request.get_json())

    @app.post("/login")
    def login():
        response = flask.jsonify(ok=True)
        attributes = flask.request.args.to_dict()
        attributes["secure"] = "secure" in attributes
        key = attributes.pop("key", "session")
        response.set_cookie(key, "s3cret", httponly=True, **attributes)
        return response

    @app.get("/me")
    def me():
        return flask.jsonify(session=flask.request.cookies.get("session"))

    @app.get("/crash")
    def crash():
        raise LookupError("the handler")

    @app.get("/go")
    def go():
        return flask.redirect("https://other.example/users/1")

    @app.get("/news")
    def news():
        return "news", {"Cache-Control": "public, max-age=60"}

    return app


def governed(app=None, **policy):
    return CORSMiddleware(app or flask_app(), Policy(**{"allow_origins": [PAGE]} | policy))


def test_an_application_without_cors():
    result = Page(PAGE, flask_app()).fetch("/users/7")
    result.assert_blocked("origin-missing").assert_not_preflighted()
    assert repr(result) == "<Result: blocked, origin-missing>"


def test_an_application_behind_the_middleware():
    app = governed(allow_methods=["PUT"], allow_headers=["Content-Type"])
    result = Page(PAGE, app).fetch("/users/7", method="put", headers=JSON, body='{"a": 1}')
    result.assert_shared().assert_preflighted()
    assert result.status == 200
    assert result.json() == {"id": 7, "saved": {"a": 1}}
    assert repr(result) == "<Result: readable>"


def test_an_application_with_flask_cors():
    app = flask_app()
    flask_cors.CORS(
        app, origins=[PAGE], supports_credentials=True, expose_headers=["X-Total-Count"]
    )
    page = Page(PAGE, app)
    result = page.fetch("/users/7", credentials="include").assert_readable("X-Total-Count")
    assert result.header("x-total-count") == "1"
    assert result.text.strip() == '{"id":7}'
    Page("https://evil.example", app).fetch("/users/7").assert_blocked("origin-missing")


def test_reading_a_blocked_response_fails_with_the_explanation():
    result = Page(PAGE, flask_app()).fetch("/users/7", method="PUT", headers=JSON, body="{}")
    with pytest.raises(BlockedByCORS) as caught:
        result.json()
    assert str(caught.value) == textwrap.dedent(
        """\
        Script cannot read the response.

        A page of https://app.example cannot read https://api.example/users/7
          failure   origin-missing
          reason    Access-Control-Allow-Origin of the preflight's response
                    (200) is absent; it must be 'https://app.example'.
          standard  CORS check, step 2
                    https://fetch.spec.whatwg.org/#concept-cors-check

        Exchanges
          1. OPTIONS https://api.example/users/7
             preflight, because the method PUT is not CORS-safelisted;
             Content-Type 'application/json' is not one that a form can send
             > Origin: https://app.example
             > Access-Control-Request-Method: PUT
             > Access-Control-Request-Headers: content-type
             < 200 OK
             < Content-Type: text/html; charset=utf-8
             < Allow: GET, HEAD, OPTIONS, PUT

        Consoles
          Chrome, Edge
            Access to fetch at 'https://api.example/users/7' from origin
            'https://app.example' has been blocked by CORS policy: Response to
            preflight request doesn't pass access control check: No
            'Access-Control-Allow-Origin' header is present on the requested
            resource.
          Firefox
            Cross-Origin Request Blocked: The Same Origin Policy disallows
            reading the remote resource at https://api.example/users/7. (Reason:
            CORS header ‘Access-Control-Allow-Origin’ missing). Status code:
            200.
            Cross-Origin Request Blocked: The Same Origin Policy disallows
            reading the remote resource at https://api.example/users/7. (Reason:
            CORS request did not succeed). Status code: (null).
          Safari
            Origin https://app.example is not allowed by
            Access-Control-Allow-Origin. Status code: 200

        Fix (Flask: below the line that creates `app`)
          Allow the page's origin. Every response then has the headers, errors
          and crashes included. Remove any CORS headers that you set by hand. If
          you already have a CORS set-up, add these values to it and keep the
          rest.

            from cors_wsgi import Policy
            from flask_cors_wsgi import CORS

            CORS(app, Policy(
                allow_origins=["https://app.example"],
                allow_methods=["PUT"],
                allow_headers=["Content-Type"],
            ))"""
    ).replace("Allow: GET, HEAD, OPTIONS, PUT", f"Allow: {allow_of(result)}")


def allow_of(result):
    """Flask lists the methods of a URL in no order."""
    return dict(result.exchanges[0].response.headers)["Allow"]


def test_of_a_request_that_was_not_sent_no_cookie_is_looked_for():
    blocked = Page(PAGE, flask_app()).fetch("/me", method="PUT", credentials="include")
    with pytest.raises(AssertionError) as caught:
        blocked.assert_cookies_sent("session")
    text = str(caught.value)
    assert text.startswith("The request was not sent, and so no cookies were.\n\nA page of")
    assert "cookie-not-sent" not in text


@pytest.mark.parametrize(
    ("url", "init", "hidden_by"),
    [
        pytest.param("/users/7", {"mode": "no-cors"}, "mode 'no-cors'", id="no-cors"),
        pytest.param("/go", {"redirect": "manual"}, "redirect mode 'manual'", id="manual"),
    ],
)
def test_the_mode_that_hides_a_response_is_named(url, init, hidden_by):
    result = Page(PAGE, governed()).fetch(url, **init)
    with pytest.raises(BlockedByCORS) as caught:
        result.assert_shared()
    assert str(caught.value).startswith(f"Script cannot read the response, which {hidden_by} hides")


@pytest.mark.parametrize("body", ['{"price": NaN}', "[Infinity]", "[-Infinity]"])
def test_what_browsers_do_not_parse_is_no_json(body):
    app = flask.Flask(__name__)
    app.add_url_rule("/", view_func=lambda: body)
    with pytest.raises(ValueError, match="is not JSON"):
        Page(PAGE, governed(app)).fetch("/").json()


def test_a_byte_order_mark_is_no_text():
    app = flask.Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "\ufeff[7]")
    result = Page(PAGE, governed(app)).fetch("/")
    assert (result.text, result.json()) == ("[7]", [7])


@pytest.mark.parametrize(
    ("page", "init", "fix"),
    [
        pytest.param(
            "null",
            {},
            "Fix (Flask: in the policy)\n"
            "  A policy refuses this. 'null' is an origin that any site can take on,",
            id="a page without an origin",
        ),
        pytest.param(
            "http://app.example",
            {"credentials": "include"},
            "Fix (Flask: in the policy)\n  A policy refuses this.",
            id="a page over http, with cookies",
        ),
        pytest.param(
            PAGE,
            {"method": "patch"},
            "Fix (JavaScript: in the page's script)\n  Write the method in capitals",
            id="a method that is listed, in small letters",
        ),
    ],
)
def test_a_fix_is_none_that_a_policy_refuses_or_has_already(page, init, fix):
    app = flask_app()
    flask_cors_wsgi.CORS(app, Policy(allow_origins=[PAGE], allow_methods=["PATCH"]))
    text = str(Page(page, app).fetch("/users/7", **init))
    assert fix in text
    assert "allow_origins=" not in text


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (lambda result: result.assert_blocked(), "The response should have been blocked."),
        (lambda result: result.assert_preflighted(), "A preflight should have been sent."),
        (
            lambda result: result.assert_readable("X-Total-Count", "Content-Type"),
            "Script cannot read X-Total-Count (response-header-hidden).",
        ),
        (
            lambda result: result.assert_cookies_sent("session"),
            "The cookie session was not sent (cookie-not-sent).",
        ),
    ],
    ids=["assert_blocked", "assert_preflighted", "assert_readable", "assert_cookies_sent"],
)
def test_assertions_about_a_readable_response_explain_themselves(check, sentence):
    result = Page(PAGE, governed()).fetch("/users/7")
    with pytest.raises(AssertionError) as caught:
        check(result)
    text = str(caught.value)
    assert text.startswith(f"{sentence}\n\n")
    assert f"\n\nA page of {PAGE} can read https://api.example/users/7\n" in text


def test_an_assertion_shows_the_fix_for_the_stack():
    result = Page(PAGE, flask_app()).fetch("/users/7", headers={"X-A": "1"})
    assert str(result).endswith(
        """
Fix (Flask: below the line that creates `app`)
  Allow the page's origin. Every response then has the headers, errors
  and crashes included. Remove any CORS headers that you set by hand. If
  you already have a CORS set-up, add these values to it and keep the
  rest.

    from cors_wsgi import Policy
    from flask_cors_wsgi import CORS

    CORS(app, Policy(
        allow_origins=["https://app.example"],
        allow_headers=["X-A"],
    ))"""
    )
    hidden = Page(PAGE, governed()).fetch("/users/7")
    with pytest.raises(AssertionError) as caught:
        hidden.assert_readable("X-Total-Count")
    assert 'expose_headers=["X-Total-Count"]' in str(caught.value)
    refused = Page(PAGE, governed()).fetch("/users/7", headers={"X-A": "1"})
    assert 'allow_headers=["X-A"]' in str(refused)


@pytest.mark.parametrize("credentials", ["same-origin", "include"])
@pytest.mark.parametrize(
    ("method", "headers"), [("PUT", {}), ("GET", {"X-A": "1"}), ("PUT", {"X-A": "1", "X-B": "2"})]
)
@pytest.mark.parametrize(
    "policy",
    [
        {"allow_origins": ["https://other.example"]},
        {"allow_origins": "*"},
        {"allow_methods": ["PATCH"]},
        {"allow_headers": ["X-C"]},
    ],
)
def test_the_fix_that_is_shown_is_enough(policy, headers, method, credentials):
    fetch = {"method": method, "headers": headers, "credentials": credentials}
    result = Page(PAGE, governed(**policy)).fetch("/users/7", **fetch)
    names = {"application": flask_app()}
    _, start, code = str(result).partition("    from cors_wsgi import")
    exec(textwrap.dedent(start + code), names)
    Page(PAGE, names["application"]).fetch("/users/7", **fetch).assert_readable()


def test_what_is_no_fault_of_the_server_has_no_fix():
    result = Page(PAGE, flask_app()).fetch("/users/7", mode="same-origin").assert_blocked()
    assert str(result) == (
        "A page of https://app.example cannot read https://api.example/users/7\n"
        "  reason    Mode 'same-origin' does not allow a request to\n"
        "            https://api.example.\n"
        "  standard  main fetch, mode same-origin\n"
        "            https://fetch.spec.whatwg.org/#concept-main-fetch\n"
        "\n"
        "Nothing was sent.\n"
        "\n"
        "Consoles\n"
        "  Chrome, Edge\n"
        "    Fetch API cannot load https://api.example/users/7. Request mode is\n"
        '    "same-origin" but the URL\'s origin is not same as the request origin\n'
        "    https://app.example.\n"
        "  Firefox\n"
        "    Security Error: Content at https://app.example/ may not load data\n"
        "    from https://api.example/users/7.\n"
        "  Safari\n"
        "    Fetch API cannot load https://api.example/users/7."
    )


def test_any_other_preflight_status_has_a_fix_too():
    def app(environ, start_response):
        start_response("429 Slow down", [("Access-Control-Allow-Origin", "*")])
        return []

    result = Page(PAGE, app).fetch("/", method="PUT").assert_blocked()
    assert result.failure == "preflight-status"
    assert "Fix (plain WSGI: " in str(result)


def test_assertions_about_a_blocked_response_explain_themselves():
    result = Page(PAGE, governed()).fetch("/users/7", method="PUT")
    with pytest.raises(AssertionError, match="blocked by origin-missing, not method-missing"):
        result.assert_blocked("origin-missing")
    with pytest.raises(AssertionError, match="No preflight should have been sent"):
        result.assert_not_preflighted()
    assert result.assert_blocked("method-missing").failure == "method-missing"
    for read in ("status", "headers", "body", "text"):
        with pytest.raises(BlockedByCORS):
            getattr(result, read)


def test_preflights_are_cached_until_their_time_is_up():
    page = Page(PAGE, governed(allow_methods=["PUT"], max_age=600), engine=FIREFOX)
    assert len(page.fetch("/users/7", method="PUT").preflights) == 1
    page.fetch("/users/7", method="PUT").assert_not_preflighted()
    page.wait(600)
    page.fetch("/users/7", method="PUT").assert_preflighted()


def test_a_login_whose_cookie_comes_back():
    page = Page(PAGE, governed(allow_credentials=True))
    page.fetch("/login?secure&samesite=None", method="POST", credentials="include").assert_shared()
    result = page.fetch("/me", credentials="include").assert_cookies_sent("session")
    assert result.json() == {"session": "s3cret"}
    assert "s3cret" not in str(result)
    assert page.fetch("/me").json() == {"session": None}


def test_of_cookies_only_the_names_are_shown():
    page = Page("https://api.example", flask_app())
    page.fetch("/login?key=first", method="POST")
    page.fetch("/login?key=second", method="POST")
    text = str(page.fetch("/me", headers={"Authorization": "Bearer t0ken"}))
    assert "     > Cookie: first=...; second=..." in text
    assert "     > Authorization: Bearer ..." in text
    assert "s3cret" not in text
    assert "t0ken" not in text


def test_a_login_whose_cookie_does_not():
    page = Page(PAGE, governed(allow_credentials=True))
    login = page.fetch("/login", method="POST", credentials="include").assert_shared()
    words = " ".join(str(login).split())
    assert "Cookie 'session' stays behind: SameSite=Lax and the page is on another site." in words
    with pytest.raises(AssertionError, match="cookie-not-sent"):
        page.fetch("/me", credentials="include").assert_cookies_sent("session")


def test_a_page_of_the_same_site_gets_its_lax_cookie():
    page = Page(
        "https://app.shop.example",
        governed(allow_origins=["https://app.shop.example"], allow_credentials=True),
        at="https://api.shop.example",
    )
    page.fetch("/login", method="POST", credentials="include")
    page.fetch("/me", credentials="include").assert_cookies_sent("session")


def test_a_crash_reaches_the_test_or_becomes_what_a_server_makes_of_it():
    app = flask_app(PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(LookupError, match="the handler"):
        Page(PAGE, app).fetch("/crash")
    page = Page(PAGE, app, raise_app_exceptions=False)
    page.fetch("/crash").assert_blocked("error-without-cors")


def test_several_applications_and_a_redirect_between_them():
    apps = {"https://api.example": governed(), "https://other.example": governed()}
    result = Page(PAGE, apps).fetch("/go")
    assert [e.request.url for e in result.exchanges] == [
        "https://api.example/go",
        "https://other.example/users/1",
    ]
    result.assert_blocked("redirect-cross-origin")
    assert Page(PAGE, apps).fetch("https://other.example/users/2").json() == {"id": 2}


def test_an_origin_where_nothing_lives():
    result = Page(PAGE, flask_app()).fetch("https://gone.example/")
    assert "< no answer: there is no application at https://gone.example" in str(result)
    result.assert_blocked("preflight-no-answer")


@pytest.mark.parametrize(
    ("at", "written"),
    [
        pytest.param("https://api.example/", "write 'https://api.example'", id="a slash"),
        pytest.param("https://api.example/v1", "write 'https://api.example'", id="a path"),
        pytest.param("https://api.example:443", "write 'https://api.example'", id="its port"),
        pytest.param("https://API.example", "write 'https://api.example'", id="capitals"),
        pytest.param("api.example", "such as 'https://api.example'", id="no scheme"),
        pytest.param("tauri://localhost", "such as 'https://api.example'", id="no HTTP"),
    ],
)
def test_an_application_lives_on_an_origin(at, written):
    with pytest.raises(ValueError, match=written):
        Page(PAGE, flask_app(), at=at)
    with pytest.raises(ValueError, match=written):
        Page(PAGE, {"https://other.example": governed(), at: governed()})


def test_xhr():
    result = Page(PAGE, governed()).xhr("/login", method="POST", upload_listener=True)
    result.assert_shared().assert_preflighted()
    blocked = Page(PAGE, flask_app()).xhr("/me", with_credentials=True)
    assert blocked.message("chromium")[0].startswith("Access to XMLHttpRequest at ")


def test_what_fetch_would_throw():
    with pytest.raises(ScriptError, match="forbidden method"):
        Page(PAGE, flask_app()).fetch("/", method="TRACE")


def reflecting(vary):
    """A CORS layer as people write it: it sends the origin back."""
    app = flask_app()

    @app.after_request
    def cors(response):
        origin = flask.request.headers.get("Origin")
        if origin is not None:
            response.headers["Access-Control-Allow-Origin"] = origin
        if vary:
            response.vary.add("Origin")
        return response

    return app


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_shared_cache_without_vary_poisons_the_next_page(mode):
    cache = HTTPCache()
    Page("https://first.example", reflecting(vary=False), cache=cache).fetch("/news", mode=mode)
    second = Page(PAGE, reflecting(vary=False), cache=cache).fetch("/news")
    second.assert_blocked("cache-poisoned")


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_shared_cache_with_vary_does_not(mode):
    cache = HTTPCache()
    app = reflecting(vary=True)
    Page("https://first.example", app, cache=cache).fetch("/news", mode=mode)
    page = Page(PAGE, app, cache=cache)
    assert page.fetch("/news").text == "news"
    assert ("Age", "0") in page.fetch("/news").exchanges[0].response.headers


def test_control_characters_do_not_reach_the_explanation():
    def app(environ, start_response):
        start_response("200 O\x1bK", [("Access-Control-Allow-Origin", "\x1b[31m\x07" + "x" * 5000)])
        return []

    text = str(Page(PAGE, app).fetch("/"))
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) < 400
    assert r"< Access-Control-Allow-Origin: \x1b[31m\x07xxx" in text
