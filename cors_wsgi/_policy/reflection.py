"""The lists of a preflight's response where a policy allows all methods or all headers.

`*` alone would not do. Browsers take it for a name when credentials are sent, it never covers
`Authorization`, and Firefox does not reuse a cached answer for it. So the lists name what the
preflight asks about, once it has proved to be names and nothing else. Without credentials they
contain `*` as well, since it lets the other engines reuse the answer (docs/decisions.md has the
measurements).
"""

from typing import Final

from cors_wsgi._fetch_standard import is_token, token_list

MAX_REFLECTED_LENGTH: Final = 8190
"""The longest requested list that is reflected, in characters: what Apache, nginx and gunicorn
take as one header line."""

# One cached preflight then covers all of these.
USUAL_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def all_methods(requested: str, *, credentials: bool) -> str:
    """Return the `Access-Control-Allow-Methods` that allows every method.

    Args:
        requested: The `Access-Control-Request-Method`, of any length and content.
        credentials: Whether the policy allows credentials.
    """
    methods = [*USUAL_METHODS]
    if not credentials:
        methods.append("*")
    if requested not in USUAL_METHODS and is_reflected_method(requested):
        methods.append(requested)
    return ", ".join(methods)


def is_reflected_method(text: str) -> bool:
    """Tell whether a requested method may be sent back: it is a token, and not too long."""
    return len(text) <= MAX_REFLECTED_LENGTH and is_token(text)


def all_headers(requested: str, *, credentials: bool) -> str:
    """Return the `Access-Control-Allow-Headers` that allows every header; "" if it is not needed.

    Args:
        requested: The `Access-Control-Request-Headers`, of any length and content.
        credentials: Whether the policy allows credentials.
    """
    names = [] if credentials else ["*", "Authorization"]
    if reflected := header_names(requested):
        names.append(reflected)
    return ", ".join(names)


def header_names(value: str) -> str:
    """Return the names in an `Access-Control-Request-Headers` value, fit for a header.

    Args:
        value: The value as it came, of any length and content.

    Returns:
        The names joined by commas; "" if there are none, if one of them is no token, or if the
        value is longer than `MAX_REFLECTED_LENGTH`.
    """
    if len(value) > MAX_REFLECTED_LENGTH:
        return ""
    if token_list().fullmatch(value):
        return value
    # A proxy may have split the line, added spaces or left an element empty.
    names = [name for part in value.split(",") if (name := part.strip(" \t"))]
    return ",".join(names) if all(map(is_token, names)) else ""
