"""What was put around an application's `wsgi_app` after its policy."""

from collections.abc import Callable, Iterator
from typing import Any, Final

# These pass every request on, and answer none themselves. They are known by name, since an
# application that does without them should not import them.
_TRANSPARENT: Final = frozenset(
    {
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
    layer: Any = outermost
    seen: set[int] = set()
    while layer is not None and layer is not governed and id(layer) not in seen:
        seen.add(id(layer))
        if (name := _name(layer)) not in _TRANSPARENT:
            yield name
        inner = (getattr(layer, name, None) for name in _INNER)
        layer = next((each for each in inner if callable(each)), None)


def _name(layer: object) -> str:
    kind = layer if hasattr(layer, "__qualname__") else type(layer)
    return f"{kind.__module__}.{getattr(kind, '__qualname__', kind)}"
