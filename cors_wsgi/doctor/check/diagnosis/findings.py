"""What works and will hurt all the same: each a pure function of what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from cors_wsgi.browser import ENGINES, FilteredResponse, HTTPResponse, NetworkError
from cors_wsgi.doctor.check.diagnosis.refusals import is_csrf
from cors_wsgi.doctor.check.probe import BROWSERS, STRANGER
from cors_wsgi.doctor.hosts import crosses_into
from cors_wsgi.doctor.responses import cache_sign, value, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.doctor.check.probe import Probe, ProbeName, Seen

Level: TypeAlias = Literal["warning", "note"]

_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_MAX_AGE: Final = "access-control-max-age"
# Response headers of the platform, which no page reads.
_PLATFORM_HEADERS: Final = frozenset(
    {
        "x-accel-expires",
        "x-amzn-trace-id",
        "x-aspnet-version",
        "x-cache",
        "x-content-type-options",
        "x-dns-prefetch-control",
        "x-download-options",
        "x-envoy-upstream-service-time",
        "x-frame-options",
        "x-permitted-cross-domain-policies",
        "x-powered-by",
        "x-robots-tag",
        "x-runtime",
        "x-served-by",
        "x-timer",
        "x-ua-compatible",
        "x-varnish",
        "x-xss-protection",
    }
)
# The probes that provoke errors, and how much it matters if the page cannot read them: an odd query
# is refused with a 4xx by many a proxy, and no page sends one.
_PROVOKED: Final[tuple[tuple[ProbeName, str, Level], ...]] = (
    ("missing-page", "A page that is not there", "note"),
    ("odd-query", "An error on the query {query}", "note"),
)
_FOR_SCRIPTS: Final = ("content-disposition", "content-range", "link", "ratelimit", "retry-after")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know beside the verdict.

    Attributes:
        id: What it is: a failure of the catalogue that it can become, or a name of its own.
        level: "warning" for what will hurt, "note" for what is good to know.
        text: It, in a sentence or two.
    """

    id: str
    level: Level
    text: str


def findings(seen: Seen) -> tuple[Finding, ...]:
    """Return everything beside the verdict, warnings first."""
    found = [finding for look in _LOOKS for finding in look(seen)]
    return tuple(sorted(found, key=lambda finding: finding.level != "warning"))


def _final(seen: Seen) -> HTTPResponse | None:
    return seen.actual if isinstance(seen.actual, HTTPResponse) else None


def _vary(seen: Seen) -> Iterator[Finding]:
    """Find a header that depends on the origin where caches are not told."""
    for response in (_final(seen), _without_origin(seen)):
        if response is None or not _depends_on_origin(seen):
            continue
        vary = {name.strip(" \t").lower() for name in (value(response, "vary") or "").split(",")}
        unstored = "no-store" in (value(response, "cache-control") or "").lower()
        if not vary & {"origin", "*"} and not unstored:
            to_whom = "to this page" if response is _final(seen) else "to a request without Origin"
            yield Finding(
                "cache-poisoned",
                "warning",
                f"The answer {to_whom} depends on the origin but has no Vary: Origin, so a cache "
                "may give it to another page.",
            )
            return


def _depends_on_origin(seen: Seen) -> bool:
    ours = value(_final(seen), _ALLOW_ORIGIN)
    if ours is None or ours == "*":
        return False
    others = [_without_origin(seen)]
    if seen.preflight is None:
        others.append(seen.probed("stranger"))
    return any(other is not None and value(other, _ALLOW_ORIGIN) != ours for other in others)


def _without_origin(seen: Seen) -> HTTPResponse | None:
    """Return the answer to a request without Origin, if it differs in that only: not in a login."""
    final, other = _final(seen), seen.probed("no-origin")
    return other if final and other and other.status == final.status else None


