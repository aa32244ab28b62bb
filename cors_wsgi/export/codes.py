"""The codes of findings, and what each means. They are stable across releases."""

from typing import Final, NamedTuple

from cors_wsgi.export.findings import Level


class Code(NamedTuple):
    """One kind of finding.

    Attributes:
        level: Whether nothing is written because of it.
        title: What the matter is, in a few words.
        meaning: What it means, and why it is an error or only a warning.
        helps: What to do about it.
    """

    level: Level
    title: str
    meaning: str
    helps: str


CODES: Final[dict[str, Code]] = {
    "pattern-subdomains": Code(
        "error",
        "No pattern for subdomains",
        "The target compares whole origins, so `https://*.example.com` would allow nobody there.",
        "List the subdomains, or export to a layer that has expressions, such as nginx or Envoy.",
    ),
    "pattern-any-port": Code(
        "error",
        "No pattern for any port",
        "The target cannot leave the port open, as `http://localhost:*` does.",
        "List the ports. Development servers seldom need the production gateway at all.",
    ),
    "pattern-label": Code(
        "error",
        "No pattern within a label",
        "The target has `*` for whole labels only, or not at all; `https://app-*.example.com`"
        " stands for a part of one.",
        "List the origins, or export to a layer that has expressions.",
    ),
    "pattern-wider": Code(
        "error",
        "The wildcard stands for more",
        "The target's `*` stands for any text, or it takes the expression for every origin. It"
        " would allow origins that the policy refuses.",
        "List the origins, or export to a layer that has expressions.",
    ),
    "regex-dialect": Code(
        "error",
        "An expression that other engines read differently",
        "Python, PCRE, RE2, Go, Java and JavaScript agree on literals, classes, groups and greedy"
        " quantifiers, and differ on the rest. An expression must also match no plain-http or"
        " opaque origin that the policy refuses.",
        "Write the expression in that common subset, begin each alternative with `https://`, or use"
        " patterns.",
    ),
    "origin-unsupported": Code(
        "error",
        "An origin that the target does not take",
        "The target checks origins against a form of its own: names on http and https.",
        "Take the origin out of what is exported to this target.",
    ),
    "origins-too-many": Code(
        "error",
        "Too many origins",
        "The target has a limit on the number of origins.",
        "Use a pattern, or a layer without a limit.",
    ),
    "too-long": Code(
        "error",
        "An expression or a list is too long",
        "The target has a limit on the length of one value or list, and would not load this one.",
        "Write several shorter expressions, or shorten the list of names.",
    ),
    "method-unknown": Code(
        "error",
        "A method that the target does not take",
        "The target has a fixed list of methods, or its HTTP parser rejects others before CORS is"
        " asked. The policy would allow what never works.",
        "Take the method out of what is exported to this target.",
    ),
    "header-unsupported": Code(
        "error",
        "A header that the target does not take",
        "The name has a character that cannot be quoted in the target's configuration.",
        "Rename the header, or use another target.",
    ),
    "max-age-range": Code(
        "error",
        "A max-age out of range",
        "The target has a smallest and a largest value, and rejects others when it is deployed.",
        "Write a value in that range; the message has the nearest one.",
    ),
    "star-with-credentials": Code(
        "error",
        "All methods or headers together with credentials",
        "With credentials, browsers take `*` for the name `*`. All methods or headers can only be"
        " allowed by naming those that the preflight asks for, and the target sends fixed lists.",
        "Name the methods and headers. nginx, Apache, Caddy, HAProxy and Lambda can allow all.",
    ),
    "star-authorization": Code(
        "error",
        "All headers, but not Authorization",
        "The policy's `*` includes `Authorization`. Browsers leave it out of a plain `*`, which is"
        " all that the target sends.",
        "Name the headers, `Authorization` among them.",
    ),
    "credentials-always": Code(
        "error",
        "Credentials are always allowed",
        "The target allows credentials for every origin that is named, and the policy does not.",
        "Write `allow_credentials=True` if that may be, or allow every origin.",
    ),
    "path-exempt": Code(
        "error",
        "A path cannot be exempt",
        "The target cannot leave out a path below one that it governs, or there is nothing to write"
        " since the policy is off everywhere.",
        "Move the path, or use a layer that chooses by path.",
    ),
    "path-unsupported": Code(
        "error",
        "A path that the target does not take",
        "The target has no way to write a character of the path, or the path has a percent sign: it"
        " would come encoded, as `%25`, which is refused to everybody.",
        "Rename the path, or use another target.",
    ),
    "paths-too-many": Code(
        "error",
        "Too many paths",
        "The target has a limit on the number of paths.",
        "Split the resource, or use another layer.",
    ),
    "scope-wider": Code(
        "error",
        "The target governs everything",
        "The target has one policy for the whole API or bucket. Several policies by path are an"
        " error; one policy with a path is exported with a warning.",
        "Use a layer that chooses by path, or give the paths an API of their own.",
    ),
    "no-vary": Code(
        "warning",
        "Some responses have no Vary",
        "Without `Vary: Origin`, a shared cache may give the answer for one origin to another. What"
        " the target decides is right all the same.",
        "Make the origin part of the cache's key, or do not cache these responses.",
    ),
    "star-reflected": Code(
        "warning",
        "The origin in the place of `*`",
        "The target sends the origin that asked where the policy says `*`. Without credentials"
        " that means the same; caches keep one answer for each origin.",
        "Nothing to do.",
    ),
    "raw-path": Code(
        "warning",
        "Paths are compared as they arrive",
        "The target may read a doubled or encoded slash, or a dot segment, otherwise than the"
        " application does.",
        "Let the layer reject or normalise such paths.",
    ),
    "own-answers": Code(
        "warning",
        "Answers without the headers",
        "Some answers never pass what was exported, such as the gateway's own errors. Script sees"
        " them as CORS errors.",
        "Keep it in mind when you read a console: look at the status in the Network panel.",
    ),
    "preflight-status": Code(
        "warning",
        "Another status for preflights",
        "The target answers preflights with 200 where the policy says 204, or the reverse.",
        "Nothing to do: browsers take both.",
    ),
    "many-origins": Code(
        "warning",
        "Many origins are slow",
        "The target tries them one by one, for each request with an Origin.",
        "Use a pattern, or a layer that looks them up, such as HAProxy.",
    ),
    "nginx-416": Code(
        "warning",
        "Doubled headers on nginx's own 416",
        "nginx answers a range that a static file does not have with every `add_header` twice, and"
        " a browser refuses two `Access-Control-Allow-Origin`.",
        "Nothing to do, unless scripts ask for ranges of static files.",
    ),
}
