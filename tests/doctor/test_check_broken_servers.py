"""The doctor names every broken server, and allows every fixed one.

A real Chromium is asked the same of the same servers. The table in the documentation is what this
comes to; `python -m doctor.broken_servers.results`, run in `tests`, writes it.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from doctor.broken_servers import right
from doctor.broken_servers.cases import Case
from doctor.broken_servers.results import CASES, PROGRAMS, TABLE, BrokenServers, Visit, table
from doctor.broken_servers.serving import serving
from doctor.broken_servers.stacks import Stack, require
from doctor.broken_servers.visiting import is_allowed
from engines import chromium
from engines.browsers import launch
from engines.browsers import require as require_browser

from cors_wsgi import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.broken_servers.results import Row


@pytest.fixture(scope="module")
def broken_servers() -> Iterator[BrokenServers]:
    require_browser("chromium")
    with contextlib.ExitStack() as stack:
        yield BrokenServers(stack)


def _ids(one: Case | Stack) -> str:
    return one.path[1:] if isinstance(one, Case) else one.name


def _visit(broken_servers: BrokenServers, one: Case | Stack, *, fixed: bool) -> Visit:
    if isinstance(one, Stack):
        require(one.needs)
    return broken_servers.visit(one, fixed=fixed)


@pytest.mark.parametrize("one", [*CASES, *PROGRAMS], ids=_ids)
def test_the_broken_server_is_named(broken_servers: BrokenServers, one: Case | Stack) -> None:
    visit = _visit(broken_servers, one, fixed=False)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    if one.beside:
        assert (said.verdict, said.failure) == ("allowed", None)
        assert one.id in {finding.id for finding in said.findings}
    elif isinstance(one, Case) and one.also:
        assert said.verdict == "blocked"
        assert one.id in {finding.id for finding in said.findings}
    else:
        verdict = one.verdict if isinstance(one, Case) else "blocked"
        assert (said.verdict, said.failure) == (verdict, one.id)
        assert said.cause


@pytest.mark.parametrize("one", [*CASES, *PROGRAMS], ids=_ids)
def test_the_cause_and_the_fix_are_right(broken_servers: BrokenServers, one: Case | Stack) -> None:
    said = _visit(broken_servers, one, fixed=False).report
    assert right.cause(one.id, one.name, said), said.cause
    assert said.fix is None or right.fix(one.id, one.name, said), said.fix


def test_nothing_is_right_of_a_server_that_is_not_there() -> None:
    assert right.answered() == {(one.id, one.name) for one in (*CASES, *PROGRAMS)}


@pytest.mark.parametrize("one", CASES, ids=_ids)
def test_of_the_fixed_application_there_is_nothing_to_say(
    broken_servers: BrokenServers, one: Case
) -> None:
    visit = _visit(broken_servers, one, fixed=True)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    other = [finding for finding in said.findings if finding.id != "readable-error"]
    assert (said.verdict, said.failure, other) == ("allowed", None, [])


@pytest.mark.parametrize("one", PROGRAMS, ids=_ids)
def test_the_fixed_stack_is_allowed(broken_servers: BrokenServers, one: Stack) -> None:
    visit = _visit(broken_servers, one, fixed=True)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    assert (said.verdict, said.failure) == ("allowed", None)


def test_a_public_page_may_not_reach_this_machine(
    broken_servers: BrokenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `check` warns of: local-network, in a Chromium that takes the page for a public one."""
    with serving({}) as page:
        override = f"--ip-address-space-overrides={page.origin.removeprefix('http://')}=public"
        monkeypatch.setattr(chromium, "FLAGS", (*chromium.FLAGS, override))
        with launch("chromium") as browser:
            browser.goto(f"{page.origin}/")
            url = f"{broken_servers.cases.origin}/broken/local-network/a-public-page"
            assert not is_allowed(browser, url, {})
            browser.console()
            assert browser.cors_errors() == {url: "LocalNetworkAccessPermissionDenied()"}


def test_an_https_page_may_not_call_plain_http(
    broken_servers: BrokenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `check` says of mixed-content, in a Chromium that does not know the API for its own."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    flags = ("--ignore-certificate-errors", "--host-resolver-rules=MAP api.example 127.0.0.1")
    monkeypatch.setattr(chromium, "FLAGS", (*chromium.FLAGS, *flags))
    with serving({}, tls) as page, launch("chromium") as browser:
        browser.goto(f"{page.origin}/")
        api = broken_servers.cases.origin.replace("127.0.0.1", "api.example")
        url = f"{api}/broken/mixed-content/plain-http"
        assert not is_allowed(browser, url, {})
        lines = "\n".join(message.text for message in browser.console())
        assert [(match.failures, match.url) for match in catalogue.recognise(lines)] == [
            (("mixed-content",), url)
        ]


def test_every_failure_of_the_catalogue_has_a_case() -> None:
    assert {one.id for one in CASES} == set(catalogue.failures())


def test_the_table_in_the_documentation_is_what_this_comes_to(
    broken_servers: BrokenServers,
) -> None:
    for stack in PROGRAMS:
        require(stack.needs)
    rows: list[Row] = list(broken_servers.rows())
    assert TABLE.read_text("utf-8") == table(rows)
