"""A regular expression is judged by what it lets in, however it is spelt."""

import re
import time

import pytest

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi._origins.regexes import examine

EVERYBODY = "origin-wildcard-credentials"
NULL = "origin-null"
INSECURE = "origin-insecure-credentials"
ANYBODY = "origin-public-suffix"
ANY_ID = "origin-extension-credentials"
DANGERS = {EVERYBODY, NULL, INSECURE, ANYBODY, ANY_ID}

# What an expression lets in with credentials, and the expressions.
SPELLINGS: list[tuple[set[str], list[str]]] = [
    (
        {EVERYBODY},
        [
            r".*",
            r".+",
            r"\A.*\Z",
            r"^.*$",
            r"(.*)",
            r"(?:.)*",
            r"(?s:.*)",
            r"[\s\S]*",
            r"[\w:/.-]+",
            r"[^ ]+",
            r"\S+",
            r".{0,100}",
            r".{5,}",
            r".*?",
            r".*+",
            r"(?>.*)",
            r"https://app\.example|.*",
            r"(?:https://app\.example)?.*",
            r"https?://.*",
            r"https://.*",
            r"https://.+",
            r"https://[^/]+",
            r"https://[^/:]+(?::\d+)?",
            r"https://[a-z0-9.-]+",
            r"https://[\w.-]+",
            r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}",
            r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*",
            r"https://[a-z0-9-]+\.[a-z]+",
            r"https://.*:8443",
            r"https://.+:\d+",
            r"http://.*",
            r"https?://\S*",
            r"[a-z]+://.*",
            r"(?i)HTTPS://.*",
            r"(?x) https:// .* # previews",
            r"(?=https://).*",
            r"(?!http://).*",
            r"(?!null).*",
            r"https://(?!evil).*",
            r"https://(?P<host>.*)",
            r"(?P<s>https)://.*",
            r"h.*",
            r"h[t]{2}ps:\/\/.*",
            r"\x68ttps://.*",
            r"https://app\.example.*",
            r"https://app\.example[^/]*",
            r"https://app\.example\b.*",
            r"https://app\.example(?:.*)?",
            r"https://localhost.*",
            r"https://.*example.*",
            r"https://app\.(?:[a-z]+\.)?[a-z]+",
            r".*app.*",
            r".*\.(com|net|org|io|de|app|dev)",
            r"(?:https://app\.example)|(?:https://.*)",
            r"https://.{10}",
            r"https://.{60}",
            r"https?://[a-z.]{25,30}",
            r"[a-z:/.]{20}",
            r"https://[^qzjxkvwy]+",
            r"https://[a-z]+\.[a-z]{4}",
            r"https://(?:[a-z]+\.)+[a-z]{5,8}",
            r"https://[a-z]+\.[a-z][a-z]",
            r"https://\w\w\w\w\w\.\w\w\w",
            r"https://.*:\d{5}",
        ],
    ),
    (
        {NULL},
        [
            r"null",
            r"(null)",
            r"n[u]ll",
            r"nul{2}",
            r"(?i)NULL",
            r"(?i:Null)",
            r"[n]ull",
            r"(?x) n u l l",
            r"\x6eull",
            r"\w+",
            r"[a-z]+",
            r".{4}",
            r"https://app\.example|null",
            r"(https://app\.example|null)",
            r"(?:https://app\.example)|n.ll",
            r"\A(https://app\.example|null)\Z",
            r"(https://app\.example)?(null)?",
            r"file://",
            r"file:///?",
            r"(file|app)://",
            r"https://app\.example|file:.*",
            r"(?:https://app\.example|file://|null)",
            r"(?=n)[a-z]{4}",
        ],
    ),
    (
        {INSECURE},
        [
            r"http://app\.example",
            r"https?://app\.example",
            r"http[s]?://app\.example",
            r"http[s]{0,1}://app\.example",
            r"https{0,1}://app\.example",
            r"https*://app\.example",
            r"http(s)?://app\.example",
            r"http(?:s)?://app\.example",
            r"http(?:s|)://app\.example",
            r"http(?P<s>s)?://app\.example",
            r"(http|https)://app\.example",
            r"(?:http|https)://app\.example",
            r"(https|http)://app\.example",
            r"(https://|http://)app\.example",
            r"[a-z]+://app\.example",
            r"\w+://app\.example",
            r"\S+://app\.example",
            r".+://app\.example",
            r".{4,5}://app\.example",
            r"[hH]ttps?://app\.example",
            r"(?i)HTTPS?://APP\.EXAMPLE",
            r"(?i:https?)://app\.example",
            r"(?x) https? :// app \. example",
            r"http.?://app\.example",
            r"h[t]{2}ps?://app\.example",
            r"\x68ttps?://app\.example",
            r"https?:\/\/app\.example",
            r"https?[:]//app\.example",
            r"https?://app[.]example(?::\d+)?",
            r"https?://[a-z-]+\.app\.example",
            r"(?=https?://)[a-z]+://app\.example",
            r"https://app\.example|http://app\.example",
            r"https://app\.example|http://192\.168\.1\.\d+:3000",
            r"http://10\.\d+\.\d+\.\d+",
            r"http://(localhost|app\.example)",
            r"http://localhost\.example",
            r"http://intranet",
            r"http://[a-z]+:3000",
            r"(ht)+tp://app\.example|(h)t{2}p://app\.example",
            r"(?:(?:ht)tp)s?://app\.example",
            r"https?://(?:www\.)?app\.example",
            r"http://app\.example:\d{5}",
            r"http://10\.\d{3}\.\d{3}\.\d{3}:\d{5}",
            "(?i)http[\u0100-\u2000]?://app\\.example",
        ],
    ),
    (
        {ANYBODY},
        [
            r"https://[a-z]+\.github\.io",
            r"https://.*\.vercel\.app",
            r"https://.+\.co\.uk",
            r"https://[^.]+\.netlify\.app",
            r"https://app-[a-z0-9]+\.vercel\.app",
            r"https://[a-z0-9-]+--site\.netlify\.app",
            r"https://[\w-]+\.(?:github|gitlab)\.io",
            r"https://[\w-]+\.git(?:hub|lab)\.io",
            r"https://[\w-]+\.(?:app\.example|vercel\.app)",
            r"https://[\w-]+\.git[h]ub\.io",
            r"https://[\w-]+[.]github[.]io",
            r"https://[\w-]+\.gith(?:ub)?\.io",
            r"https://[\w-]+(?:\.github)?\.io",
            r"(?i)https://[\w-]+\.GitHub\.io",
            r"https://[\w-]+\.(?i:GITHUB)\.io",
            r"(?x) https:// [\w-]+ \. github \. io",
            r"https://(?P<user>[\w-]+)\.github\.io",
            r"https://(?:[\w-]+\.)+github\.io",
            r"https://(?:[\w-]+\.)?[\w-]+\.github\.io",
            r"https://[a-z]{1,39}\.github\.io",
            r"https://[a-z][a-z0-9]*\.github\.io",
            r"https://[a-z]+?\.github\.io",
            r"https://[a-z]++\.github\.io",
            r"https://(?>[a-z]+)\.github\.io",
            r"https://(?!evil)[a-z]+\.github\.io",
            r"(?=.*\.github\.io$)https://[a-z.]+",
            r"https://\w+\.github\.io(?::\d+)?",
            r"https://\w+\.github\.io:8443",
            r"https://(a|b|[c-z]+)\.github\.io",
            r"https://[^/]*app\.example",
            r"https://[\w.-]*app\.example",
            r"https://.*app\.example",
            r"https://(.*\.)?(.*)app\.example",
            r"https://(?:.*)app\.example",
            r"https://\w*-?app\.example",
            r"https://my[a-z]*\.example",
            r"https://shop[0-9]{2}\.com",
            r"https://app\d+\.com",
            r"https://app.example.com",
            r"https://www.app\.example",
            r"https://app\.[a-z]+",
            r"https://app\.[a-z]{2,3}",
            r"https://app\.[^.]+",
            r"https://[a-z]+\.com",
            r"https://[a-z-]+\.example",
            r"https://.*(?<!evil)\.github\.io",
            r"https://([a-z])\1{2}\.github\.io",
            r"https://[ab]{8}\.github\.io",
            r"https://[a-p.]+",
            r"https://app\.\w\w\w",
            r"https://\w+\.ck",
            r"https://[a-z]+\.kawasaki\.jp",
            r"https://(?=app)[a-z]+\.com",
            r"https://(?:(?=app)|(?=api))[a-z]+\.example",
            r"https://(?=\S*vercel)\S*\.app",
            r"(?=https://my-app)[a-z:/-]+\.vercel\.app",
            r"https://\d+\.\d+\.\d+\.\d+",
            r"https://(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?",
            r"https://\[[\da-f:]+\]",
            r"https://[\d.]+",
            r"https://\d{3}\.\d{3}\.\d{3}\.\d{3}",
            r"https://\[2[\da-f:]+\]",
            r"https://\w+\.github\.io:\d{5}",
            r"https://\w+\.github\.io:6\d{4}",
            r"https://app\.c[a-z]m",
            r"https://app\.co[a-z]*",
            r"https://[a-z0-9-]+\.s3\.[a-z0-9-]+\.amazonaws\.com",
            r"https://[a-z]+\.s3[.-][a-z0-9-]+\.amazonaws\.com",
            r"https://[a-z]+\.[a-z]{2}-[a-z]+-\d\.airflow\.amazonaws\.com",
            r"https://.*\.ovh\.net",
            r"https://app-\w+\.s3-website[.-][a-z0-9-]+\.amazonaws\.com",
            r"https://[a-z]+\.s3\.(?:us|eu)-(?:west|central)-\d\.amazonaws\.com",
            r"https://\w+\.\w+\.run\.app",
            r"https://(?:[a-z0-9-]+\.)+amazonaws\.com",
            r"https://(?:[\w-]+\.){1,5}amazonaws\.com",
            r"https://.*\.amazonaws\.com",
            r"https://[\w-]+\.[\w-]+\.\d+\.azurestaticapps\.net",
            "(?i)https://[a-z]+\\.g\u0131thub\\.\u0130o",
            "(?i)https://[a-z]+\\.\u212aawa\u017fa\u212ai\\.jp",
            r"(?=https://pr-)(?=.*\.vercel\.app$).*",
            r"(?=.*app)https://.*(?<=\.vercel\.app)",
            r"(?=.*preview).*\.github\.io",
            r"(?=https://\w{9}\.github\.io$).*",
        ],
    ),
    (
        {ANY_ID},
        [
            r"moz-extension://.*",
            r"moz-extension://[0-9a-f-]{36}",
            r"moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            r"chrome-extension://[a-p]{32}",
            r"chrome-extension://\w+",
            r"(?:chrome|moz)-extension://[^/]+",
            r"safari-web-extension://[0-9A-F-]+",
            r"(?i)safari-web-extension://[0-9A-F-]{36}",
            r"[a-z-]+-extension://[a-z]{32}",
            r"https://app\.example|moz-extension://[^/]+",
            r"vscode-webview://[a-z0-9]+",
            r"app://.+",
        ],
    ),
    ({NULL, ANY_ID}, [r"(?!http).*", r"(?!https?://|ws).+"]),
    ({NULL, INSECURE}, [r"http://app\.example|null", r"(?i)(null|https?://app\.example)"]),
    (
        {INSECURE, ANYBODY},
        [
            r"https?://[a-z]+\.github\.io",
            r"http://\w+\.co\.uk:3000",
            r"http://12.\.0\.0\.1",
            r"http://[0-9.]+",
            r"http://[\d.]{7,15}(?::\d+)?",
            r"http://\[[\da-f:]+\]",
            r"(?!https)[a-z:/]+app\.example",
        ],
    ),
    (
        set(),
        [
            r"https://app\.example",
            r"https://[a-z0-9-]+\.example\.com",
            r"https://.*\.example\.com",
            r"https://(?:.*\.)?example\.com",
            r"https://(?:[a-z0-9-]+\.)*example\.com",
            r"https://[^/]+\.example\.com",
            r"https://pr-\d+\.app\.example",
            r"https://(?:www\.)?app\.example",
            r"https://(app|admin)\.example",
            r"https://app\.(com|net|org)",
            r"https://app\.example(?::\d+)?",
            r"https://app\.example:.*",
            r"https://[aA]pp\.example",
            r"(?i)https://App\.Example",
            r"https://app[12]\.example",
            r"https://(?!evil)[a-z]+\.example\.com",
            r"https://(?P<pr>pr-\d+)\.app\.example",
            r"https://[\w-]+\.my-user\.github\.io",
            r"https://my-user\.github\.io",
            r"https://[a-z]+\.app\.co\.uk",
            r"(?x) https:// [a-z]+ \. app \. example # previews",
            r"^http://localhost:[0-9]+$",
            r"^https?://localhost(:\d+)?$",
            r"https?://127\.0\.0\.1(:\d+)?",
            r"https?://127\.\d+\.\d+\.\d+(:\d+)?",
            r"http://127.0.0.1:\d+",
            r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?",
            r"http://[a-z]+\.localhost:\d+",
            r"http://(.+\.)?localhost:\d+",
            r"[a-z]+://localhost",
            r"https://192\.168\.\d+\.\d+",
            r"https://10(?:\.\d{1,3}){3}",
            r"https://198\.51\.100\.\d+",
            r"https://\[fd00::[\da-f:]+\]",
            r"http://(?:\[::1\]|localhost):\d+",
            r"https://a{100000000}\.example\.com",
            r"https://(?:a?){4000000000}\.example\.com",
            r"capacitor://localhost",
            r"(capacitor|ionic)://localhost",
            r"chrome-extension://(abcdefghijklmnop|ponmlkjihgfedcba)",
            r"app://\.",
            r"https://app\.example/?",
            r"https://app.example",
            r"x",
            r"",
            r"(?!)",
            r"^https://",
        ],
    ),
]
CASES = [
    pytest.param(text, expected, id=f"{text} lets in {', '.join(sorted(expected)) or 'nobody'}")
    for expected, texts in SPELLINGS
    for text in texts
]


