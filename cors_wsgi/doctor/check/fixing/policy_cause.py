"""Why a fetch fails, from the policy at hand: what it says is surer than what the answers show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cors_wsgi import Request, transports
from cors_wsgi.doctor.check.fixing.change import change
from cors_wsgi.doctor.check.fixing.wanted import requested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cors_wsgi.doctor.check.fixing.application import Application
    from cors_wsgi.doctor.check.probe import Seen

_LISTED: Final = 6
_LISTS: Final = {
    "allow_origins": "origins",
    "allow_methods": "methods beside GET, HEAD and POST",
    "allow_headers": "request headers",
}


def policy_cause(seen: Seen, application: Application) -> str | None:
    """Return what the policy that governs the fetch lacks; None if it allows the fetch."""
    governed = application.governed
    if governed is None or not seen.outcome.exchanges:
        return None
    environ = transports.environ(seen.outcome.exchanges[-1].request)
    policy = governed.policy_for(environ)
    if policy is None:
        return "No policy governs this answer, so it has no CORS headers."
    if not policy.allow_origins:  # nobody can write such a policy: none could be chosen
        reason = policy.explain(Request(seen.target.origin)).reason
        return f"{reason[0].upper()}{reason[1:]}."
    lacking = change(policy, requested(seen))
    sentences = [
        f"The policy lists these {_LISTS[name]}: {_joined(map(_text, getattr(policy, name)))}."
        if getattr(policy, name)
        else f"The policy allows no {_LISTS[name]}."
        for name in lacking.added
    ]
    if "allow_credentials" in lacking.set:
        sentences.append("The policy does not allow credentials.")
    return " ".join(sentences) or None


def _joined(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return f"{', '.join(listed[:_LISTED])}{more}"


def _text(entry: object) -> str:
    pattern: object = getattr(entry, "pattern", entry)
    return str(pattern)
