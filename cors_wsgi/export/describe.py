"""Says in words what a target cannot say: for the command, and for the documentation."""

from collections.abc import Iterator

from cors_wsgi.export.capability import LARGEST, Capabilities
from cors_wsgi.export.edge import TOKEN

# More methods than these are not worth listing.
_FEW = 7
_WILDCARDS = {
    "expression": (),
    "subdomains": ("any port", "a part of a label", "regular expressions"),
    "wider": ("patterns of origins",),
    "none": ("patterns of origins",),
}


def cannot_say(target: Capabilities) -> list[str]:
    """Return what a target refuses, in a few words each; nothing if it can say everything."""
    return [*_origins(target), *_lists(target), *_paths(target)]


def differs_in(target: Capabilities) -> list[str]:
    """Return in what a target differs, though its verdicts are the same."""
    found = []
    if target.vary == "not on preflights":
        found.append("no Vary on preflights")
    elif target.vary == "unknown":
        found.append("Vary is not documented")
    if target.reflects_star:
        found.append("'*' is reflected")
    if target.own_answers:
        found.append("some answers have no headers")
    if len(target.statuses) == 1:
        found.append(f"preflights are answered {min(target.statuses)}")
    if target.many_origins:
        found.append(f"slow with more than {target.many_origins:,} origins")
    if target.raw_paths:
        found.append("paths are compared undecoded")
    return [*found, *target.quirks]


def _origins(target: Capabilities) -> Iterator[str]:
    yield from _WILDCARDS[target.wildcards]
    if target.origin_form:
        yield "addresses, and schemes other than http and https"
    if target.most_origins:
        yield f"more than {target.most_origins} origins"


def _lists(target: Capabilities) -> Iterator[str]:
    if target.methods is not None and len(target.methods) <= _FEW:
        yield f"methods other than {', '.join(sorted(target.methods))}"
    elif target.methods is not None or target.method_form != TOKEN:
        yield "unusual methods"
    if target.longest:
        yield f"more than {target.longest:,} characters of one expression or list"
    if target.most_names:
        yield f"more than {target.most_names} names in a list"
    if not target.any_method:
        yield "all methods"
    elif not target.any_header:
        yield "all headers"
    if not target.reflects and target.any_header:
        yield "all methods or headers with credentials"
    if target.credentials != "as policy":
        yield "named origins without credentials"
    if target.max_age[0] > 0:
        yield f"a max-age below {target.max_age[0]}"
    if target.max_age[1] < LARGEST:
        yield f"a max-age above {target.max_age[1]}"


def _paths(target: Capabilities) -> Iterator[str]:
    if target.paths == "none":
        yield "policies by path"
    elif not target.exempts:
        yield "exempt paths"
    if target.most_paths:
        yield f"more than {target.most_paths} paths"