def dangers_of(regex: re.Pattern[str], **fields: object) -> set[str]:
    try:
        Policy(allow_origins=regex, allow_credentials=True, **fields)
    except InvalidPolicy as error:
        return {problem.code for problem in error.problems}
    return set()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_an_expression_lets_in_is_a_problem_with_credentials(
    text: str, expected: set[str]
) -> None:
    assert dangers_of(re.compile(text)) == expected


FLAGS = {
    NULL: "dangerously_allow_null_origin",
    INSECURE: "dangerously_allow_insecure_origins",
    ANYBODY: "dangerously_allow_public_suffix_subdomains",
}


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_its_flags_allow_it_and_nothing_else_does(text: str, expected: set[str]) -> None:
    flags = {FLAGS[code]: True for code in expected if code in FLAGS}
    assert dangers_of(re.compile(text), **flags) == expected - set(FLAGS)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_an_expression_lets_in_is_a_warning_without_credentials(
    text: str, expected: set[str]
) -> None:
    flag = {FLAGS[NULL]: True} if NULL in expected else {}  # `null` is forbidden always
    warnings = Policy(allow_origins=re.compile(text), **flag).warnings
    assert {warning.code for warning in warnings} & DANGERS == expected - {NULL}


@pytest.mark.parametrize("text", [r"null", r"https://app\.example|null"])
def test_null_is_a_problem_without_credentials_too(text: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins=re.compile(text))
    assert [problem.code for problem in caught.value.problems] == [NULL]


