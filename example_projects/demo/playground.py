"""A request that the reader makes up, judged by the browser model, against one policy."""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from failures import NEED_NO_PERMISSION
from replay import consoles

from cors_wsgi import CORSMiddleware, Decision, InvalidPolicy, Policy, Request
from cors_wsgi.browser import ScriptError
from cors_wsgi.doctor.as_python import policy_as_python
from cors_wsgi.testing import Page, Result

ALLOWED = "https://app.example"
POLICY = Policy(
    allow_origins=[ALLOWED, "http://localhost:*"],
    allow_methods=["PUT"],
    allow_headers=["Content-Type"],
)
POLICY_LINES = policy_as_python(POLICY).splitlines()
FREE = "It needs no permission."
VALUES = {"content-type": "application/json", "authorization": "Bearer token"}


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a page wants to send, and for what of it the browser asks permission.

    `method` and `header` are empty where none is needed.
    """

    origin: str
    method: str
    header: str
    credentials: bool


def orders(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


API = CORSMiddleware(orders, POLICY)


def tried(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the verdict on a request, and why; or what is wrong with the request itself."""
    try:
        result = sent(query)
    except (ValueError, ScriptError) as error:
        return {"problem": str(error)}
    wish = wished(query, result)
    return {
        "allowed": result.shared,
        "preflight": list(result.preflights[0].reasons) if result.preflights else [],
        "parts": parts(wish),
        "consoles": consoles(result.outcome),
        "policy": change(wish),
    }


def sent(query: Mapping[str, str]) -> Result:
    """Return what comes of the request in a browser that keeps to the standard."""
    header = query.get("header", "").strip()
    value = VALUES.get(header.lower(), "1")
    return Page(query.get("origin", "").strip(), API).fetch(
        "/orders",
        method=query.get("method", "GET"),
        headers={header: value} if header else {},
        credentials="include" if query.get("credentials") == "include" else "omit",
    )


def wished(query: Mapping[str, str], result: Result) -> Wish:
    request = result.outcome.request
    asked = dict(result.preflights[0].request.headers) if result.preflights else {}
    asks_for_header = "Access-Control-Request-Headers" in asked
    return Wish(
        origin=request.origin,
        method=request.method if request.method not in NEED_NO_PERMISSION else "",
        header=query.get("header", "").strip() if asks_for_header else "",
        credentials=request.credentials == "include",
    )


def parts(wish: Wish) -> dict[str, dict[str, Any]]:
    """Return what the policy says of each part of the request, as if the others were allowed."""
    origin = POLICY.explain(Request(wish.origin))
    method = POLICY.explain(Request.preflight(ALLOWED, wish.method or "GET"))
    header = POLICY.explain(Request.preflight(ALLOWED, "GET", wish.header or None))
    credentials = POLICY.allow_credentials or not wish.credentials
    return {
        "origin": part(origin, "It is in allow_origins."),
        "method": part(method, "It is in allow_methods." if wish.method else FREE),
        "header": part(header, "It is in allow_headers." if wish.header else FREE),
        "credentials": {
            "allowed": credentials,
            "reason": FREE if credentials else "The policy has no allow_credentials.",
        },
    }


def part(decision: Decision, otherwise: str) -> dict[str, Any]:
    """Return a decision as a sentence, with what would have been close."""
    if decision.allowed:
        return {"allowed": True, "reason": otherwise}
    nearest = f": {decision.nearest}" if decision.nearest else ""
    reason = f"{decision.reason[0].upper()}{decision.reason[1:]}{nearest}"
    return {"allowed": False, "reason": reason.removesuffix(".") + "."}


def change(wish: Wish) -> list[str]:
    """Return the policy with what it lacks, as a diff; or why such a policy is refused."""
    origins = [] if POLICY.allows_origin(wish.origin) else [wish.origin]
    try:
        wider = POLICY.replace(
            allow_origins=[*POLICY.allow_origins, *origins],
            allow_methods=[*POLICY.allow_methods, *filter(None, [wish.method])],
            allow_headers=[*POLICY.allow_headers, *filter(None, [wish.header])],
            allow_credentials=POLICY.allow_credentials or wish.credentials,
        )
    except InvalidPolicy as error:
        return [*(f"  {line}" for line in POLICY_LINES), *(f"! {one}" for one in error.problems)]
    new = policy_as_python(wider).splitlines()
    return [line for line in difflib.ndiff(POLICY_LINES, new) if not line.startswith("?")]