def _max_age(seen: Seen) -> Iterator[Finding]:
    if not isinstance(seen.preflight, HTTPResponse) or not seen.outcome.shared:
        return
    text = value(seen.preflight, _MAX_AGE)
    digits = (text or "").removeprefix("-")
    if text is None:
        said = "The preflight has no Access-Control-Max-Age: browsers ask again after 5 s."
    elif not (digits.isascii() and digits.isdigit()):
        said = f"Access-Control-Max-Age is {text!r}, which is no number of seconds."
    elif int(text[:9]) <= 0:
        said = f"Access-Control-Max-Age is {text}: every request is preflighted again."
    elif int(text[:9]) > 86400:
        said = (
            f"Access-Control-Max-Age is {text}, which no browser honours: Chrome keeps an answer "
            "for 2 hours, Firefox for 24, Safari for 10 minutes."
        )
    else:
        return
    yield Finding("preflight-cached-stale", "note", said)


def _cached_preflight(seen: Seen) -> Iterator[Finding]:
    sign = cache_sign(seen.preflight if isinstance(seen.preflight, HTTPResponse) else None)
    if sign is not None and seen.outcome.shared:
        text = f"A shared cache answers OPTIONS ({sign}): a changed policy will not show at once."
        yield Finding("preflight-cached-stale", "warning", text)


def _errors(seen: Seen) -> Iterator[Finding]:
    """Find errors of the resource that lose the headers, as far as they can be provoked safely."""
    if not seen.outcome.shared:
        return
    told: set[int] = set()
    for name, where, level in _PROVOKED:
        probe = seen.probe(name)
        if probe is None or (status := _hidden_status(probe)) is None or status in told:
            continue
        told.add(status)
        what = where.format(query=urlsplit(probe.request.url).query)
        absent = value(probe.response, _ALLOW_ORIGIN) is None
        has = "no CORS headers" if absent else "CORS headers that do not fit"
        text = (
            f"{what} ({status} to {probe.request.method}) has {has}: the browser will report CORS "
            "instead of the error."
        )
        yield Finding("error-without-cors", "warning" if status >= 500 else level, text)


def _hidden_status(probe: Probe) -> int | None:
    """Return the status of an error that the page cannot read."""
    response = None if probe.passes else probe.response
    return response.status if response and response.status >= 400 else None


def _any_origin(seen: Seen) -> Iterator[Finding]:
    stranger = seen.probe("stranger")
    if stranger is None or not stranger.passes:
        return
    if value(stranger.response, _ALLOW_ORIGIN) != STRANGER:
        return
    if value(stranger.response, "access-control-allow-credentials") == "true":
        text = "Any origin is allowed, with credentials: every site can act as its visitors here."
        yield Finding("any-origin", "warning", text)
    else:
        yield Finding("any-origin", "note", "Any origin is allowed by reflection: `*` says that.")


def _readable_error(seen: Seen) -> Iterator[Finding]:
    """Find an error of the application's own that the page can read."""
    response = _final(seen)
    if not seen.outcome.shared or seen.stand_in or response is None or response.status < 400:
        return
    text = f"The page can read this answer, and its {response.status} is the application's own."
    if response.status in {400, 403} and is_csrf(response):
        text += " It speaks of CSRF: the token, or the page's origin, is not trusted there."
    elif response.status in {401, 403}:
        text += " It may want a login: give one with -H."
    told = response.status in {400, 401, 403} or response.status >= 500
    yield Finding("readable-error", "warning" if told else "note", text)


def _unsent(seen: Seen) -> Iterator[Finding]:
    """Yield what was asked for and no browser sends."""
    target = seen.target
    if target.cookie is not None and not target.credentials:
        text = (
            "The cookie was not sent: browsers send cookies across origins with credentials only."
        )
        yield Finding("cookie-not-sent", "warning", text)
    sent = {name.lower() for name, _ in seen.outcome.request.headers}
    for name, _ in target.headers:
        if name.lower() not in sent:
            text = f"No script can set the header {name}: browsers drop it, and so it was not sent."
            yield Finding("forbidden-header", "warning", text)