@pytest.mark.parametrize("text", [case.values[0] for case in CASES if case.values[1]])
def test_a_problem_names_an_origin_that_is_let_in(text: str) -> None:
    regex = re.compile(text)
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins=regex, allow_credentials=True)
    for problem in caught.value.problems:
        (origin,) = re.findall("'(.*?)'", problem.message)
        assert regex.fullmatch(origin)


@pytest.mark.parametrize("text", [".*", "null", "http://a.b", r"https://\w+\.com", "app://.*"])
def test_the_hint_says_what_works(text: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins=re.compile(text), allow_credentials=True)
    for problem in caught.value.problems:
        (code,) = re.findall(r"re\.compile\(r'.*?'\)", problem.hint)
        assert Policy(allow_origins=eval(code), allow_credentials=True).warnings == ()


def test_every_site_is_said_to_be_let_in() -> None:
    (warning,) = Policy(allow_origins=re.compile(r"\Ahttps://[a-z.]+\Z")).warnings
    assert str(warning) == (
        r"allow_origins: '\\Ahttps://[a-z.]+\\Z' lets every site in, 'https://qzk.com' for one. "
        r"Match your own names alone, as re.compile(r'\Ahttps://pr-\d+\.app\.example\Z') does. "
        "[origin-wildcard-credentials]"
    )


