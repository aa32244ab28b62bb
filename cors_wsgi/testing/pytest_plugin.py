"""The pytest plugin: the fixture `cors_page`, which finds the application by itself.

A test in two lines:

    def test_the_app_may_save_users(cors_page):
        cors_page("https://app.example").fetch("/api/users/7", method="PUT").assert_shared()
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.testing import Page
    from cors_wsgi.transports import AnyApplication

DEFAULT_ORIGIN = "https://app.example"


@pytest.fixture
def cors_app(request: pytest.FixtureRequest) -> Iterator[AnyApplication]:
    """The application that `cors_page` tests; define a fixture of this name to choose one.

    By default the fixture `app`, as Flask and FastAPI projects have it; else Django's WSGI
    application, if Django has settings.
    """
    try:
        application: AnyApplication = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
    else:
        yield application
        return
    with _django_application() as application:
        yield application


@contextlib.contextmanager
def _django_application() -> Iterator[AnyApplication]:
    conf = sys.modules.get("django.conf")
    configured = conf is not None and conf.settings.configured
    if not configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        raise pytest.UsageError(
            "cors_page does not know your application: define a fixture `app` or `cors_app` that "
            "returns it, or set DJANGO_SETTINGS_MODULE."
        )
    # Only Django projects have it, and it takes 150 ms.
    from django.core.signals import request_finished, request_started  # noqa: PLC0415 - see above
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - see above
    from django.db import close_old_connections  # noqa: PLC0415 - see above
    from django.test import modify_settings  # noqa: PLC0415 - see above

    from cors_wsgi.testing import API_ORIGIN  # noqa: PLC0415 - 65 ms, in every run of pytest

    application = get_wsgi_application()
    # As Django's own test client does: it has `testserver` allowed, and no request looks at the
    # connections of other tests, which pytest-django forbids where a test has no database.
    signals = [
        signal
        for signal in (request_started, request_finished)
        if signal.disconnect(close_old_connections)
    ]
    try:
        with modify_settings(ALLOWED_HOSTS={"append": urlsplit(API_ORIGIN).hostname}):
            yield application
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def cors_page(cors_app: AnyApplication) -> Callable[..., Page]:
    """Open a page on an origin: `cors_page("https://app.example")`, options as for `Page`."""
    from cors_wsgi.testing import Page  # noqa: PLC0415 - 65 ms, in every run of pytest

    def page(origin: str = DEFAULT_ORIGIN, **options: Any) -> Page:
        return Page(origin, cors_app, **options)

    return page
