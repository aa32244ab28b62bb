"""A wrong policy cannot be built, and says all that is wrong with it."""

import copy
import pickle
import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPMethod, HTTPStatus

import pytest

from cors_wsgi import (
    HostPolicies,
    InvalidPolicy,
    PathPolicies,
    Policy,
    Problem,
    Request,
    policy_from_environ,
    policy_from_mapping,
)

APP = "https://app.example"


def problems_of(**fields: object) -> list[Problem]:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(**fields)
    return list(caught.value.problems)


def codes(problems: list[Problem] | tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


WRONG_POLICIES = [
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
        {"allow_origins": APP, "max_age": 2**31}, ["max-age-range"], id="more than caches can count"
    ),
    pytest.param(
        {"allow_origins": APP, "max_age": 10**30}, ["max-age-range"], id="max-age 10 to the 30"
    ),
    pytest.param(
        {"allow_origins": APP, "max_age": float("inf")}, ["max-age-type"], id="max-age infinite"
    ),
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
    pytest.param({"allow_methods": "all"}, ["name-literal"], id="a word for every method"),
    pytest.param({"allow_methods": "PUT|DELETE"}, ["name-literal"], id="methods as an expression"),
    pytest.param({"allow_headers": ["X-*"]}, ["name-literal"], id="a pattern of headers"),
    pytest.param({"allow_methods": {"P"}}, ["name-literal"], id="a letter of a method"),
    pytest.param({"allow_methods": ["PUT", "PUT"]}, ["entry-duplicate"], id="a method twice"),
    pytest.param({"allow_headers": ["X-A", "x-a"]}, ["entry-duplicate"], id="a header twice"),
    pytest.param({"allow_headers": ["*", "X-A"]}, ["entry-covered"], id="* and a header"),
    pytest.param({"allow_methods": ["PUT", "*"]}, ["entry-covered"], id="* and a method"),
    pytest.param({"max_age": 86401}, ["max-age-cap"], id="more than a day"),
    pytest.param({"max_age": 2**31 - 1}, ["max-age-cap"], id="as much as caches can count"),
    pytest.param(
        {"allow_headers": ["access-control-allow-origin", "X-A"]},
        ["header-of-cors"],
        id="a header of CORS that pages may send",
    ),
    pytest.param(
        {"expose_headers": ["Access-Control-Allow-Origin", "X-A"]},
        ["header-of-cors"],
        id="a header of CORS that pages may read",
    ),
    pytest.param({"max_age": 86400}, [], id="a day"),
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


def test_members_of_enumerations_print_as_what_they_stand_for() -> None:
    policy = Policy(
        allow_origins=APP, allow_methods=[HTTPMethod.PUT], preflight_status=HTTPStatus.OK
    )
    expected = f"Policy(allow_origins=['{APP}'], allow_methods=['PUT'], preflight_status=200)"
    assert repr(policy) == expected


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


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda p: pickle.loads(pickle.dumps(p)), id="pickled"),
        pytest.param(copy.copy, id="copied"),
        pytest.param(copy.deepcopy, id="copied deeply"),
    ],
)
@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(allow_origins="*").varying_by_origin(), id="that a function chose"),
        pytest.param(Policy.template().policy([]), id="of a store without rows"),
        pytest.param(Policy.template().policy([APP, "null"]), id="of a store with a wrong row"),
        pytest.param(HostPolicies({"a.example": FULL}).policy_for({}), id="that allows nobody"),
    ],
)
def test_a_policy_that_nobody_could_write_is_the_same_when_it_is(policy: Policy, again) -> None:
    for request in (Request(APP), Request.preflight(APP, "PUT")):
        assert again(policy).explain(request) == policy.explain(request)
    assert again(policy) == policy
    assert again(policy).warnings == policy.warnings


def test_it_varies_by_origin_with_other_fields_too() -> None:
    varying = Policy(allow_origins="*").varying_by_origin()
    assert ("Vary", "Origin") in varying.replace(max_age=60).explain(Request(APP)).headers
    assert varying != Policy(allow_origins="*")


def test_it_differs_by_value() -> None:
    assert FULL.replace(max_age=60) != FULL