HABITS = [
    pytest.param(r"https://[a-z]+\.app\.example", ["regex-unanchored"], id="no anchors"),
    pytest.param(r"^https://[a-z]+\.app\.example", ["regex-unanchored"], id="no anchor at the end"),
    pytest.param(
        r"^https://a\.app\.example$|https://b\.app\.example",
        ["regex-unanchored"],
        id="no anchors in one alternative",
    ),
    pytest.param(
        r"^https://a\.app\.example$|^https://b\.app\.example$", [], id="anchors in alternatives"
    ),
    pytest.param(r"(?i)(^https://[a-z]+\.app\.example$)", [], id="anchors in a group"),
    pytest.param(r"^https://app.example$", ["regex-dot"], id="a dot that is not escaped"),
    pytest.param(r"^https://app[.]example$", [], id="a dot in brackets"),
    pytest.param(r"^https://.*\.app\.example$", ["regex-slash"], id="any characters"),
    pytest.param(r"^https://[^.]+\.app\.example$", ["regex-slash"], id="a class with slashes"),
    pytest.param(r"^https://[^/.]+\.app\.example$", [], id="a class without slashes"),
    pytest.param(r"^https:\/\/a\.app\.example$", [], id="slashes that are escaped"),
    pytest.param(r"^[a-z]+\.app\.example$", ["regex-no-scheme"], id="no scheme"),
    pytest.param(r"^https[:]//a\.app\.example$", [], id="a scheme that is written oddly"),
]


