"""The form of what a target can say; `capabilities` has it for each target."""

from dataclasses import dataclass
from typing import Final, Literal

from cors_wsgi.export.edge import TOKEN

_ALL_STATUSES: Final = frozenset({200, 204})
LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a target can say.

    Attributes:
        title: the target's name in prose.
        proven: what its output is tested with: a server's version, or a validator.
        source: where its abilities are documented.
        wildcards: which patterns of origins it has. "expression": all that a regular
            expression can say, "subdomains": `https://*.example.com`, "wider": it has a
            wildcard, which stands for more than ours, "none": it has none.
        origin_form: an expression of the origins that it takes; none stands for all.
        most_origins: how many origins it takes.
        many_origins: how many it takes without becoming slow.
        methods: the methods that it takes; none stands for all.
        method_form: an expression of the methods that it lets pass at all.
        max_age: the smallest and the largest max-age, in seconds.
        reflects: whether it can allow all methods and headers with credentials, by
            naming those that a preflight asks for.
        any_method: whether it can allow all methods without credentials.
        any_header: whether it can allow all headers without credentials, `Authorization`
            among them.
        reflects_star: whether it answers with the origin where the policy says `*`.
        credentials: whether it can send credentials, or always does for named origins.
        vary: on which responses it sends `Vary`.
        paths: whether it chooses policies by path; "none" if it governs everything.
        most_paths: how many paths it takes.
        path_form: an expression of the prefixes that it takes.
        name_form: an expression of the names of headers that it takes.
        exempts: whether a path can be exempt from a policy above it.
        raw_paths: whether it compares paths as they arrive, undecoded.
        statuses: the statuses that it can answer preflights with.
        own_answers: which answers it makes without the headers, as the end of a sentence
            that begins with "it makes"; nothing if all of them have the headers.
        quirks: warnings that always hold.
        example: a configuration with the files in their places, if it is not plain.
        check: the command that checks the configuration, if there is one.
        limits: what else a user must know, in sentences for the documentation.
    """

    title: str
    proven: str
    source: str
    wildcards: Literal["expression", "subdomains", "wider", "none"] = "expression"
    origin_form: str | None = None
    most_origins: int | None = None
    many_origins: int | None = None
    methods: frozenset[str] | None = None
    method_form: str = TOKEN
    max_age: tuple[int, int] = (0, LARGEST)
    reflects: bool = True
    any_method: bool = True
    any_header: bool = True
    reflects_star: bool = False
    credentials: Literal["as policy", "named origins"] = "as policy"
    vary: Literal["all", "not on preflights", "unknown"] = "all"
    paths: Literal["all", "none"] = "all"
    most_paths: int | None = None
    path_form: str = r"(?s:.*)"
    name_form: str = TOKEN
    exempts: bool = True
    raw_paths: bool = False
    statuses: frozenset[int] = _ALL_STATUSES
    own_answers: str = ""
    quirks: tuple[str, ...] = ()
    example: str = ""
    check: str = ""
    limits: tuple[str, ...] = ()
