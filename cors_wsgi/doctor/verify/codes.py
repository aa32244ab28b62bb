"""The codes of what `verify` finds, and what each means. They are stable across releases.

What a server refuses has the id of the failure that a browser reports, which the catalogue
describes; `exposed-missing` is the exception, since no request fails.
"""

from typing import Final, NamedTuple

from cors_wsgi.doctor.verify.report import Kind


class Code(NamedTuple):
    """One kind of difference.

    Attributes:
        kind: Where it is reported.
        title: What the matter is, in a few words.
        meaning: What was tried, and what it means that it works.
        helps: What to do about it.
    """

    kind: Kind
    title: str
    meaning: str
    helps: str


_WHOLE: Final = (
    "Compare whole origins: look them up in a list, or match an expression that is anchored at both"
    " ends and has its dots escaped. `cors-wsgi export` writes one."
)
_LIST: Final = "Take it out of the server's list, or add it to the policy if it belongs there."
_PATHS: Final = (
    "Compare decoded paths in whole segments, and refuse what can be read in two ways."
    " `cors-wsgi export` writes such comparisons."
)

CODES: Final[dict[str, Code]] = {
    "any-origin": Code(
        "opens",
        "Any origin gets in",
        "An origin that nobody has is answered like an allowed one: the server sends back whatever"
        " `Origin` it gets, or `*`. With cookies, every website can act as the user who visits it.",
        "Look the origin up in a list before you send it back.",
    ),
    "null": Code(
        "opens",
        "The origin null gets in",
        "Any website can send the origin `null`, from a sandboxed frame for one. Allowing it is"
        " allowing everybody.",
        "Take `null` out of the list. Pages from files need a server on localhost instead.",
    ),
    "localhost": Code(
        "opens",
        "An origin from development gets in",
        "The server allows `localhost`, and the policy does not. Anything that runs on a visitor's"
        " machine can then read the answers.",
        "Keep origins of development out of the settings of production.",
    ),
    "suffix": Code(
        "opens",
        "Names that begin like an allowed one get in",
        "`https://app.example.attacker.example` is allowed, so the server compares only the"
        " beginning of the origin. Anybody can register such a name.",
        _WHOLE,
    ),
    "prefix": Code(
        "opens",
        "Names that end like an allowed one get in",
        "`https://attackerapp.example` is allowed, so the server compares only the end of the"
        " origin. Anybody can register such a name.",
        _WHOLE,
    ),
    "dot": Code(
        "opens",
        "A dot stands for any character",
        "`https://appxexample.com` is allowed where `https://app.example.com` should be: a dot in"
        " the server's pattern is not escaped.",
        _WHOLE,
    ),
    "substring": Code(
        "opens",
        "A part of an allowed origin gets in",
        "The server asks whether the allowed origin contains this one, and not whether they are"
        " equal. In Python, `origin in allowed` does so if `allowed` is a string and not a list.",
        _WHOLE,
    ),
    "character": Code(
        "opens",
        "An odd character ends the host",
        "Browsers take characters such as `_` or `` ` `` in the names of hosts, and the server's"
        " pattern takes them for the end of the host. Anybody can have such a name.",
        _WHOLE,
    ),
    "http": Code(
        "opens",
        "Plain http gets in",
        "The server allows the same name over `http`. Anybody on the way between the visitor and"
        " that site can put a page of their own there.",
        "Compare the scheme, too.",
    ),
    "scheme": Code(
        "opens",
        "Any scheme gets in",
        "The server allows the same name with another scheme.",
        "Compare the scheme, too.",
    ),
    "port": Code(
        "opens",
        "Any port gets in",
        "The server allows another port of an allowed host. Another program of that machine is"
        " another origin.",
        "Compare the port, too. A policy says `http://localhost:*` where any port is meant.",
    ),
    "subdomain": Code(
        "opens",
        "Any subdomain gets in",
        "The server allows names below an allowed host. A forgotten subdomain that somebody else"
        " takes over can then read the answers.",
        "Name the subdomains. A policy says `https://*.example.com` where all are meant.",
    ),
    "pattern": Code(
        "opens",
        "A pattern stands for more than the policy's",
        "The server's wildcard also stands for nothing at all, or for several labels.",
        _WHOLE,
    ),
    "not-an-origin": Code(
        "opens",
        "What is no origin gets in",
        "No browser sends such a value, so nobody gains anything by it. It shows that the server"
        " compares loosely.",
        _WHOLE,
    ),
    "neighbour": Code(
        "opens",
        "An origin of another path gets in",
        "The policy allows this origin under another path, and not here.",
        "Let the server choose by the path, too, and the longest prefix first.",
    ),
    "path-exempt": Code(
        "opens",
        "An exempt path answers like the others",
        "The policy switches CORS off for this path, and the server allows an origin there.",
        "Exempt the path in the server's configuration, before the wider prefix is looked at.",
    ),
    "scope-wider": Code(
        "opens",
        "A path beside the policy's is open",
        "No prefix of the policy covers this path, and the server allows an origin there: it"
        " compares only how the path begins, finds the prefix anywhere, or governs everything.",
        _PATHS,
    ),
    "path-misread": Code(
        "opens",
        "A path written in another way is open",
        "The application reads `/api//internal` or `/api/%69nternal` as `/api/internal`. The server"
        " chooses by the path as it arrives, so the policy of another path answers.",
        _PATHS,
    ),
    "credentials-extra": Code(
        "opens",
        "Credentials are allowed",
        "The server sends `Access-Control-Allow-Credentials: true`, and the policy does not allow"
        " credentials: allowed pages can act as the user who visits them.",
        "Take the header out, or set `allow_credentials` in the policy.",
    ),
    "method-extra": Code(
        "opens",
        "A method more is allowed",
        "The preflight's answer lists a method that the policy does not, or `*`.",
        _LIST,
    ),
    "header-extra": Code(
        "opens",
        "A request header more is allowed",
        "The preflight's answer lists a header that the policy does not, or `*`.",
        _LIST,
    ),
    "exposed-extra": Code(
        "opens",
        "A response header more is exposed",
        "Script can read a response header that the policy does not expose.",
        _LIST,
    ),
    "exposed-missing": Code(
        "refuses",
        "A response header is not exposed",
        "The policy exposes a response header, and script cannot read it. Nothing fails: the header"
        " seems not to be there.",
        "Add it to the server's `Access-Control-Expose-Headers`, on the response itself.",
    ),
    "no-vary": Code(
        "warnings",
        "Responses depend on the origin and do not say so",
        "Without `Vary: Origin`, a cache may answer one origin with what was made for another: the"
        " page is refused, or somebody gets in who should not.",
        "Send `Vary: Origin` to everybody, allowed or not, and to requests without an `Origin`.",
    ),
    "max-age": Code(
        "warnings",
        "Preflights are kept for another time",
        "Browsers keep the preflight's answer for longer or shorter than the policy says.",
        "Send the policy's `max_age` as `Access-Control-Max-Age`. Without it, it is 5 seconds.",
    ),
    "content-type-extra": Code(
        "warnings",
        "Content-Type is listed",
        "The server lists `Content-Type`, and the policy does not, so allowed pages can send JSON."
        " Some libraries always list it.",
        _LIST,
    ),
    "regex-untried": Code(
        "warnings",
        "A regular expression could not be tried",
        "No origin could be made up that the expression matches, so only what it should refuse was"
        " tried.",
        "Nothing, or name an origin that matches in the policy, too.",
    ),
}
