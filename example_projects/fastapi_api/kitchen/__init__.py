"""A kitchen: a JSON API with tokens, events and a WebSocket, in four routers."""

from fastapi import FastAPI
from fastapi_cors_wsgi import CORS

from kitchen.accounts import accounts
from kitchen.live import live
from kitchen.orders import orders
from kitchen.policies import POLICY
from kitchen.public import public
from kitchen.state import Kitchen


def create_app() -> FastAPI:
    app = FastAPI(title="Kitchen")
    app.state.kitchen = Kitchen()
    for router in (accounts, orders, live, public):
        app.include_router(router)
    CORS(app, POLICY, websockets=True)
    return app


app = create_app()
