"""What `export` returns: the files, the findings, and never both files and errors."""

import json
import re
import subprocess
import sys
import time
from typing import Any

import pytest
from asgi_server import finish, scope_of
from export.policies import APP, ONE_ORIGIN, PATTERNS, PUBLIC, THREE_PATHS, WRITTEN, random_policies

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.export import CAPABILITIES, UnknownTarget, export
from cors_wsgi.export.codes import CODES

STRICT_JSON = {"api-gateway-http", "cloudfront", "lambda-url", "s3"}
ORIGIN = Policy(allow_origins=[APP], allow_credentials=True)
TENANTS = re.compile(
    rf"https://(?:{'|'.join(f'tenant-{number}' for number in range(900))})\.example\.com"
)


def with_origins(*origins: object, **fields: object) -> Policy:
    return Policy(allow_origins=[*origins], **fields)


@pytest.mark.parametrize("target", CAPABILITIES)
def test_there_are_files_or_errors_and_never_both(target: str) -> None:
    for policy in {**WRITTEN, **random_policies(60, seed=3)}.values():
        result = export(target, policy)

        assert bool(result.files) is not bool(result.errors)
        for finding in result.findings:
            assert finding.message
            assert finding.hint
            assert CODES[finding.code].level in (finding.level, "error")


@pytest.mark.parametrize("target", CAPABILITIES)
def test_a_comment_at_the_top_says_what_to_edit_instead(target: str) -> None:
    files = export(target, ORIGIN, source="cors.toml").files

    assert files
    for file in files.values():
        if target not in STRICT_JSON:
            assert "Edit cors.toml instead" in "".join(file.text.splitlines()[:8])
        if target in STRICT_JSON or target in ("envoy", "api-gateway-rest"):
            json.loads(file.text)


def test_the_source_cannot_end_its_comment() -> None:
    files = export("nginx", ORIGIN, source="cors.toml\nreturn 200;").files

    assert all("cors.toml?return 200;" in file.text for file in files.values())


def test_an_export_is_the_same_in_every_process() -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests');"
        "from export.policies import *; from cors_wsgi.export import *;"
        "[print(export(t, p).files) for t in CAPABILITIES for p in WRITTEN.values()]"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("ngnix", ("nginx",), id="letters are swapped"),
        pytest.param("HAProxy", ("haproxy",), id="capitals"),
        pytest.param("qqqq", (), id="nothing is near"),
    ],
)
def test_an_unknown_target_names_the_nearest(name: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(UnknownTarget, match="is no target") as error:
        export(name, ORIGIN)

    assert error.value.nearest == nearest


def test_a_function_cannot_be_exported() -> None:
    with pytest.raises(TypeError, match="only a Policy or PathPolicies"):
        export("nginx", lambda request: ORIGIN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "policy", "codes"),
    [
        pytest.param(
            "api-gateway-http",
            with_origins("https://*.a.example"),
            {"pattern-subdomains"},
            id="subdomains",
        ),
        pytest.param(
            "gateway-api", with_origins("http://localhost:*"), {"pattern-any-port"}, id="any port"
        ),
        pytest.param(
            "s3",
            with_origins("https://*.a.example", allow_credentials=True),
            {"pattern-wider"},
            id="a wildcard that stands for more",
        ),
        pytest.param(
            "gateway-api",
            with_origins("https://app-*.a.example"),
            {"pattern-label"},
            id="a part of a label",
        ),
        pytest.param(
            "cloudfront",
            with_origins(re.compile(r"https://a\d\.example")),
            {"regex-dialect"},
            id="an expression where there are none",
        ),
        pytest.param(
            "nginx",
            with_origins(re.compile(r"https://(?!b)a\.example")),
            {"regex-dialect"},
            id="an expression that engines read otherwise",
        ),
        pytest.param(
            "s3",
            with_origins(APP, allow_credentials=True, allow_methods=["PATCH"]),
            {"method-unknown"},
            id="a method",
        ),
        pytest.param(
            "lambda-url",
            with_origins(APP, max_age=90000),
            {"max-age-range"},
            id="too long a max-age",
        ),
        pytest.param(
            "gateway-api", with_origins(APP, max_age=0), {"max-age-range"}, id="no max-age"
        ),
        pytest.param(
            "lambda-url",
            with_origins(*(f"https://a{n}.example" for n in range(101))),
            {"origins-too-many"},
            id="many origins",
        ),
        pytest.param(
            "nginx", with_origins(TENANTS), {"too-long"}, id="an expression of many names"
        ),
        pytest.param(
            "nginx",
            with_origins(APP, expose_headers=[f"x-{n:038}" for n in range(100)]),
            {"too-long"},
            id="a list of many names",
        ),
        pytest.param(
            "apache", with_origins(TENANTS), {"too-long"}, id="an expression within a condition"
        ),
        pytest.param(
            "gateway-api",
            with_origins(APP, allow_headers=[f"x-{n}" for n in range(65)]),
            {"too-long"},
            id="more headers than the schema takes",
        ),
        pytest.param(
            "lambda-url",
            with_origins(APP, expose_headers=[f"x-{n}" for n in range(101)]),
            {"too-long"},
            id="more headers than a function URL takes",
        ),
        pytest.param(
            "envoy",
            with_origins(APP, allow_credentials=True, allow_headers="*"),
            {"star-with-credentials"},
            id="all headers with credentials",
        ),
        pytest.param(
            "cloudfront",
            with_origins("*", allow_headers="*"),
            {"star-authorization"},
            id="all headers, Authorization among them",
        ),
        pytest.param("s3", with_origins(APP), {"credentials-always"}, id="no credentials"),
        pytest.param(
            "gateway-api",
            with_origins("http://[::1]:3000"),
            {"origin-unsupported"},
            id="an address",
        ),
        pytest.param(
            "api-gateway-rest",
            PathPolicies({"/a": ORIGIN, "/a/b": None}),
            {"path-exempt"},
            id="an exempt path",
        ),
        pytest.param(
            "api-gateway-http",
            PathPolicies({"/a": ORIGIN, "/b": PUBLIC}),
            {"scope-wider"},
            id="two policies",
        ),
        pytest.param(
            "api-gateway-rest", PathPolicies({"/a b": ORIGIN}), {"path-unsupported"}, id="a path"
        ),
        pytest.param(
            "nginx",
            PathPolicies({"/": ORIGIN, "/100%": None}),
            {"path-unsupported"},
            id="a path that is refused wherever it comes",
        ),
        pytest.param(
            "gateway-api",
            PathPolicies({f"/{n}": ORIGIN for n in range(16)}),
            {"paths-too-many"},
            id="many paths",
        ),
        pytest.param(
            "api-gateway-rest",
            with_origins(APP, allow_headers=["x-it's"]),
            {"header-unsupported"},
            id="a header",
        ),
        pytest.param("nginx", PathPolicies({"/a": None}), {"path-exempt"}, id="no policy at all"),
    ],
)
def test_what_a_target_cannot_say_is_an_error(
    target: str, policy: Policy | PathPolicies, codes: set[str]
) -> None:
    result = export(target, policy)

    assert {finding.code for finding in result.errors} == codes
    assert result.files == {}


