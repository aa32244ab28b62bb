"""The bookings themselves, for those who have logged in."""

from flask import Blueprint, Response, abort, current_app, jsonify, request, session, url_for
from flask.typing import ResponseReturnValue

from bookings.accounts import login_required

rooms = Blueprint("rooms", __name__, url_prefix="/bookings")


@rooms.get("/")
@login_required
def list_bookings() -> ResponseReturnValue:
    bookings = list(current_app.extensions["bookings"].values())
    response = jsonify(bookings[-20:])
    response.headers["X-Total-Count"] = str(len(bookings))
    return response


@rooms.post("/")
@login_required
def book() -> ResponseReturnValue:
    bookings = current_app.extensions["bookings"]
    wanted = request.get_json()
    try:
        booking = {"room": str(wanted["room"]), "hour": int(wanted["hour"])}
    except (KeyError, TypeError, ValueError):
        abort(400)
    number = max(bookings, default=0) + 1
    bookings[number] = {"id": number, **booking, "by": session["user"]}
    return bookings[number], 201, {"Location": url_for(".change", number=number)}


@rooms.patch("/<int:number>")
@login_required
def change(number: int) -> ResponseReturnValue:
    booking = current_app.extensions["bookings"].get(number) or abort(404)
    try:
        booking["hour"] = int(request.get_json()["hour"])
    except (KeyError, TypeError, ValueError):
        abort(400)
    return booking


@rooms.delete("/<int:number>")
@login_required
def cancel(number: int) -> Response:
    if current_app.extensions["bookings"].pop(number, None) is None:
        abort(404)
    return Response(status=204)
