"""Logging in and out: who you are is kept in Flask's signed session cookie."""

import functools
import hmac
from collections.abc import Callable
from typing import ParamSpec

from flask import Blueprint, abort, request, session
from flask.typing import ResponseReturnValue

accounts = Blueprint("accounts", __name__)

PASSWORDS = {"ada": "tea-time"}

P = ParamSpec("P")


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if "user" not in session:
            abort(401)
        return view(*args, **kwargs)

    return guarded


@accounts.post("/session")
def log_in() -> ResponseReturnValue:
    fields = request.get_json()
    if not isinstance(fields, dict):
        abort(400)
    user, password = (str(fields.get(key)) for key in ("user", "password"))
    if user not in PASSWORDS or not hmac.compare_digest(
        PASSWORDS[user].encode(), password.encode()
    ):
        abort(401)
    session["user"] = user
    return {"user": user}


@accounts.get("/session")
@login_required
def who_am_i() -> ResponseReturnValue:
    return {"user": session["user"]}


@accounts.delete("/session")
def log_out() -> ResponseReturnValue:
    session.clear()
    return "", 204
