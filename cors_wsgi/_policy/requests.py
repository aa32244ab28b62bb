"""What a policy may be chosen by, read from a WSGI environ or an ASGI scope."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

RequestMapping: TypeAlias = Mapping[str, Any]
"""A WSGI environ (PEP 3333) or the scope of an ASGI connection."""


# An IPv6 address has colons of its own.
_HOST: Final = re.compile(r"(?P<host>\[[^]]*\]|[^:\[\]]*)(?::\d*)?")


def path_of(request: RequestMapping) -> str:
    """Return the path below the application's root, decoded once, as `PATH_INFO` shows it.

    That is as bytes, shown as latin-1 (PEP 3333, "Unicode Issues").
    """
    if not _is_scope(request):
        environ_path: str = request.get("PATH_INFO", "")
        return environ_path
    path: str = request["path"]
    # Whether `path` includes `root_path` depends on the server and its version.
    root: str = request.get("root_path", "").rstrip("/")
    if root and f"{path}/".startswith(f"{root}/"):
        path = path.removeprefix(root)
    return path if path.isascii() else path.encode(errors="surrogatepass").decode("latin-1")


def host_of(request: RequestMapping) -> str | None:
    """Return the host that a request names, as `normal_host` writes it.

    Returns:
        The host; None if there is none, or more than one, or if it cannot be one.
    """
    if not _is_scope(request):
        given = request.get("HTTP_HOST")
    else:
        hosts = [value for name, value in request.get("headers", ()) if name.lower() == b"host"]
        given = hosts[0].decode("latin-1") if len(hosts) == 1 else None
    return normal_host(given) if given else None


def normal_host(text: str) -> str | None:
    """Write a host in lower case, without its port and without a final dot.

    Source: RFC 9110, section 4.2.3, on case; RFC 3986, section 3.2.2, on the final dot.

    Returns:
        The host; None if the text is not a host with or without a port.
    """
    match = _HOST.fullmatch(text)
    return match["host"].lower().removesuffix(".") if match else None


def _is_scope(request: RequestMapping) -> bool:
    """Tell an ASGI scope from a WSGI environ."""
    return request.get("type") in ("http", "websocket")
