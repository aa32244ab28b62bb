"""Policies whose origins are in a store, as users write them, behind the WSGI middleware."""

import asyncio
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tenants.rows import BAD_ROWS, HOSTILE, PIECES
from tenants.test_store import in_threads

from cors_wsgi import CORSMiddleware, InvalidPolicy, Policy
from cors_wsgi.adapting import AsyncPolicyFunction, as_any_policy_source
from cors_wsgi.tenants import StoredOrigins, StoredPolicies, by_host

SHOP = "https://shop.example"
TEMPLATE = Policy.template(allow_credentials=True, allow_methods=["PUT"])
ALLOWED = {
    "Access-Control-Allow-Origin": SHOP,
    "Access-Control-Allow-Credentials": "true",
    "Vary": "Origin",
}


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def request(
    policies: Any, *, origin: str | None = SHOP, host: str = "shop.api.example", method: str = "GET"
) -> tuple[str, dict[str, str]]:
    """The status and the CORS headers that a request gets through the middleware."""
    environ = {"HTTP_HOST": host, "REQUEST_METHOD": method, "PATH_INFO": "/"}
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    if method == "OPTIONS":
        environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = "PUT"
    sent: list[Any] = []
    middleware = CORSMiddleware(application, policies)
    list(middleware(environ, lambda *start: sent.extend(start)))
    status, headers = sent[:2]
    return status, {name: value for name, value in headers if name != "Content-Type"}


def make(rows: Any = (SHOP,), **given: Any) -> StoredPolicies:
    """Policies of shops; `rows` is what load returns, or what it does."""
    arguments = {
        "key": by_host(below="api.example"),
        "load": rows if callable(rows) else lambda key: rows,
        "template": TEMPLATE,
        "wait": 30,  # the first row with a wildcard reads the list of public suffixes
    }
    return StoredPolicies(**(arguments | given))


def messages(caplog: pytest.LogCaptureFixture, level: int = logging.WARNING) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= level]


def test_a_tenants_page_is_allowed() -> None:
    policies = make()
    assert request(policies) == ("200 OK", ALLOWED)
    status, headers = request(policies, method="OPTIONS")
    assert status == "204 No Content"
    assert headers == ALLOWED | {
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Max-Age": "600",
    }
    assert request(policies, origin="https://other.example") == ("200 OK", {"Vary": "Origin"})


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda request: None, id="no key"),
        pytest.param(lambda request: request["HTTP_NOWHERE"], id="a key function that fails"),
        pytest.param(lambda request: 1, id="a number"),
        pytest.param(lambda request: b"shop", id="bytes"),
        pytest.param(lambda request: ["shop"], id="a list"),
    ],
)
def test_without_a_key_nobody_is_allowed(key: Callable[[Any], Any]) -> None:
    asked: list[str] = []
    policies = make(lambda key: asked.append(key) or [SHOP], key=key)
    assert request(policies) == ("200 OK", {"Vary": "Origin"})
    assert request(policies, method="OPTIONS") == ("204 No Content", {"Vary": "Origin"})
    assert asked == []


def test_a_key_function_that_fails_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    policies = make(key=lambda request: request["HTTP_X_TENANT"])
    for host in ("a\nb", "c"):
        request(policies, host=host)
    [message] = messages(caplog)
    assert re.fullmatch(
        r"tenants: the function that returns a request's key failed: KeyError at .*\.py:\d+",
        message,
    )


