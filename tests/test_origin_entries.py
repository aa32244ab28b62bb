"""What can be written in `allow_origins`, and what is said of what cannot."""

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum, StrEnum
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import InvalidPolicy, Policy, Problem
from cors_wsgi._origins import suffixes

APP = "https://app.example"
CREDENTIALS = {"allow_credentials": True}
EXCLUDING = "Remove it, and write the origins that are allowed: 'https://app.example'."
OTHERS = "Write the origins of other sites: 'https://app.example'."


class Named(Enum):
    """Origins by name, which are no strings."""

    APP = "https://app.example"


class Listed(StrEnum):
    """Origins by name, which are strings."""

    APP = "https://app.example"


def problems_of(entries: object, **fields: object) -> list[Problem]:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins=entries, **fields)
    return list(caught.value.problems)


def codes(problems: list[Problem] | tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


# The entry, the codes of all its problems, and the last hint.
WRONG = (
    [
        pytest.param(
            entry,
            ["origin-undefined"],
            "Set it, or write the origin: 'https://app.example'.",
            id=name,
        )
        for entry, name in [
            (None, "None, as of an unset variable"),
            ("", "nothing"),
            ("  ", "blanks"),
            ("undefined", "undefined, as of JavaScript"),
            ("None", "None, as of Python"),
            ("NULL", "NULL, as of a database"),
            ("https://undefined", "undefined as the host"),
            ("http://none:3000", "None as the host"),
        ]
    ]
    + [
        pytest.param(entry, [code], f"Write {meant!r}.", id=name)
        for entry, code, meant, name in [
            ("app.example", "origin-scheme-missing", APP, "a host"),
            ("//app.example", "origin-scheme-missing", APP, "a scheme-relative URL"),
            ("app.example/login", "origin-scheme-missing", APP, "a host and a path"),
            ("localhost:3000", "origin-scheme-missing", "http://localhost:3000", "a local port"),
            ("[::1]:3000", "origin-scheme-missing", "http://[::1]:3000", "a local port in IPv6"),
            (
                ".example.com",
                "origin-scheme-missing",
                "https://*.example.com",
                "a domain of cookies",
            ),
            ("*example.com", "origin-scheme-missing", "https://*.example.com", "a glued wildcard"),
            ("::1", "origin-scheme-missing", "http://[::1]:*", "the loopback of IPv6"),
            (
                "https://app.*.com",
                "origin-wildcard",
                "https://*.example.com",
                "a wildcard for what can be registered",
            ),
            (
                "https://api.*.amazonaws.com",
                "origin-wildcard",
                "https://*.example.com",
                "a wildcard above a public suffix",
            ),
            (
                "chrome-extension://abc*",
                "origin-wildcard",
                "chrome-extension://*",
                "a part of an extension's id",
            ),
            ("*.example.com", "origin-scheme-missing", "https://*.example.com", "a wildcard host"),
            ("https:app.example", "origin-scheme-missing", APP, "a scheme without slashes"),
            ("https:/app.example", "origin-scheme-missing", APP, "a scheme with one slash"),
            ("https//app.example", "origin-scheme-missing", APP, "a scheme without a colon"),
            ("localhost", "origin-scheme-missing", "http://localhost:*", "a local host"),
            ("h*", "origin-scheme-missing", APP, "h*, of rs/cors#197"),
            (f"{APP}/", "origin-trailing-slash", APP, "a trailing slash"),
            (f"{APP}/x", "origin-path", APP, "a path"),
            (f"{APP}/Login", "origin-path", APP, "a path with a capital"),
            (f"{APP}?x=1", "origin-path", APP, "a query"),
            (f"{APP}#x", "origin-path", APP, "a fragment"),
            (f"{APP}\\x", "origin-path", APP, "a backslash"),
            ("https://me@app.example", "origin-userinfo", APP, "a user name"),
            ("https://App.example", "origin-capitals", APP, "capitals"),
            ("HTTPS://app.example", "origin-capitals", APP, "a scheme in capitals"),
            (
                "chrome-extension://ABCDEF",
                "origin-capitals",
                "chrome-extension://abcdef",
                "an extension's id in capitals",
            ),
            ("https://app.example:443", "origin-default-port", APP, "https, 443"),
            ("http://a.example:80", "origin-default-port", "http://a.example", "http, 80"),
            ("https://app.example:", "origin-port", APP, "a colon and no port"),
            (
                "https://b\u00fccher.example",
                "origin-host-unicode",
                "https://xn--bcher-kva.example",
                "a host in Unicode",
            ),
            ("http://*.192.0.2.1", "origin-ip", "http://192.0.2.1", "subdomains of an address"),
            ("http://*.[::1]", "origin-ip", "http://[::1]", "subdomains of an IPv6 address"),
            ("http://[::1", "origin-ip", "http://[::1]", "IPv6, unclosed"),
            ("http://[0:0::1]", "origin-ip", "http://[::1]", "IPv6, long form"),
            (
                "http://[::ffff:192.0.2.1]",
                "origin-ip",
                "http://[::ffff:c000:201]",
                "IPv6, a mapped IPv4 address",
            ),
            ("https://app..example", "origin-host", APP, "an empty label"),
            (f"https://{'a' * 64}.example", "origin-host", APP, "a long label"),
            (f"https://{'a.' * 127}b", "origin-host", APP, "a long host"),
            ("https://app.example.", "origin-host", APP, "a dot at the end"),
            ("https://.example.com", "origin-host", "https://*.example.com", "a dot at the start"),
            ("https://app%2eexample", "origin-host", APP, "an escape"),
            ("https://", "origin-host", APP, "no host"),
            ("https://*", "origin-wildcard", "https://*.example.com", "only a wildcard"),
            (
                "https://app.*.b.example",
                "origin-wildcard",
                "https://*.b.example",
                "a label in the middle",
            ),
            ("https://app.example*", "origin-wildcard", "https://*.example.com", "the last label"),
            ("https://app.*", "origin-wildcard", "https://*.example.com", "any last label"),
            ("https://*.*.b.example", "origin-wildcard", "https://*.b.example", "two whole labels"),
            (
                "https://a-*-*.b.example",
                "origin-wildcard",
                "https://*.b.example",
                "two in one label",
            ),
            (
                "https://*.a-*.b.example",
                "origin-wildcard",
                "https://*.b.example",
                "two in two labels",
            ),
            ("https://a-*", "origin-wildcard", "https://*.example.com", "a part of the only label"),
            (
                "https://a-*.example.com.",
                "origin-wildcard",
                "https://a-*.example.com",
                "a part of a label and a dot at the end",
            ),
            ("*://app.example", "origin-wildcard", APP, "any scheme"),
            ("app://*:3000", "origin-wildcard", "app://*", "any id on a port"),
            ("app://*.*", "origin-wildcard", "app://*", "any id's subdomains"),
            (
                "https://a-*.0.0.1",
                "origin-wildcard",
                "https://*.example.com",
                "a part of an address",
            ),
            ("wss://app.example", "origin-scheme", APP, "a WebSocket's URL"),
            ("1ttp://app.example", "origin-scheme", APP, "no scheme"),
            ("htps://app.example", "origin-scheme", APP, "a letter missing in the scheme"),
            ("httpss://app.example", "origin-scheme", APP, "a letter too many in the scheme"),
            (
                "https://pr-*.bücher.example",
                "origin-host-unicode",
                "https://pr-*.xn--bcher-kva.example",
                "a part of one label, below a host in Unicode",
            ),
            (
                "https://ü-*.example.com",
                "origin-wildcard",
                "https://*.example.com",
                "a part of a label in Unicode",
            ),
            (f"{'a' * 33}://app.example", "origin-scheme", APP, "a long scheme"),
            (f"{APP} ", "origin-list", APP, "a blank at the end"),
            (f"{APP},", "origin-list", APP, "a comma at the end"),
            (f'"{APP}"', "origin-list", APP, "quotes"),
            (f"'{APP}'", "origin-list", APP, "single quotes"),
            ('["*"]', "origin-list", "*", "a JSON list of everybody"),
            ("https://exa mple.com", "origin-list", APP, "a blank within"),
            (f'["{APP}"]', "origin-list", APP, "a JSON list of one"),
            (f'["{APP}"', "origin-list", APP, "the first half of a JSON list"),
            (f"['{APP}']", "origin-list", APP, "a list as Python prints it"),
            (f"[{APP}]", "origin-list", APP, "a list without quotes"),
            (f"{APP}\r\nX: y", "origin-list", APP, "a line break"),
        ]
    ]
    + [
        pytest.param(
            entry,
            ["origin-list"],
            "Write 'https://app.example', 'http://localhost:3000', each as one entry of the list.",
            id=name,
        )
        for entry, name in [
            (f"{APP},http://localhost:3000", "two with a comma"),
            (f"{APP}; http://localhost:3000", "two with a semicolon"),
            (f"{APP} http://localhost:3000", "two with a blank"),
            (f"{APP}http://localhost:3000", "two joined by a missing comma"),
            (f'["{APP}", "http://localhost:3000"]', "two in JSON"),
            (f"['{APP}', 'http://localhost:3000']", "two as Python prints them"),
            ("app.example, http://localhost:3000", "two, one of them without a scheme"),
            ("app.example,localhost:3000", "two without a scheme"),
        ]
    ]
    + [
        pytest.param(
            entry,
            ["origin-regex"],
            f"Write {meant!r}, or in Python re.compile(r'{entry}').",
            id=f"an expression as text, {name}",
        )
        for entry, meant, name in [
            (r"^https://.*\.example\.com$", "https://*.example.com", "anchored"),
            (r"https://[a-z0-9-]+\.example\.com", "https://*.example.com", "with a class"),
            (r"https://app-\d+\.example\.com", "https://app-*.example.com", "of a part of a label"),
            (r"http://localhost(:\d+)?", "http://localhost:*", "of any port"),
            (r"https?://app\.example", APP, "of two schemes"),
            (r"(https|http)://app\.example", APP, "of two schemes in a group"),
            (r".*\.example\.com", "https://*.example.com", "without a scheme"),
            (r"https://.*example\.com", "https://*.example.com", "of what ends so"),
            (r"https://(www\.)?app\.example", "https://www.app.example", "of an optional label"),
            (r".*", "*", "of everything"),
            (r"\d+", "https://*.example.com", "of nothing to do with origins"),
        ]
    ]
    + [
        pytest.param(
            "https://*.example.com)",
            ["origin-regex"],
            "Write 'https://*.example.com'.",
            id="an expression as text, not valid",
        ),
        pytest.param(
            "https://stra\u00dfe.example",
            ["origin-host-unicode"],
            "Write its punycode form ('xn--...'), as the browser's Origin header shows it.",
            id="a host in Unicode that IDNA versions write differently",
        ),
        pytest.param(
            "app://",
            ["origin-host"],
            "Write it as the Origin header has it, such as 'app://localhost'.",
            id="a shell's scheme without a host",
        ),
        pytest.param(
            "data://x",
            ["origin-scheme"],
            "Serve the page over https, and write its origin: 'https://app.example'.",
            id="a scheme whose origins are opaque",
        ),
        pytest.param(
            "HTTPS://App.example:443/",
            ["origin-trailing-slash", "origin-capitals", "origin-default-port"],
            "Write 'https://app.example'.",
            id="several at once",
        ),
    ]
)
WRONG += [
    pytest.param(
        entry,
        ["origin-undefined"],
        "Set what it stands for, or write the origin: 'https://app.example'.",
        id=f"the placeholder {entry}",
    )
    for entry in (
        *("$ORIGIN", "${ORIGIN}", "{{ origin }}", "{origin}", "%ORIGIN%", "<your origin>"),
        *("https://$HOST", "https://${HOST}:3000", "https://{{ host }}", "https://{host}.example"),
        *("https://%HOST%", "https://<id>.example.com"),
    )
]
WRONG += [
    pytest.param(
        entry,
        ["origin-regex"],
        r"Write 'https://*.example.com', or in Python re.compile(r'^https://.*\.example\.com$').",
        id=f"an expression as text, {name}",
    )
    for entry, name in [
        (r"r'^https://.*\.example\.com$'", "quoted as in Python"),
        (r"re.compile(r'^https://.*\.example\.com$')", "compiled as in Python"),
        (r"/^https:\/\/.*\.example\.com$/i", "as in JavaScript"),
    ]
]
WRONG += [
    pytest.param(
        f"https://app.example:{port}",
        ["origin-port"],
        "Write the port in digits, or 'https://app.example:*' for any port.",
        id=f"port {port}",
    )
    for port in ("0", "65536", "080", "a", "8*")
]
WRONG += [
    pytest.param(
        f"http://{host}",
        ["origin-ip"],
        "Write four decimal numbers: 'http://192.0.2.1'.",
        id=f"{host} for an IPv4 address",
    )
    for host in ("192.0.2", "192.0.2.256", "192.0.2.01", "0x7f000001")
]
WRONG += [
    pytest.param(
        entry,
        ["origin-wildcard"],
        f"Write each address, or in Python re.compile(r'\\Ahttp://{expression}\\Z').",
        id=f"{entry}, a part of an address",
    )
    for entry, expression in [
        ("http://192.168.1.*", r"192\.168\.1\.\d+"),
        ("http://10.0.*.*:3000", r"10\.0\.\d+\.\d+:3000"),
        ("http://10.*.0.1:*", r"10\.\d+\.0\.1(?::\d+)?"),
    ]
]
WRONG += [
    pytest.param(
        f"http://{host}",
        ["origin-ip"],
        "Write eight groups, shortened: 'http://[2001:db8::1]'.",
        id=f"{host} for an IPv6 address",
    )
    for host in ("[::1]8080", "[::g]", "[fe80::1%25eth0]")
]
WRONG += [
    pytest.param(entry, ["origin-type"], f"Write {meant}.", id=name)
    for entry, meant, name in [
        (b"https://app.example", "'https://app.example'", "bytes"),
        (bytearray(b"https://app.example/"), "'https://app.example'", "a bytearray"),
        (7, "'http://localhost:7'", "a number"),
        (0, "'https://app.example'", "a number that is no port"),
        (True, "'*' for every origin, or name them: 'https://app.example'", "a flag"),
        (re.compile(rb"https://a\.b"), r"re.compile(r'https://a\.b')", "a pattern of bytes"),
        (PurePosixPath("https://app.example"), "'https://app.example'", "a path"),
        (Named.APP, "'https://app.example'", "a member of an enumeration"),
        ({"web": "https://app.example"}, "'https://app.example'", "a mapping to origins"),
        ({"https://a.b": True, "https://c.d": False}, "'https://a.b'", "a mapping of flags"),
        (
            ["https://a.b", "https://c.d"],
            "'https://a.b', 'https://c.d', each as one entry of the list",
            "a list in the list",
        ),
        (str, "'https://app.example'", "a class"),
    ]
]
WRONG += [
    pytest.param(
        "https://None.example",
        ["origin-undefined"],
        "Set what it stands for, or write the origin: 'https://app.example'.",
        id="None within an origin",
    ),
    pytest.param("all", ["origin-wildcard"], "Write '*' for every origin.", id="all"),
    pytest.param("*://*", ["origin-wildcard"], "Write '*' for every origin.", id="any scheme"),
    pytest.param("same-origin", ["origin-scheme-missing"], f"{OTHERS}", id="the same origin"),
    pytest.param("!https://b.example", ["origin-scheme"], EXCLUDING, id="an exclusion"),
    pytest.param("-https://b.example", ["origin-scheme"], EXCLUDING, id="an exclusion by minus"),
    pytest.param(
        "https://a.b，https://c.d",  # noqa: RUF001 - as a Chinese keyboard writes it
        ["origin-list"],
        "Write 'https://a.b', 'https://c.d', each as one entry of the list.",
        id="a Chinese comma",
    ),
    pytest.param(
        r"~^https://.*\.example\.com$",
        ["origin-regex"],
        r"Write 'https://*.example.com', or in Python re.compile(r'^https://.*\.example\.com$').",
        id="an expression as nginx has it",
    ),
    pytest.param(
        "https://*.example.com.",
        ["origin-host"],
        "Write 'https://*.example.com'.",
        id="subdomains, with a dot at the end",
    ),
    pytest.param(
        r"https://a{1,99999999999}\.example\.com",
        ["origin-regex"],
        "Write 'https://*.example.com'.",
        id="an expression with a number too large for Python",
    ),
    pytest.param(
        f"https://{'(' * 2000}a{')' * 2000}",
        ["origin-regex"],
        "Write 'https://*.example.com'.",
        id="an expression with more brackets than Python can read",
    ),
]


def test_a_function_among_the_origins_is_told_from_one_that_chooses() -> None:
    (problem,) = problems_of([lambda origin: True])
    assert "chooses a whole policy" in problem.hint


class Text(str):
    """Text, and nothing else."""

    __slots__ = ()


class Lazy:
    """Text as Django's lazy strings have it: no `str`, with the methods of one."""

    def casefold(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return "https://app.example"

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))