@pytest.mark.parametrize(("text", "expected"), HABITS)
def test_questionable_habits_are_warned_about(text: str, expected: list[str]) -> None:
    warnings = Policy(allow_origins=re.compile(text), allow_credentials=True).warnings
    assert [warning.code for warning in warnings] == expected


SLOW = [
    r"https://([a-z0-9-]+\.?)+\.example\.com",
    r"https://([a-z0-9]+-?)+\.app\.example",
    r"https://(a+)+\.app\.example",
    r"https://(a*)*\.app\.example",
    r"https://(?:[a-z]+)*\.app\.example",
    r"https://(?:[a-z]|[^/])+\.app\.example",
    r"https://(?:a?b?)*\.app\.example",
    r"https://(?:[a-z0-9-]+.)+\.app\.example",
    r"https://(?:-[a-z-]+)+\.app\.example",
    r"https://(?:[a-z]+-[a-z]+)+\.app\.example",
    r"https://((?:[a-z]+)+\.)+app\.example",
    r"https://(?:ab|a|b)+\.app\.example",
    r"https://(?:[a-z]+|\d+)+\.app\.example",
    r"https://(?:(?:[a-z0-9-]+\.)*)*app\.example",
    r"https://(?:[a-z]*\.?)*app\.example",
    r"https://(?P<x>[a-z]+)+\.app\.example",
    r"https://(?:[a-z]{1,63}\.?){1,127}app\.example",
    r"(?i)https://(?:[A-Z]+\.?)*app\.example",
    r"(?:[\w.:/-]+)+!",
    r"((([\w.:/-]+)+)+)+!",
    r"https://(?:a|a)*\.app\.example",
    r"https://(?=(?:[a-z]+)+!)[a-z.]+\.app\.example",
    r"https://(?!(?:[a-z]+)+!)[a-z]+\.app\.example",
    r"https://[a-z]+\.(?=(a|aa)+$)[a-z]+",
    r"https://(?>(?:[a-z]+)+!)\.app\.example",
    r"https://(?:(?:[a-z]+)+!)++\.app\.example",
    r"https://(?:(?>(?:[a-z]+)+!)\.)+app\.example",
    r"https://(?:[a-z]+){8}\.app\.example",
    r"https://(?:[a-z]+-?){4}\.app\.example",
    r"https://(?:[a-z]?){25}\.app\.example",
    r"https://" + "[a-z]?" * 28 + r"\.app\.example",
    r"https://.*\..*\..*\..*\.app\.example",
    r"https://" + r"(?:a|aa)" * 30 + r"\.app\.example",
    r"https://(?:(?:a|aa){8}){8}\.app\.example",
    r"https://" + r"(?:ab)*" * 6 + r"\.app\.example",
    r"https://" + r"(?:[a-z0-9-]+\.)*" * 5 + r"app\.example",
    r"https://" + r"(?:\w+(?:-x|-y)?\.)+" * 5 + r"app\.example",
    r"https://[a-z]+[a-z0-9]+(?:[a-z-]+\w*)\.app\.example",
    r"https://(?:\b|/*+){50}\.app\.example",
    r"((?:(?:\.{2}){5,9}|.*?|[^.]*?)+){50}[^/]{3,200}(?>\d*?){0}\.app\.example",
    r"x*+[a-z]{0,63}.(\D)++\S{3,200}\.{0,63}(?:\d{50}|.{50}|(c+){3,200}){2}a+\w+(?:a??|\w{0,63}){3}\S{0,63}",
    r"https://((?:(?:b{3,200}|\w{9}|[ab]{50}){50}|\S?|(?:\.+|x{2})?)+){50}\.app\.example",
]
QUICK = [
    r"https://([a-z0-9-]+\.)+example\.com",
    r"https://(?:[a-z0-9-]+\.)*[a-z0-9-]+\.app\.example",
    r"https://[a-z]+(?:-[a-z]+)*\.app\.example",
    r"https://.*\.app\.example",
    r"https://\d{1,3}(?:\.\d{1,3}){3}",
    r"moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    r"https://(?:[a-z]++\.?)+app\.example",
    r"https://(?>[a-z]+\.?)+app\.example",
    r"https://(?:[a-z0-9-]+\.?)++app\.example",
    r"https://(?:a|b|c)+\.app\.example",
    r"https://(?:foo|bar|baz)+\.app\.example",
    r"https://[a-z]{1,63}(?:\.[a-z]{1,63}){0,5}",
    r"https://(?:[a-z]+\.)*(?:[a-z]+-)*(?:[a-z]+\.)*app\.example",
    r"https://(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)",
    r"https://(?:a|app|api|admin)(?:-dev|-d)?(?:-[a-z]|-[a-z]{2}|-[a-z]{3})\.app\.example",
    r"https://(?:[a-z]{1,3}){2}\.app\.example",
    r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.app\.example",
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+example\.com",
    r"(?:https?://\w+,?)+",
    r"https://.*\..*\.app\.example",
    r"https://(?>(?:[a-z]+)+)\.app\.example",
    r"https://[a-z]+-[a-z]+-[a-z]+-[a-z]+-[a-z]+\.app\.example",
    r"https://(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?",
]


