"""CORS for FastAPI and Starlette: crashes, mounted applications and WebSockets included.

from cors_wsgi import Policy
from fastapi_cors_wsgi import CORS

CORS(app, Policy(allow_origins=["https://app.example"]))
"""

from fastapi_cors_wsgi._decorator import cors_policy
from fastapi_cors_wsgi._extension import CORS

__all__ = ["CORS", "cors_policy"]

# Tracebacks, hovers and the documentation show the name under which these are imported.
CORS.__module__ = __name__
