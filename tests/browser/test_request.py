"""What script may ask for, and what of it needs a preflight."""

import pytest
from browser.playing import PAGE, URL, allow_headers, allow_methods, allow_origin, answer, header
from browser.playing import play as played

from cors_wsgi.browser import ScriptError, fetch, fetch_request, xhr_request


def first_request(**init):
    return next(fetch(fetch_request(PAGE, URL, **init)))


def wire_headers(request):
    return {name.lower(): value for name, value in request.headers}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param("put", "PUT", id="put is upper-cased"),
        pytest.param("delete", "DELETE", id="delete is upper-cased"),
        pytest.param("oPtIoNs", "OPTIONS", id="options is upper-cased, whatever its case"),
        pytest.param("patch", "patch", id="patch is left alone"),
        pytest.param("query", "query", id="query is left alone"),
    ],
)
def test_method_normalisation(given, sent):
    assert wire_headers(first_request(method=given))["access-control-request-method"] == sent


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "TRACK", "trace", "a b", "", "GET,PUT"])
def test_methods_that_no_script_can_send(method):
    with pytest.raises(ScriptError, match="method"):
        fetch_request(PAGE, URL, method=method)


@pytest.mark.parametrize(
    "init",
    [
        pytest.param({"url": "/users"}, id="relative URL"),
        pytest.param({"url": "ftp://api.example/"}, id="not HTTP"),
        pytest.param({"url": "https://me:secret@api.example/"}, id="URL with a password"),
        pytest.param({"headers": {"X A": "1"}}, id="header name with a space"),
        pytest.param({"headers": {"": "1"}}, id="empty header name"),
        pytest.param({"headers": {"X-A": "1\r\nX-B: 2"}}, id="header value with a line break"),
        pytest.param({"headers": {"X-A": "€"}}, id="header value over one byte a character"),
        pytest.param({"body": "x"}, id="GET with a body"),
        pytest.param({"method": "PUT", "mode": "no-cors"}, id="PUT without CORS"),
        pytest.param({"mode": "navigate"}, id="a mode that no script has"),
        pytest.param({"credentials": "included"}, id="no credentials mode"),
        pytest.param({"credentials": True}, id="credentials as XMLHttpRequest has them"),
        pytest.param({"redirect": "ignore"}, id="no redirect mode"),
    ],
)
def test_requests_that_fetch_itself_refuses(init):
    with pytest.raises(ScriptError):
        fetch_request(PAGE, init.pop("url", URL), **init)


@pytest.mark.parametrize(
    "origin",
    ["https://app.example/", "https://APP.example", "https://app.example:443", "app.example", ""],
)
def test_a_page_needs_an_origin_as_browsers_write_it(origin):
    with pytest.raises(ValueError, match="not an origin as browsers write it"):
        fetch_request(origin, URL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "evil.example"),
        ("Cookie", "a=b"),
        ("Origin", "https://evil.example"),
        ("Access-Control-Request-Method", "PUT"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Proxy-Authorization", "Basic eA=="),
        ("DNT", "1"),
        ("X-HTTP-Method-Override", "GET, TRACE"),
    ],
)
def test_forbidden_headers_are_dropped(name, value):
    wire = wire_headers(first_request(headers={name: value, "Accept": "text/html"}))
    assert wire == {"accept": "text/html", "origin": PAGE}


def test_a_method_override_with_an_allowed_method_is_a_header_like_another():
    wire = first_request(headers={"X-HTTP-Method-Override": "PUT"})
    assert wire_headers(wire)["access-control-request-headers"] == "x-http-method-override"


