"""The middleware: the first entry of MIDDLEWARE, so that nothing comes before it.

Django wraps everything inside in `convert_exception_to_response`: what comes back is a
response, whatever happened, and its error pages get their headers like any other.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from cors_wsgi import Policy
from cors_wsgi.adapting import (
    DEBUG,
    Mark,
    actual_headers,
    are_harmless,
    by_name,
    explanation,
    governing,
    is_preflight,
    logger,
    preflight_response,
    root,
)
from django_cors_wsgi._headers import put
from django_cors_wsgi._setting import configuration, usual
from django_cors_wsgi._views import mark_for


@sync_and_async_middleware
def CORSMiddleware(  # noqa: N802 - it is used as the classes of other middlewares are
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Put everything inside behind the policy of the setting `CORS_POLICY`.

    Args:
        get_response: the next middleware; if it is a coroutine function, so is what is
            returned, and nothing goes to a thread.

    Raises:
        ImproperlyConfigured: if `CORS_POLICY` is missing or wrong.
    """
    source, _ = configuration()  # a wrong policy shows when the server starts

    # `middleware` as most requests need it, and without its calls, each of which takes its time.
    def usual_middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            return middleware(request)
        origin = environ.get("HTTP_ORIGIN")
        response: HttpResponseBase = get_response(request)
        found = usual.headers
        if origin is None:
            headers = found.absent
        else:
            latest, headers = found.latest
            if origin != latest or logger.level or root.level <= DEBUG:
                headers = found.of(origin)
        try:
            store = response.headers._store
        except AttributeError:
            pass  # as in `put`
        else:
            if headers is not None and not Mark.made and are_harmless(store):
                store |= headers
                return response
        policy, debug = _configured(environ)
        return _carry(request, policy, origin, response, debug=debug)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        policy, debug = _configured(environ)
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and is_preflight(environ):
            return _answer(request, policy, debug=debug) or get_response(request)
        origin = environ.get("HTTP_ORIGIN")
        return _carry(request, policy, origin, get_response(request), debug=debug)

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        policy, debug = _configured(environ)
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and is_preflight(environ):
            return _answer(request, policy, debug=debug) or await get_response(request)
        origin = environ.get("HTTP_ORIGIN")
        return _carry(request, policy, origin, await get_response(request), debug=debug)

    if iscoroutinefunction(get_response):
        return async_middleware
    # What chooses a policy has to see a request before anything inside changes it.
    return usual_middleware if isinstance(source, Policy) else middleware


def _configured(environ: Mapping[str, Any]) -> tuple[Policy | None, bool]:
    """Return the policy that the settings have for a request, and whether responses say why."""
    source, debug = configuration()
    if isinstance(source, Policy):
        return source, debug
    path = environ["PATH_INFO"]
    if not path.isascii():
        # Django has decoded it; functions of the environ expect it as PEP 3333 has it.
        decoded = path.encode(errors="surrogatepass").decode("latin-1")
        environ = {**environ, "PATH_INFO": decoded}
    return governing(source, environ), debug


def _answer(request: HttpRequest, policy: Policy | None, *, debug: bool) -> HttpResponse | None:
    """Answer a preflight, if a policy governs it."""
    if mark := mark_for(request):
        policy = mark.policy
    if policy is None:
        return None
    status, headers = preflight_response(policy, request.META)
    if debug:
        headers.extend(explanation(policy, request.META))
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    put(response.headers, by_name(headers), policy)
    return response


def _carry(
    request: HttpRequest,
    policy: Policy | None,
    origin: str | None,
    response: HttpResponseBase,
    *,
    debug: bool = False,
) -> HttpResponseBase:
    """Give a response the CORS headers of the policy that governs, and no others; return it."""
    if Mark.made and (mark := mark_for(request)):
        policy = mark.policy
    if policy is None:
        return response
    # Some take the origin away from CSRF's check; the decision is on the request as it came.
    headers = actual_headers(policy, request.META, origin)
    if debug and origin is not None:
        arrived = {**request.META, "HTTP_ORIGIN": origin}
        headers = {**headers, **by_name(explanation(policy, arrived))}
    put(response.headers, headers, policy)
    return response
