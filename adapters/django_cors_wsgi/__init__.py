"""CORS for Django: preflights are answered before every other middleware and view.

MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware", ...]
CORS_POLICY = {"allow_origins": ["https://app.example"]}
"""

from django_cors_wsgi._decorator import cors_policy

__all__ = ["cors_policy"]
