"""Logging in: a password is exchanged for a token, which pages send in a header."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

accounts = APIRouter()

PASSWORDS = {"ada": "tea-time"}

bearer = HTTPBearer(auto_error=False)


class Login(BaseModel):
    user: str
    password: str


@accounts.post("/token")
async def log_in(login: Login, request: Request) -> dict[str, str]:
    password = PASSWORDS.get(login.user, "")
    if not password or not hmac.compare_digest(password.encode(), login.password.encode()):
        raise HTTPException(401, "wrong user or password")
    token = secrets.token_urlsafe()
    request.app.state.kitchen.users[token] = login.user
    return {"token": token}


async def user_of(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> str:
    """Return who sends a request; without a token that we gave out, it is a 401."""
    user: str | None = request.app.state.kitchen.users.get(given.credentials if given else "")
    if user is None:
        raise HTTPException(401, "log in first", {"WWW-Authenticate": "Bearer"})
    return user


User = Annotated[str, Depends(user_of)]