@pytest.mark.parametrize(
    ("rows", "headers"),
    [
        pytest.param([SHOP], ALLOWED, id="a list"),
        pytest.param((SHOP,), ALLOWED, id="a tuple"),
        pytest.param({SHOP: 1}, ALLOWED, id="the keys of a mapping"),
        pytest.param(lambda key: (row for row in [SHOP]), ALLOWED, id="a generator"),
        pytest.param([], {"Vary": "Origin"}, id="a tenant without origins"),
        pytest.param(None, {"Vary": "Origin"}, id="no such tenant"),
    ],
)
def test_what_load_returns(
    rows: Any, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    policies = make(rows)
    assert request(policies) == ("200 OK", headers)
    assert request(policies, method="OPTIONS")[0] == "204 No Content"
    assert messages(caplog) == []


def broken(key: str) -> Iterator[str]:
    yield SHOP
    raise OSError("half way")


async def later(key: str) -> list[str]:
    return [SHOP]


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(lambda key: SHOP, id="a string"),
        pytest.param(lambda key: SHOP.encode(), id="bytes"),
        pytest.param(lambda key: 1, id="a number"),
        pytest.param(lambda key: True, id="a flag"),
        pytest.param(broken, id="an error half way"),
        pytest.param(lambda key: {}[key], id="an error"),
    ],
)
def test_what_counts_as_a_failure(
    load: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    policies = make(load)
    for _ in range(2):
        assert request(policies) == ("200 OK", {"Vary": "Origin"})
        assert request(policies, method="OPTIONS") == ("204 No Content", {"Vary": "Origin"})
    [message] = messages(caplog)
    assert message.startswith("tenants: asked about 'shop', the store fails, so nobody")
    assert policies.explain("shop").state == "failed"


def test_an_error_that_comes_too_late_is_logged_as_the_reason_of_the_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    goes_on = threading.Event()

    def load(key: str) -> list[str]:
        goes_on.wait(5)
        raise PermissionError("wrong password")

    policies = make(load, wait=0.01)
    request(policies)
    goes_on.set()
    while policies.stats()["asking"]:
        time.sleep(0.01)
    silence, error = messages(caplog)
    assert silence.endswith("no answer within 0.01 s")
    assert error.endswith("'wrong password'")


def test_an_asynchronous_load_needs_an_asgi_adapter(caplog: pytest.LogCaptureFixture) -> None:
    policies = make(later)
    message = (
        "StoredPolicies asks an asynchronous function, which only the ASGI adapters can wait for"
    )
    with pytest.raises(TypeError, match=message):
        CORSMiddleware(application, policies)
    # Django has one setting for both interfaces.
    source = as_any_policy_source(policies)
    assert isinstance(source, AsyncPolicyFunction)
    assert source.synchronous is policies
    for _ in range(2):
        assert not policies({"HTTP_HOST": "shop.api.example"}).allows_origin(SHOP)
    assert messages(caplog) == [
        "tenants: load is asynchronous, which only the ASGI adapters can wait for"
    ]


@pytest.mark.parametrize("load", [later, lambda key: [SHOP]], ids=["asynchronous", "in threads"])
def test_under_asgi_the_policy_is_awaited(load: Callable[[str], Any]) -> None:
    policies = make(load)
    scope = {"type": "http", "path": "/", "headers": [(b"host", b"SHOP.api.example:8080")]}

    async def main() -> list[Policy]:
        return [await policies.choose(scope), await policies.choose(scope)]

    for policy in asyncio.run(main()):
        assert policy.allow_origins == (SHOP,)
    nowhere = {"type": "http", "path": "/", "headers": []}
    assert not asyncio.run(policies.choose(nowhere)).allows_origin(SHOP)


def test_an_adapter_for_both_interfaces_waits_on_an_event_loop_only_where_there_is_one() -> None:
    source = as_any_policy_source(make())
    assert isinstance(source, AsyncPolicyFunction)
    assert source.synchronous is not None
    environ = {"HTTP_HOST": "shop.api.example"}
    for policy in (source.synchronous.policy_for(environ), asyncio.run(source.policy_for(environ))):
        assert policy is not None
        assert policy.allow_origins == (SHOP,)


@pytest.mark.parametrize("row", BAD_ROWS, ids=repr)
def test_a_wrong_row_is_left_out_and_logged(row: Any, caplog: pytest.LogCaptureFixture) -> None:
    policies = make([row, "https://good.example", row])
    assert request(policies, origin="https://good.example")[1]["Access-Control-Allow-Origin"]
    policy = policies({"HTTP_HOST": "shop.api.example"})
    assert policy.allow_origins == ("https://good.example",)
    logged = messages(caplog)
    assert len(logged) == 2
    assert all(line.startswith("tenants: 'shop': the row ") for line in logged)
    assert all(ascii(row)[:490] in line for line in logged)
    assert all(line.isascii() and line.isprintable() for line in logged)
    assert [problem.value for problem in policies.explain("shop").left_out] == [row, row]


@pytest.mark.parametrize("row", ["null", "file://"])
def test_no_template_lets_a_row_name_an_opaque_origin(row: str) -> None:
    template = Policy.template(dangerously_allow_null_origin=True)
    assert template.policy([row]).allow_origins == ()


def test_insecure_origins_hold_without_credentials() -> None:
    policies = make(["http://shop.example"], template=Policy.template())
    assert request(policies, origin="http://shop.example")[1] == {
        "Access-Control-Allow-Origin": "http://shop.example",
        "Vary": "Origin",
    }


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(
        st.one_of(
            st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
            st.text(max_size=30),
            st.sampled_from([row for row in BAD_ROWS if isinstance(row, str)]),
        ),
        max_size=100,
    )
)
def test_no_row_opens_what_none_spells(rows: list[str]) -> None:
    policy = TEMPLATE.policy(rows)
    assert set(policy.allow_origins) <= set(rows)
    for origin in policy.allow_origins:
        assert Policy(allow_origins=[origin], allow_credentials=True).allow_origins == (origin,)
    for probe in ("https://evil.example", "null", "https://shop.example", "http://evil.example"):
        assert policy.allows_origin(probe) is (probe in rows and probe.startswith("https"))


