"""The failures as data for the page: what is known of each, in plain words."""

import dataclasses
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from failures import Adapter, Call, Failure

from cors_wsgi import InvalidPolicy, Policy, catalogue

TITLES: dict[Adapter, str] = {
    "django": "Django",
    "flask": "Flask",
    "fastapi": "FastAPI",
    "wsgi": "Plain WSGI",
}
# Within a sentence, where that differs.
APPLICATIONS: dict[Adapter, str] = {"wsgi": "plain WSGI"}
# What a request carries, by the header that says so, and as people call it.
CARRIED = {
    "Content-Type": "JSON",
    "Authorization": "a login",
    "X-CSRFToken": "a CSRF token",
}


def described(
    failure: Failure,
    origin: str,
    others: Mapping[Adapter, Mapping[str, str]],
    source_of: Callable[[Failure], str],
) -> dict[str, Any]:
    """Return what the page shows of a failure before and beside its requests."""
    entry = catalogue.failure(failure.failure)
    return {
        **dataclasses.asdict(failure),
        "id": failure.id,
        "framework": TITLES[failure.adapter],
        "application": APPLICATIONS.get(failure.adapter, TITLES[failure.adapter]),
        "urls": {
            side: f"{url}/{failure.failure}{failure.call.path}"
            for side, url in others[failure.adapter].items()
        },
        "title": entry.title.replace("`", ""),
        "meaning": entry.meaning.replace("`", ""),
        "not_meaning": entry.not_meaning.replace("`", ""),
        "carries": carries(failure.call),
        "fixed": failure.fixed or fixed(failure),
        "source": source_of(failure).rstrip(),
        "refusal": refusal(failure.mistake),
        "check": check(failure, origin, others[failure.adapter]["broken"]),
    }


def carries(call: Call) -> str:
    """Return what a request has with it: JSON, a CSRF token and cookies."""
    parts = [words for header, words in CARRIED.items() if header in call.headers]
    parts += ["cookies"] if call.credentials == "include" else []
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def fixed(failure: Failure) -> str:
    """Say why the fixed application works, where nothing more is to be said."""
    if failure.seen[0][0] != "OPTIONS":
        return "cors_wsgi replaces what the application sets, so the page reads the response."
    framework = "the application" if failure.adapter == "wsgi" else TITLES[failure.adapter]
    return (
        f"cors_wsgi answers the preflight before {framework} sees it, so the browser sends the"
        f" {failure.call.method}, and the page reads the response."
    )


def refusal(mistake: dict[str, Any] | None) -> str | None:
    """Return what building a policy with the same mistake in it says."""
    if mistake is None:
        return None
    try:
        Policy(**mistake)
    except InvalidPolicy as error:
        return str(error)
    raise AssertionError(f"a policy with {mistake} should not have been built")


def check(failure: Failure, origin: str, server: str) -> str:
    """Return the command that finds the same failure."""
    call = failure.call
    words = [".venv/bin/cors-wsgi", "check", f"{server}/{failure.failure}{call.path}"]
    # All are served by development servers, which do not tell the framework.
    words += ["--origin", origin, "--stack", failure.adapter]
    words += ["--method", call.method] if call.method != "GET" else []
    words += ["--credentials"] if call.credentials == "include" else []
    for name in call.headers:
        words += ["--header", f"{name}: {'application/json' if name == 'Content-Type' else 1}"]
    return shlex.join(words)
