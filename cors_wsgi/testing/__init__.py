"""Test an application's CORS as browsers judge it, whatever answers for it.

    from cors_wsgi.testing import Page

    page = Page("https://app.example", app)  # any WSGI application: Flask, Django, your own
    page.fetch("/api/users/7", method="PUT", credentials="include").assert_shared()

The page lives on one origin and the application on another, `https://api.example` unless you say
so. A failed assertion shows the exchanges, what failed, what each browser's console prints, and the
fix. With pytest, the fixture `cors_page` finds your application by itself.
"""

from cors_wsgi.browser import HTTPCache
from cors_wsgi.testing._page import API_ORIGIN, Page
from cors_wsgi.testing._result import BlockedByCORS, Result

__all__ = ["API_ORIGIN", "BlockedByCORS", "HTTPCache", "Page", "Result"]

# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (BlockedByCORS, Page, Result):
    _public.__module__ = __name__
