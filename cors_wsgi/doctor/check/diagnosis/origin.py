"""Why Access-Control-Allow-Origin is not what it should be, from what was seen."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cors_wsgi.browser import NoAnswer
from cors_wsgi.doctor.check.diagnosis.failed import failed_preflight, failed_response
from cors_wsgi.doctor.check.diagnosis.layers import layers
from cors_wsgi.doctor.check.diagnosis.refusals import (
    is_off,
    quoted,
    refused_by_cors_layer,
    refused_for_origin,
    speaks_of_cors,
)
from cors_wsgi.doctor.responses import value, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.browser import HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen


def origin_absent(seen: Seen) -> str:
    """Return why the header is not there."""
    written, meant = _near_miss(failed_response(seen))
    if is_misspelt(seen):
        return (
            f"The answer has {written}, which browsers do not know: the header is {_title(meant)}."
        )
    also = f" The answer has {written}: the header is {_title(meant)}." if meant else ""
    return f"{_why_absent(seen)}{also}"


def _why_absent(seen: Seen) -> str:
    found = next(filter(None, (rule(seen) for rule in _ABSENT)), None)
    if found is not None:
        return found
    stranger = seen.probe("stranger")
    also = ", nor for another origin" if stranger and not stranger.passes else ""
    return (
        f"There are no CORS headers{also}: CORS is not on for this path, or {seen.target.origin} "
        "is not in its list."
    )


def list_lacks_origin(seen: Seen) -> bool:
    """Return whether a CORS layer answers here, and its list of origins lacks the page's."""
    response, asking = failed_response(seen), seen.probe("plain-preflight")
    if is_misspelt(seen):
        return False
    if response is not None and response.status >= 400:
        return refused_by_cors_layer(seen) == "origin-missing" and not is_off(response)
    return (
        any(map(_knows_cors, (response, asking.response if asking else None)))
        or _answers_only_preflights(seen)
        or _allows_others(seen)
    )


def _allows_others(seen: Seen) -> bool:
    """Tell whether the answer without Origin names an allowed origin, as Flask-CORS does."""
    good = seen.probe("get")
    named = value(seen.probed("no-origin"), "access-control-allow-origin")
    return named not in {None, "*"} and not (good is not None and good.passes)


def passes_on_strangers(seen: Seen) -> bool:
    """Return whether a CORS layer passes on what its list lacks, and routing refuses OPTIONS.

    GET of the same URL varies by origin and allows none: rack-cors and others do that.
    """
    response, good = failed_preflight(seen), seen.probed("get")
    if response is None or good is None or response.status not in {404, 405} or good.status >= 400:
        return False
    return "origin" in (value(good, "vary") or "").lower() and _knows_cors(good)


def _knows_cors(response: HTTPResponse | None) -> bool:
    """Tell whether an answer without Access-Control-Allow-Origin comes from a CORS layer."""
    if response is None or value(response, "access-control-allow-origin") is not None:
        return False
    return (
        "origin" in (value(response, "vary") or "").lower()
        or value(response, "access-control-allow-methods") is not None
        or (response.status in {400, 403} and speaks_of_cors(response) and not is_off(response))
    )


def _answers_only_preflights(seen: Seen) -> bool:
    """Recognise a CORS layer: a preflight gets a 2xx where another OPTIONS is refused."""
    asking, bare = seen.probed("plain-preflight"), seen.probed("bare-options")
    if asking is None or bare is None or value(asking, "access-control-allow-origin") is not None:
        return False
    return asking.status < 300 and bare.status in {404, 405, 501}


def _not_in_list(seen: Seen) -> str | None:
    if not list_lacks_origin(seen):
        return None
    return f"CORS is on here, but its list of origins lacks {seen.target.origin}.{_or_lost(seen)}"


def _or_lost(seen: Seen) -> str:
    """Name what may lose the origin or the header between the page and that list, if it shows."""
    fronts = [one for one in layers(seen.responses) if one.role in {"edge", "proxy"}]
    if not fronts or seen.direct is not None:
        return ""
    return (
        f" Or {fronts[0].title} is in front of it, and hands no Origin on or takes the header away:"
        " --direct with the application's own address tells which."
    )


def _own_options(seen: Seen) -> str | None:
    good = seen.probe("get")
    if failed_preflight(seen) is None:
        return None
    if good is not None and good.passes:
        return (
            "GET of the same URL allows the page, and the answer to OPTIONS has no CORS headers: "
            "something that does not know CORS answers OPTIONS first."
        )
    if value(failed_preflight(seen), "allow") is not None:
        return (
            "The server's own OPTIONS answered (it lists methods in Allow): CORS is not on for "
            f"this path, or {seen.target.origin} is not in its list."
        )
    return None


def _only_preflights(seen: Seen) -> str | None:
    if seen.preflight is None or failed_preflight(seen) is not None:
        return None
    return (
        "The preflight passes, and the answer itself has no CORS headers: CORS is on for OPTIONS "
        "only, or the route that answers runs before it."
    )


def _only_elsewhere(seen: Seen) -> str | None:
    root = seen.probe("root")
    if root is None or value(root.response, "access-control-allow-origin") is None:
        return None
    return (
        f"Other paths of this server have CORS headers ({root.request.url}), and this answer does "
        "not pass through what sets them: static files, a mounted application or a middleware "
        "outside of it may answer here."
    )


def _web_page(seen: Seen) -> str | None:
    response = failed_response(seen)
    if response is None or response.body.lstrip()[:1] != b"<":
        return None
    return (
        "A web page answers this URL, and it has no CORS headers: see that the URL is right, and "
        "that the request reaches the API."
    )


