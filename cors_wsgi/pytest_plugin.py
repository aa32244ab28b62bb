"""The pytest plugin: the fixture `cors_page`, which finds the application by itself.

def test_the_app_may_save_users(cors_page):
    cors_page("https://app.example").fetch("/api/users/7", method="PUT").assert_shared()
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from cors_wsgi.testing import Page

DEFAULT_ORIGIN = "https://app.example"


@pytest.fixture
def cors_app(request: pytest.FixtureRequest) -> WSGIApplication:
    """The WSGI application that `cors_page` tests; define a fixture of this name to choose one.

    By default the fixture `app`, as Flask projects have it; else Django's application, if
    DJANGO_SETTINGS_MODULE is set.
    """
    try:
        application: WSGIApplication = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
        return _django_application()
    return application


def _django_application() -> WSGIApplication:
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        raise pytest.UsageError(
            "cors_page does not know your application: define a fixture `app` or `cors_app` that "
            "returns it, or set DJANGO_SETTINGS_MODULE."
        )
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - only Django projects have it

    application: WSGIApplication = get_wsgi_application()
    return application


@pytest.fixture
def cors_page(cors_app: WSGIApplication) -> Callable[..., Page]:
    """Open a page on an origin: `cors_page("https://app.example")`, options as for `Page`."""
    from cors_wsgi.testing import Page  # noqa: PLC0415 - most test runs never open a page

    def page(origin: str = DEFAULT_ORIGIN, **options: Any) -> Page:
        return Page(origin, cors_app, **options)

    return page
