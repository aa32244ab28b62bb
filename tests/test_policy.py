"""A wrong policy cannot be built, and says all that is wrong with it."""

import copy
import pickle
import re
from datetime import timedelta

import pytest

from cors_wsgi import InvalidPolicy, Policy, Problem

APP = "https://app.example"


def problems_of(**fields: object) -> list[Problem]:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(**fields)
    return list(caught.value.problems)


def codes(problems: list[Problem] | tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


# The entry, the codes of all its problems, and what the (last) hint says.
WRONG_ORIGINS = [
    pytest.param(None, ["origin-undefined"], "Set it", id="None, as of an unset variable"),
    pytest.param("", ["origin-undefined"], "Set it", id="nothing"),
    pytest.param("  ", ["origin-undefined"], "Set it", id="blanks"),
    pytest.param("undefined", ["origin-undefined"], "Set it", id="undefined, as of JavaScript"),
    pytest.param("None", ["origin-undefined"], "Set it", id="None, as of Python"),
    pytest.param("app.example", ["origin-scheme-missing"], "'https://app.example'", id="host"),
    pytest.param("//app.example", ["origin-scheme-missing"], "'https://app.example'", id="//"),
    pytest.param("localhost:3000", ["origin-scheme-missing"], "'http://localhost:3000'", id="dev"),
    pytest.param(f"{APP}/", ["origin-trailing-slash"], repr(APP), id="trailing slash"),
    pytest.param(f"{APP}/x", ["origin-path"], repr(APP), id="path"),
    pytest.param(f"{APP}?x=1", ["origin-path"], repr(APP), id="query"),
    pytest.param(f"{APP}#x", ["origin-path"], repr(APP), id="fragment"),
    pytest.param(f"{APP}\\x", ["origin-path"], repr(APP), id="backslash"),
    pytest.param("https://me@app.example", ["origin-userinfo"], repr(APP), id="user name"),
    pytest.param("https://App.example", ["origin-capitals"], repr(APP), id="capitals"),
    pytest.param("https://app.example:443", ["origin-default-port"], repr(APP), id="https, 443"),
    pytest.param("http://a.example:80", ["origin-default-port"], "'http://a.example'", id="80"),
    pytest.param("https://app.example:", ["origin-port"], repr(APP), id="colon, no port"),
    pytest.param("https://app.example:0", ["origin-port"], "digits", id="port 0"),
    pytest.param("https://app.example:65536", ["origin-port"], "digits", id="port 65536"),
    pytest.param("https://app.example:080", ["origin-port"], "digits", id="port 080"),
    pytest.param("https://app.example:a", ["origin-port"], "digits", id="port a"),
    pytest.param("https://app.example:8*", ["origin-port"], "digits", id="half a port"),
    pytest.param(
        "https://b\u00fccher.example",
        ["origin-host-unicode"],
        "'https://xn--bcher-kva.example'",
        id="Unicode host",
    ),
    pytest.param(
        "https://stra\u00dfe.example",
        ["origin-host-unicode"],
        "its punycode form",
        id="Unicode host that IDNA versions write differently",
    ),
    pytest.param("http://192.0.2", ["origin-ip"], "'192.0.2.1'", id="IPv4, short"),
    pytest.param("http://192.0.2.256", ["origin-ip"], "'192.0.2.1'", id="IPv4, 256"),
    pytest.param("http://192.0.2.01", ["origin-ip"], "'192.0.2.1'", id="IPv4, octal"),
    pytest.param("http://0x7f000001", ["origin-ip"], "'192.0.2.1'", id="IPv4, hexadecimal"),
    pytest.param("http://*.192.0.2.1", ["origin-ip"], "has none", id="subdomains of an address"),
    pytest.param("http://[::1", ["origin-ip"], "'http://[::1]'", id="IPv6, unclosed"),
    pytest.param("http://[::1]8080", ["origin-ip"], "'[::1]'", id="IPv6, port without colon"),
    pytest.param("http://[::g]", ["origin-ip"], "'[::1]'", id="IPv6, no hexadecimal"),
    pytest.param("http://[fe80::1%25eth0]", ["origin-ip"], "'[::1]'", id="IPv6, zone"),
    pytest.param("http://[0:0::1]", ["origin-ip"], "'http://[::1]'", id="IPv6, long form"),
    pytest.param(
        "http://[::ffff:192.0.2.1]", ["origin-ip"], "'http://[::ffff:c000:201]'", id="IPv6, mapped"
    ),
    pytest.param("https://app..example", ["origin-host"], "Labels", id="empty label"),
    pytest.param(f"https://{'a' * 64}.example", ["origin-host"], "Labels", id="long label"),
    pytest.param(f"https://{'a.' * 127}b", ["origin-host"], "Labels", id="long host"),
    pytest.param("https://app.example.", ["origin-host"], "Drop the dot", id="root dot"),
    pytest.param("https://app%2eexample", ["origin-host"], "Labels", id="escape"),
    pytest.param("https://", ["origin-host"], "Labels", id="no host"),
    pytest.param("https://*", ["origin-wildcard"], "'https://*.example.com:*'", id="only *"),
    pytest.param("https://*app.example", ["origin-wildcard"], "before the host", id="*app"),
    pytest.param("https://app.*.example", ["origin-wildcard"], "before the host", id="inner *"),
    pytest.param("https://app.example*", ["origin-wildcard"], "before the host", id="trailing *"),
    pytest.param("https://*.*.example", ["origin-wildcard"], "before the host", id="two *"),
    pytest.param("*://app.example", ["origin-wildcard"], "before the host", id="* as scheme"),
    pytest.param("h*", ["origin-scheme-missing"], "Write", id="h*, of rs/cors#197"),
    pytest.param("wss://app.example", ["origin-scheme"], repr(APP), id="WebSocket"),
    pytest.param("file:///tmp/x.html", ["origin-scheme"], "https", id="file"),
    pytest.param("1ttp://app.example", ["origin-scheme"], "https", id="no scheme"),
    pytest.param(f"{APP},https://b.example", ["origin-list"], "one origin", id="comma"),
    pytest.param(f"{APP} ", ["origin-list"], "nothing around", id="blank around"),
    pytest.param(f"{APP}\r\nX: y", ["origin-list"], "one origin", id="line break"),
    pytest.param(b"https://app.example", ["origin-type"], "re.compile", id="bytes"),
    pytest.param(7, ["origin-type"], "re.compile", id="number"),
    pytest.param(re.compile(rb"x"), ["origin-type"], "re.compile", id="pattern of bytes"),
    pytest.param(
        "HTTPS://App.example:443/",
        ["origin-trailing-slash", "origin-capitals", "origin-default-port"],
        repr(APP),
        id="several at once",
    ),
]


@pytest.mark.parametrize(("entry", "expected", "hint"), WRONG_ORIGINS)
def test_a_wrong_origin(entry: object, expected: list[str], hint: str) -> None:
    problems = problems_of(allow_origins=[entry])
    assert codes(problems) == expected
    assert hint in problems[-1].hint
    assert {(p.field, p.value) for p in problems} == {("allow_origins", entry)}


WRONG_POLICIES = [
    pytest.param({"allow_origins": []}, ["origins-missing"], id="no origins"),
    pytest.param({"allow_origins": None}, ["origin-undefined"], id="None for origins"),
    pytest.param({"allow_origins": ["*", APP]}, ["origin-wildcard-mixed"], id="* and others"),
    pytest.param(
        {"allow_origins": "*", "allow_credentials": True},
        ["origin-wildcard-credentials"],
        id="* with credentials",
    ),
    pytest.param({"allow_origins": "null"}, ["origin-null"], id="null"),
    pytest.param(
        {"allow_origins": ["http://a.example"], "allow_credentials": True},
        ["origin-insecure-credentials"],
        id="plain http with credentials",
    ),
    pytest.param(
        {"allow_origins": ["http://*.a.example:*"], "allow_credentials": True},
        ["origin-insecure-credentials"],
        id="a pattern of plain http with credentials",
    ),
    pytest.param(
        {
            "allow_origins": re.compile(r"\Ahttps?://[a-z]+\.a\.example\Z"),
            "allow_credentials": True,
        },
        ["origin-insecure-credentials"],
        id="a regex of plain http with credentials",
    ),
    pytest.param(
        {"allow_origins": ["https://*.github.io"], "allow_credentials": True},
        ["origin-public-suffix"],
        id="subdomains of a private public suffix with credentials",
    ),
    pytest.param(
        {"allow_origins": ["https://*.co.uk:*"], "allow_credentials": True},
        ["origin-public-suffix"],
        id="subdomains of a public suffix with credentials",
    ),
    pytest.param(
        {"allow_origins": APP, "allow_methods": ["TRACE", "connect"]},
        ["method-forbidden", "method-forbidden"],
        id="forbidden methods",
    ),
    pytest.param(
        {"allow_origins": APP, "allow_methods": ["PUT, DELETE", "", None]},
        ["name-token", "name-token", "name-token"],
        id="methods that are no tokens",
    ),
    pytest.param(
        {"allow_origins": APP, "allow_headers": ["Cookie", "Sec-Fetch-Mode", "proxy-x"]},
        ["header-forbidden", "header-forbidden", "header-forbidden"],
        id="forbidden request headers",
    ),
    pytest.param(
        {"allow_origins": APP, "allow_headers": ["X-A: 1", "X B", "\u00fc"]},
        ["name-token", "name-token", "name-token"],
        id="headers that are no tokens",
    ),
    pytest.param(
        {"allow_origins": APP, "expose_headers": ["Set-Cookie", "set-cookie2"]},
        ["expose-forbidden", "expose-forbidden"],
        id="forbidden response headers",
    ),
    pytest.param(
        {"allow_origins": APP, "expose_headers": "*", "allow_credentials": True},
        ["expose-wildcard-credentials"],
        id="* exposed with credentials",
    ),
    pytest.param({"allow_origins": APP, "max_age": -1}, ["max-age-negative"], id="max-age -1"),
    pytest.param(
        {"allow_origins": APP, "max_age": timedelta(days=-1)},
        ["max-age-negative"],
        id="max-age of a day ago",
    ),
    pytest.param({"allow_origins": APP, "max_age": "600"}, ["max-age-type"], id="max-age, text"),
    pytest.param({"allow_origins": APP, "max_age": True}, ["max-age-type"], id="max-age, True"),
    pytest.param({"allow_origins": APP, "max_age": 0.5}, ["max-age-type"], id="max-age 0.5"),
    pytest.param(
        {"allow_origins": APP, "preflight_status": 403}, ["preflight-status"], id="status 403"
    ),
    pytest.param(
        {"allow_origins": APP, "allow_credentials": "false"}, ["flag-type"], id="flag, text"
    ),
    pytest.param(
        {
            "allow_origins": ["app.example", None],
            "allow_methods": "TRACE",
            "allow_headers": "Host",
            "expose_headers": "Set-Cookie",
            "max_age": -1,
            "preflight_status": 500,
            "allow_credentials": 1,
        },
        [
            "origin-scheme-missing",
            "origin-undefined",
            "flag-type",
            "method-forbidden",
            "header-forbidden",
            "expose-forbidden",
            "max-age-negative",
            "preflight-status",
        ],
        id="everything at once",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), WRONG_POLICIES)
def test_a_wrong_policy(fields: dict[str, object], expected: list[str]) -> None:
    assert codes(problems_of(**fields)) == expected


QUESTIONABLE = [
    pytest.param({}, [], id="nothing"),
    pytest.param({"allow_methods": ["patch"]}, ["method-case"], id="patch, matched by case"),
    pytest.param({"allow_methods": ["put"]}, ["method-case"], id="put, sent in capitals"),
    pytest.param({"allow_methods": ["PUT", "PUT"]}, ["entry-duplicate"], id="a method twice"),
    pytest.param({"allow_headers": ["X-A", "x-a"]}, ["entry-duplicate"], id="a header twice"),
    pytest.param({"allow_headers": ["*", "X-A"]}, ["entry-covered"], id="* and a header"),
    pytest.param({"allow_methods": ["PUT", "*"]}, ["entry-covered"], id="* and a method"),
    pytest.param({"max_age": 86401}, ["max-age-cap"], id="more than a day"),
    pytest.param({"max_age": 86400}, [], id="a day"),
    pytest.param({"allow_origins": [APP, APP]}, ["entry-duplicate"], id="an origin twice"),
    pytest.param(
        {"allow_origins": ["https://*.a.example", "https://x.a.example"]},
        ["entry-covered"],
        id="an origin that a pattern covers",
    ),
    pytest.param(
        {"allow_origins": ["https://*.a.example:*", "https://*.b.a.example"]},
        ["entry-covered"],
        id="a pattern that a pattern covers",
    ),
    pytest.param(
        {"allow_origins": ["http://localhost:*", "http://localhost:3000", "http://localhost"]},
        ["entry-covered", "entry-covered"],
        id="ports that any port covers",
    ),
    pytest.param(
        {"allow_origins": [re.compile(r"\Ahttps://[a-z]+\.example\Z"), APP]},
        ["entry-covered"],
        id="an origin that a regex covers",
    ),
    pytest.param(
        {"allow_origins": ["https://*.a.example", "https://a.example"]}, [], id="pattern and apex"
    ),
    pytest.param(
        {"allow_origins": re.compile(r"https://[a-z]+\.example")},
        ["regex-unanchored"],
        id="a regex without anchors",
    ),
    pytest.param(
        {"allow_origins": re.compile(r"^https://app.example$")}, ["regex-dot"], id="a sloppy dot"
    ),
    pytest.param(
        {"allow_origins": re.compile(r"^https://.*\.example$")},
        ["regex-slash"],
        id="a regex that matches slashes",
    ),
    pytest.param(
        {"allow_origins": re.compile(r"^https://[^.]+\.example$")},
        ["regex-slash"],
        id="a regex whose class matches slashes",
    ),
    pytest.param(
        {"allow_origins": re.compile(r"^https://[^/.]+\.example$")},
        [],
        id="a regex whose class excludes slashes",
    ),
    pytest.param(
        {"allow_origins": re.compile(r"^[a-z]+\.example$")},
        ["regex-no-scheme"],
        id="a regex without a scheme",
    ),
    pytest.param(
        {"dangerously_allow_null_origin": True}, ["danger-unused"], id="null allowed, not listed"
    ),
    pytest.param(
        {"dangerously_allow_insecure_origins": True}, ["danger-unused"], id="http allowed, not used"
    ),
    pytest.param(
        {"dangerously_allow_public_suffix_subdomains": True},
        ["danger-unused"],
        id="public suffixes allowed, not used",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), QUESTIONABLE)
def test_a_questionable_policy_is_built_with_warnings(
    fields: dict[str, object], expected: list[str]
) -> None:
    assert codes(Policy(**{"allow_origins": APP, **fields}).warnings) == expected


RIGHT = [
    pytest.param({"allow_origins": "https://*.example.com"}, id="one string is one value"),
    pytest.param(
        {"allow_origins": ["http://localhost:*", "http://127.0.0.1:8000", "http://[::1]"],
         "allow_credentials": True},
        id="loopback in plain http with credentials",
    ),
    pytest.param(
        {"allow_origins": "http://*.localhost:*", "allow_credentials": True},
        id="subdomains of localhost with credentials",
    ),
    pytest.param({"allow_origins": "http://a.example"}, id="plain http without credentials"),
    pytest.param({"allow_origins": "https://*.github.io"}, id="public suffix, no credentials"),
    pytest.param({"allow_origins": "chrome-extension://abcdefghijklmnop"}, id="an extension"),
    pytest.param({"allow_origins": "https://my_app.example"}, id="an underscore"),
    pytest.param({"allow_origins": "http://[2001:db8::1]:8080"}, id="IPv6"),
    pytest.param(
        {"allow_origins": "null", "dangerously_allow_null_origin": True}, id="null, dangerously"
    ),
    pytest.param(
        {"allow_origins": "http://a.example", "allow_credentials": True,
         "dangerously_allow_insecure_origins": True},
        id="plain http with credentials, dangerously",
    ),
    pytest.param(
        {"allow_origins": "https://*.github.io", "allow_credentials": True,
         "dangerously_allow_public_suffix_subdomains": True},
        id="public suffix with credentials, dangerously",
    ),
    pytest.param({"allow_origins": {APP}}, id="a set"),
    pytest.param({"allow_origins": (o for o in [APP])}, id="a generator"),
]  # fmt: skip


@pytest.mark.parametrize("fields", RIGHT)
def test_a_right_policy_has_no_warnings(fields: dict[str, object]) -> None:
    assert Policy(**fields).warnings == ()


def test_the_default_is_closed() -> None:
    policy = Policy(allow_origins=APP)
    values = {name: getattr(policy, name) for name in Policy.field_names()}
    assert values == {
        "allow_origins": (APP,),
        "allow_methods": (),
        "allow_headers": (),
        "allow_credentials": False,
        "expose_headers": (),
        "max_age": 600,
        "preflight_status": 204,
        "dangerously_allow_insecure_origins": False,
        "dangerously_allow_null_origin": False,
        "dangerously_allow_public_suffix_subdomains": False,
    }


FULL = Policy(
    allow_origins=[APP, re.compile(r"\Ahttps://[a-z]+\.b\.example\Z")],
    allow_methods="PUT",
    max_age=timedelta(hours=1),
    allow_credentials=True,
)


def test_it_prints_itself_readably() -> None:
    assert repr(FULL) == (
        "Policy(allow_origins=['https://app.example', "
        r"re.compile('\\Ahttps://[a-z]+\\.b\\.example\\Z')], "
        "allow_methods=['PUT'], allow_credentials=True, max_age=3600)"
    )


def test_a_long_list_is_not_printed_whole() -> None:
    policy = Policy(allow_origins=[f"https://{i}.example" for i in range(12)])
    assert repr(policy).endswith("'https://7.example', ... 2 more])")


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda p: eval(repr(p), {"Policy": Policy, "re": re}), id="what it prints"),
        pytest.param(lambda p: pickle.loads(pickle.dumps(p)), id="pickled"),
        pytest.param(copy.deepcopy, id="copied"),
        pytest.param(lambda p: p.replace(max_age=3600), id="replaced by the same"),
        pytest.param(lambda p: p.__replace__(max_age=3600), id="the same, as copy.replace does"),
        pytest.param(lambda p: p.replace(allow_origins=p.allow_origins[::-1]), id="reordered"),
    ],
)
def test_it_compares_by_value(again) -> None:
    assert again(FULL) == FULL
    assert hash(again(FULL)) == hash(FULL)
    assert again(FULL).allows_origin("https://x.b.example")


