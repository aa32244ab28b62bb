"""The fast matcher equals a plain comparison with every entry, on near misses above all."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import Policy

DEFAULT_PORTS = {"http": "80", "https": "443"}


def plainly_allowed(entry: str, origin: str) -> bool:
    """Compare an origin with one entry, with a regular expression made for it alone."""
    scheme, host, port = re.fullmatch(r"([a-z]+)://(.*?|\[.*\])(?::([0-9*]+))?", entry).groups()  # type: ignore[union-attr]
    label = r"[a-z0-9_-]{1,63}"
    pattern = re.escape(host)
    if host.startswith("*."):
        pattern = rf"(?:{label}\.)+" + re.escape(host[2:])
    ports = rf"(?::(?P<port>{'[0-9]+' if port == '*' else port}))" + ("?" if port == "*" else "")
    match = re.fullmatch(rf"{scheme}://(?P<host>{pattern}){ports if port else ''}", origin)
    if not match or len(match["host"]) > 253:
        return False
    found = match.groupdict().get("port")
    return found is None or (
        0 < int(found) < 65536 and not found.startswith("0") and found != DEFAULT_PORTS[scheme]
    )


LABELS = st.sampled_from(["a", "b", "app", "example", "com", "foo", "bar", "co", "x-1", "a_b"])
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
SCHEMES = st.sampled_from(["http", "https"])
PORTS = st.sampled_from(["", ":8080", ":3000", ":65535"])


@st.composite
def entries(draw: st.DrawFn) -> str:
    wildcard = draw(st.sampled_from(["", "*."]))
    return f"{draw(SCHEMES)}://{wildcard}{draw(HOSTS)}{draw(PORTS | st.just(':*'))}"


NEAR_PORTS = PORTS | st.sampled_from([":", ":0", ":80", ":443", ":080", ":65536", ":99999", ":8*"])
NEAR_LABELS = LABELS | st.sampled_from(["", "*", "A", "-", "a" * 64, "a`b", "\u00fc", "a/", "@"])
NEAR_HOSTS = st.lists(NEAR_LABELS, min_size=1, max_size=6).map(".".join)


@st.composite
def near_misses(draw: st.DrawFn, entry: str) -> str:
    """Make an origin that is close to an entry: at times, one that it allows."""
    scheme, _, rest = entry.partition("://")
    host = re.split(r":(?=[0-9*]+$)", rest)[0].removeprefix("*.")
    before = draw(st.sampled_from(["", ".", "x", "x.", "x.y.", "x..", "evil-", "x@", "*."]))
    after = draw(st.sampled_from(["", "", "", ".", ".evil.io", "x", "/", "\n", "\x00", ","]))
    scheme = draw(st.just(scheme) | SCHEMES | st.sampled_from(["HTTPS", "", "ws"]))
    return f"{scheme}://{before}{host}{draw(NEAR_PORTS)}{after}"


@given(st.data(), st.lists(entries(), min_size=1, max_size=6))
@settings(max_examples=2000, deadline=None)
def test_the_fast_matcher_equals_a_plain_one(data: st.DataObject, allowed: list[str]) -> None:
    allowed = [e for e in allowed if not re.search(r"^http:.*:80$|^https:.*:443$", e)]
    policy = Policy(allow_origins=allowed)
    far = st.builds("{}://{}{}".format, SCHEMES, NEAR_HOSTS, NEAR_PORTS)
    origin = data.draw(st.sampled_from(allowed).flatmap(near_misses) | far)
    assert policy.allows_origin(origin) is any(plainly_allowed(e, origin) for e in allowed)


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_at_all_is_compared_alike(origin: str) -> None:
    # Hypothesis finds literals in the sources and tries them: one of these is allowed.
    allowed = ["https://app.example", "https://*.app.example:*", "http://localhost:*"]
    policy = Policy(allow_origins=allowed)
    assert policy.allows_origin(origin) is any(plainly_allowed(e, origin) for e in allowed)


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
