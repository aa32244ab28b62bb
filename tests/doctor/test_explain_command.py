"""`cors-wsgi explain`: what is printed, and with which exit code it ends."""

import json
import re
import subprocess
import sys
from importlib.resources import files

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from cors_wsgi import catalogue
from cors_wsgi.doctor.cli import cli

SCHEMA = Draft202012Validator(
    json.loads((files("cors_wsgi.doctor.explain") / "explain.schema.json").read_text())
)
API = "https://api.example/users?page=1&all"
PAGE = "http://localhost:3000"
ACCESS = f"Access to fetch at '{API}' from origin '{PAGE}' has been blocked by CORS policy: "
HEADER = (
    "Request header field authorization is not allowed by Access-Control-Allow-Headers in "
    "preflight response."
)
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
MISSING = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
WILDCARD = (
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the "
    "wildcard '*' when the request's credentials mode is 'include'."
)


def explain(*arguments, **more):
    return CliRunner().invoke(cli, ["explain", *arguments], **more)


def as_json(*arguments):
    said = json.loads(explain("--json", *arguments).stdout)
    SCHEMA.validate(said)
    return said["explanations"]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("id_", catalogue.failures())
def test_the_json_of_every_failure_is_what_the_schema_says(id_):
    assert [one["failure"] for one in as_json(id_)] == [id_]


def test_the_json_of_what_is_not_recognised_is_what_the_schema_says():
    assert as_json("hello") == []


def test_an_explanation_has_all_its_parts_in_order():
    result = explain("--stack", "flask", ACCESS + HEADER)
    lines = result.output.splitlines()
    labels = [re.split("  +", line)[0] for line in lines if line[:1].strip()]
    assert labels == [
        "A request header is not in Access-Control-Allow-Headers",
        f"Chrome, Edge, fetch of {API}, from a page on",
        f"{PAGE}, the preflight",
        "Note",
        "Means",
        "Likely causes 1. `Content-Type`, `Authorization` or an `X-` header is not",
        "Fix",
        "Next",
        "See",
    ]
    assert lines[0].endswith("  header-missing")
    assert '        allow_headers=["authorization"],' in lines
    assert result.exit_code == 0


def test_code_and_commands_are_not_broken_at_the_margin_and_all_else_is():
    command = f"    cors-wsgi check '{API}' --origin {PAGE} --header 'authorization: Bearer x'"
    lines = explain(ACCESS + HEADER).output.splitlines()
    assert command in lines
    prose = [line for line in lines if not line.startswith("    ") or line.startswith(" " * 14)]
    assert max(map(len, prose)) <= 80
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        pytest.param(
            ACCESS + WILDCARD,
            f"cors-wsgi check '{API}' --origin {PAGE} --credentials",
            id="credentials",
        ),
        pytest.param(
            ACCESS + "Method patch is not allowed by Access-Control-Allow-Methods in preflight "
            "response.",
            f"cors-wsgi check '{API}' --origin {PAGE} --method patch",
            id="the method",
        ),
        pytest.param(
            "Preflight response is not successful. Status code: 404",
            "cors-wsgi check URL --origin ORIGIN --method PUT",
            id="capitals where the message says nothing",
        ),
        pytest.param(
            f"{ACCESS}{PREFLIGHT}It does not have HTTP ok status.\n"
            f"OPTIONS {API} net::ERR_FAILED 404\nDELETE {API} net::ERR_FAILED",
            f"cors-wsgi check '{API}' --origin {PAGE} --method DELETE",
            id="the method that the line below says, and not its preflight's",
        ),
        pytest.param(
            f"{ACCESS}{PREFLIGHT}It does not have HTTP ok status.\nPOST {API} net::ERR_FAILED",
            f"cors-wsgi check '{API}' --origin {PAGE} --method POST --header "
            "'Content-Type: application/json'",
            id="a POST that has a preflight",
        ),
        pytest.param(
            f"{ACCESS}{PREFLIGHT}It does not have HTTP ok status.\nGET {API} net::ERR_FAILED",
            f"cors-wsgi check '{API}' --origin {PAGE} --method GET --header "
            "'Authorization: Bearer x'",
            id="a GET that has a preflight",
        ),
        pytest.param(
            f"{ACCESS}{MISSING}\nPOST {API} net::ERR_FAILED 500",
            f"cors-wsgi check '{API}' --origin {PAGE} --method POST",
            id="a POST that has none",
        ),
        pytest.param(
            ACCESS.replace(API, "https://api.example/'; rm -rf ~; '") + HEADER,
            "cors-wsgi check URL --origin ORIGIN --header 'authorization: Bearer x'",
            id="a URL that is none",
        ),
        pytest.param(
            "Origin capacitor://localhost is not allowed by Access-Control-Allow-Origin.",
            "cors-wsgi check URL --origin capacitor://localhost",
            id="the origin of an app",
        ),
        pytest.param(
            "Origin null is not allowed by Access-Control-Allow-Origin.",
            "cors-wsgi check URL --origin null",
            id="the origin null",
        ),
        pytest.param(
            f"Refused to connect to '{API}' because it violates the following Content Security "
            "Policy directive: \"connect-src 'self'\".",
            None,
            id="nothing to check where it is not CORS",
        ),
    ],
)
def test_the_next_command_is_filled_in(line, command):
    assert [one["next"] for one in as_json(line)] == [command]


