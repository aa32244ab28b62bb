"""A browser's side of CORS, without I/O: which requests it sends, and what script gets to see.

A pure implementation of the client side of CORS in the Fetch standard
(https://fetch.spec.whatwg.org/). It shares no code with this project's server side, so that it can
judge it, and any other server.

    from cors_wsgi.browser import Browser, HTTPResponse, fetch, fetch_request, run

    request = fetch_request(
        "https://app.example", "https://api.example/users/7", method="PUT", credentials="include"
    )
    outcome = run(fetch(request, Browser(), now=0.0), send)

`send` takes an `HTTPRequest` and returns an `HTTPResponse`, duplicate header lines kept apart and
redirects not followed, or `NoAnswer`. Without `run`, drive the generator yourself:

    steps = fetch(request)
    wire = next(steps)  # the preflight, or the request itself
    wire = steps.send(HTTPResponse(204, headers))  # until StopIteration: its value is the outcome

The outcome is a `FilteredResponse` (`type`, `status`, `headers`, `body`, as script sees them) or a
`NetworkError` (`step`, the step of the standard that failed; `failure`, the failure's id;
`evidence` and `reason`). Both have `shared`, `exchanges` (what went over the wire, each
preflight with its reasons) and `message("chromium" | "firefox" | "webkit")`, the lines of that
engine's console.

A `Browser` keeps a preflight cache and cookies from one fetch to the next. It follows the standard;
`Browser(engine=CHROMIUM)`, `FIREFOX` or `WEBKIT` adds that engine's deviations. `explain(outcome)`
says it all in plain text. `HTTPCache` is a shared cache to put between browsers and a server.
"""

from cors_wsgi.browser._cache import CacheEntry, PreflightCache
from cors_wsgi.browser._cookies import Cookie, CookieStore, WithheldCookie
from cors_wsgi.browser._engines import CHROMIUM, ENGINES, FIREFOX, STANDARD, WEBKIT, Engine
from cors_wsgi.browser._explain import explain
from cors_wsgi.browser._fetch import Answer, Browser, Send, Steps, fetch, run
from cors_wsgi.browser._hop import Hop
from cors_wsgi.browser._http_cache import HTTPCache, StoredResponse
from cors_wsgi.browser._outcome import FilteredResponse, NetworkError, Outcome
from cors_wsgi.browser._steps import Failure, Step
from cors_wsgi.browser._urls import origin_of
from cors_wsgi.browser._wire import (
    Credentials,
    Exchange,
    HeadersInit,
    HTTPRequest,
    HTTPResponse,
    Mode,
    NoAnswer,
    RedirectMode,
    Request,
    ScriptError,
    fetch_request,
    xhr_request,
)

__all__ = [
    "CHROMIUM",
    "ENGINES",
    "FIREFOX",
    "STANDARD",
    "WEBKIT",
    "Answer",
    "Browser",
    "CacheEntry",
    "Cookie",
    "CookieStore",
    "Credentials",
    "Engine",
    "Exchange",
    "Failure",
    "FilteredResponse",
    "HTTPCache",
    "HTTPRequest",
    "HTTPResponse",
    "HeadersInit",
    "Hop",
    "Mode",
    "NetworkError",
    "NoAnswer",
    "Outcome",
    "PreflightCache",
    "RedirectMode",
    "Request",
    "ScriptError",
    "Send",
    "Step",
    "Steps",
    "StoredResponse",
    "WithheldCookie",
    "explain",
    "fetch",
    "fetch_request",
    "origin_of",
    "run",
    "xhr_request",
]

# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (
    Browser,
    CacheEntry,
    Cookie,
    CookieStore,
    Engine,
    Exchange,
    Failure,
    FilteredResponse,
    HTTPCache,
    HTTPRequest,
    HTTPResponse,
    Hop,
    NetworkError,
    NoAnswer,
    PreflightCache,
    Request,
    ScriptError,
    Step,
    StoredResponse,
    WithheldCookie,
):
    _public.__module__ = __name__
