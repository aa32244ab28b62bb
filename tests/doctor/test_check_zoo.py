"""The doctor goes through the zoo: every broken server by its name, every mended one allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doctor.zoo.cages import EXHIBITS, Exhibit
from doctor.zoo.examining import examine, named
from doctor.zoo.serving import ZooServer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = "http://localhost:3000"


@pytest.fixture(scope="module")
def zoo() -> Iterator[ZooServer]:
    cages = {f"/mended{exhibit.path}": exhibit.mended for exhibit in EXHIBITS}
    cages |= {f"/broken{exhibit.path}": exhibit.broken for exhibit in EXHIBITS}
    with serving(cages) as server:
        yield server


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.path[1:])
def test_the_broken_server_is_named(zoo: ZooServer, exhibit: Exhibit) -> None:
    _, diagnosis = examine(f"{zoo.origin}/broken{exhibit.path}", ORIGIN, **exhibit.ask)
    if exhibit.beside:
        assert diagnosis.verdict == "allowed"
        assert exhibit.id in named(diagnosis)
    elif exhibit.id == "works-in-postman":
        assert diagnosis.verdict == "blocked"
        assert exhibit.id in named(diagnosis)
    else:
        assert (diagnosis.verdict, diagnosis.failure) == (exhibit.verdict, exhibit.id)
        assert diagnosis.cause


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.path[1:])
def test_the_mended_twin_is_allowed(zoo: ZooServer, exhibit: Exhibit) -> None:
    _, diagnosis = examine(f"{zoo.origin}/mended{exhibit.path}", ORIGIN, **exhibit.ask)
    assert (diagnosis.verdict, diagnosis.failure, diagnosis.findings) == ("allowed", None, ())