@pytest.mark.parametrize(
    "written",
    [Text("https://app.example"), Lazy(), [Lazy()], Listed.APP, Listed, [*"https://app.example"]],
    ids=["a subclass", "a lazy string", "a list of these", "a member", "an enumeration", "letters"],
)
def test_what_behaves_as_text_is_text(written: Any) -> None:
    (origin,) = Policy(allow_origins=written).allow_origins
    assert (type(origin), origin) == (str, "https://app.example")


@pytest.mark.parametrize(("entry", "expected", "hint"), WRONG)
def test_a_wrong_origin(entry: object, expected: list[str], hint: str) -> None:
    problems = problems_of([entry])
    assert codes(problems) == expected
    assert problems[-1].hint == hint
    assert [(p.field, p.value) for p in problems] == [("allow_origins", entry)] * len(problems)


PIECES = st.sampled_from(
    ["https://", "http", "://", ":", "/", "//", ".", "*", "*.", "app", "-", "[", "]", "::1", "@"]
) | st.sampled_from(
    ["localhost", "127.0.0.1", "0x", "null", "file", "%", ",", " ", "'", '"', "^", "$"]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
@settings(max_examples=1000, deadline=None)
def test_any_text_is_an_origin_or_is_told_what_to_write(entry: str) -> None:
    hint = ""
    try:
        assert Policy(allow_origins=[entry]).allow_origins == (entry,)
    except InvalidPolicy as error:
        hint = error.problems[-1].hint
    for written in pasted(hint):
        Policy(allow_origins=[written], dangerously_allow_null_origin=True)


def pasted(hint: str) -> list[object]:
    """The entries that a hint says to write."""
    quoted = re.findall(r"(re\.compile\(r?(['\"]).*?\2\))|'([a-z+.-]+://[^'\s]+|\*)'", hint)
    return [eval(code, {"re": re}) if code else entry for code, _, entry in quoted]


@pytest.mark.parametrize("hint", sorted({param.values[2] for param in WRONG}))
def test_what_a_hint_says_to_write_works(hint: str) -> None:
    entries = pasted(hint)
    assert entries or "punycode" in hint
    for entry in entries:
        assert Policy(allow_origins=[entry]).allow_origins == (entry,)


def test_a_list_without_origins_is_wrong() -> None:
    assert codes(problems_of([])) == ["origins-missing"]


# The entries, other fields, the code, and what of the entries is meant.
FORBIDDEN = [
    pytest.param(["*", APP], {}, "origin-wildcard-mixed", "*", id="* and others"),
    pytest.param("null", {}, "origin-null", "null", id="null"),
    pytest.param("file://", {}, "origin-null", "file://", id="local files"),
    pytest.param("*", CREDENTIALS, "origin-wildcard-credentials", "*", id="everybody"),
] + [
    pytest.param(entry, CREDENTIALS, code, entry, id=entry)
    for entry, code in [
        ("http://a.example", "origin-insecure-credentials"),
        ("http://*.a.example:*", "origin-insecure-credentials"),
        ("http://a.example:443", "origin-insecure-credentials"),
        ("http://app-*.a.example", "origin-insecure-credentials"),
        ("http://192.168.1.10:3000", "origin-insecure-credentials"),
        ("http://localhost.example", "origin-insecure-credentials"),
        ("https://*.github.io", "origin-public-suffix"),
        ("https://*.co.uk:*", "origin-public-suffix"),
        ("https://app-*.vercel.app", "origin-public-suffix"),
        ("https://*--site.netlify.app", "origin-public-suffix"),
        ("https://*app.example", "origin-public-suffix"),
        ("https://*.amazonaws.com", "origin-public-suffix"),
        ("https://*.us-west-2.amazonaws.com:8443", "origin-public-suffix"),
        ("https://*.ovh.net", "origin-public-suffix"),
        ("https://*.airflow.amazonaws.com", "origin-public-suffix"),
        ("https://*.xn--stfold-9xa.no", "origin-public-suffix"),
        ("moz-extension://*", "origin-extension-credentials"),
        ("chrome-extension://*", "origin-extension-credentials"),
        ("safari-web-extension://*", "origin-extension-credentials"),
        ("vscode-webview://*", "origin-extension-credentials"),
        ("app://*", "origin-extension-credentials"),
    ]
]


@pytest.mark.parametrize(("entries", "fields", "code", "value"), FORBIDDEN)
def test_a_dangerous_origin(
    entries: object, fields: dict[str, object], code: str, value: str
) -> None:
    problems = problems_of(entries, **fields)
    assert [(p.code, p.field, p.value) for p in problems] == [(code, "allow_origins", value)]


@pytest.mark.parametrize(("entries", "fields", "code", "value"), FORBIDDEN)
def test_the_hint_of_a_dangerous_origin_works(
    entries: object, fields: dict[str, object], code: str, value: str
) -> None:
    (problem,) = problems_of(entries, **fields)
    without_credentials = re.findall(r"allow_credentials=False.*\]", problem.hint)
    changes = [
        *({"allow_origins": [entry]} for entry in pasted(problem.hint)),
        *({flag: True} for flag in re.findall(r"dangerously_\w+", problem.hint)),
        *(eval(f"dict({code})") for code in without_credentials),
    ]
    assert changes
    for change in changes:
        assert Policy(**{"allow_origins": entries, **fields, **change})


RIGHT = [
    pytest.param(entry, fields, id=f"{entry}{' with credentials' * bool(fields)}")
    for fields, entries in [
        (
            {},
            [
                "https://*.example.com",
                "http://a.example",
                "https://*.github.io",
                "https://app-*.vercel.app",
                "http://app-*.example.com:*",
                "moz-extension://*",
            ],
        ),
        (
            CREDENTIALS,
            [
                "http://localhost:*",
                "http://127.0.0.1:8000",
                "http://[::1]:8000",
                "http://*.localhost:*",
                "http://app-*.localhost:*",
                "https://localhost",
                "https://my_app.example",
                "https://app-*.example.com",
                "https://*--pr.example.com:8443",
                "https://api.pr-*-x.example.com",
                "https://[2001:db8::1]:8080",
                "chrome-extension://abcdefghijklmnop",
                "moz-extension://6f1e2a0c-8a4b-4a4e-9f5a-0d9b2f0c1a2b",
                "safari-web-extension://6F1E2A0C-8A4B-4A4E-9F5A-0D9B2F0C1A2B",
                "vscode-webview://1k3pgk5gq1v7",
                "capacitor://localhost",
                "ionic://localhost",
                "tauri://localhost",
                "app://.",
                "app://obsidian.md",
                "capacitor-electron://-",
            ],
        ),
        ({"dangerously_allow_null_origin": True}, ["null", "file://"]),
        (
            {"dangerously_allow_insecure_origins": True, **CREDENTIALS},
            ["http://a.example", "http://*.a.example:*"],
        ),
        (
            {"dangerously_allow_public_suffix_subdomains": True, **CREDENTIALS},
            ["https://*.github.io", "https://app-*.vercel.app"],
        ),
    ]
    for entry in entries
]


@pytest.mark.parametrize(("entry", "fields"), RIGHT)
def test_a_right_origin_is_kept_as_written_and_has_no_warnings(
    entry: str, fields: dict[str, object]
) -> None:
    policy = Policy(allow_origins=entry, **fields)
    assert (policy.allow_origins, policy.warnings) == ((entry,), ())
    if not policy.origins.patterns:
        assert policy.allows_origin(entry)


@pytest.mark.parametrize("entries", [{APP}, (o for o in [APP]), APP], ids=["set", "generator", "1"])
def test_origins_are_any_collection_or_one_string(entries: object) -> None:
    assert Policy(allow_origins=entries).allow_origins == (APP,)


QUESTIONABLE = [
    pytest.param([APP, APP], [("entry-duplicate", APP)], id="an origin twice"),
    pytest.param(
        ["https://*.a.example", "https://x.a.example"],
        [("entry-covered", "https://x.a.example")],
        id="an origin that a pattern covers",
    ),
    pytest.param(
        ["https://app-*.a.example", "https://app-1.a.example"],
        [("entry-covered", "https://app-1.a.example")],
        id="an origin that a pattern for a part of a label covers",
    ),
    pytest.param(
        ["moz-extension://*", "moz-extension://1-2"],
        [("entry-covered", "moz-extension://1-2")],
        id="an id that any id covers",
    ),
    pytest.param(
        ["https://*.a.example:*", "https://*.b.a.example"],
        [("entry-covered", "https://*.b.a.example")],
        id="a pattern that a pattern covers",
    ),
    pytest.param(
        ["https://*.a.example", "https://app-*.a.example"],
        [("entry-covered", "https://app-*.a.example")],
        id="a part of a label that whole labels cover",
    ),
    pytest.param(
        ["http://localhost:*", "http://localhost:3000", "http://localhost"],
        [("entry-covered", "http://localhost"), ("entry-covered", "http://localhost:3000")],
        id="ports that any port covers",
    ),
    pytest.param(
        [re.compile(r"\Ahttps://[a-z]+\.b\.example\Z"), "https://a.b.example"],
        [("entry-covered", "https://a.b.example")],
        id="an origin that a regular expression covers",
    ),
    pytest.param(["https://*.a.example", "https://a.example"], [], id="a pattern and its domain"),
    pytest.param(
        ["http://localhost", "http://127.0.0.1", "http://[::1]"],
        [
            ("origin-loopback-port", "http://localhost"),
            ("origin-loopback-port", "http://127.0.0.1"),
            ("origin-loopback-port", "http://[::1]"),
        ],
        id="this machine without a port",
    ),
    pytest.param(
        ["http://localhost", "http://localhost:3000"],
        [],
        id="this machine without a port and with one",
    ),
]


@pytest.mark.parametrize(("entries", "expected"), QUESTIONABLE)
def test_questionable_origins(entries: list[object], expected: list[tuple[str, str]]) -> None:
    warnings = Policy(allow_origins=entries).warnings
    assert [(warning.code, warning.value) for warning in warnings] == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2024, 12, 31), [], id="two years"),
        pytest.param(date(2025, 1, 1), ["suffix-list-outdated"], id="two years and a day"),
    ],
)
def test_an_old_list_of_public_suffixes_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, today: date, expected: list[str]
) -> None:
    monkeypatch.setattr(suffixes, "list_date", lambda: date(2023, 1, 1))
    assert codes(tuple(suffixes.outdated(today))) == expected


def test_the_installed_list_of_public_suffixes_says_its_date() -> None:
    assert suffixes.list_date() > date(2024, 1, 1)
