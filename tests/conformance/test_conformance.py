"""One table, every adapter, at the root and under a prefix."""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from conformance.adapters import ADAPTERS, Answer, App, Send
from conformance.cases import CASES, Case, Reply

OWNED = "access-control-"


@functools.cache
def bare_answer(
    adapter: Callable[[App], AbstractContextManager[Send]],
    replies: tuple[tuple[str, Reply], ...],
    prefix: str,
    method: str,
) -> Answer:
    """Return what an application answers that nothing governs, when no browser asks."""
    with adapter(App(dict(replies), None, prefix)) as send:
        return send(method, "/data", {})


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_conformance(case: Case, adapter) -> None:
    for prefix in ("", "/mounted"):
        assert_conforms(case, adapter, prefix)


def assert_conforms(case: Case, adapter, prefix: str) -> None:
    app = App(case.app, case.policy, prefix)
    with adapter(app) as send:
        answer = send(case.method, "/data", case.headers)
    if case.answers is not None:
        assert app.reached == []
        assert answer.status == case.answers
        assert answer.body == b""
        assert answer.headers == sorted((name.lower(), v) for name, v in case.gets.items())
        return
    assert app.reached == [case.method]
    bare = bare_answer(adapter, tuple(case.app.items()), prefix, case.method)
    assert (answer.status, answer.body) == (bare.status, bare.body)
    own = [h for h in bare.headers if not (case.policy and h[0].startswith(OWNED))]
    own = [h for h in own if h[0] != "vary" and h not in case.gets.items()]
    expected = [(name.lower(), value) for name, value in case.gets.items()]
    if case.policy is None:
        own = [h for h in own if not h[0].startswith(OWNED)]
    assert answer.headers == sorted(own + expected)


def test_no_two_cases_have_the_same_name() -> None:
    names = [case.id for case in CASES]
    assert sorted(set(names)) == sorted(names)
