"""Which origins a policy allows, and what that costs."""

import re
from collections.abc import Callable
from functools import partial
from timeit import timeit

import pytest

from cors_wsgi import Policy
from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.matcher import make_matcher

REGEX = Policy(allow_origins=re.compile(r"\Ahttps://.*example\Z", re.DOTALL))


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param("https://x.example", True, id="what it is meant for"),
        pytest.param("https://x\r\nSet-Cookie: a=b.example", False, id="a line break"),
        pytest.param("https://x\x00.example", False, id="NUL"),
        pytest.param("https://x .example", False, id="a blank"),
        pytest.param("https://\u00fc.example", False, id="past ASCII"),
        pytest.param(f"https://{'a' * 300}.example", False, id="longer than any origin"),
    ],
)
def test_a_sloppy_regex_lets_no_unfit_origin_into_a_header(origin: str, allowed: bool) -> None:
    assert REGEX.allows_origin(origin) is allowed


@pytest.mark.parametrize("count", [293, 294, 295])
def test_an_origin_of_294_characters_is_the_longest_that_is_looked_at(count: int) -> None:
    policy = Policy(allow_origins=re.compile("x+"))
    assert policy.allows_origin("x" * count) is (count <= 294)


@pytest.mark.parametrize(
    ("pattern", "origin"),
    [
        pytest.param("http://localhost:*", "http://localhost:80", id="http"),
        pytest.param("https://*.app.example:*", "https://a.app.example:443", id="https"),
        pytest.param("https://a-*.app.example:*", "https://a-1.app.example:443", id="a label"),
    ],
)
def test_any_port_is_none_that_browsers_leave_out(pattern: str, origin: str) -> None:
    policy = Policy(allow_origins=pattern)
    assert not policy.allows_origin(origin)
    assert policy.allows_origin(f"{origin}1")


NULL = {"dangerously_allow_null_origin": True}
INSECURE = {"dangerously_allow_insecure_origins": True}
CREDENTIALS = {"allow_credentials": True}
# What no stranger of the trials has in it, so that the policy is built.
HIDDEN = re.compile(
    r"(?!.*(?:q|z|app))(?:null|file://|https?://[a-z0-9.:-]+|http://\[::1\](?::\d+)?)|(?=b)a"
)


@pytest.mark.parametrize(
    ("origin", "fields", "allowed"),
    [
        pytest.param("null", {}, False, id="null"),
        pytest.param("null", NULL, True, id="null, dangerously"),
        pytest.param("file://", {}, False, id="local files"),
        pytest.param("file://", NULL, True, id="local files, dangerously"),
        pytest.param("http://b.example", {}, True, id="plain http without credentials"),
        pytest.param("http://b.example", CREDENTIALS, False, id="plain http with credentials"),
        pytest.param("http://127.0.0.1.b", CREDENTIALS, False, id="what begins as loopback does"),
        pytest.param("http://localhost-b:1", CREDENTIALS, False, id="what looks like localhost"),
        pytest.param("http://b.example", INSECURE | CREDENTIALS, True, id="the same, dangerously"),
        pytest.param("http://localhost:3000", CREDENTIALS, True, id="localhost"),
        pytest.param("http://b.localhost", CREDENTIALS, True, id="below localhost"),
        pytest.param("http://127.0.0.1:3000", CREDENTIALS, True, id="IPv4 loopback"),
        pytest.param("http://[::1]:3000", CREDENTIALS, True, id="IPv6 loopback"),
        pytest.param("https://b.example", CREDENTIALS, True, id="https with credentials"),
    ],
)
def test_what_a_regex_matches_is_refused_where_its_kind_is(
    origin: str, fields: dict[str, bool], allowed: bool
) -> None:
    matches = make_matcher(
        AllowedOrigins(others=(HIDDEN,), regexes=(HIDDEN,)),
        allow_credentials="allow_credentials" in fields,
        allow_null="dangerously_allow_null_origin" in fields,
        allow_insecure="dangerously_allow_insecure_origins" in fields,
    )
    assert HIDDEN.fullmatch(origin)
    assert matches(origin) is allowed


def answers(matches: Callable[[str], bool], origins: list[str]) -> list[bool]:
    return [matches(origin) for origin in origins]


def times_of(*several: list[str], origins: list[str]) -> list[float]:
    """The least time that each of several lists of patterns takes, measured in turns."""
    matchers = [
        make_matcher(
            Policy(allow_origins=patterns).origins,
            allow_credentials=False,
            allow_null=False,
            allow_insecure=False,
        )
        for patterns in several
    ]
    turns = [
        [timeit(partial(answers, matches, origins), number=20) for matches in matchers]
        for _ in range(100)
    ]
    return [min(times) for times in zip(*turns, strict=True)]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("https://*.team{}.example.com", id="subdomains"),
        pytest.param("https://app-*.team{}.example.com", id="parts of a label"),
        pytest.param("https://team{}-*.example.com", id="parts of a label in one domain"),
    ],
)
def test_a_thousand_patterns_take_the_time_of_one(pattern: str) -> None:
    numbers = range(1000, 2000)
    origins = [pattern.replace("*", "x").format(number) for number in (1000, 999, 1999)]
    one, thousand = times_of(
        [pattern.format(1000)], [pattern.format(number) for number in numbers], origins=origins
    )
    assert thousand < 2 * one


def test_every_origin_is_every_origin() -> None:
    assert Policy(allow_origins="*").allows_origin("https://anything.example")


def test_a_regex_is_matched_in_full() -> None:
    policy = Policy(allow_origins=re.compile(r"https://app\.example"))
    assert policy.allows_origin("https://app.example")
    assert not policy.allows_origin("https://app.example.evil.io")
    assert not policy.allows_origin("xhttps://app.example")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param("https://a.app.example", True, id="the one"),
        pytest.param("http://a.app.example", True, id="the other"),
        pytest.param("ws://a.app.example", False, id="neither"),
    ],
)
def test_patterns_may_differ_by_their_scheme_alone(origin: str, allowed: bool) -> None:
    policy = Policy(allow_origins=["https://*.app.example", "http://*.app.example"])
    assert policy.allows_origin(origin) is allowed
