"""What goes over the wire, and what script asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from cors_wsgi.browser import _safelist, _standard, _url_parser, _urls
from cors_wsgi.browser._engines import STANDARD
from cors_wsgi.browser._lists import Headers, combined, get, header_list
from cors_wsgi.browser._tokens import is_token

Mode: TypeAlias = Literal["cors", "no-cors", "same-origin"]
Credentials: TypeAlias = Literal["omit", "same-origin", "include"]
RedirectMode: TypeAlias = Literal["follow", "error", "manual"]
HeadersInit: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]


class ScriptError(TypeError):
    """What `fetch()` or `XMLHttpRequest` throws before anything is sent: the page is wrong."""


@dataclass(frozen=True, slots=True)
class HTTPRequest:
    """A request that the browser sends.

    Attributes:
        method: The method, as it is sent.
        url: The absolute URL, without a fragment.
        headers: The header list, one line a pair.
        body: The body; its Content-Length is the transport's business.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """A response as it came over the wire.

    Attributes:
        status: The status code.
        headers: The header list, one line a pair; duplicate lines must be kept apart.
        body: The body.
        reason: The reason phrase, which one console message repeats.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There was no HTTP response: refused, reset, timed out, or not HTTP at all.

    Attributes:
        reason: What the transport says of it.
    """

    reason: str = "no response"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back.

    Attributes:
        request: What was sent.
        response: What came back.
        preflight: Whether this was a CORS-preflight request.
        reasons: For a preflight, why it was needed.
    """

    request: HTTPRequest
    response: HTTPResponse | NoAnswer
    preflight: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as script made it (https://fetch.spec.whatwg.org/#concept-request).

    Build it with `fetch_request` or `xhr_request`, which apply the rules of the two APIs.

    Attributes:
        origin: The page's serialised origin, or "null" (a sandboxed frame, `file:`, `data:`).
        url: The absolute URL.
        method: The method, normalised.
        headers: The headers that script set, forbidden ones already left out.
        body: The body, or None.
        mode: The mode.
        credentials: The credentials mode.
        redirect: The redirect mode.
        use_cors_preflight: The use-CORS-preflight flag: an upload listener, or a stream as body.
        streams: The body is a stream, which cannot be sent twice.
        type_is_the_bodys: XMLHttpRequest added Content-Type for its body; script did not set it.
        text: The body is text, whose charset XMLHttpRequest writes into Content-Type.
        initiator: Which API made the request; console messages name it.
    """

    origin: str
    url: str
    method: str = "GET"
    headers: Headers = ()
    body: bytes | None = None
    mode: Mode = "cors"
    credentials: Credentials = "same-origin"
    redirect: RedirectMode = "follow"
    use_cors_preflight: bool = False
    streams: bool = False
    type_is_the_bodys: bool = False
    text: bool = False
    initiator: Literal["fetch", "xhr"] = "fetch"


def fetch_request(  # noqa: PLR0913 - the members of RequestInit
    origin: str,
    url: str,
    *,
    method: str = "GET",
    headers: HeadersInit = (),
    body: str | bytes | None = None,
    mode: Mode = "cors",
    credentials: Credentials = "same-origin",
    redirect: RedirectMode = "follow",
    streams: bool = False,
) -> Request:
    """Return what `fetch(url, init)` makes of its arguments (https://fetch.spec.whatwg.org/#dom-request).

    Args:
        origin: The page's serialised origin, or "null".
        url: The absolute URL.
        method: The method, in any case; six are upper-cased, `patch` is not.
        headers: What script sets; forbidden headers are dropped without a word, as browsers do.
        body: Text is sent as UTF-8, with a Content-Type of text/plain if script set none.
        mode: The mode; navigation is not modelled.
        credentials: The credentials mode.
        redirect: The redirect mode.
        streams: Send the body as a stream, which forces a preflight and has no Content-Type.

    Raises:
        ScriptError: Where a browser's `fetch` rejects with a TypeError before sending.
        ValueError: `origin` is not a serialised origin.
    """
    method = _checked_method(method)
    _check_choice("mode", mode, Mode)
    _check_choice("credentials", credentials, Credentials)
    _check_choice("redirect", redirect, RedirectMode)
    if mode == "no-cors" and not _standard.is_safelisted_method(method):
        raise ScriptError(f"{method} is not possible with mode 'no-cors'")
    if body is not None and method in {"GET", "HEAD"}:
        raise ScriptError(f"a request with method {method} cannot have a body")
    streams = streams and body is not None
    if streams and mode == "no-cors":
        raise ScriptError("a stream is not possible with mode 'no-cors'")
    kept = _request_headers(headers)
    if mode == "no-cors":
        # https://fetch.spec.whatwg.org/#concept-headers-append, guard "request-no-cors"
        kept = tuple(header for header in kept if _is_no_cors_safelisted(*header))
    return Request(
        origin=_checked_origin(origin),
        url=_fetch_url(url),
        method=method,
        headers=kept if streams else _with_content_type(kept, body),
        body=_encoded(body),
        mode=mode,
        credentials=credentials,
        redirect=redirect,
        use_cors_preflight=streams,
        streams=streams,
    )


def xhr_request(  # noqa: PLR0913 - what an XMLHttpRequest object can be told
    origin: str,
    url: str,
    *,
    method: str = "GET",
    headers: HeadersInit = (),
    body: str | bytes | None = None,
    with_credentials: bool = False,
    upload_listener: bool = False,
) -> Request:
    """Return what an XMLHttpRequest sends (https://xhr.spec.whatwg.org/#the-send()-method).

    Args:
        origin: The page's serialised origin, or "null".
        url: The absolute URL.
        method: The method, in any case.
        headers: The calls of `setRequestHeader`, in order; values of one name are combined.
        body: The body; ignored with GET and HEAD.
        with_credentials: `withCredentials`.
        upload_listener: A listener is registered on `upload`, which forces a preflight.

    Raises:
        ScriptError: Where a browser throws before sending.
        ValueError: `origin` is not a serialised origin.
    """
    method = _checked_method(method)
    if method in {"GET", "HEAD"}:
        body = None
    kept = combined(_request_headers(headers))
    return Request(
        origin=_checked_origin(origin),
        url=_checked_url(url),
        method=method,
        headers=_with_content_type(kept, body),
        body=_encoded(body),
        credentials="include" if with_credentials else "same-origin",
        use_cors_preflight=upload_listener,
        type_is_the_bodys=isinstance(body, str) and get(kept, "Content-Type") is None,
        text=isinstance(body, str),
        initiator="xhr",
    )


def _checked_method(method: str) -> str:
    if not is_token(method):
        raise ScriptError(f"{method!r} is not a valid HTTP method")
    if _standard.is_forbidden_method(method):
        raise ScriptError(f"{method!r} is a forbidden method: no script can send it")
    return _standard.normalize_method(method)


def _check_choice(name: str, value: object, choices: Any) -> None:
    """Refuse what no enumeration of the standard has (https://webidl.spec.whatwg.org/#js-enumeration)."""
    if value not in get_args(choices):
        *first, last = map(repr, get_args(choices))
        raise ScriptError(f"{name} is {', '.join(first)} or {last}, not {value!r}")


def _checked_url(url: str) -> str:
    parsed = _url_parser.parse(url)
    if parsed is None:
        raise ScriptError(f"{url!r} is not an absolute http or https URL")
    return parsed


def _fetch_url(url: str) -> str:
    """Return the URL of a `fetch`, which may have no user (https://fetch.spec.whatwg.org/#dom-request)."""
    checked = _checked_url(url)
    if _urls.includes_credentials(checked):
        raise ScriptError(f"{url!r} includes a username or a password")
    return checked


def _is_no_cors_safelisted(name: str, value: str) -> bool:
    """Tell whether mode `no-cors` keeps this header (#no-cors-safelisted-request-header)."""
    named = name.lower() in _safelist.NO_CORS_SAFELISTED
    return named and _safelist.is_safelisted(name, value, STANDARD)


def _checked_origin(origin: str) -> str:
    if origin == _urls.NULL_ORIGIN or _urls.is_serialized_origin(origin):
        return origin
    raise ValueError(
        f"{origin!r} is not an origin as browsers write it: "
        "scheme://host[:port], lower case, no default port, no slash at the end"
    )


def _request_headers(headers: HeadersInit) -> Headers:
    pairs = header_list(headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in pairs:
        if not is_token(name):
            raise ScriptError(f"{name!r} is not a header name")
        if any(char in value for char in "\0\r\n") or any(ord(char) > 0xFF for char in value):
            raise ScriptError(f"{value!r} is not a value for the header {name}")
    return tuple(pair for pair in pairs if not _standard.is_forbidden_request_header(*pair))


def _with_content_type(headers: Headers, body: str | bytes | None) -> Headers:
    """Add the Content-Type of text (https://fetch.spec.whatwg.org/#concept-bodyinit-extract)."""
    if isinstance(body, str) and get(headers, "Content-Type") is None:
        return (*headers, ("Content-Type", "text/plain;charset=UTF-8"))
    return headers


def _encoded(body: str | bytes | None) -> bytes | None:
    if isinstance(body, str):
        return body.encode()
    if body is None or isinstance(body, bytes):
        return body
    raise TypeError(f"body is text or bytes, not {body!r:.80}: json.dumps makes text of data")
