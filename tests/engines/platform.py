"""The cases of the web-platform-tests that `tests/browser` has, as stories for real engines."""

from typing import Any

from browser.web_platform import ELSEWHERE, FILES, HTTPS, OTHER_PORT, OWN, REFUSING, REMOTE, Case
from browser.web_platform import Answer as CaseAnswer
from engines.scripted import Answer, Script
from engines.stories import Ask, Story, filled

# Engines name a site by addresses here, and a subdomain and another port are one origin.
_HOSTS = {
    ELSEWHERE: "{X-HOST}",
    REMOTE: "{B-HOST}",
    OTHER_PORT: "{B-HOST}",
    OWN: "{O-HOST}",
}
_PLACES = {
    f"{origin.partition('//')[2]}{slash}": f"{host}{'{PATH}' * len(slash)}{slash}"
    for slash in ("/", "")
    for origin, host in _HOSTS.items()
}
_SHARED = Answer(200, (("Access-Control-Allow-Origin", "*"),))


def platform_stories(every: int = 1) -> list[Story]:
    """One of so many cases."""
    cases = [case for file in FILES for case in file() if not _is_left_out(case)]
    return [_story(number, case) for number, case in enumerate(cases[::every])]


def _is_left_out(case: Case) -> bool:
    """Whether a case needs https, or a header that the server here adds itself."""
    return HTTPS in str(case) or "'Content-Length'" in str(case.actual)


def _story(number: int, case: Case) -> Story:
    placed = {url: _answer(answer) for url, answer in case.actual.items()} or {case.url: _SHARED}
    preflights = {url: _answer(answer) for url, answer in case.preflight.items()}
    scripts = {
        _url(url): Script(
            preflights.get(url, _answer(REFUSING)), placed.get(url, _answer(REFUSING))
        )
        for url in {**placed, **preflights}
    }
    init: dict[str, Any] = filled(case.init, _PLACES)
    init |= {"headers": list(init.get("headers", {}).items())}
    name = f"platform {number} {case.id}"
    return Story(name, (Ask(init, _url(case.url)),), scripts, console=False)


def _url(url: str) -> str:
    text: str = filled(url, _PLACES)
    return text


def _answer(answer: CaseAnswer) -> Answer:
    status, headers = answer
    fields = tuple((name, value) for name, value in filled(headers, _PLACES))
    return Answer(status, (*fields, ("Cache-Control", "no-store")))
