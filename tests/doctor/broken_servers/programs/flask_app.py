"""A Flask API behind a login hook, with flask-cors: the hook answers preflights with 401."""

import os

import flask
from flask_cors import CORS

app = flask.Flask(__name__)
CORS(app, origins=["http://localhost:*", r"http://localhost:\d+"])


@app.before_request
def login() -> flask.Response | None:
    if flask.request.method == "OPTIONS" and os.environ["BROKEN_SERVERS"] == "fixed":
        return None
    if flask.request.headers.get("Authorization") == "Bearer t":
        return None
    return flask.Response("log in first", 401, {"WWW-Authenticate": "Bearer"})


@app.get("/data")
def data() -> dict[str, int]:
    return {"answer": 42}


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]))