def test_a_hundred_thousand_hostile_rows_open_nothing() -> None:
    rows = [f"{left}{number}{right}" for number in range(4000) for left, right in HOSTILE]
    assert len(rows) == 100_000
    began = time.process_time()
    policy = TEMPLATE.policy(rows)
    assert policy.allow_origins == ()
    assert len(policy.warnings) == len(rows)
    assert time.process_time() - began < 20


def test_explain_asks_nothing_and_knows_strangers() -> None:
    asked: list[str] = []
    rows = {"shop": [SHOP, "https://shop.example/"], "empty": []}

    def load(key: str) -> list[str] | None:
        asked.append(key)
        return rows.get(key)

    policies = make(load)
    assert (
        str(policies.explain("shop")) == "'shop': not asked, the next request waits for the store"
    )
    for name in ("shop", "empty", "nowhere"):
        request(policies, host=f"{name}.api.example")
    asked.clear()
    lines = str(policies.explain("shop")).splitlines()
    assert re.fullmatch(r"'shop': fresh, served without asking; asked for \d+\.\d s ago", lines[0])
    assert lines[1:] == [
        "  origins: https://shop.example",
        "  left out: 'https://shop.example/' ends with a slash. Write 'https://shop.example'.",
    ]
    assert str(policies.explain("empty")).splitlines()[1:] == ["  origins: none"]
    assert str(policies.explain("nowhere")) == (
        "'nowhere': unknown, the store has no such key, so nobody is allowed"
    )
    assert asked == []


def test_what_is_forgotten_is_asked_for_again() -> None:
    rows = [SHOP]
    policies = make(lambda key: rows)
    assert request(policies)[1] == ALLOWED
    rows.clear()
    policies.forget("shop")
    assert policies.explain("shop").state == "changed"
    assert request(policies)[1] == {"Vary": "Origin"}


def test_stats_count() -> None:
    policies = make({"shop": [SHOP], "odd": 1}.get)
    for name in ("shop", "odd", "nowhere"):
        request(policies, host=f"{name}.api.example")
    policies.forget("shop")
    assert policies.stats() == {
        "questions": 3,
        "failures": 1,
        "announcements": 1,
        "asking": 0,
        "hearing": False,
        "known": 1,
        "strangers": 2,
        "fresh": 0,
        "suspect": 0,
        "stale": 0,
        "expired": 0,
        "changed": 1,
    }


def test_a_cold_start_refuses_no_tenant() -> None:
    policies = StoredPolicies(
        key=lambda request: request["key"],
        load=lambda key: [f"https://{key}.example"],
        template=Policy.template(),
    )

    def start(thread: int) -> int:
        keys = [f"tenant-{thread}-{number}" for number in range(250)]
        return sum(policies({"key": key}).allows_origin(f"https://{key}.example") for key in keys)

    assert in_threads(8, start) == [250] * 8


