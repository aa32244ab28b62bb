"""The middleware: the first entry of MIDDLEWARE, so that nothing runs before it.

Django turns every exception inside it into a response, so error pages get their headers like any
other response.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from asgiref.sync import (
    async_to_sync,
    iscoroutinefunction,
    markcoroutinefunction,
    sync_to_async,
)
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

import django_cors_wsgi.checks  # noqa: F401 - it registers the system checks
from cors_wsgi import Policy
from cors_wsgi.adapting import (
    AnyPolicySource,
    AsyncPolicyFunction,
    Header,
    PolicyFunction,
    actual_headers,
    is_preflight,
    log_replaced,
    merge_headers,
    owned_names,
    preflight_response,
)
from django_cors_wsgi._setting import configuration
from django_cors_wsgi._streams import start_stream, start_stream_async
from django_cors_wsgi._views import policy_of_view


class CORSMiddleware:
    """Puts everything inside behind the policy of the setting `CORS_POLICY`.

    Args:
        get_response: The next middleware. If it is a coroutine function, so is this one.

    Raises:
        ImproperlyConfigured: If `CORS_POLICY` is missing or wrong.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        configuration()  # so that a wrong policy is an error when the server starts
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve one request."""
        return self._serve_async(request) if self._is_async else self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        source, debug = configuration()
        environ = _as_environ(request)
        policy = choose(source, environ)
        if is_preflight(environ):
            answer = _answer_preflight(request, policy, environ, debug=debug)
            return answer or self.get_response(request)
        response: HttpResponseBase = self.get_response(request)
        policy = policy_of_view(request, environ, policy)
        if policy is None:
            return response
        allowed, cors = actual_headers(policy, environ, debug=debug)
        if allowed and response.streaming:
            response = start_stream(request, response)
        _set_headers(response, cors)
        return response

    async def _serve_async(self, request: HttpRequest) -> HttpResponseBase:
        source, debug = configuration()
        environ = _as_environ(request)
        policy = await _choose_async(source, environ)
        if is_preflight(environ):
            answer = _answer_preflight(request, policy, environ, debug=debug)
            return answer or await self.get_response(request)
        response: HttpResponseBase = await self.get_response(request)
        policy = policy_of_view(request, environ, policy)
        if policy is None:
            return response
        allowed, cors = actual_headers(policy, environ, debug=debug)
        if allowed and response.streaming:
            response = await start_stream_async(request, response)
        _set_headers(response, cors)
        return response


def choose(source: AnyPolicySource, environ: Mapping[str, Any]) -> Policy | None:
    """Return the policy that the settings have for a request."""
    if isinstance(source, AsyncPolicyFunction):
        if source.synchronous is not None:
            return source.synchronous.policy_for(environ)
        return async_to_sync(source.policy_for)(environ)
    return source.policy_for(environ)


async def _choose_async(source: AnyPolicySource, environ: Mapping[str, Any]) -> Policy | None:
    """Return the policy that the settings have for a request, on an event loop.

    A synchronous function runs where it may ask the ORM, and never on the loop.
    """
    if isinstance(source, AsyncPolicyFunction):
        return await source.policy_for(environ)
    if isinstance(source, PolicyFunction):
        return await sync_to_async(source.policy_for, thread_sensitive=True)(environ)
    return source.policy_for(environ)


def _as_environ(request: HttpRequest) -> Mapping[str, Any]:
    """Return a request as it arrived, as PEP 3333 has it.

    Inner middleware may change `request.META`: some take the origin away from CSRF's check.
    """
    environ: dict[str, Any] = request.META.copy()
    path = environ["PATH_INFO"]
    if not path.isascii():
        # Django has decoded it.
        environ["PATH_INFO"] = path.encode(errors="surrogatepass").decode("latin-1")
    return environ


def _answer_preflight(
    request: HttpRequest, policy: Policy | None, environ: Mapping[str, Any], *, debug: bool
) -> HttpResponse | None:
    """Answer a preflight, if a policy governs it."""
    policy = policy_of_view(request, environ, policy)
    if policy is None:
        return None
    status, headers = preflight_response(policy, environ, debug=debug)
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    _set_headers(response, headers)
    return response


def _set_headers(response: HttpResponseBase, cors: list[Header]) -> None:
    """Give a response a policy's headers, in the place of its own."""
    headers = response.headers
    own = [(name, headers[name]) for name in owned_names(headers)]
    merged = merge_headers(own, cors, log_replaced)
    for name, _ in own:
        del headers[name]
    for name, value in merged:
        headers[name] = value
