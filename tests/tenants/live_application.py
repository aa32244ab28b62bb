"""What the servers of `test_live.py` serve: each response names its process."""

import os
from typing import Any

import psycopg
import redis
from redis.asyncio import Redis as AsyncRedis

from cors_wsgi import CORSMiddleware, Policy, asgi
from cors_wsgi.tenants import (
    StoredPolicies,
    by_host,
    postgres_changes,
    redis_changes,
    redis_tracking,
)

STORE, ADDRESS = os.environ["STORE"], os.environ["STORE_ADDRESS"]


def connect() -> Any:
    if STORE == "postgres":
        return psycopg.connect(ADDRESS, autocommit=True)
    return redis.Redis.from_url(ADDRESS, decode_responses=True, socket_timeout=5)


def origins_of(tenant: str) -> list[str] | None:
    with connect() as connection:
        if STORE == "postgres":
            query = "SELECT origin FROM cors_origin WHERE tenant = %s"
            return [origin for (origin,) in connection.execute(query, (tenant,))] or None
        return sorted(connection.smembers(f"cors:{tenant}")) or None


CHANGES = {
    "postgres": lambda: postgres_changes(connect, "cors_origin"),
    "redis published": lambda: redis_changes(connect, "cors"),
    "redis tracked": lambda: redis_tracking(connect, "cors:"),
}

policies = StoredPolicies(
    key=by_host(below="api.example"),
    load=origins_of,
    template=Policy.template(allow_credentials=True),
    changes=CHANGES[os.environ["STORE"]](),
    fresh_for=float(os.environ.get("FRESH_FOR", "600")),
    unknown_for=0.2,
)


def hello(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


application = CORSMiddleware(hello, policies)


async def origins_of_async(tenant: str) -> list[str] | None:
    if STORE != "postgres":
        async with AsyncRedis.from_url(ADDRESS, decode_responses=True, socket_timeout=5) as client:
            return sorted(await client.smembers(f"cors:{tenant}")) or None
    async with await psycopg.AsyncConnection.connect(ADDRESS) as connection:
        query = "SELECT origin FROM cors_origin WHERE tenant = %s"
        rows = await (await connection.execute(query, (tenant,))).fetchall()
    return [origin for (origin,) in rows] or None


async_policies = StoredPolicies(
    key=by_host(below="api.example"),
    load=origins_of_async,
    template=Policy.template(allow_credentials=True),
    changes=CHANGES[os.environ["STORE"]](),
    unknown_for=0.2,
)


async def hello_async(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


asgi_application = asgi.CORSMiddleware(hello_async, async_policies)
# The same, but the database is asked in threads.
asgi_application_in_threads = asgi.CORSMiddleware(hello_async, policies)
