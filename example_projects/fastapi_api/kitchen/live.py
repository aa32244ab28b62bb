"""Your orders as they change, over a WebSocket.

A browser sends no `Authorization` header with a handshake, so the first message is the token.
The handshake's `Origin` has been checked before: see `websockets=True` in `create_app`.
"""

import asyncio

from fastapi import APIRouter, WebSocket, status

from kitchen.state import Changes

live = APIRouter()


@live.websocket("/live")
async def watch(socket: WebSocket) -> None:
    kitchen = socket.app.state.kitchen
    await socket.accept()
    user = kitchen.users.get(await socket.receive_text())
    if user is None:
        await socket.close(status.WS_1008_POLICY_VIOLATION)
        return
    with kitchen.watching() as changes:
        await socket.send_json({"watching": user})
        telling = asyncio.create_task(tell(socket, user, changes))
        async for _ in socket.iter_text():  # it ends when the page has gone
            pass
        telling.cancel()


async def tell(socket: WebSocket, user: str, changes: Changes) -> None:
    while True:
        order = await changes.get()
        if order["by"] == user:
            await socket.send_json(order)
