"""One expression for all engines decides as the policy does, in each of them."""

import re
import shutil
from pathlib import Path

import pytest
from export.batches import (
    decided_by_java,
    decided_by_node,
    decided_by_server,
    is_a_name,
    mutated,
)
from export.judging import allowed_origins

from cors_wsgi import Policy
from cors_wsgi.export.dialect import NotCommon, common_expressions
from cors_wsgi.export.edge import edge_of
from cors_wsgi.export.expression import origin_expression, origin_of
from cors_wsgi.export.raw_paths import prefix_expression, prefix_of

POLICY = Policy(
    allow_origins=[
        "https://app.example.com",
        "http://[::1]:8000",
        "https://*.example.com",
        "https://*.pages.example.org:8443",
        "https://*.any.example.net:*",
        "https://app-*.example.io",
        "https://*-x.example.io:*",
        "moz-extension://*",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        re.compile(r"https://(?:web|mobile)-[a-z0-9-]{2,8}\.example\.dev(?::8443)?"),
        re.compile(r"^https://v\d+\.[^./:]+\.test$"),
    ],
    allow_methods=["PUT"],
)
SEED = 20261129


@pytest.fixture(scope="module")
def made() -> list[str]:
    near = [*allowed_origins(POLICY), "https://mobile-x1.example.dev", "https://v1.a.test"]
    return [one for one in mutated(near, 100_000, SEED) if is_a_name(one) and one]


@pytest.fixture(scope="module")
def origins(made: list[str]) -> list[str]:
    """What is made, each once: an engine that is asked again has nothing else to say."""
    return [*dict.fromkeys(made)]


@pytest.fixture(scope="module")
def decided(made: list[str], origins: list[str]) -> list[bool]:
    found = {origin: POLICY.allows_origin(origin) for origin in origins}
    assert sum(found[origin] for origin in made) > 10_000
    assert sum(not found[origin] for origin in made) > 10_000
    return [*found.values()]


def differing(origins: list[str], decided: list[bool], other: list[bool]) -> list[str]:
    assert len(other) == len(decided)
    return [o for o, a, b in zip(origins, decided, other, strict=True) if a is not b]


def test_in_python(origins: list[str], decided: list[bool]) -> None:
    edge, _ = edge_of(POLICY, "a test")
    matches = re.compile(edge.single.expression).fullmatch

    assert differing(origins, decided, [matches(origin) is not None for origin in origins]) == []


# API Gateway's engine; a compiler of Java is too large to install it for this alone.
@pytest.mark.skipif(shutil.which("javac") is None, reason="there is no Java compiler here")
def test_in_java(origins: list[str], decided: list[bool]) -> None:
    edge, _ = edge_of(POLICY, "a test")

    assert differing(origins, decided, decided_by_java(edge.single.expression, origins)) == []


def test_in_javascript(origins: list[str], decided: list[bool], tmp_path: Path) -> None:
    other = decided_by_node(POLICY, origins, tmp_path)

    assert differing(origins, decided, other) == []


@pytest.mark.parametrize(
    "server",
    [
        pytest.param("nginx", id="PCRE, in nginx"),
        pytest.param("envoy", id="RE2, in Envoy"),
    ],
)
def test_in_a_server(server: str, origins: list[str], decided: list[bool], home: Path) -> None:
    other = decided_by_server(server, POLICY, origins, home)

    assert differing(origins, decided, other) == []


@pytest.mark.parametrize(
    ("source", "expressions"),
    [
        pytest.param(r"https://a\.test", (r"https://a\.test",), id="literals stay"),
        pytest.param(r"^https://a\.test$", (r"https://a\.test",), id="anchors at the ends go"),
        pytest.param(r"\Ahttps://a|https://b\Z", ("https://a", "https://b"), id="alternatives"),
        pytest.param("^(https://a|https://b)$", ("https://a", "https://b"), id="one group"),
        pytest.param(r"https://\d", ("https://[0-9]",), id="digits are those of ASCII"),
        pytest.param("https://[^/]", (r"https://[\x21-.0-\x7e]",), id="a negated class"),
        pytest.param("https://[a-z0-9-]+?", ("https://[a-z0-9-]+",), id="lazy is as greedy"),
        pytest.param("https://(?P<x>a)b", ("https://(?:a)b",), id="a named group"),
        pytest.param(r"https://a\x2db", ("https://a-b",), id="a character by its code"),
        pytest.param(
            "https://(?:a{1,63}){1,15}(?:b{63}){1,15}",
            ("https://(?:a{1,63}){1,15}(?:b{63}){1,15}",),
            id="repetitions of few, twice",
        ),
    ],
)
def test_an_expression_is_translated(source: str, expressions: tuple[str, ...]) -> None:
    assert common_expressions(re.compile(source)) == expressions


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(?=https)https://a", id="a look-ahead"),
        pytest.param(r"(https)://\1", id="a back-reference"),
        pytest.param("(?i)https://a", id="a flag"),
        pytest.param(r"https://\bapp", id="a word boundary"),
        pytest.param("https://a{300}", id="many repetitions"),
        pytest.param(r"https://(?:[a-z-]{1,63}\.){1,20}a", id="many repetitions of many"),
        pytest.param(r"https://(?:(?:a{1,9}b|c)?d){200}", id="many repetitions, further inside"),
        pytest.param("https://a++", id="a possessive quantifier"),
        pytest.param("(?>https)://a", id="an atomic group"),
        pytest.param("https://a$b", id="an anchor in the middle"),
        pytest.param("https://\xe9", id="a character that no origin has"),
    ],
)
def test_an_expression_that_engines_read_otherwise_is_refused(source: str) -> None:
    with pytest.raises(NotCommon):
        common_expressions(re.compile(source))


def test_a_pattern_is_read_back() -> None:
    patterns = [*edge_of(POLICY, "a test")[0].single.patterns]

    assert [origin_of(origin_expression(pattern)) for pattern in patterns] == patterns


@pytest.mark.parametrize("prefix", ["/", "/api", "/a.b", "/in ternal", "/caf\xe9", "/x$y{z}(a|b)"])
def test_a_prefix_is_read_back(prefix: str) -> None:
    assert prefix_of(prefix_expression(prefix)) == prefix
