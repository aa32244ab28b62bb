"""The fix that is printed for a failure: one statement or block, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cors_wsgi import InvalidPolicy, catalogue, transports
from cors_wsgi.browser import NetworkError
from cors_wsgi.catalogue import Fix
from cors_wsgi.doctor.check.diagnosis.failed import failed_response
from cors_wsgi.doctor.check.diagnosis.failure import (
    MIXED_CONTENT,
    answers_for_application,
    blocker,
    is_down,
)
from cors_wsgi.doctor.check.diagnosis.layers import layers
from cors_wsgi.doctor.check.diagnosis.login import is_login_url, leads_to_login
from cors_wsgi.doctor.check.diagnosis.no_answer import scheme_that_answers
from cors_wsgi.doctor.check.diagnosis.redirects import (
    final_url,
    is_downgrade,
    loses_origin,
    plain_http_url,
)
from cors_wsgi.doctor.check.fixing.application import statement
from cors_wsgi.doctor.check.fixing.change import change
from cors_wsgi.doctor.check.fixing.placement import (
    misplaced_middleware,
    why_denied,
    why_not_reached,
)
from cors_wsgi.doctor.check.fixing.set_up import change_of_set_up, shows_set_up
from cors_wsgi.doctor.check.fixing.wanted import adjusted, requested, wanted
from cors_wsgi.doctor.responses import value
from cors_wsgi.doctor.terminal import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cors_wsgi.catalogue import Wanted
    from cors_wsgi.doctor.check.fixing.application import Application
    from cors_wsgi.doctor.check.probe import Seen

# The failures that a policy at hand can be changed against, or has to be reached against.
POLICY_FAILURES: Final = frozenset(
    {
        "cache-poisoned",
        "content-length-204",
        "credentials-missing",
        "error-without-cors",
        "header-missing",
        "list-unparsable",
        "method-missing",
        "origin-duplicate",
        "origin-invalid",
        "origin-mismatch",
        "origin-missing",
        "origin-undefined",
        "origin-wildcard-credentials",
        "preflight-404",
        "preflight-405",
        "preflight-5xx",
        "preflight-auth",
        "preflight-html-200",
        "preflight-redirect",
        "preflight-status",
        "redirect-cross-origin",
    }
)
_OF_THE_SERVER: Final = frozenset({"preflight-5xx", "error-without-cors"})
_ADAPTERS: Final = frozenset({"asgi", "django", "fastapi", "flask", "wsgi"})
_APPLICATIONS: Final = _ADAPTERS | {"express"}
_REPLACES: Final = "Put this in the place of the CORS set-up that is there."
# Which lines of the same server would send the headers a second time.
_OTHERS: Final = {
    "apache": "Remove the CORS lines of .htaccess and <Directory>: they come after these.",
    "nginx": "Remove other `add_header` lines for CORS there: they are sent beside these.",
}
_KEEP: Final = "Keep the other origins that your set-up lists: they do not show from outside."
_LOSES_ORIGIN: Final = (
    "A redirect to another origin hides the page's: browsers say `Origin: null`, which no policy "
    "should allow."
)
_FROM_CODE: Final = "The application raised an exception: fix that first."


def fix_for(seen: Seen, failure: str, stack: str, application: Application | None) -> Fix:
    """Return what to change against a failure.

    Args:
        seen: What was seen.
        failure: The failure's id.
        stack: The stack to change.
        application: The application at hand, if it is checked in process.
    """
    if failure == "redirect-cross-origin" and leads_to_login(seen):
        return _answer_401(seen)
    if found := _fix_in_page(seen, failure):
        return found
    if failure == "preflight-no-answer" and (found := _without_answer(seen)):
        return found
    if application is None and failure in _OF_THE_SERVER and is_down(seen):
        return _get_well(seen)
    if application is not None and application.governed is not None and failure in POLICY_FAILURES:
        return _policy_fix(seen, failure, application)
    return _catalogue_fix(seen, failure, stack, application.name if application else None)


def _fix_in_page(seen: Seen, failure: str) -> Fix | None:
    """Return what to change in the page's script, where nothing on the server helps."""
    if failure == "method-missing" and (found := _fix_in_script(seen)):
        return found
    if scheme := scheme_that_answers(seen):
        return _call_with_scheme(seen, scheme)
    if failure in POLICY_FAILURES and loses_origin(seen) and not is_login_url(final_url(seen)):
        return _call_final_url(seen)
    return None


def _catalogue_fix(seen: Seen, failure: str, stack: str, app: str | None) -> Fix:
    """Return a whole set-up, from what is asked and what the answers show."""
    outcome = seen.outcome
    asked = adjusted(wanted(seen), failure)
    found = catalogue.fix(
        failure,
        stack,
        preflight=isinstance(outcome, NetworkError) and outcome.evidence.preflight,
        wanted=asked,
        url=masked(_url_to_call(seen, failure)),
        method=outcome.request.method,
        app=app,
        status=_status_line(seen),
    )
    text = None if app else change_of_set_up(seen, failure, found.stack)
    if failure == "preflight-blocked-by-proxy" and found.stack == "http":
        text = _let_through(seen)
    if not found.code or (not found.is_policy and found.stack != "http"):
        return found
    remarks = [_ends_star(seen, asked)]
    if found.is_policy and not text and shows_set_up(seen):
        remarks += [_REPLACES] if found.stack in _ADAPTERS else []
        remarks += [_OTHERS.get(found.stack, "")]
        remarks += [] if asked.any_origin else [_KEEP]
        remarks += [_in_front(seen)] if found.stack in _APPLICATIONS else []
    return replace(found, text=" ".join(filter(None, (text or found.text, *remarks))))


