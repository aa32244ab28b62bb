"""The orders themselves, for those who have logged in."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel

from kitchen.accounts import User

orders = APIRouter(prefix="/orders")


class Wanted(BaseModel):
    dish: Literal["soup", "pie"]


class Change(BaseModel):
    state: Literal["cooking", "done"]


@orders.get("")
async def list_orders(request: Request, user: User) -> list[dict[str, Any]]:
    return [order for order in request.app.state.kitchen.orders.values() if order["by"] == user]


@orders.post("", status_code=201)
async def order(wanted: Wanted, request: Request, response: Response, user: User) -> dict[str, Any]:
    kitchen = request.app.state.kitchen
    number = max(kitchen.orders, default=0) + 1
    new = {"number": number, "dish": wanted.dish, "state": "ordered", "by": user}
    kitchen.save(new)
    response.headers["Location"] = f"/orders/{number}"
    return new


@orders.patch("/{number}")
async def change(number: int, change: Change, request: Request, user: User) -> dict[str, Any]:
    kitchen = request.app.state.kitchen
    found = kitchen.orders.get(number)
    if found is None or found["by"] != user:
        raise HTTPException(404, "no such order")
    changed: dict[str, Any] = found | {"state": change.state}
    kitchen.save(changed)
    return changed