def test_it_differs_by_value() -> None:
    assert FULL.replace(max_age=60) != FULL


def test_it_is_frozen() -> None:
    with pytest.raises(AttributeError, match=r"replace\(max_age=\.\.\.\)"):
        FULL.max_age = 0
    with pytest.raises(AttributeError, match="does not change"):
        del FULL.max_age
    assert FULL.max_age == 3600


def test_what_replaces_is_checked() -> None:
    with pytest.raises(InvalidPolicy, match="origin-scheme-missing"):
        FULL.replace(allow_origins="app.example")


def test_named_origins_are_sorted_and_patterns_as_written() -> None:
    written = ["https://*.z.example", "https://b.example", "https://*.a.example", APP]
    expected = (APP, "https://b.example", "https://*.z.example", "https://*.a.example")
    assert Policy(allow_origins=written).allow_origins == expected


def test_all_problems_are_shown_with_their_hints() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins=["app.example"], max_age=-1)
    assert str(caught.value) == (
        "2 problems in this CORS policy:\n"
        "  - allow_origins: 'app.example' has no scheme. "
        "Write 'https://app.example'. [origin-scheme-missing]\n"
        "  - max_age: -1 is negative. Write 0 to have nothing cached. [max-age-negative]"
    )


def test_the_cap_of_each_browser_is_named() -> None:
    (warning,) = Policy(allow_origins=APP, max_age=604800).warnings
    assert "Firefox after 86400 s, Chromium after 7200 s, WebKit after 600 s" in warning.message
