"""The doctor goes through the zoo: every broken server by its name, every mended one allowed.

A real Chromium is asked the same of the same servers. The table in the documentation is what this
comes to; `python -m doctor.zoo.results`, run in `tests`, writes it.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from doctor.zoo.cages import EXHIBITS, Exhibit
from doctor.zoo.results import TABLE, Visit, Zoo, table
from doctor.zoo.serving import serving
from doctor.zoo.stacks import STACKS, Stack, require
from doctor.zoo.visiting import is_allowed
from engines import chromium
from engines.browsers import launch
from engines.browsers import require as require_browser

from cors_wsgi import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.zoo.results import Row


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    require_browser("chromium")
    with contextlib.ExitStack() as stack:
        yield Zoo(stack)


def _ids(one: Exhibit | Stack) -> str:
    return one.path[1:] if isinstance(one, Exhibit) else one.name


def _visit(zoo: Zoo, one: Exhibit | Stack, *, mended: bool) -> Visit:
    if isinstance(one, Stack):
        require(one.needs)
    return zoo.visit(one, mended=mended)


@pytest.mark.parametrize("one", [*EXHIBITS, *STACKS], ids=_ids)
def test_the_broken_server_is_named(zoo: Zoo, one: Exhibit | Stack) -> None:
    visit = _visit(zoo, one, mended=False)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    if one.beside:
        assert (said.verdict, said.failure) == ("allowed", None)
        assert one.id in {finding.id for finding in said.findings}
    elif isinstance(one, Exhibit) and one.also:
        assert said.verdict == "blocked"
        assert one.id in {finding.id for finding in said.findings}
    else:
        verdict = one.verdict if isinstance(one, Exhibit) else "blocked"
        assert (said.verdict, said.failure) == (verdict, one.id)
        assert said.cause


@pytest.mark.parametrize("one", EXHIBITS, ids=_ids)
def test_of_the_mended_twin_there_is_nothing_to_say(zoo: Zoo, one: Exhibit) -> None:
    visit = _visit(zoo, one, mended=True)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    assert (said.verdict, said.failure, said.findings) == ("allowed", None, ())


@pytest.mark.parametrize("one", STACKS, ids=_ids)
def test_the_mended_stack_is_allowed(zoo: Zoo, one: Stack) -> None:
    visit = _visit(zoo, one, mended=True)
    said = visit.diagnosis
    assert visit.confirmed, "Chromium does not agree"
    assert visit.foretold, visit.console
    assert (said.verdict, said.failure) == ("allowed", None)


def test_a_public_page_may_not_reach_this_machine(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `check` warns of: local-network, in a Chromium that takes the page for a public one."""
    with serving({}) as page:
        override = f"--ip-address-space-overrides={page.origin.removeprefix('http://')}=public"
        monkeypatch.setattr(chromium, "FLAGS", (*chromium.FLAGS, override))
        with launch("chromium") as browser:
            browser.goto(f"{page.origin}/")
            url = f"{zoo.cages.origin}/broken/local-network/a-public-page"
            assert not is_allowed(browser, url, {})
            browser.console()
            assert browser.cors_errors() == {url: "LocalNetworkAccessPermissionDenied()"}


def test_an_https_page_may_not_call_plain_http(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `check` says of mixed-content, in a Chromium that does not know the API for its own."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    flags = ("--ignore-certificate-errors", "--host-resolver-rules=MAP api.example 127.0.0.1")
    monkeypatch.setattr(chromium, "FLAGS", (*chromium.FLAGS, *flags))
    with serving({}, tls) as page, launch("chromium") as browser:
        browser.goto(f"{page.origin}/")
        api = zoo.cages.origin.replace("127.0.0.1", "api.example")
        url = f"{api}/broken/mixed-content/plain-http"
        assert not is_allowed(browser, url, {})
        lines = "\n".join(message.text for message in browser.console())
        assert [(match.failures, match.url) for match in catalogue.recognise(lines)] == [
            (("mixed-content",), url)
        ]


def test_every_failure_of_the_catalogue_has_a_cage() -> None:
    assert {one.id for one in EXHIBITS} == set(catalogue.failures())


def test_the_table_in_the_documentation_is_what_this_comes_to(zoo: Zoo) -> None:
    for stack in STACKS:
        require(stack.needs)
    rows: list[Row] = list(zoo.rows())
    assert TABLE.read_text("utf-8") == table(rows)
