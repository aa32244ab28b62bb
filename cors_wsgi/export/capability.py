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
        title: The target's name in prose.
        proven: What its output is tested with: a server's version, or a validator.
        source: Where its abilities are documented.
        wildcards: Which patterns of origins it has. "expression": all that a regular
            expression can say, "subdomains": `https://*.example.com`, "wider": it has a
            wildcard, which stands for more than ours, "none": it has none.
        origin_form: An expression of the origins that it takes; none stands for all.
        most_origins: How many origins it takes.
        many_origins: How many it takes without becoming slow.
        longest: How many characters of an expression, or of a list of names, it takes.
        most_names: How many methods or headers it takes in a list.
        methods: The methods that it takes; none stands for all.
        method_form: An expression of the methods that it lets pass at all.
        max_age: The smallest and the largest max-age, in seconds.
        reflects: Whether it can allow all methods and headers with credentials, by
            naming those that a preflight asks for.
        any_method: Whether it can allow all methods without credentials.
        any_header: Whether it can allow all headers without credentials, `Authorization`
            among them.
        reflects_star: Whether it answers with the origin where the policy says `*`.
        credentials: Whether it can send credentials, or always does for named origins.
        vary: On which responses it sends `Vary`.
        paths: Whether it chooses policies by path; "none" if it governs everything.
        most_paths: How many paths it takes.
        path_form: An expression of the prefixes that it takes.
        name_form: An expression of the names of headers that it takes.
        exempts: Whether a path can be exempt from a policy above it.
        raw_paths: Whether it compares paths as they arrive, undecoded.
        statuses: The statuses that it can answer preflights with.
        own_answers: Which answers it makes without the headers, as the end of a sentence
            that begins with "it makes"; nothing if all of them have the headers.
        quirks: Warnings that always hold.
        example: A configuration with the files in their places, if it is not plain.
        check: The command that checks the configuration, if there is one.
        limits: What else a user must know, in sentences for the documentation.
    """

    title: str
    proven: str
    source: str
    wildcards: Literal["expression", "subdomains", "wider", "none"] = "expression"
    origin_form: str | None = None
    most_origins: int | None = None
    many_origins: int | None = None
    longest: int | None = None
    most_names: int | None = None
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