@pytest.mark.parametrize(
    ("target", "policy", "codes"),
    [
        pytest.param(
            "traefik", ORIGIN, {"no-vary", "preflight-status"}, id="no Vary on preflights"
        ),
        pytest.param(
            "envoy",
            PUBLIC,
            {"star-reflected", "preflight-status", "own-answers"},
            id="'*' is reflected",
        ),
        pytest.param(
            "gateway-api",
            PathPolicies({"/a": PUBLIC}),
            {"raw-path", "own-answers"},
            id="paths as they arrive",
        ),
        pytest.param(
            "apache",
            ORIGIN.replace(preflight_status=200),
            {"preflight-status"},
            id="another status",
        ),
        pytest.param(
            "s3",
            PathPolicies({"/a": PUBLIC}),
            {"scope-wider", "preflight-status"},
            id="a path that cannot be named",
        ),
        pytest.param(
            "nginx",
            with_origins(*(f"https://a{n}.example" for n in range(2001))),
            {"many-origins", "nginx-416"},
            id="many origins",
        ),
        pytest.param("haproxy", THREE_PATHS, set(), id="nothing to warn of"),
    ],
)
def test_what_differs_without_another_verdict_is_a_warning(
    target: str, policy: Policy | PathPolicies, codes: set[str]
) -> None:
    result = export(target, policy)

    assert {finding.code for finding in result.findings} == codes
    assert {finding.level for finding in result.findings} <= {"warning"}
    assert result.files


@pytest.mark.parametrize("target", CAPABILITIES)
def test_a_thousand_origins_are_exported_or_too_many(target: str) -> None:
    origins = [f"https://tenant-{number}.example.com" for number in range(1000)]
    result = export(target, Policy(allow_origins=origins, allow_credentials=True))

    if result.errors:
        assert {finding.code for finding in result.errors} == {"origins-too-many"}
    else:
        assert any("tenant-999" in file.text for file in result.files.values())


def test_a_hundred_paths_take_no_time() -> None:
    policies = PathPolicies({f"/tenant/{number}": PATTERNS for number in range(100)})
    started = time.process_time()
    export("nginx", policies)

    assert time.process_time() - started < 1  # a tenth of it, on a machine that is quiet


def test_a_path_policy_names_its_path() -> None:
    (finding,) = export("s3", ONE_ORIGIN).errors

    assert (finding.code, finding.path) == ("method-unknown", "/api")


@pytest.mark.parametrize(
    ("path", "allows"),
    [("/api/x", True), ("/v1/api/x", True), ("/v1x", True), ("/v1", False), ("/v1/v1x", True)],
)
def test_the_program_for_fastapi_reads_paths_below_a_root_path(path: str, allows: bool) -> None:
    policy = PathPolicies({"/api": ORIGIN, "/v1x": ORIGIN})
    (program,) = export("fastapi", policy).files.values()
    names: dict[str, Any] = {}
    exec(program.text, names)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    scope = scope_of(path=path, headers=[("origin", APP)], raw_path=path.encode(), root_path="/v1")
    finish(names["cors"](application)(scope, None, send))
    found = [name for name, _ in sent[0]["headers"] if name == b"access-control-allow-origin"]
    assert found == [b"access-control-allow-origin"] * allows
