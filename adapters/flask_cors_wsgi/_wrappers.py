"""What was put around an application's `wsgi_app`, before its policy and after it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from inspect import getattr_static
from types import FunctionType, MethodType
from typing import Any, Final

# These pass every request on, and answer none themselves. They are known by name, since an
# application that does without them should not import them.
_TRANSPARENT: Final = frozenset(
    {
        "opentelemetry.instrumentation.flask._rewrapped_app.<locals>._wrapped_app",
        "sentry_sdk.integrations.wsgi.SentryWsgiMiddleware",
        "werkzeug.middleware.lint.LintMiddleware",
        "werkzeug.middleware.profiler.ProfilerMiddleware",
        "werkzeug.middleware.proxy_fix.ProxyFix",
    }
)

# Under these names wrappers usually keep what they wrap.
_INNER: Final = ("app", "wsgi_app", "application", "wrapped_app", "_app", "_application")


def wrappers_around(outermost: Callable[..., Any], governed: Callable[..., Any]) -> Iterator[str]:
    """Yield the names of what answers requests outside a policy, the outermost first.

    Args:
        outermost: What the server calls.
        governed: What applies the policy.
    """
    for layer in _layers(outermost, governed):
        if _TRANSPARENT.isdisjoint(map(_name, (layer, *type(layer).__mro__))):
            yield _name(layer)


def mounts_within(outermost: Callable[..., Any], flask: object) -> Iterator[Mapping[str, Any]]:
    """Yield what serves path prefixes in the place of a Flask application, by prefix.

    Werkzeug's `DispatcherMiddleware` mounts applications, and Flask-SocketIO its server.

    Args:
        outermost: What was put around the application's `wsgi_app`.
        flask: The application.
    """
    for layer in _layers(outermost, flask):
        mounts = getattr_static(layer, "mounts", None)
        if isinstance(mounts, Mapping):
            yield mounts
        path = getattr_static(layer, "engineio_path", None)
        if isinstance(path, str):
            yield {path.rstrip("/"): layer}


def _layers(outermost: Callable[..., Any], innermost: object) -> Iterator[Any]:
    """Yield what is around an object, from the outside inwards."""
    layer = _wrapper(outermost)
    seen = {id(None), id(innermost)}
    while id(layer) not in seen:
        seen.add(id(layer))
        yield layer
        layer = _wrapper(_inner(layer))


def _wrapper(layer: Any) -> Any:
    """Return the object of a bound method, and the function of a `partial`."""
    if isinstance(layer, MethodType):
        return layer.__self__
    return layer.func if isinstance(layer, partial) else layer


def _inner(layer: Any) -> Any:
    """Return what a layer wraps, if it can be found."""
    for name in _INNER:
        # Some objects, such as mocks, have an attribute of any name.
        if getattr_static(layer, name, None) is not None:
            with suppress(Exception):
                if callable(inner := getattr(layer, name)):
                    return inner
    return None


def _name(layer: object) -> str:
    if isinstance(layer, FunctionType):
        # `functools.wraps` changes the function's own name to that of what it wraps.
        return f"{layer.__globals__['__name__']}.{layer.__code__.co_qualname}"
    kind = layer if isinstance(layer, type) else type(layer)
    return f"{kind.__module__}.{kind.__qualname__}"