def test_a_preflight_that_nobody_answers_is_to_be_answered_first():
    line = (
        f"{ACCESS}Response to preflight request doesn't pass access control check: "
        "No 'Access-Control-Allow-Origin' header is present on the requested resource."
    )
    fixes = [
        as_json("--stack", "nginx", text)[0]["fix"]["text"] for text in (line, "origin-missing")
    ]
    assert ["Answer preflights" in text for text in fixes] == [True, False]


@pytest.mark.parametrize(
    ("line", "remark"),
    [
        pytest.param(
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
            f"resource at {API}. (Reason: CORS request did not succeed). Status code: (null).",
            "Status (null) means that no answer came back at all. CORS is not at fault.",
            id="null",
        ),
        pytest.param(
            f"Origin {PAGE} is not allowed by Access-Control-Allow-Origin. Status code: 502",
            "Status 502: the server, or something in front of it, failed. CORS is not at fault; "
            "look in the server's log.",
            id="502",
        ),
        pytest.param(
            ACCESS + "Request header field Access-Control-Allow-Origin is not allowed by "
            "Access-Control-Allow-Headers in preflight response.",
            "Access-Control-Allow-Origin is a response header, but your script sets it on the "
            "request. Remove that line from the script, and this message goes away.",
            id="a response's header on the request",
        ),
        pytest.param(
            ACCESS + "Method patch is not allowed by Access-Control-Allow-Methods in preflight "
            "response.",
            "Browsers do not change patch to PATCH. Write PATCH in the script.",
            id="patch",
        ),
        pytest.param(
            "Origin null is not allowed by Access-Control-Allow-Origin. Status code: 200",
            "The origin is null: the page is a file, a sandboxed frame or a data: URL, or the "
            "request was redirected from one foreign origin to another.",
            id="the origin null",
        ),
        pytest.param(
            f"{ACCESS}{MISSING} The response had HTTP status code 404.",
            "Status 404: there is nothing at this URL. Solve that first; the CORS message only "
            "hides it.",
            id="404",
        ),
        pytest.param(
            "Redirect is not allowed for a preflight request.",
            "Often it is enough to call the URL that the server redirects to, which is `Location` "
            "in the Network panel: https instead of http, or the trailing slash.",
            id="a redirect",
        ),
    ],
)
def test_what_is_special_about_a_line_is_said(line, remark):
    assert remark in as_json(line)[0]["remarks"]


@pytest.mark.parametrize(
    ("line", "is_cors"),
    [
        (ACCESS + HEADER, True),
        (f"Origin {PAGE} is not allowed by Access-Control-Allow-Origin. Status code: 502", False),
        (f"GET {API} net::ERR_CONNECTION_REFUSED", False),
        ("Request header field x is not allowed by Access-Control-Allow-Headers.", True),
    ],
)
def test_it_says_whether_cors_is_at_fault(line, is_cors):
    assert as_json(line)[0]["is_cors"] is is_cors