SAFE = None
UNSAFE = "preflight"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("Accept", "application/json", SAFE, id="Accept"),
        pytest.param("Accept", "a\tb", SAFE, id="Accept with a tab"),
        pytest.param("Accept", "a(b", UNSAFE, id="Accept with a parenthesis"),
        pytest.param("Accept", 'text/html;q="1"', UNSAFE, id="Accept with a quote"),
        pytest.param("Accept", "x" * 128, SAFE, id="Accept of 128 bytes"),
        pytest.param("Accept", "x" * 129, UNSAFE, id="Accept of 129 bytes"),
        pytest.param("Accept-Language", "de-CH, en;q=0.5, *", SAFE, id="Accept-Language"),
        pytest.param("Accept-Language", "de_CH", UNSAFE, id="Accept-Language with underscore"),
        pytest.param("Content-Language", "en", SAFE, id="Content-Language"),
        pytest.param("Content-Language", "en\t", SAFE, id="Content-Language, blanks around"),
        pytest.param("Content-Type", "text/plain", SAFE, id="text/plain"),
        pytest.param("Content-Type", "TEXT/Plain;charset=utf-8", SAFE, id="with a parameter"),
        pytest.param("Content-Type", "multipart/form-data; boundary=x", SAFE, id="multipart"),
        pytest.param("Content-Type", "application/x-www-form-urlencoded", SAFE, id="urlencoded"),
        pytest.param("Content-Type", "application/json", UNSAFE, id="JSON"),
        pytest.param("Content-Type", "text/plain, application/json", UNSAFE, id="two types"),
        pytest.param("Content-Type", "text", UNSAFE, id="no MIME type"),
        pytest.param("Content-Type", 'text/plain; a="b"', UNSAFE, id="quoted parameter"),
        pytest.param("Range", "bytes=0-5", SAFE, id="one range"),
        pytest.param("Range", "bytes=5-", SAFE, id="one open range"),
        pytest.param("Range", "bytes=-5", UNSAFE, id="a range from the end"),
        pytest.param("Range", "bytes=5-0", UNSAFE, id="a range backwards"),
        pytest.param("Range", "bytes=9-10", SAFE, id="numbers, not text, are compared"),
        pytest.param("Range", "bytes=0-1,3-4", UNSAFE, id="two ranges"),
        pytest.param("Range", "bytes = 0-5", UNSAFE, id="range with blanks"),
        pytest.param("Authorization", "Bearer x", UNSAFE, id="Authorization"),
        pytest.param("X-Requested-With", "XMLHttpRequest", UNSAFE, id="X-Requested-With"),
    ],
)
def test_safelisted_request_headers(name, value, expected):
    request = first_request(method="POST", headers={name: value})
    asked = wire_headers(request).get("access-control-request-headers")
    assert asked == (name.lower() if expected == UNSAFE else None)


def test_safelisted_headers_are_unsafe_together_past_1024_bytes():
    pairs = [("Accept", "x" * 128)] * 8
    assert first_request(headers=pairs).method == "GET"
    request = first_request(headers=[*pairs, ("Accept-Language", "e")])
    assert wire_headers(request)["access-control-request-headers"] == "accept,accept-language"


def test_the_preflight_carries_no_credentials_and_sorts_the_names():
    request = first_request(
        method="PUT",
        headers={"X-B": "1", "Authorization": "Bearer x", "x-a": "2", "Accept": "text/html"},
        credentials="include",
    )
    assert request.method == "OPTIONS"
    assert request.headers == (
        ("Accept", "*/*"),
        ("Origin", PAGE),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,x-a,x-b"),
    )


@pytest.mark.parametrize(
    ("init", "reasons"),
    [
        pytest.param(
            {"method": "PUT"}, ("the method PUT is not CORS-safelisted",), id="the method"
        ),
        pytest.param(
            {"headers": {"X-A": "1"}},
            ("X-A is not a CORS-safelisted request-header",),
            id="a header",
        ),
        pytest.param(
            {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": "{}"},
            ("Content-Type 'application/json' is not one that a form can send",),
            id="the type of the body",
        ),
        pytest.param(
            {"method": "POST", "body": b"x", "streams": True},
            ("the body is a stream",),
            id="a stream",
        ),
    ],
)
def test_a_preflight_says_why_it_is_needed(init, reasons):
    outcome = played(answer(404), **init)
    assert outcome.exchanges[0].reasons == reasons


def test_text_brings_its_content_type_along():
    request = first_request(method="POST", body="é")
    assert request.body == "é".encode()
    assert wire_headers(request)["content-type"] == "text/plain;charset=UTF-8"


def test_an_upload_listener_forces_a_preflight():
    request = xhr_request(PAGE, URL, method="POST", body="x", upload_listener=True)
    outcome = played(answer(204, allow_origin()), answer(200, allow_origin()), request=request)
    assert outcome.exchanges[0].reasons == ("an upload listener is registered",)
    assert outcome.shared


def test_xhr_combines_the_values_of_a_header_and_ignores_a_body_with_get():
    request = xhr_request(PAGE, URL, headers=[("X-A", "1"), ("x-a", "2")], body="ignored")
    outcome = played(
        answer(204, allow_origin(), allow_headers("x-a")),
        answer(200, allow_origin()),
        request=request,
    )
    assert header(outcome.exchanges[1], "X-A") == "1, 2"
    assert outcome.exchanges[1].request.body == b""


def test_xhr_messages_name_xhr():
    outcome = played(
        answer(200, allow_origin("*")), request=xhr_request(PAGE, URL, with_credentials=True)
    )
    (line,) = outcome.message("chromium")
    assert line == (
        f"Access to XMLHttpRequest at '{URL}' from origin '{PAGE}' has been blocked by CORS "
        "policy: The value of the 'Access-Control-Allow-Origin' header in the response must not "
        "be the wildcard '*' when the request's credentials mode is 'include'. The credentials "
        "mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials "
        "attribute."
    )


def test_no_cors_drops_what_it_may_not_send():
    wire = first_request(mode="no-cors", headers={"X-A": "1", "Accept": "text/html"})
    assert wire_headers(wire) == {"accept": "text/html"}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.example", "https://api.example/"),
        ("https://api.example?q=1#top", "https://api.example/?q=1"),
        ("https://api.example/a/../b/./c", "https://api.example/b/c"),
        ("https://api.example/a/%2E%2e/b", "https://api.example/b"),
        ("https://api.example/../a/..", "https://api.example/"),
        ("https://api.example/a/%2e", "https://api.example/a/"),
        ("https://api.example/a//b", "https://api.example/a//b"),
        ("https://api.example/a\\..\\b", "https://api.example/b"),
    ],
)
def test_urls_are_sent_as_browsers_write_them(url, sent):
    assert next(fetch(fetch_request(PAGE, url))).url == sent


