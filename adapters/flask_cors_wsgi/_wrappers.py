"""What was put around an application's `wsgi_app`, before its policy and after it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from inspect import getattr_static
from types import FunctionType, MethodType
from typing import Any, Final

from cors_wsgi.adapting import governing_prefix

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
    layer = _wrapper(outermost)
    seen = {id(None), id(governed)}
    while id(layer) not in seen:
        seen.add(id(layer))
        if _TRANSPARENT.isdisjoint(map(_name, (layer, *type(layer).__mro__))):
            yield _name(layer)
        layer = _wrapper(_inner(layer))


def as_routed(
    outermost: Callable[..., Any], flask: object, environ: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return a request as a Flask application gets it; `None` if another one serves its path.

    Werkzeug's `DispatcherMiddleware` mounts applications, and Flask-SocketIO its server. Flask
    itself may be mounted below a prefix (`{"/api": app.wsgi_app}`).

    Args:
        outermost: What was put around the application's `wsgi_app`.
        flask: The application.
        environ: The WSGI environ of the request.
    """
    layer, is_mounted, seen = _wrapper(outermost), False, {id(None)}
    while layer is not flask and id(layer) not in seen:
        seen.add(id(layer))
        path, mounts = environ.get("PATH_INFO", ""), _mounts(layer)
        prefix = governing_prefix(path, mounts)
        if prefix is None:
            layer = _wrapper(_inner(layer))
        else:
            layer, is_mounted = _wrapper(mounts[prefix]), True
            root = environ.get("SCRIPT_NAME", "") + prefix
            environ = {**environ, "SCRIPT_NAME": root, "PATH_INFO": path.removeprefix(prefix)}
    return environ if layer is flask or not is_mounted else None


def _mounts(layer: object) -> Mapping[str, Any]:
    """Return what a layer serves path prefixes with, by prefix."""
    mounts = getattr_static(layer, "mounts", None)
    path = getattr_static(layer, "engineio_path", None)
    if isinstance(path, str):
        return {path.rstrip("/"): None}
    return mounts if isinstance(mounts, Mapping) else {}


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