def _status_line(seen: Seen) -> str | None:
    """Return the status of the error that was seen, with its name."""
    response = failed_response(seen)
    if response is None or response.status < 400:
        return None
    try:
        return f"{response.status} {HTTPStatus(response.status).phrase}"
    except ValueError:  # one that no standard knows
        return str(response.status)


def _let_through(seen: Seen) -> str | None:
    layer = blocker(seen) or answers_for_application(seen)
    if layer is None:
        return None
    return (
        f"Let {layer.title} hand OPTIONS on to the application: look for its rule about methods. "
        "Then ask as the browser does."
    )


def _url_to_call(seen: Seen, failure: str) -> str:
    """Return the URL that a fix is about."""
    if failure == "redirect-cross-origin":
        return final_url(seen)
    if failure == MIXED_CONTENT:
        return plain_http_url(seen) or seen.target.url
    return seen.target.url


def _call_final_url(seen: Seen) -> Fix:
    """Return what to do where a redirect leads to another origin: no policy makes up for it."""
    url = masked(final_url(seen))
    if is_downgrade(seen):
        return catalogue.fix(MIXED_CONTENT, url=url)
    fix = catalogue.fix("redirect-cross-origin", url=url)
    return replace(fix, text=f"{fix.text} {_LOSES_ORIGIN}")


def _in_front(seen: Seen) -> str:
    """Say where else the set-up may be that shows; empty if nothing in front does."""
    for layer in layers(seen.responses):
        if layer.role in {"edge", "proxy"} and layer.id in catalogue.stacks():
            return f"If {layer.title}, which is in front, sets headers itself: --stack {layer.id}."
    return ""


def _ends_star(seen: Seen, asked: Wanted) -> str:
    stars = (value(response, "access-control-allow-origin") for response in seen.responses)
    if not asked.credentials or "*" not in stars:
        return ""
    origin = seen.target.origin
    return f"This ends `*`: only {origin} can read the answers then. List the others that need it."


def _policy_fix(seen: Seen, failure: str, application: Application) -> Fix:
    """Return a change of the policy at hand, or why it is not reached."""
    made = Fix(application.stack, "", "", "", "", "python")
    environ = _environ(seen)
    policy = application.governed.policy_for(environ) if application.governed else None
    if policy is None:
        where, text, code = why_not_reached(application, environ, governs=False)
        return replace(made, where=where, text=text, code=code)
    if not policy.allow_origins:  # nobody can write such a policy: none could be chosen
        where, text, code = why_denied(application, seen.target.url)
        return replace(made, where=where, text=text, code=code)
    needed = change(policy, adjusted(requested(seen), failure))
    if not needed:
        if seen.raised:
            return replace(made, where="in the application", text=_FROM_CODE)
        where, text, code = why_not_reached(application, environ, governs=True)
        return replace(made, where=where, text=text, code=code, is_policy=bool(code))
    try:
        needed.applied(policy)
    except InvalidPolicy as error:
        return replace(
            made, where="in the policy", text=f"A policy refuses this. {error.in_sentences}"
        )
    where, code = statement(application, environ, policy, needed)
    text = " ".join((_said(needed.added, needed.set), *needed.remarks))
    if application.stack == "django" and (misplaced := misplaced_middleware()) is not None:
        text, code = f"{misplaced.text} {text}", f"{misplaced.code}\n{code}"
    return replace(made, where=where, text=text, code=code, is_policy=True)


def _said(added: Mapping[str, Any], put: Mapping[str, Any]) -> str:
    """Return what a change does, in a sentence."""
    values = [value for values in added.values() for value in values]
    parts = [f"add {', '.join(values)} to that policy"] if values else []
    parts += ["allow credentials"] if "allow_credentials" in put else []
    if not parts:
        return "Change that policy."
    sentence = " and ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _environ(seen: Seen) -> dict[str, Any]:
    """Return the environ of the request that failed, as the application got it."""
    exchanges = seen.outcome.exchanges
    return transports.environ(exchanges[-1].request)


def _fix_in_script(seen: Seen) -> Fix | None:
    listed = value(failed_response(seen), "access-control-allow-methods") or ""
    methods = [method.strip(" \t") for method in listed.split(",")]
    return catalogue.fix_in_script(seen.outcome.request.method, methods)


def _call_with_scheme(seen: Seen, scheme: str) -> Fix:
    url = masked(urlsplit(seen.target.url)._replace(scheme=scheme).geturl())
    text = "Call the URL with the scheme that this port speaks."
    code = f'const response = await fetch("{url}");'
    return Fix("http", "JavaScript", "in the page's script", text, code, "javascript")


def _without_answer(seen: Seen) -> Fix | None:
    """Return what to do where it is not OPTIONS alone that gets no answer."""
    plain = seen.probe("get")
    answers = plain is None or plain.response is not None
    return None if answers and seen.outcome.exchanges[-1].preflight else _get_well(seen)


def _get_well(seen: Seen) -> Fix:
    """Return a fix without headers: none helps where the server itself is down or fails."""
    return Fix(
        "http",
        "HTTP",
        "in a terminal",
        "Get this URL to answer at all, without CORS. If the server is up, its log says why it "
        "fails. Then check again.",
        f'$ curl -i "{masked(seen.target.url)}"',
        "console",
    )


def _answer_401(seen: Seen) -> Fix:
    credentials = "Access-Control-Allow-Credentials: true\n" * seen.target.credentials
    code = (
        "HTTP/1.1 401 Unauthorized\n"
        f"Access-Control-Allow-Origin: {seen.target.origin}\n"
        f"{credentials}Vary: Origin"
    )
    text = (
        "Answer 401 instead of a redirect to the login page: a `fetch` cannot show that page. On a "
        "401, let the page's script navigate there, with `location.href`."
    )
    return Fix("http", "HTTP", "what the server has to send", text, code, "http")
