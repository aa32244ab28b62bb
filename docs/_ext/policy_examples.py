"""Examples of everything that can be wrong, or questionable, in a policy."""

import re
from collections.abc import Iterator
from datetime import date

import cors_wsgi
from cors_wsgi import InvalidPolicy, Problem
from cors_wsgi._origins import suffixes

# Each is wrong in one way, but for what its being wrong entails.
PROBLEMS = r"""
Policy(allow_origins=[])
Policy(allow_origins=[None])
Policy(allow_origins=["undefined"])
Policy(allow_origins=["app.example"])
Policy(allow_origins=["wss://app.example"])
Policy(allow_origins=["https://app.example/"])
Policy(allow_origins=["https://app.example/login"])
Policy(allow_origins=["https://me@app.example"])
Policy(allow_origins=["https://App.example"])
Policy(allow_origins=["https://app.example:443"])
Policy(allow_origins=["https://app.example:99999"])
Policy(allow_origins=["https://bücher.example"])
Policy(allow_origins=["https://app..example"])
Policy(allow_origins=["http://192.0.2.256"])
Policy(allow_origins=["https://app.example, https://admin.example"])
Policy(allow_origins=["https://app.example" "https://admin.example"])
Policy(allow_origins=[r"^https://.*\.app\.example$"])
Policy(allow_origins=["https://app.*"])
Policy(allow_origins=["*", "https://app.example"])
Policy(allow_origins=[443])
Policy(allow_origins=["null"])
Policy(allow_origins=["*"], allow_credentials=True)
Policy(allow_origins=["moz-extension://*"], allow_credentials=True)
Policy(allow_origins=["http://app.example"], allow_credentials=True)
Policy(allow_origins=["https://*.github.io"], allow_credentials=True)
Policy(allow_origins=["https://app.example"], allow_methods=["TRACE"])
Policy(allow_origins=["https://app.example"], allow_methods=["GET, PUT"])
Policy(allow_origins=["https://app.example"], allow_headers=["Cookie"])
Policy(allow_origins=["https://app.example"], expose_headers=["Set-Cookie"])
Policy(allow_origins=["https://app.example"], expose_headers=["*"], allow_credentials=True)
Policy(allow_origins=["https://app.example"], allow_credentials="yes")
Policy(allow_origins=["https://app.example"], max_age="1h")
Policy(allow_origins=["https://app.example"], max_age=-1)
Policy(allow_origins=["https://app.example"], max_age=10**30)
Policy(allow_origins=["https://app.example"], preflight_status=403)
policy_from_mapping({"allow_origins": ["https://app.example"], "allow_header": ["X-Token"]})
PathPolicies({})
PathPolicies({"/api": "https://app.example"})
PathPolicies({"api": None})
PathPolicies({"/api": None, "/api/": None})
policy_from_mapping({"/api": None, "allow_origins": ["https://app.example"]})
HostPolicies({})
HostPolicies({"shop.api.example": "https://app.example"})
HostPolicies({"https://shop.api.example": None})
HostPolicies({"shop.api.example": None, "Shop.api.example:443": None})
"""

WARNINGS = r"""
Policy(allow_origins=["https://app.example", "https://app.example"])
Policy(allow_origins=["https://*.app.example", "https://www.app.example"])
Policy(allow_origins=["https://app.example"], allow_methods=["patch"])
Policy(allow_origins=["https://app.example"], allow_headers=["X-*"])
Policy(allow_origins=["https://app.example"], max_age=604800)
Policy(allow_origins=["https://app.example"], allow_headers=["Access-Control-Allow-Origin"])
Policy(allow_origins=["https://app.example"], dangerously_allow_null_origin=True)
Policy(allow_origins=["http://localhost"])
Policy(allow_origins=[re.compile(r"https://pr-\d+\.app\.example")])
Policy(allow_origins=[re.compile(r"\Apr-\d+\.app\.example\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps://app.example\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps://[^.]+\.app\.example\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps://([a-z0-9-]+\.?)+\.app\.example\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps?://app\.example\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps://[a-z-]+\.vercel\.app\Z")])
Policy(allow_origins=[re.compile(r"\Amoz-extension://[0-9a-f-]{36}\Z")])
Policy(allow_origins=[re.compile(r"\Ahttps://[a-z.-]+\Z")])
PathPolicies({"/api": None, "/api/public": None})
PathPolicies({"/api/[0-9]+": None})
"""


def problems_of(example: str) -> tuple[Problem, ...]:
    """Return what keeps the policy of an example from being built."""
    try:
        _build(example)
    except InvalidPolicy as error:
        return error.problems
    message = f"nothing is wrong with {example}"
    raise ValueError(message)


def warnings_of(example: str) -> tuple[Problem, ...]:
    """Return what the policy of an example warns of."""
    warnings: tuple[Problem, ...] = _build(example).warnings
    return warnings


def _build(example: str) -> cors_wsgi.Policy | cors_wsgi.PathPolicies | cors_wsgi.HostPolicies:
    names = {name: getattr(cors_wsgi, name) for name in cors_wsgi.__all__}
    built = eval(example, {"re": re, **names})  # noqa: S307 - the examples above
    assert isinstance(built, cors_wsgi.Policy | cors_wsgi.PathPolicies | cors_wsgi.HostPolicies)  # noqa: S101
    return built


def rows(kind: str) -> Iterator[tuple[str, str, str]]:
    """Return the code, the example and what is said of it, for problems or warnings."""
    examples, found = {
        "problems": (PROBLEMS, problems_of),
        "warnings": (WARNINGS, warnings_of),
    }[kind]
    for example in examples.strip().splitlines():
        for problem in found(example):
            yield problem.code, example, f"{problem.message} {problem.hint}"
    if kind == "warnings":  # which no policy of today has
        for problem in suffixes.outdated(date.max):
            yield (
                problem.code,
                "# with publicsuffixlist, years ago",
                f"{problem.message} {problem.hint}",
            )
