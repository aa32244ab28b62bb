"""The shops' API, and the page on which their origins are changed."""

import os
from pathlib import Path

from flask import Flask, abort, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from flask_cors_wsgi import CORS

from cors_wsgi import InvalidPolicy, Policy
from shops.policies import database, policies, shop_of

PRICES = {"toys": {"kite": 12, "top": 3}, "books": {"atlas": 40, "novel": 9}}
PAGE = Path(__file__).with_name("page.html")

app = Flask(__name__)
CORS(app, policies)


@app.get("/prices")
def list_prices() -> ResponseReturnValue:
    """Return what the shops' pages come for: http://toys.localhost:8003/prices."""
    shop = shop_of(request.environ)
    if shop not in PRICES:
        abort(404)
    return {"shop": shop, "prices": PRICES[shop], "worker": os.getpid()}


@app.get("/")
def show_page() -> ResponseReturnValue:
    return send_file(PAGE)


@app.get("/shops/<shop>/origins")
def list_origins(shop: str) -> ResponseReturnValue:
    return jsonify(database.origins_of(shop) or [])


@app.put("/shops/<shop>/origins")
def allow_origin(shop: str) -> ResponseReturnValue:
    origin = _changed_origin(shop)
    try:
        Policy(allow_origins=[origin], allow_credentials=True)
    except InvalidPolicy as error:
        problem = error.problems[0]
        return {"problem": f"This {problem.message} {problem.hint}"}, 422
    database.allow(shop, origin)
    return "", 204


@app.delete("/shops/<shop>/origins")
def revoke_origin(shop: str) -> ResponseReturnValue:
    database.revoke(shop, _changed_origin(shop))
    return "", 204


@app.get("/shops/<shop>/worker")
def ask_worker(shop: str) -> ResponseReturnValue:
    """Return what the worker that happens to answer makes of an origin."""
    policy = policies({"HTTP_HOST": f"{shop}.localhost"})
    origin = request.args.get("origin", "")
    return {"worker": os.getpid(), "allowed": policy.allows_origin(origin)}


def _changed_origin(shop: str) -> str:
    """Return the origin to allow or to revoke; only the page itself may change something."""
    if shop not in PRICES:
        abort(404)
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        abort(403)
    fields = request.get_json()
    if not isinstance(fields, dict) or not isinstance(fields.get("origin"), str):
        abort(400)
    origin: str = fields["origin"]
    return origin