@pytest.mark.parametrize(
    ("line", "first", "exit_code"),
    [
        pytest.param(ACCESS + HEADER, "A request header is", 0, id="a failure"),
        pytest.param(
            ACCESS,
            "A request was blocked by CORS; the reason is cut off",
            2,
            id="cut before its reason",
        ),
        pytest.param(
            ACCESS + "The 'Access-Control-Allow-Origin' header",
            "The line is cut off, and can mean several things",
            2,
            id="cut where several are left",
        ),
        pytest.param(
            "TypeError: Failed to fetch",
            "The request failed; scripts never learn why",
            2,
            id="what a script sees",
        ),
        pytest.param(
            "CORS request not http",
            "The page or the URL is a file",
            0,
            id="a page opened as a file",
        ),
        pytest.param("hello", "Not recognised", 2, id="something else"),
        pytest.param("preflight-405", "The preflight is answered 405", 0, id="a failure's id"),
        pytest.param("Preflight 405", "The preflight is answered 405", 0, id="its id as words"),
        pytest.param("preflight-406", "There is no failure with this id.", 2, id="a wrong id"),
        pytest.param(
            "It does not have HTTP ok status",
            "The preflight was answered with a status outside 200-299\n",
            2,
            id="a status that the line does not name",
        ),
        pytest.param(
            "Preflight response is not successful. Status code: 401",
            "The preflight is answered 401 or 403",
            0,
            id="the same with its status",
        ),
    ],
)
def test_how_sure_it_is(line, first, exit_code):
    result = explain(line)
    assert (result.output.startswith(first), result.exit_code) == (True, exit_code)


def test_lines_come_from_standard_input_too():
    pasted = explain(input=(ACCESS + HEADER).encode() + b"\xff\n")
    assert pasted.output == explain(ACCESS + HEADER).output


def test_words_without_quotation_marks_are_one_line():
    words = (ACCESS + HEADER).replace("'", "").replace("&", "").split()
    assert explain(*words).output.startswith("A request header")


def test_several_lines_are_explained_one_after_the_other():
    both = as_json(f"{ACCESS}{HEADER}\n{ACCESS}{WILDCARD}")
    assert [one["failure"] for one in both] == ["header-missing", "origin-wildcard-credentials"]


def test_requests_that_fail_alike_are_explained_once():
    lines = "\n".join(
        ACCESS.replace("users", name) + HEADER for name in ("users", "items", "items")
    )
    (one,) = as_json(lines)
    assert (one["request"]["url"], one["also"]) == (API, [API.replace("users", "items")])
    assert "  and https://api.example/items?page=1&all\n" in explain(lines).output


def test_a_whole_console_is_not_explained_at_once():
    lines = "\n".join(
        f"{ACCESS}Method {method} is not allowed by Access-Control-Allow-Methods in preflight "
        "response."
        for method in ("PUT", "PATCH", "DELETE", "LOCK", "MOVE", "COPY", "LINK")
    )
    assert explain(lines).output.endswith("\nAnd 2 more. Paste them on their own.\n")


def test_nothing_that_steers_a_terminal_comes_out_again():
    hostile = ACCESS.replace("users", "\x1b]8;;x\x07\u202e\x9bu\x00sers") + HEADER
    for form in ([], ["--json"]):
        assert all(char.isprintable() or char == "\n" for char in explain(*form, hostile).output)


@pytest.mark.parametrize("name", [*catalogue.stacks(), "API-Gateway", "starlette"])
def test_every_stack_can_be_asked_for(name):
    assert explain("--stack", name, "origin-missing").exit_code == 0


@pytest.mark.parametrize(("id_", "asked"), [("preflight-405", True), ("mixed-content", False)])
def test_a_stack_is_asked_for_only_where_one_has_lines_to_change(id_, asked):
    assert ("use --stack" in explain(id_).output) == asked


def test_a_stack_that_there_is_not_is_answered_with_those_that_there_are():
    result = explain("--stack", "rails", "origin-missing")
    assert result.exit_code == 2
    assert "there is no stack 'rails'. There are flask, django, wsgi," in result.output


