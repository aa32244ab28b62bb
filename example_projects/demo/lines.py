"""The lines that a reader copies: one policy for their front end, on each stack."""

from collections.abc import Mapping
from typing import Any

from failures import NEED_NO_PERMISSION, Failure

from cors_wsgi import InvalidPolicy, Policy, catalogue
from cors_wsgi.export import export

STACKS = ("django", "flask", "fastapi", "wsgi")
# The failure whose fix puts a whole application behind a policy.
WHOLE = "preflight-405"


def lines(failure: Failure, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the lines that let a front end send the request, or what is wrong with its origin."""
    origin = query.get("origin", "").strip()
    call = failure.call
    policy = {
        "allow_origins": [origin],
        "allow_methods": [call.method] if call.method not in NEED_NO_PERMISSION else [],
        "allow_headers": list(call.headers),
        "allow_credentials": call.credentials == "include",
        "expose_headers": [failure.reads] if failure.reads else [],
    }
    try:
        checked = Policy(**policy)
    except InvalidPolicy as error:
        return {"problem": " ".join(map(str, error.problems))}
    wanted = catalogue.Wanted(
        origins=(origin,),
        methods=checked.allow_methods,
        headers=checked.allow_headers,
        credentials=checked.allow_credentials,
        expose_headers=checked.expose_headers,
    )
    fixes = {stack: catalogue.fix(WHOLE, stack, wanted=wanted) for stack in STACKS}
    stacks = {
        stack: [{"where": as_label(fix.where), "code": fix.code}] for stack, fix in fixes.items()
    }
    exported = export("nginx", checked, source="cors.toml").files
    stacks["nginx"] = [
        {"where": f"{name}: {file.where}", "code": file.text.rstrip()}
        for name, file in exported.items()
    ]
    return {"stacks": stacks}


def as_label(text: str) -> str:
    """Return where a fix belongs, as plain text."""
    return (text[0].upper() + text[1:]).replace("`", "")
