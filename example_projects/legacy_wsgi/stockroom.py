# ruff: noqa: UP031, PLR0911, RUF005 - old code keeps its old ways
"""Stock of the tea room.  WSGI, SQLite, HTTP Basic.

It runs.  Do not change it.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3

DATABASE = os.environ.get(
    "STOCKROOM_DB", os.path.join(os.path.dirname(os.path.abspath(__file__)), "stockroom.sqlite3")
)
SALT = b"stockroom"


def digest(password):
    return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), SALT, 20000).hex()


def connect():
    db = sqlite3.connect(DATABASE)
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT)")
    db.execute(
        "CREATE TABLE IF NOT EXISTS items"
        " (id INTEGER PRIMARY KEY, name TEXT, count INTEGER, price INTEGER)"
    )
    if db.execute("SELECT COUNT(*) FROM users").fetchone()[0] == 0:
        db.execute("INSERT OR IGNORE INTO users VALUES ('ada', ?)", (digest("tea-time"),))
        db.executemany(
            "INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?)",
            [(1, "Assam", 12, 450), (2, "Darjeeling", 3, 780), (3, "Sencha", 0, 620)],
        )
        db.commit()
    return db


def user_of(environ, db):
    header = environ.get("HTTP_AUTHORIZATION", "")
    if not header.startswith("Basic "):
        return None
    try:
        name, password = base64.b64decode(header[6:]).decode("utf-8").split(":", 1)
    except ValueError:
        return None
    row = db.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()
    if row is None or not hmac.compare_digest(row[0], digest(password)):
        return None
    return name


def reply(start_response, status, data, headers=()):
    body = json.dumps(data).encode("utf-8")
    start_response(
        status,
        [("Content-Type", "application/json"), ("Content-Length", "%d" % len(body))]
        + list(headers),
    )
    return [body]


def item_of(row):
    return {"id": row[0], "name": row[1], "count": row[2], "price": row[3]}


def application(environ, start_response):
    method = environ["REQUEST_METHOD"]
    path = environ.get("PATH_INFO", "")
    db = connect()
    try:
        # Anybody may see the prices.
        if method == "GET" and path == "/prices":
            rows = db.execute("SELECT name, price FROM items ORDER BY name").fetchall()
            return reply(start_response, "200 OK", dict(rows))

        if method == "GET" and path == "/items":
            if user_of(environ, db) is None:
                return refuse(start_response)
            rows = db.execute("SELECT id, name, count, price FROM items ORDER BY id").fetchall()
            return reply(start_response, "200 OK", [item_of(row) for row in rows])

        if method in ("GET", "PUT") and path.startswith("/items/") and path[7:].isdecimal():
            if user_of(environ, db) is None:
                return refuse(start_response)
            number = int(path[7:])
            if method == "PUT":
                length = int(environ.get("CONTENT_LENGTH") or 0)
                try:
                    count = int(json.loads(environ["wsgi.input"].read(length))["count"])
                except (KeyError, TypeError, ValueError):
                    return reply(start_response, "400 Bad Request", {"error": "count expected"})
                db.execute("UPDATE items SET count = ? WHERE id = ?", (count, number))
                db.commit()
            row = db.execute(
                "SELECT id, name, count, price FROM items WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                return reply(start_response, "404 Not Found", {"error": "no such item"})
            return reply(start_response, "200 OK", item_of(row))

        return reply(start_response, "404 Not Found", {"error": "no such page"})
    finally:
        db.close()


def refuse(start_response):
    return reply(
        start_response,
        "401 Unauthorized",
        {"error": "who are you?"},
        [("WWW-Authenticate", 'Basic realm="stockroom"')],
    )
