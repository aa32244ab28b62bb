"""What one may read without logging in: each view says for itself which pages may."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue
from flask_cors_wsgi import cors_policy

from bookings.policies import ANYBODY, PARTNER

PLAN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path d="M0 0h3v2H0z"/></svg>'

public = Blueprint("public", __name__)


@public.get("/plan.svg")
def draw_plan() -> Response:
    """Draw the plan: the application's own policy governs."""
    return Response(PLAN, mimetype="image/svg+xml")


@public.get("/rooms")
@cors_policy(ANYBODY)
def list_rooms() -> ResponseReturnValue:
    return ["Garden", "Library", "Attic"]


@public.get("/hours")
@cors_policy(PARTNER)
def taken_hours() -> ResponseReturnValue:
    return sorted({booking["hour"] for booking in current_app.extensions["bookings"].values()})


@public.get("/health")
@cors_policy(None)
def health() -> ResponseReturnValue:
    """Answer the load balancer: no page of another origin has any business here."""
    return {"ok": True}