@pytest.mark.parametrize(
    ("text", "is_slow"), [(text, True) for text in SLOW] + [(text, False) for text in QUICK]
)
def test_an_expression_that_backtracks_without_bound_is_warned_about(
    text: str, is_slow: bool
) -> None:
    codes = [warning.code for warning in Policy(allow_origins=re.compile(text)).warnings]
    assert ("regex-backtracking" in codes) is is_slow


# Python's own matcher is not asked about these, since it may take hours.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"https://(?:[\w.-]+)+", {EVERYBODY}),
        (r"(?:[a-z]+)+", {NULL}),
        (r"https?://(?:[a-z]+)*\.app\.example", {INSECURE}),
        (r"https://(?:[a-z]+)+\.github\.io", {ANYBODY}),
        (r"https://(?:[a-z]+){1,40}\.git(?:hub|lab)\.io", {ANYBODY}),
        (r"https://(?:[a-z]+\.?)+app\.example", {ANYBODY}),
        (r"https://(?>(?:[a-z]+-?)+)(?:[a-z]+)+\.vercel\.app", {ANYBODY}),
        (r"moz-extension://(?:[0-9a-f]+-?)+", {ANY_ID}),
        (r"https://(?:[a-z]+)+\.app\.example", set()),
    ],
)
def test_what_an_expression_that_backtracks_lets_in_is_found(text: str, expected: set[str]) -> None:
    regex = re.compile(text)
    assert "regex-backtracking" in {warning.code for warning in examine(regex).habits}
    assert dangers_of(regex) == expected


@pytest.mark.parametrize("text", SLOW)
def test_an_expression_that_backtracks_does_not_hold_up_the_policy(text: str) -> None:
    started = time.process_time()
    dangers_of(re.compile(text))
    assert time.process_time() - started < 1


def test_an_expression_that_backtracks_is_not_tried_on_the_origins_listed_beside_it() -> None:
    slow = re.compile(r"\Ahttps://(?:[a-z]+)+\.app\.example\Z")
    started = time.process_time()
    Policy(allow_origins=[slow, f"https://{'a' * 28}.azurewebsites.net"])
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            r"\Ahttps://(?:" + "|".join(f"app{n}" for n in range(5000)) + r")\.example\.com\Z",
            id="thousands of names",
        ),
        pytest.param(r"\Ahttps://" + "a" * 50_000 + r"\.example\.com\Z", id="an endless name"),
    ],
)
def test_a_long_expression_does_not_hold_up_the_policy(text: str) -> None:
    regex = re.compile(text)
    started = time.process_time()
    assert dangers_of(regex) == set()
    assert time.process_time() - started < 3