def test_with_all_keys_a_stranger_costs_no_question() -> None:
    asked: list[str] = []

    def load(key: str) -> list[str]:
        asked.append(key)
        return [SHOP]

    policies = make(load, keys=lambda: ["shop", "cafe"])
    for number in range(100):
        headers = request(policies, host=f"stranger-{number}.api.example")[1]
        assert headers == {"Vary": "Origin"}
    assert request(policies)[1] == ALLOWED
    assert asked == ["shop"]
    assert policies.explain("stranger-1").state == "unknown"


def test_rows_in_place_of_keys_are_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    policies = make([SHOP], keys=lambda: [("shop",), ("cafe",)])
    assert request(policies)[1] == ALLOWED  # the store is asked about each key
    [message] = messages(caplog)
    assert message.startswith(
        "tenants: asked about which keys there are, the store fails, so it is asked about each key"
    )
    assert "keys has to return strings, not ('shop',)" in message


def test_changes_are_obeyed_at_once() -> None:
    rows = {"shop": [SHOP]}
    commit = threading.Event()

    def changes() -> Iterator[str | None]:
        yield None
        while commit.wait():
            commit.clear()
            yield "shop"

    policies = make(lambda key: rows[key], changes=changes)
    assert request(policies)[1] == ALLOWED
    while not policies.stats()["hearing"]:
        time.sleep(0.005)
    for allowed in (False, True, False):
        rows["shop"] = [SHOP] if allowed else []
        commit.set()
        end = time.monotonic() + 5
        while ("Access-Control-Allow-Origin" in request(policies)[1]) is not allowed:
            assert time.monotonic() < end


@pytest.mark.parametrize(
    ("host", "key"),
    [
        pytest.param("shop.api.example", "shop", id="plain"),
        pytest.param("SHOP.API.Example", "shop", id="in capitals"),
        pytest.param("shop.api.example:8080", "shop", id="with a port"),
        pytest.param("shop.api.example:", "shop", id="with an empty port"),
        pytest.param("shop.api.example.", "shop", id="with a final dot"),
        pytest.param("Shop.api.example.:443", "shop", id="with all of them"),
        pytest.param("my-shop_2.api.example", "my-shop_2", id="with a hyphen and a low line"),
        pytest.param("a.shop.api.example", None, id="two labels"),
        pytest.param("api.example", None, id="no label"),
        pytest.param(".api.example", None, id="an empty label"),
        pytest.param("shop.api.example..", None, id="two final dots"),
        pytest.param("shop.api.example:http", None, id="a port that is none"),
        pytest.param("shop.api.example:80:80", None, id="two ports"),
        pytest.param("shopapi.example", None, id="no dot"),
        pytest.param("shop.api.example.evil.example", None, id="a longer host"),
        pytest.param("shop.apiXexample", None, id="the dot is a dot"),
        pytest.param("sh op.api.example", None, id="a blank"),
        pytest.param("shop.api.example\n", None, id="a line break"),
        pytest.param("\u017fhop.api.example", None, id="a letter that is s in capitals"),
        pytest.param("[::1]", None, id="an address"),
        pytest.param("a" * 64 + ".api.example", None, id="a label that is too long"),
        pytest.param("", None, id="an empty host"),
    ],
)
def test_the_key_is_the_label_below_a_host(host: str, key: str | None) -> None:
    key_of = by_host(below="API.example.")
    assert key_of({"HTTP_HOST": host}) == key
    if host.isascii():
        scope = {"type": "http", "headers": [(b"host", host.encode())]}
        assert key_of(scope) == (key_of({"HTTP_HOST": host}))


def test_without_one_host_there_is_no_key() -> None:
    key_of = by_host(below="api.example")
    assert key_of({"REQUEST_METHOD": "GET"}) is None
    host = (b"host", b"shop.api.example")
    assert key_of({"type": "http", "headers": [host, host]}) is None
    assert key_of({"type": "http", "headers": []}) is None


@pytest.mark.parametrize("below", ["", "*.api.example", "https://api.example", "api example", "."])
def test_below_is_the_name_of_a_host(below: str) -> None:
    with pytest.raises(ValueError, match="below has to be the name of a host"):
        by_host(below=below)


