"""Entries rewritten into regular expressions that say the same: they are judged alike."""

import re
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from test_origin_regexes import dangers_of

from cors_wsgi import InvalidPolicy, Policy

LABELS = st.sampled_from(
    [
        "[a-z0-9-]+",
        r"[\w-]+",
        "[^/.:]+",
        "[a-z0-9-]{1,63}",
        r"(?:[a-z]|\d|-)+",
        "(?:[a-z][a-z0-9-]*)",
        "[a-z-]+?",
        "(?!evil)[a-z]+",
        "(?:[a-z]+-)*[a-z]+",
        "(?i:[A-Z-]+)",
    ]
)
PORTS = st.sampled_from([r"\d+", "[0-9]{1,5}", r"(?:[1-9]\d*)", r"\d{4,5}"])
IDS = st.sampled_from(["[0-9a-f-]{36}", r"[\w-]+", "[a-z]{32}", "[^/]+", "(?:[0-9a-f]+-?){5}"])


@st.composite
def literals(draw: st.DrawFn, character: str, number: int) -> str:
    escaped = re.escape(character)
    return draw(
        st.sampled_from(
            [
                escaped,
                escaped,
                f"(?:{escaped})",
                f"({escaped})",
                f"(?P<g{number}>{escaped})",
                f"{escaped}{{1}}",
                f"(?={escaped}){escaped}",
                f"(?i:{re.escape(character.upper())})",
                f"(?:{escaped}|{escaped})",
                f"[{escaped}]",
                f"\\x{ord(character):02x}",
                f"(?-i:{escaped})",
                f"(?>{escaped})",
            ]
        )
    )


@st.composite
def rewritten(draw: st.DrawFn, entry: str) -> re.Pattern[str]:
    numbers = count()
    parts = []
    scheme = entry.partition(":")[0]
    for before, character in zip(entry[-1] + entry, entry, strict=False):
        if character != "*":
            parts.append(draw(literals(character, next(numbers))))
        elif before == ":":
            parts.append(draw(PORTS))
        else:
            parts.append(draw(LABELS if scheme.startswith("http") else IDS))
    flags = draw(st.sampled_from([0, re.IGNORECASE, re.VERBOSE, re.DOTALL, re.ASCII]))
    text = draw(
        st.sampled_from(["", " ", "  # a comment\n"]) if flags & re.VERBOSE else st.just("")
    )
    text = text.join(parts)
    whole = draw(
        st.sampled_from(
            [
                "{}",
                r"\A{}\Z",
                "^{}$",
                "(?:{})",
                "({})",
                "^(?:{})$",
                r"(?:{}|https://b\.example\.org)",
            ]
        )
    )
    return re.compile(whole.replace("{}", text), flags)


ENTRIES = [
    "null",
    "file://",
    "http://app.example",
    "http://app.example:*",
    "http://*.app.example",
    "https://*.github.io",
    "https://*.github.io:*",
    "https://*.co.uk",
    "https://app-*.vercel.app",
    "https://*--site.netlify.app",
    "https://*app.example",
    "moz-extension://*",
    "vscode-webview://*",
    "https://app.example",
    "https://*.example.com",
    "https://app-*.example.com:8443",
    "https://api.pr-*.example.com",
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://*.localhost:3000",
    "capacitor://localhost",
]


def dangers_as_written(entry: str) -> set[str]:
    try:
        Policy(allow_origins=entry, allow_credentials=True)
    except InvalidPolicy as error:
        return {problem.code for problem in error.problems}
    return set()


@given(st.data(), st.sampled_from(ENTRIES))
@settings(max_examples=500, deadline=None)
def test_no_other_spelling_of_an_entry_is_judged_otherwise(data: st.DataObject, entry: str) -> None:
    assert dangers_of(data.draw(rewritten(entry))) == dangers_as_written(entry)
