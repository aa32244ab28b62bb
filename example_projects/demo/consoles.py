# ruff: noqa: RUF001 - the quotation marks are Firefox's own
"""What each browser's console says of a request that CORS blocked.

By the failure's kind: the texts of Chromium, Firefox and WebKit (Safari), with `{origin}` for the
page's own origin. The demo's tests compare them with what those browsers really print.
"""

from typing import NamedTuple

PREFLIGHT = "Response to preflight request doesn't pass access control check: "


class Texts(NamedTuple):
    chromium: str
    firefox: str
    webkit: str


def preflight_status(status: int) -> Texts:
    return Texts(
        PREFLIGHT + "It does not have HTTP ok status.",
        f"CORS preflight response did not succeed). Status code: {status}.",
        f"Preflight response is not successful. Status code: {status}",
    )


def preflight_redirect(status: int) -> Texts:
    return Texts(
        PREFLIGHT + "Redirect is not allowed for a preflight request.",
        f"CORS preflight response did not succeed). Status code: {status}.",
        f"Preflight response is not successful. Status code: {status}",
    )


def no_origin(status: int, *, preflight: bool = False) -> Texts:
    return Texts(
        (PREFLIGHT if preflight else "")
        + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
        f"CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}.",
        f"Origin {{origin}} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    )


def other_origin(
    value: str, status: int, *, page: str = "{origin}", preflight: bool = False
) -> Texts:
    return Texts(
        (PREFLIGHT if preflight else "")
        + f"The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to"
        " the supplied origin.",
        f"CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).",
        f"Origin {page} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    )


def invalid_origin(value: str, status: int) -> Texts:
    return Texts(
        PREFLIGHT + "The 'Access-Control-Allow-Origin' header contains the invalid value"
        f" '{value}'.",
        f"CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).",
        f"Origin {{origin}} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    )


TWO_ORIGINS = Texts(
    PREFLIGHT + "The 'Access-Control-Allow-Origin' header contains multiple values"
    " '{origin}, {origin}', but only one is allowed.",
    "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
    "Access-Control-Allow-Origin cannot contain more than one origin.",
)

ANY_ORIGIN = Texts(
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the"
    " wildcard '*' when the request's credentials mode is 'include'.",
    "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
    "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
)

NOT_QUITE_TRUE = Texts(
    "The value of the 'Access-Control-Allow-Credentials' header in the response is 'True' which"
    " must be 'true' when the request's credentials mode is 'include'.",
    "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
    'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
)

NO_PATCH = Texts(
    "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
    "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
    "Method PATCH is not allowed by Access-Control-Allow-Methods.",
)

NO_CSRF_TOKEN = Texts(
    "Request header field x-csrftoken is not allowed by Access-Control-Allow-Headers in preflight"
    " response.",
    "header ‘x-csrftoken’ is not allowed according to header ‘Access-Control-Allow-Headers’ from"
    " CORS preflight response).",
    "Request header field X-CSRFToken is not allowed by Access-Control-Allow-Headers.",
)

NOT_A_LIST = Texts(
    "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
    'invalid token ‘["Authorization"’ in CORS header ‘Access-Control-Allow-Headers’).',
    'Header Access-Control-Allow-Headers has an invalid value: ["Authorization", "Content-Type"]',
)

NOTHING = Texts("Nothing at all.", "Nothing at all.", "Nothing at all.")