def test_one_api_for_the_pages_of_all_customers() -> None:
    asked: list[str] = []

    def load(origin: str) -> bool:
        asked.append(origin)
        return origin == SHOP

    policies = StoredOrigins(load=load, template=TEMPLATE)
    for _ in range(3):
        assert request(policies) == ("200 OK", ALLOWED)
        assert request(policies, origin="https://evil.example") == ("200 OK", {"Vary": "Origin"})
        assert request(policies, origin=None) == ("200 OK", {"Vary": "Origin"})
        assert request(policies, method="OPTIONS")[0] == "204 No Content"
    assert asked == [SHOP, "https://evil.example"]


@pytest.mark.parametrize("origin", [row for row in BAD_ROWS if isinstance(row, str)], ids=ascii)
def test_what_is_no_plain_origin_costs_no_question_and_a_yes_does_not_open_it(origin: str) -> None:
    asked: list[str] = []
    policies = StoredOrigins(load=lambda origin: asked.append(origin) or True, template=TEMPLATE)
    assert request(policies, origin=origin) == ("200 OK", {"Vary": "Origin"})
    assert policies.explain(origin).state == "no key"
    assert asked == []


@pytest.mark.parametrize("answer", ["yes", 1, [SHOP], None])
def test_a_yes_is_true(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    policies = StoredOrigins(load=lambda origin: answer, template=TEMPLATE)
    assert request(policies) == ("200 OK", {"Vary": "Origin"})
    [message] = messages(caplog)
    assert "load has to return True or False" in message


def test_under_asgi_several_origins_are_one_that_nobody_has() -> None:
    policies = StoredOrigins(load=lambda origin: True, template=TEMPLATE)
    headers = [(b"Origin", SHOP.encode()), (b"origin", SHOP.encode())]
    one = asyncio.run(policies.choose({"type": "http", "headers": headers[:1]}))
    two = asyncio.run(policies.choose({"type": "http", "headers": headers}))
    assert one.allows_origin(SHOP)
    assert not two.allows_origin(SHOP)


async def never() -> AsyncIterator[None]:
    yield None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param({"key": "shop"}, TypeError, "key has to be a function", id="key"),
        pytest.param({"load": [SHOP]}, TypeError, "load has to be a function", id="load"),
        pytest.param(
            {"changes": iter([])}, TypeError, "changes has to be a function", id="changes"
        ),
        pytest.param(
            {"changes": never},
            TypeError,
            "changes cannot be asynchronous, since a thread calls it, under ASGI too",
            id="asynchronous changes",
        ),
        pytest.param({"keys": ["shop"]}, TypeError, "keys has to be a function", id="keys"),
        pytest.param(
            {"template": Policy(allow_origins=[SHOP])},
            TypeError,
            r"template has to be Policy\.template\(\.\.\.\), not Policy",
            id="template",
        ),
        pytest.param({"keys": later}, TypeError, "both asynchronous", id="only keys is async"),
        pytest.param({"fresh_for": -1}, ValueError, "fresh_for has to be", id="negative"),
        pytest.param({"wait": float("nan")}, ValueError, "wait has to be", id="no number"),
        pytest.param({"stale_for": "60"}, ValueError, "stale_for has to be", id="text"),
        pytest.param({"at_once": 0}, ValueError, "at_once has to be", id="none at once"),
        pytest.param({"at_most": 1.5}, ValueError, "at_most has to be", id="a fraction"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make(**arguments)


def test_a_template_has_no_origins() -> None:
    with pytest.raises(TypeError, match="a template has no allow_origins"):
        Policy.template(allow_origins=[SHOP])
    with pytest.raises(InvalidPolicy) as caught:
        Policy.template(allow_methods=["TRACE"], alow_headers=["x-a"])
    assert {problem.code for problem in caught.value.problems} == {
        "method-forbidden",
        "key-unknown",
    }


def test_a_policy_of_a_template_is_the_policy_written_out() -> None:
    written = Policy(allow_origins=[SHOP], allow_credentials=True, allow_methods=["PUT"])
    assert TEMPLATE.policy([SHOP, SHOP]) == written
