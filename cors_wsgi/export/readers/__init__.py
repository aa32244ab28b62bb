"""Reads back what other layers are configured with, where the configuration is data.

Each target has a function that takes the data, as JSON or YAML has it, and returns a
`Reading`: the policy, or what no policy says.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi.export.readers.reading import NotThisKind, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

# What can be read, and the module that does it.
_MODULES: Final = {
    "envoy": "envoy",
    "istio": "istio",
    "gateway-api": "gateway_api",
    "api-gateway-http": "aws",
    "cloudfront": "aws",
    "s3": "aws",
}
READABLE: Final = tuple(_MODULES)

__all__ = ["READABLE", "NotThisKind", "Reading", "read"]


def read(target: str, data: Any) -> Reading:
    """Read a target's configuration.

    Args:
        target: One of `READABLE`.
        data: The configuration, as a JSON or YAML parser returns it.

    Raises:
        NotThisKind: If it is the configuration of something else.
    """
    module = import_module(f"cors_wsgi.export.readers.{_MODULES[target]}")
    reader: Callable[[Any], Reading] = getattr(module, f"read_{target.replace('-', '_')}")
    return reader(data)