def test_a_stack_that_is_misspelt_is_answered_with_the_right_one():
    result = explain("--stack", "ngnix", "origin-missing")
    assert (result.exit_code, "Did you mean nginx?" in result.output) == (2, True)


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_the_command_opens_with_what_it_can_do_in_five_lines(arguments):
    lines = CliRunner().invoke(cli, arguments).output.splitlines()
    assert lines[0] == "  Find and fix CORS errors, whatever the server is made of:"
    assert [line.split()[:2] for line in lines[1:6]] == [
        ["cors-wsgi", name] for name in ("explain", "check", "policy", "verify", "export")
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", [["explain"], ["policy"]])
def test_help_shows_an_example_first_and_fits_eighty_columns(command):
    lines = CliRunner().invoke(cli, [*command, "--help"]).output.splitlines()
    assert lines[2].startswith("  cors-wsgi ")
    assert max(map(len, lines)) <= 80


def test_a_line_without_its_subcommand_is_answered_with_the_right_one():
    result = CliRunner().invoke(cli, [ACCESS + HEADER])
    assert (result.exit_code, "explain '...'" in result.output) == (2, True)


def test_piped_output_has_no_colours():
    command = [sys.executable, "-m", "cors_wsgi.doctor", "explain", "preflight-405"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("The preflight is answered 405")
    assert "\x1b" not in run.stdout


def test_without_the_extra_one_line_says_what_to_install():
    program = "import sys; sys.modules['rich'] = None; from cors_wsgi.doctor import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (
        2,
        "cors-wsgi needs rich: pip install 'cors-wsgi[cli]'\n",
    )


def test_the_catalogue_is_light_to_import():
    program = (
        "import sys; before = set(sys.modules); import cors_wsgi.catalogue; "
        "print(*sorted({'tomllib', 'click', 'rich', 'httpx'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert run.stdout == "\n"


def test_a_status_that_the_line_does_not_name_is_to_be_looked_up():
    line = f"{ACCESS}It does not have HTTP ok status."
    rows = [one.split("  ") for one in explain(line).output.splitlines() if one.startswith("  ")]
    assert [row[1].strip() for row in rows if row[1].strip()] == [
        "404, 405",
        "401, 403",
        "301 to 308",
        "5xx",
        "another",
    ]
    (one,) = as_json(line)
    assert (one["failure"], one["certain"]) == ("preflight-status", False)
    assert [row["failure"] for row in one["statuses"]] == [
        "preflight-405",
        "preflight-auth",
        "preflight-redirect",
        "preflight-5xx",
        "preflight-status",
    ]


def test_a_preflight_with_a_good_status_and_no_header_is_in_the_table():
    (one,) = as_json(
        f"{ACCESS}Response to preflight request doesn't pass access control check: {MISSING}"
    )
    assert [row["status"] for row in one["statuses"]][:2] == ["200, 204", "404, 405"]


@pytest.mark.parametrize(
    ("line", "may_be"),
    [
        pytest.param(
            "Fetch API cannot load https://api.example/x due to access control checks.",
            "It may be     origin-missing: The response has no Access-Control-Allow-Origin",
            id="one failure",
        ),
        pytest.param(
            "Invalid CORS request",
            "It may be     origin-missing: The response has no Access-Control-Allow-Origin\n"
            "              method-missing: The method is not in Access-Control-Allow-Methods\n",
            id="several",
        ),
    ],
)
def test_a_line_that_does_not_tell_is_answered_with_what_it_may_be_and_no_more(line, may_be):
    output = explain(line).output
    assert may_be in output
    assert "not enough to tell" in output
    assert not any(part in output for part in ("Means", "Likely causes", "Fix "))


@pytest.mark.parametrize(
    ("line", "has_fix"),
    [
        pytest.param(ACCESS + HEADER, True, id="a header to allow"),
        pytest.param(
            ACCESS + HEADER.replace("authorization", "Access-Control-Allow-Origin"),
            False,
            id="a response's header: the script has to change",
        ),
        pytest.param(
            ACCESS + MISSING,
            True,
            id="a missing header",
        ),
        pytest.param(
            ACCESS.replace(API, "https://idp.example/oauth2/authorize").replace(
                "from origin", f"(redirected from '{API}') from origin"
            )
            + MISSING,
            False,
            id="a redirect to a login page: no header can help",
        ),
    ],
)
def test_a_fix_is_printed_only_where_it_helps(line, has_fix):
    (one,) = as_json("--stack", "flask", line)
    assert (one["fix"] is not None) == has_fix


def test_a_name_that_is_cut_off_never_comes_into_a_fix():
    line = f"{ACCESS}Request header field x-requ"
    (one,) = as_json("--stack", "flask", line)
    assert "x-requ" not in (one["fix"]["code"] + str(one["next"]))


def test_standard_input_is_read_whole():
    console = "[log] nothing to see here\n" * 20_000 + ACCESS + HEADER
    assert explain(input=console).output == explain(ACCESS + HEADER).output


def test_a_translated_line_says_whose_it_is():
    line = (
        "Blocage d'une requête multi-origines (Cross-Origin Request) : la politique « Same "
        f"Origin » ne permet pas de consulter la ressource distante située sur {API}. Raison : 42."
    )
    (one,) = as_json(line)
    assert one["remarks"][0] == "This is Firefox's message in French."
    assert (one["language"], one["request"]["url"], one["certain"]) == ("French", API, False)
