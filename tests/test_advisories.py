"""Every advisory of another implementation, and every failure a server can prevent, has its test.

Most are rows of the conformance table, which names them in `covers`. The others are here,
or in a test that is named here.
"""

import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conformance.cases import CASES
from test_wsgi import environ_of, serve

from cors_wsgi import CORSMiddleware, InvalidPolicy, PathPolicies, Policy

APP = "https://app.example"
POLICY = Policy(allow_origins=APP)


def hello(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_every_origin_with_credentials_never_becomes_reflection() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Policy(allow_origins="*", allow_credentials=True)
    assert [p.code for p in caught.value.problems] == ["origin-wildcard-credentials"]


@pytest.mark.parametrize("fields", [{}, {"allow_origins": []}], ids=["nothing", "no origins"])
def test_nothing_is_allowed_or_reflected_by_default(fields: dict[str, Any]) -> None:
    with pytest.raises((InvalidPolicy, TypeError)):
        Policy(**fields)


def test_a_refused_request_still_runs_and_the_documentation_says_so() -> None:
    status, _, body = serve(CORSMiddleware(hello, POLICY), environ_of("https://evil.example"))
    assert (status, body) == ("200 OK", b"hello")
    decisions = Path(__file__).parents[1] / "docs" / "decisions.md"
    assert "does not keep a request from being *sent*" in decisions.read_text()


def test_the_decision_is_made_from_the_request_as_it_arrived() -> None:
    def strips(environ: Any, start_response: Any) -> Iterable[bytes]:
        del environ["HTTP_ORIGIN"]
        return hello(environ, start_response)

    _, headers, _ = serve(CORSMiddleware(strips, POLICY), environ_of(APP))
    assert headers["Access-Control-Allow-Origin"] == APP


def test_the_path_is_never_taken_from_the_host() -> None:
    paths = PathPolicies({"/api": POLICY})
    assert paths.policy_for(environ_of(path="/other") | {"HTTP_HOST": "x.example/api"}) is None
    assert paths.policy_for(environ_of(path="/api") | {"HTTP_HOST": "x.example/other?"}) is POLICY


@pytest.mark.parametrize("value", ["," * 2**20, "x," * 2**19], ids=["commas", "names"])
def test_a_huge_list_of_requested_headers_costs_no_memory(value: str) -> None:
    policy = Policy(allow_origins=APP, allow_credentials=True, allow_headers="*")
    wsgi = CORSMiddleware(hello, policy)
    environ = environ_of(method="OPTIONS") | {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": value,
    }
    wsgi(environ, lambda *_: print)
    tracemalloc.start()
    wsgi(environ, lambda *_: print)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4096


# Failures that lie outside a server: what it cannot prevent is detected and explained.
OUTSIDE = {
    "preflight-no-answer",
    "preflight-blocked-by-proxy",
    "cookie-not-sent",
    "local-network",
    "mixed-content",
    "works-in-postman",
}
FAILURES = {
    "preflight-405",
    "preflight-404",
    "preflight-auth",
    "preflight-5xx",
    "preflight-redirect",
    "preflight-html-200",
    "preflight-status",
    "preflight-no-answer",
    "preflight-blocked-by-proxy",
    "origin-missing",
    "origin-mismatch",
    "origin-invalid",
    "origin-duplicate",
    "origin-wildcard-credentials",
    "credentials-missing",
    "method-missing",
    "header-missing",
    "list-unparsable",
    "error-without-cors",
    "redirect-cross-origin",
    "cache-poisoned",
    "preflight-cached-stale",
    "response-header-hidden",
    "content-length-204",
    "origin-undefined",
    "cookie-not-sent",
    "local-network",
    "mixed-content",
    "works-in-postman",
}
ADVISORIES = {
    "CVE-2017-11173", "CVE-2018-20744", "CVE-2018-8014", "CVE-2019-18978", "CVE-2020-25032",
    "CVE-2019-25211", "CVE-2022-1996", "CVE-2022-4147", "GHSA-583g-g682-crxf", "CVE-2023-49803",
    "CVE-2024-1681", "CVE-2024-6221", "CVE-2024-6839", "CVE-2024-6844", "CVE-2024-6866",
    "CVE-2024-25124", "CVE-2026-54290", "GHSA-vhxv-fg4m-p2w8", "GHSA-v84h-653v-4pq9",
    "CVE-2025-47908", "jub0bs/cors 0.13.6", "GHSA-q7jf-gf43-6x6p", "CVE-2026-37737",
    "CVE-2026-40110", "Play 2017-10-05", "CVE-2024-47084", "CVE-2024-47165", "gradio#13594",
    "go-safeweb#372", "rs/cors#197", "gorilla/handlers#248", "CVE-2026-25479", "CVE-2026-48710",
    "CVE-2024-27456", "CVE-2023-30861", "CVE-2026-27205", "CVE-2023-35943",
}  # fmt: skip

ELSEWHERE = {
    "CVE-2018-20744": "test_advisories.py::test_every_origin_with_credentials_never_becomes",
    "CVE-2024-25124": "test_advisories.py::test_every_origin_with_credentials_never_becomes",
    "CVE-2026-54290": "test_advisories.py::test_every_origin_with_credentials_never_becomes",
    "CVE-2018-8014": "test_advisories.py::test_nothing_is_allowed_or_reflected_by_default",
    "CVE-2023-49803": "test_advisories.py::test_nothing_is_allowed_or_reflected_by_default",
    "CVE-2019-18978": "test_paths.py::test_a_policy_is_chosen_by_whole_segments",
    "CVE-2020-25032": "test_paths.py::test_a_policy_is_chosen_by_whole_segments",
    "CVE-2024-6839": "test_paths.py::test_a_policy_is_chosen_by_whole_segments",
    "CVE-2024-6844": "test_paths.py::test_a_policy_is_chosen_by_whole_segments",
    "CVE-2024-6866": "test_paths.py::test_a_policy_is_chosen_by_whole_segments",
    "CVE-2022-4147": "test_advisories.py::test_a_refused_request_still_runs",
    "GHSA-583g-g682-crxf": "test_wsgi.py::test_an_open_server_of_this_machine_is_reported_once",
    "CVE-2024-1681": "test_properties.py::test_one_escaped_line_is_logged_for_a_refusal",
    "CVE-2025-47908": "test_advisories.py::test_a_huge_list_of_requested_headers_costs_no_memory",
    "jub0bs/cors 0.13.6": "test_wsgi.py::test_what_a_server_does_to_one_list_of_headers_never",
    "rs/cors#197": "test_origin_entries.py::test_a_wrong_origin",
    "CVE-2026-48710": "test_advisories.py::test_the_path_is_never_taken_from_the_host",
    "CVE-2024-27456": "packaging/test_distribution.py::test_nobody_but_the_owner_may_write",
    "CVE-2023-35943": "test_advisories.py::test_the_decision_is_made_from_the_request_as_it",
    "origin-invalid": "test_origin_entries.py::test_a_wrong_origin",
    "origin-undefined": "test_origin_entries.py::test_a_wrong_origin",
}


def test_every_failure_and_every_advisory_is_covered() -> None:
    covered = {name for case in CASES for name in case.covers} | set(ELSEWHERE)
    assert covered - OUTSIDE == (FAILURES - OUTSIDE) | ADVISORIES


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_what_is_said_to_cover_one_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"\ndef {name}" in (Path(__file__).parent / file).read_text()