def test_same_origin_requests_carry_origin_only_with_other_methods_than_get_and_head():
    page = "https://api.example"
    get = next(fetch(fetch_request(page, URL)))
    assert wire_headers(get) == {"accept": "*/*"}
    post = next(fetch(fetch_request(page, URL, method="POST")))
    assert wire_headers(post)["origin"] == page
    put = next(fetch(fetch_request(page, URL, method="PUT", headers={"X-A": "1"})))
    assert put.method == "PUT"


@pytest.mark.parametrize(
    ("mode", "url", "origin"),
    [
        ("no-cors", "https://api.example/", "https://app.example"),
        ("no-cors", "http://api.example/", "null"),
        ("cors", "http://api.example/", "https://app.example"),
    ],
)
def test_without_cors_a_downgrade_hides_the_origin(mode, url, origin):
    request = next(fetch(fetch_request(PAGE, url, mode=mode, method="POST")))
    assert wire_headers(request)["origin"] == origin


def test_a_page_with_an_opaque_origin_sends_null():
    outcome = played(answer(200, allow_origin("null")), request=fetch_request("null", URL))
    assert header(outcome.exchanges[0], "Origin") == "null"
    assert outcome.shared


def test_methods_and_headers_allowed():
    outcome = played(
        answer(204, allow_origin(), allow_methods("GET, PUT"), allow_headers("X-A, x-b")),
        answer(200, allow_origin()),
        method="PUT",
        headers={"x-a": "1", "X-B": "2"},
    )
    assert outcome.shared


def test_a_body_that_is_data_is_text_first():
    with pytest.raises(TypeError, match="makes text of data"):
        fetch_request(PAGE, URL, method="POST", body={"a": 1})


def test_a_stream_has_no_content_type():
    wire = first_request(method="POST", body="text", streams=True)
    assert "content-type" not in wire_headers(wire)


def test_a_stream_is_not_possible_without_cors():
    with pytest.raises(ScriptError, match="a stream is not possible with mode 'no-cors'"):
        fetch_request(PAGE, URL, method="POST", body="x", mode="no-cors", streams=True)


def test_an_xmlhttprequest_may_name_a_user_and_sends_none():
    request = xhr_request(PAGE, "https://me:secret@api.example/users/7", method="PUT")
    outcome = played(
        answer(204, allow_origin(), allow_methods("PUT")),
        answer(200, allow_origin()),
        request=request,
    )
    sent = [exchange.request for exchange in outcome.exchanges]
    assert [request.url for request in sent] == ["https://api.example/users/7"] * 2
    assert all("authorization" not in wire_headers(request) for request in sent)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https:\\\\api.example\\a\\..\\b", "https://api.example/b"),
        ("HTTPS://API.example:443/a b", "https://api.example/a%20b"),
        (" https://api.example/\ta\n", "https://api.example/a"),
        ("https:///api.example/é", "https://api.example/%C3%A9"),
        ("https://0x7f.1/", "https://127.0.0.1/"),
        ("https://%61pi.example/?a?b#c", "https://api.example/?a?b"),
        ("https://[::1]:443/", "https://[::1]/"),
        ("https://api.example/?", "https://api.example/?"),
    ],
)
def test_urls_are_parsed_as_browsers_do(url, sent):
    assert next(fetch(fetch_request(PAGE, url))).url == sent


@pytest.mark.parametrize(
    "url",
    [
        *("http://a b/", "http://a<b/", "http://[::g]/", "http://[::1/", "http://", "http://:80/"),
        *(
            "http://a:99999/",
            "http://a:x/",
            "http://1.2.3.256/",
            "http://1.2.3.4.5/",
            "http://a%20b/",
        ),
        *("http://a.08/", "ftp://a/", "//a/", "a", "", "http://é.example/"),
    ],
)
def test_what_is_no_url(url):
    with pytest.raises(ScriptError):
        fetch_request(PAGE, url)
