"""The doctor without a port: an application, by its import path, called in this process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from cors_wsgi import CORSMiddleware, InvalidPolicy, transports
from cors_wsgi._choosing import takes
from cors_wsgi._importing import names_file
from cors_wsgi.adapting import CannotRead
from cors_wsgi.asgi import CORSMiddleware as ASGIMiddleware
from cors_wsgi.browser import HTTPResponse, NoAnswer, origin_of
from cors_wsgi.doctor.importing import import_object, not_called, prints_aside
from cors_wsgi.doctor.transport.failure import ConnectionFailure
from cors_wsgi.doctor.transport.http import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from typing import Any
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from cors_wsgi._asgi_loop import Application
    from cors_wsgi.browser import Answer, HTTPRequest, Send
    from cors_wsgi.doctor.transport import Peer
    from cors_wsgi.transports import AnyApplication

_BODY_PATIENCE: Final = 1.0
_BARE_500: Final = HTTPResponse(
    500, (("Content-Type", "text/plain"),), b"", "Internal Server Error"
)
_IMPORT_PATH: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\(.*\))?")


class NotAnApplication(Exception):  # noqa: N818 - says what is wrong
    """There is no application at an import path."""


def is_import_path(text: str) -> bool:
    """Tell whether a text names an application in a module or a `.wsgi` file, not a host."""
    return _IMPORT_PATH.fullmatch(text) is not None or (names_file(text) and "://" not in text)


def load(path: str) -> AnyApplication:
    """Import an application, from the current directory too, as servers do.

    Args:
        path: `package.module:object` or `package.module:factory()`; a `.wsgi` file may stand for
            the module, and its `application` is meant if no name follows.

    Raises:
        NotAnApplication: There is none there.
    """
    try:
        app = import_object(path)
    except CannotRead as error:
        raise NotAnApplication(str(error)) from error
    except InvalidPolicy as error:
        raise NotAnApplication(f"{path}: {' '.join(map(str, error.problems))}") from error
    if not callable(app):
        raise NotAnApplication(f"{path} is a {type(app).__name__}, which cannot be called")
    if not (takes(app, 2) or takes(app, 3)):
        raise NotAnApplication(
            f"{path} is no application: it takes neither (environ, start_response) nor "
            f"(scope, receive, send){not_called(path, app)}"
        )
    _check_ends(app, path)
    return app  # type: ignore[no-any-return]  # whatever was found, called as PEP 3333 or ASGI say


def _check_ends(app: Any, path: str) -> None:
    """Refuse an application whose own middleware calls it again, and so on without an end."""
    for place in ("wsgi_app", "asgi_app"):
        inner = getattr(app, place, None)
        if isinstance(inner, CORSMiddleware | ASGIMiddleware) and inner.app is app:
            raise NotAnApplication(
                f"{path} calls itself without an end: its {place} is a CORSMiddleware that calls "
                f"the application. Write app.{place} = CORSMiddleware(app.{place}, policy)"
            )


@dataclass(slots=True)
class ProcessTransport:
    """Carries requests to an application in this process.

    Attributes:
        app: The application.
        origin: The origin that it lives on.
        raised: What it raised last, as `Type: text`.
    """

    app: AnyApplication
    origin: str
    raised: str | None = field(default=None)
    _send: Send = field(init=False, repr=False)

    def __post_init__(self) -> None:
        app = self.app
        _allow_in_django(urlsplit(self.origin).hostname or "")
        if transports.is_asgi(app):
            # Its own 500 is what a client sees, rather than what it raises as well.
            self._send = transports.asgi(_bounded_asgi(app))
        else:
            self._send = transports.wsgi(_bounded(cast("WSGIApplication", app)))

    def send(self, request: HTTPRequest) -> Answer:
        """Carry one request; what the application raises becomes a server's bare 500."""
        if origin_of(request.url) != self.origin:
            reason = ConnectionFailure.UNREACHABLE.value
            return NoAnswer(f"{reason}: only the application is at hand")
        try:
            with _refusals_unlogged(), prints_aside():
                return self._call(request)
        except Exception as error:
            self.raised = f"{type(error).__name__}: {error}"
            return _BARE_500

    def peer(self, url: str) -> Peer | None:  # noqa: ARG002 - as other transports
        """Return None: nobody answers below HTTP."""
        return None

    def _call(self, request: HTTPRequest) -> HTTPResponse:
        # An application always answers, or raises.
        return cast("HTTPResponse", self._send(request))


def _allow_in_django(host: str) -> None:
    """Add a host to ALLOWED_HOSTS of a Django that is set up, as Django's own test client does.

    The host stands for the real one here; Django would answer 400 to every request for it.
    """
    conf = sys.modules.get("django.conf")
    if conf is not None and conf.settings.configured:
        conf.settings.ALLOWED_HOSTS = [*conf.settings.ALLOWED_HOSTS, host]


@contextlib.contextmanager
def _refusals_unlogged() -> Iterator[None]:
    """Keep out of the log what the report says better; what fails is logged all the same."""
    logger = logging.getLogger("cors_wsgi")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _bounded(app: WSGIApplication) -> WSGIApplication:
    """Return the application, of whose body no more is taken than helps: a stream may never end."""

    def bounded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        chunks = app(environ, start_response)
        taken, end = 0, time.monotonic() + _BODY_PATIENCE
        try:
            for chunk in chunks:
                yield chunk
                taken += len(chunk)
                if taken > BODY_LIMIT or time.monotonic() > end:
                    break
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    return bounded


def _bounded_asgi(app: Application) -> Application:
    """Return the application with no more time than helps, once it has started to answer."""

    async def bounded(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = asyncio.Event()

        async def sends(message: MutableMapping[str, Any]) -> None:
            await send(message)
            started.set()

        serving = asyncio.ensure_future(app(scope, receive, sends))
        starting = asyncio.ensure_future(started.wait())
        await asyncio.wait({serving, starting}, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        done, _ = await asyncio.wait({serving}, timeout=_BODY_PATIENCE)
        if done:
            await serving
        else:
            serving.cancel()

    return bounded