def _cookies(seen: Seen) -> Iterator[Finding]:
    if seen.target.credentials:
        for cookie in seen.outcome.withheld_cookies:
            text = f"The cookie {cookie.name!r} will not come back: {cookie.reason}."
            yield Finding("cookie-not-sent", "warning", text)


def _local_network(seen: Seen) -> Iterator[Finding]:
    space = crosses_into(seen.target, seen.address)
    if space is not None:
        secure = seen.target.origin.startswith("https:")
        does = "asks the user for permission" if secure else "refuses, as the page is not https"
        text = (
            f"{seen.address} is a {space} address: to a public page that reaches for it Chrome "
            f"{does}, and no header can grant it."
        )
        yield Finding("local-network", "warning", text)


def _length_of_204(seen: Seen) -> Iterator[Finding]:
    for response in (seen.preflight, seen.actual):
        if not isinstance(response, HTTPResponse) or response.status != 204:
            continue
        length = value(response, "content-length")
        coded = value(response, "transfer-encoding")
        if length is None and coded is None:
            continue
        level: Level = "note" if length == "0" and coded is None else "warning"
        line = f"Content-Length: {length}" if length else f"Transfer-Encoding: {coded}"
        text = f"A 204 has no body, yet this one has {line}: a strict proxy may hang or refuse it."
        yield Finding("content-length-204", level, text)
        return


def _hidden_headers(seen: Seen) -> Iterator[Finding]:
    outcome = seen.outcome
    if not isinstance(outcome, FilteredResponse) or not outcome.shared or seen.stand_in:
        return
    hidden = [
        name
        for name in outcome.hidden_headers
        if name.startswith(_FOR_SCRIPTS) or (name.startswith("x-") and _is_own(name))
    ]
    if hidden:
        text = f"Script cannot read {', '.join(hidden)}: Access-Control-Expose-Headers lacks it."
        yield Finding("response-header-hidden", "note", text)


def _is_own(name: str) -> bool:
    return name not in _PLATFORM_HEADERS and not name.startswith(("x-amz-", "x-fastly-"))


def _other_clients(seen: Seen) -> Iterator[Finding]:
    if seen.stand_in:
        return
    plain = seen.probed("no-origin")
    if not seen.outcome.shared and plain is not None and plain.status < 400:
        text = f"curl and Postman get {plain.status} here: they do not enforce CORS, browsers do."
        yield Finding("works-in-postman", "note", text)


def _standard(seen: Seen) -> Iterator[Finding]:
    """Yield what browsers let pass and the standard does not, and where browsers differ."""
    strict = seen.outcomes["standard"]
    shared = {name: seen.outcomes[name].shared for name in BROWSERS}
    if all(shared.values()) and isinstance(strict, NetworkError) and strict.failure:
        text = f"Browsers let it pass, the standard does not: {strict.reason}"
        yield Finding(strict.failure, "warning", text)
    elif any(shared.values()) and not all(shared.values()):
        names = " and ".join(ENGINES[name].name.capitalize() for name, ok in shared.items() if ok)
        yield Finding("browsers-differ", "warning", f"{names} would allow it all the same.")


def _two_lines(seen: Seen) -> Iterator[Finding]:
    for name in ("access-control-allow-methods", "access-control-allow-headers"):
        response = seen.preflight if isinstance(seen.preflight, HTTPResponse) else None
        if len(values(response, name)) > 1:
            text = (
                f"{name.title()} comes in {len(values(response, name))} lines: two layers set it."
            )
            yield Finding("two-layers", "note", text)


_LOOKS: Final[tuple[Callable[[Seen], Iterator[Finding]], ...]] = (
    _standard,
    _readable_error,
    _any_origin,
    _local_network,
    _unsent,
    _cookies,
    _vary,
    _cached_preflight,
    _errors,
    _length_of_204,
    _max_age,
    _hidden_headers,
    _two_lines,
    _other_clients,
)
