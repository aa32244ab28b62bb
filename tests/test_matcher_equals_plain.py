"""The fast matcher equals a plain comparison with every entry, on near misses above all."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import Policy

DEFAULT_PORTS = {"http": "80", "https": "443"}


def plainly_allowed(entry: str, origin: str) -> bool:
    """Compare an origin with one entry, with a regular expression made for it alone."""
    scheme, host, port = re.fullmatch(r"([a-z-]+)://(.*?|\[.*\])(?::([0-9*]+))?", entry).groups()  # type: ignore[union-attr]
    label = r"[a-z0-9_-]{1,63}"
    pattern = re.escape(host).replace(r"\*", "[a-z0-9-]+")
    if host == "*":
        pattern = r"[A-Za-z0-9._~-]{1,253}"
    elif host.startswith("*."):
        pattern = rf"(?:{label}\.)+" + re.escape(host[2:])
    ports = rf"(?::(?P<port>{'[0-9]+' if port == '*' else port}))" + ("?" if port == "*" else "")
    match = re.fullmatch(rf"{scheme}://(?P<host>{pattern}){ports if port else ''}", origin)
    if not match or len(match["host"]) > 253:
        return False
    if scheme in DEFAULT_PORTS and max(map(len, match["host"].split("."))) > 63:
        return False
    found = match.groupdict().get("port")
    return found is None or (
        0 < int(found) < 65536 and not found.startswith("0") and found != DEFAULT_PORTS.get(scheme)
    )


LABELS = st.sampled_from(["a", "b", "app", "example", "com", "foo", "bar", "co", "x-1", "a_b"])
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
SCHEMES = st.sampled_from(["http", "https"])
PORTS = st.sampled_from(["", ":8080", ":3000", ":65535"])
IN_LABELS = st.sampled_from(["app-*", "*-app", "*--a", "a*b", "api.pr-*", "a*", "*0"])


@st.composite
def entries(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["moz-extension://*", "app://*"]))
    wildcard = draw(st.just("") | st.just("*.") | IN_LABELS.map("{}.".format))
    return f"{draw(SCHEMES)}://{wildcard}{draw(HOSTS)}{draw(PORTS | st.just(':*'))}"


NEAR_PORTS = PORTS | st.sampled_from([":", ":0", ":80", ":443", ":080", ":65536", ":99999", ":8*"])
NEAR_LABELS = LABELS | st.sampled_from(["", "*", "A", "-", "a" * 64, "a`b", "\u00fc", "a/", "@"])
NEAR_HOSTS = st.lists(NEAR_LABELS, min_size=1, max_size=6).map(".".join)
# What stands for the '*' of a pattern, or nearly.
NEAR_FILLINGS = st.sampled_from(
    [
        "1",
        "feature-x",
        "-",
        "",
        ".",
        "a.b",
        "a_b",
        "A",
        "\u00fc",
        "a" * 59,
        "a" * 64,
        "*",
        "/",
        ":1",
    ]
)


@st.composite
def near_misses(draw: st.DrawFn, entry: str) -> str:
    """Make an origin that is close to an entry: at times, one that it allows."""
    scheme, _, rest = entry.partition("://")
    host = re.split(r":(?=[0-9*]+$)", rest)[0].removeprefix("*.")
    host = host.replace("*", draw(NEAR_FILLINGS))
    before = draw(st.sampled_from(["", "", "", ".", "x", "x.", "x.y.", "x..", "evil-", "x@", "*."]))
    after = draw(st.sampled_from(["", "", "", ".", ".evil.io", "x", "/", "\n", "\x00", ","]))
    scheme = draw(st.just(scheme) | SCHEMES | st.sampled_from(["HTTPS", "", "ws"]))
    return f"{scheme}://{before}{host}{draw(NEAR_PORTS)}{after}"


@given(st.data(), st.lists(entries(), min_size=1, max_size=6))
@settings(max_examples=2000, deadline=None)
def test_the_fast_matcher_equals_a_plain_one(data: st.DataObject, allowed: list[str]) -> None:
    policy = Policy(allow_origins=allowed)
    far = st.builds("{}://{}{}".format, SCHEMES, NEAR_HOSTS, NEAR_PORTS)
    origin = data.draw(st.sampled_from(allowed).flatmap(near_misses) | far)
    assert policy.allows_origin(origin) is any(plainly_allowed(e, origin) for e in allowed)


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_at_all_is_compared_alike(origin: str) -> None:
    # Hypothesis finds literals in the sources and tries them: one of these is allowed.
    allowed = ["https://app.example", "https://*.app.example:*", "http://localhost:*"]
    allowed += ["https://app-*.b.example", "moz-extension://*"]
    policy = Policy(allow_origins=allowed)
    assert policy.allows_origin(origin) is any(plainly_allowed(e, origin) for e in allowed)
