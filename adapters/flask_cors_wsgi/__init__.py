"""CORS for Flask: preflights are answered before routing, hooks and decorators.

from cors_wsgi import Policy
from flask_cors_wsgi import CORS

CORS(app, Policy(allow_origins=["https://app.example"]))
"""

from flask_cors_wsgi._decorator import cors_policy
from flask_cors_wsgi._extension import CORS

__all__ = ["CORS", "cors_policy"]

# Tracebacks, hovers and the documentation show the name under which these are imported.
CORS.__module__ = __name__
