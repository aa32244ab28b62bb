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
    PolicySource,
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
    configuration()  # a wrong policy shows when the server starts

    # `middleware` as most requests need it, and without its calls, each of which takes its time.
    def usual_middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        rules = usual.rules
        if rules is None or "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            return middleware(request)
        origin = environ.get("HTTP_ORIGIN")
        response: HttpResponseBase = get_response(request)
        if origin is None:
            answers = rules.absent
        else:
            answers = rules.latest
            if origin != answers.origin or logger.level or root.level <= DEBUG:
                return _carry(request, rules.policy, origin, response)
        try:
            store = response.headers._store
        except AttributeError:  # as in `put`
            return _carry(request, rules.policy, origin, response)
        if Mark.made or not are_harmless(store):
            return _carry(request, rules.policy, origin, response)
        store |= answers.named or answers.name()
        return response

    def middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        source, debug = configuration()
        policy = source if isinstance(source, Policy) else _chosen(source, environ)
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and is_preflight(environ):
            return _answer(request, policy, debug=debug) or get_response(request)
        origin = environ.get("HTTP_ORIGIN")
        return _carry(request, policy, origin, get_response(request), debug=debug)

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        source, debug = configuration()
        policy = source if isinstance(source, Policy) else _chosen(source, environ)
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and is_preflight(environ):
            return _answer(request, policy, debug=debug) or await get_response(request)
        origin = environ.get("HTTP_ORIGIN")
        return _carry(request, policy, origin, await get_response(request), debug=debug)

    return async_middleware if iscoroutinefunction(get_response) else usual_middleware


def _chosen(source: PolicySource, environ: Mapping[str, Any]) -> Policy | None:
    """Return the policy that is chosen for a request, if its view is not marked."""
    path = environ["PATH_INFO"]
    if not path.isascii():
        # Django has decoded it; functions of the environ expect it as PEP 3333 has it.
        decoded = path.encode(errors="surrogatepass").decode("latin-1")
        environ = {**environ, "PATH_INFO": decoded}
    return governing(source, environ)


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