def test_it_is_frozen() -> None:
    with pytest.raises(AttributeError, match=r"replace\(max_age=0\)"):
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


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        pytest.param(
            lambda: Policy("https://a.example"),  # type: ignore[call-arg, arg-type]
            TypeError,
            r"Policy\(allow_origins='https://a.example'\)",
            id="an origin without the name of its field",
        ),
        pytest.param(
            lambda: Policy({"allow_origins": APP}),  # type: ignore[call-arg, arg-type]
            TypeError,
            r"Policy\(\*\*{'allow_origins': 'https://app.example'}\)",
            id="a mapping of its fields",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP).replace([APP]),  # type: ignore[arg-type]
            TypeError,
            r"replace takes its fields by name: replace\(allow_origins=\['https://app.example'\]\)",
            id="a change without the name of its field",
        ),
        pytest.param(
            lambda: Policy.template({"allow_methods": ["PUT"]}),  # type: ignore[arg-type]
            TypeError,
            r"and no origins: Policy.template\(\*\*{'allow_methods': \['PUT'\]}\)$",
            id="a mapping for a template",
        ),
        pytest.param(
            lambda: Policy.template("PUT"),  # type: ignore[arg-type]
            TypeError,
            r"takes its fields by name, and no origins: Policy.template\(allow_credentials=True\)$",
            id="a template's field without its name",
        ),
        pytest.param(
            lambda: Policy(None),  # type: ignore[call-arg, arg-type]
            TypeError,
            r"Policy\(allow_origins=\['https://app.example'\]\)$",
            id="nothing without the name of its field",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP).explain("https://b.example"),  # type: ignore[arg-type]
            TypeError,
            r"explain takes a Request: Request.preflight\('https://b.example', 'PUT'\)",
            id="an origin to explain",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP).explain({}),  # type: ignore[arg-type]
            TypeError,
            r"explain takes a Request: Request.from_environ\(environ\)",
            id="an environ to explain",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, allow_methods="PUT, DELETE"),
            InvalidPolicy,
            "Write 'PUT', 'DELETE', each as one entry of the list",
            id="methods as one text",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, allow_headers=["X-One;X-Two"]),
            InvalidPolicy,
            "Write 'X-One', 'X-Two', each as one entry of the list",
            id="headers as one text",
        ),
        *(
            pytest.param(
                lambda names=names: Policy(allow_origins=APP, allow_headers=names),
                InvalidPolicy,
                rf"^1 problem in .*\n.*header name. {hint}",
                id=name,
            )
            for names, hint, name in [
                ("'X-One'", "Write 'X-One'.", "quotes around a header"),
                ("['X-One', 'X-Two']", "Write 'X-One', 'X-Two', each", "a list as text"),
                ([["X-One", "X-Two"]], "Write 'X-One', 'X-Two', each", "a list in the list"),
                ([b"X-One"], "Write 'X-One'.", "bytes for a header"),
                ({"X-One": True}, "Write 'X-One'.", "a mapping for a header"),
                ("X-One: 1", "Write 'X-One'.", "a header with its value"),
                (True, r"Write '\*' for every one.", "a flag for headers"),
                (None, "Remove it, or write", "None for headers"),
                (re.compile("X-.*"), "Write one name for each", "an expression of headers"),
            ]
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, max_age="3600"),  # type: ignore[arg-type]
            InvalidPolicy,
            "Write 3600, without quotes",
            id="seconds as text",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, allow_credentials="true"),  # type: ignore[arg-type]
            InvalidPolicy,
            "Write True or False, without quotes; in TOML, true or false",
            id="a flag as text",
        ),
        pytest.param(
            lambda: PathPolicies(Policy(allow_origins=APP)),  # type: ignore[arg-type]
            TypeError,
            r"is not a mapping. Write PathPolicies\({'/api': Policy\(allow_origins=",
            id="a policy where policies by path are wanted",
        ),
        pytest.param(
            lambda: HostPolicies([APP]),  # type: ignore[arg-type]
            TypeError,
            r"is not a mapping. Write HostPolicies\({'shop.api.example': Policy\(",
            id="a list where policies by host are wanted",
        ),
        pytest.param(
            lambda: policy_from_mapping([APP]),  # type: ignore[arg-type]
            TypeError,
            r"is not a mapping. Write policy_from_mapping\({'allow_origins': \[",
            id="a list where a mapping is wanted",
        ),
        pytest.param(
            lambda: policy_from_environ(None),  # type: ignore[arg-type]
            TypeError,
            r"is not a mapping. Write policy_from_environ\(os.environ\)",
            id="nothing where the environment is wanted",
        ),
        pytest.param(
            lambda: Policy(allow_orgins=["https://a.example"]),  # type: ignore[call-arg]
            InvalidPolicy,
            r"^1 problem in .*\n.*Did you mean 'allow_origins'\?",
            id="a misspelt field is one problem",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, supports_credentials=True),  # type: ignore[call-arg]
            InvalidPolicy,
            r"Write 'allow_credentials'. 'cors-wsgi policy --from' translates",
            id="an option of Flask-CORS",
        ),
        pytest.param(
            lambda: Policy(allow_origins=APP, allow_private_network=True),  # type: ignore[call-arg]
            InvalidPolicy,
            "browsers no longer ask for it",
            id="an option that is gone",
        ),
        pytest.param(
            Policy,
            InvalidPolicy,
            "^1 problem in .*\n.*origins-missing",
            id="no field at all",
        ),
    ],
)
def test_a_mistake_is_answered_in_the_words_of_the_person_who_made_it(
    write: Callable[[], Policy], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        write()