def _refused(seen: Seen) -> str | None:
    """Recognise a CORS layer that refuses with an error status."""
    response = failed_response(seen)
    if response is None or response.status < 400:
        return None
    said = quoted(response)
    if is_off(response):
        return f"CORS is not set up here, and a preflight is answered {response.status}.{said}"
    if refused_for_origin(seen):
        return (
            f"The same request passes without Origin, and with {seen.target.origin} it gets "
            f"{response.status}: a CORS layer is there, and its list lacks this origin.{said}"
        )
    return (
        f"A CORS layer answers {response.status} because its list lacks {seen.target.origin}.{said}"
    )


_ABSENT: Final[tuple[Callable[[Seen], str | None], ...]] = (
    _refused,
    _not_in_list,
    _own_options,
    _only_preflights,
    _only_elsewhere,
    _web_page,
)


def is_misspelt(seen: Seen) -> bool:
    """Return whether the answer has Access-Control-Allow-Origin by a name that is nearly that."""
    return _near_miss(failed_response(seen))[1] == _ALLOW_ORIGIN


def _near_miss(response: HTTPResponse | None) -> tuple[str, str]:
    """Return a header that is nearly one of CORS's, and which; empty if there is none."""
    for name, _ in response.headers if response else ():
        lower = name.lower().replace("_", "-")
        near = difflib.get_close_matches(lower, _CORS_HEADERS, n=1, cutoff=0.85)
        if near and name.lower() != near[0]:
            return name, near[0]
    return "", ""


def _title(name: str) -> str:
    return name.title()


_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_CORS_HEADERS: Final = (
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
)


def origin_value(seen: Seen) -> str:
    """Return why the value names another origin, or none."""
    found = value(failed_response(seen), "access-control-allow-origin") or ""
    other = value(seen.probed("stranger"), "access-control-allow-origin")
    part = _only_difference(found, seen.target.origin)
    differs = f", which differs in the {part}" if part else ""
    if other == found:
        return f"Every origin gets the same value, {found!r}{differs}: one origin is configured."
    return f"The server answers {found!r} to {seen.target.origin!r}{differs}."


def _only_difference(found: str, origin: str) -> str | None:
    """Return the one part in which two origins differ; None if there are more."""
    try:
        there, here = urlsplit(found), urlsplit(origin)
        parts = {
            "scheme": (there.scheme, here.scheme),
            "host": (there.hostname, here.hostname),
            "port": (there.port, here.port),
        }
    except ValueError:  # a port that is not one
        return None
    differing = [name for name, (one, other) in parts.items() if one != other]
    return differing[0] if len(differing) == 1 else None


def origin_unset(seen: Seen) -> str:
    """Return what came in place of an origin."""
    found = (value(failed_response(seen), "access-control-allow-origin") or "").strip()
    if found == "null":
        return (
            "The header is 'null', the origin of files and of sandboxed frames: it is meant for "
            "them, or the variable that should hold the origin is not set."
        )
    what = f"the word {found!r}" if found else "empty"
    return f"The header is {what}: the variable that should hold the origin is not set."


def origin_invalid(seen: Seen) -> str:
    """Return why the value is not an origin at all."""
    found = value(failed_response(seen), "access-control-allow-origin") or ""
    origin = seen.target.origin
    bare = found.strip("'\"")
    end = found.removeprefix(origin)
    faults = (
        (_STRAY.fullmatch(end), f"has {end!r} at the end, which does not belong there"),
        (_VARIABLE.search(found), "is the name of a variable that nobody has filled in"),
        ("," in found or " " in found.strip(), "is a list: the header takes one origin"),
        (bare != found, f"has quotes that do not belong there: the header is {bare}"),
        (found.rstrip("/") == origin, "has a slash at the end: browsers compare byte for byte"),
        (found.lower() == origin, "is spelled with capitals: browsers compare byte for byte"),
        (_has_default_port(found), "has the default port, which browsers leave out of Origin"),
        (found and origin.endswith(f"://{found}"), "has no scheme"),
        (
            _PATTERN.search(found),
            "is a pattern: patterns are for the server's list, never for the header",
        ),
    )
    fault = next((text for applies, text in faults if applies), None)
    return (
        f"{found!r} {fault or 'is not an origin: that is scheme://host[:port] and nothing else'}."
    )


_STRAY: Final = re.compile(r"[^\w/]{1,3}")
_VARIABLE: Final = re.compile(r"\$\{|\{\{|<%|\$[A-Z_]{2,}|%[A-Z_]+%|process\.env")
_PATTERN: Final = re.compile(r"[*^$()\[\]\\|?+]")


def _has_default_port(found: str) -> bool:
    https = found.startswith("https://") and found.endswith(":443")
    return https or (found.startswith("http://") and found.endswith(":80"))


def duplicate(seen: Seen) -> str:
    """Return which layers set it twice."""
    said = value(failed_response(seen), "access-control-allow-origin")
    direct = seen.direct.exchanges if seen.direct else ()
    found = [layer.title for layer in layers(seen.responses)]
    if direct and not isinstance(direct[-1].response, NoAnswer):
        own = values(direct[-1].response, "access-control-allow-origin")
        if len(own) == 1:
            return (
                f"The application sets {own[0]!r} at its own address; what is in front of it "
                "adds another."
            )
        if len(own) > 1:
            return "Both values are set by the application: two middlewares, or one and the view."
        return "The application sets none at its own address: both come from in front of it."
    if found == ["Apache"]:
        return (
            f"The header has more than one value ({said}): Apache sets it in both of its tables of "
            "headers, or the application behind it sets it as well."
        )
    shown = f" ({' and '.join(found)} show here)" if len(found) > 1 else ""
    return (
        f"The header has more than one value ({said}), so two layers set it{shown}: --direct with "
        "the application's own address tells which."
    )
