"""A Flask API with flask-cors: a login hook answers preflights with 401, or the list is wrong."""

import os

import flask
from flask_cors import CORS

FIXED = os.environ["BROKEN_SERVERS"] == "fixed"
LISTED = os.environ.get("KIND") != "list"
ORIGINS = [r"http://localhost:\d+"] if LISTED or FIXED else ["https://app.example"]

app = flask.Flask(__name__)
CORS(app, origins=ORIGINS)


@app.before_request
def login() -> flask.Response | None:
    if flask.request.method == "OPTIONS" and (FIXED or not LISTED):
        return None
    if flask.request.headers.get("Authorization") == "Bearer t":
        return None
    return flask.Response("log in first", 401, {"WWW-Authenticate": "Bearer"})


@app.get("/data")
def data() -> dict[str, int]:
    return {"answer": 42}


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]))
