"""Who may call this API from a browser, and what they may send."""

import os

from cors_wsgi import Policy

FRONT_ENDS = os.environ.get("CORS_ALLOW_ORIGINS", "http://localhost:3000").split(",")

POLICY = Policy(
    allow_origins=FRONT_ENDS,
    allow_methods=["PATCH"],
    allow_headers=["Authorization", "Content-Type"],
    expose_headers=["Location"],
)

ANYBODY = Policy(allow_origins="*")
