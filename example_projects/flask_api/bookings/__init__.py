"""Meeting rooms: a JSON API with a session login, in three blueprints."""

import os

from flask import Flask
from flask_cors_wsgi import CORS

from bookings.accounts import accounts
from bookings.policies import POLICY
from bookings.public import public
from bookings.rooms import rooms


def build_app() -> Flask:
    """Return the API on its own: no page of another origin may call it yet."""
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY", "for this example only"),
        SESSION_COOKIE_NAME="bookings_session",
        # Enough while the page and the API are on one site (two ports of one
        # host are). A page on another site needs "None", and SECURE.
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.extensions["bookings"] = {1: {"id": 1, "room": "Garden", "hour": 9, "by": "ada"}}
    for blueprint in (accounts, rooms, public):
        app.register_blueprint(blueprint)
    return app


def create_app() -> Flask:
    app = build_app()
    CORS(app, POLICY)
    return app
