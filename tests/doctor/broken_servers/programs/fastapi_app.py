"""FastAPI applications: without CORS, with something not listed, a login outside, and a crash."""

import os

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request

KIND, FIXED = os.environ["KIND"], os.environ["BROKEN_SERVERS"] == "fixed"
ORIGINS = r"https://app\.example" if KIND == "list" and not FIXED else r"http://localhost:\d+"
METHODS = ["GET"] if KIND == "method" and not FIXED else ["GET", "PUT"]
HEADERS = ["X-Token"] if KIND == "header" and not FIXED else ["Authorization", "Content-Type"]

app = FastAPI()
if KIND != "none" or FIXED:
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=ORIGINS,
        allow_methods=METHODS,
        allow_headers=HEADERS,
    )


@app.put("/data")
def put() -> dict[str, int]:
    return {"answer": 42}


@app.get("/data")
def get() -> dict[str, int]:
    if KIND != "crash":
        return {"answer": 42}
    raise RuntimeError("the database is away")


if KIND == "login":

    @app.middleware("http")
    async def log_in(request: Request, call_next):  # type: ignore[no-untyped-def]  # as below
        """What is added last is outermost: it runs before CORS does."""
        if request.headers.get("authorization") or (FIXED and request.method == "OPTIONS"):
            return await call_next(request)
        return JSONResponse({"detail": "Not authenticated"}, status_code=401)


if KIND == "crash" and FIXED:

    @app.middleware("http")
    async def answers_crashes(request: Request, call_next):  # type: ignore[no-untyped-def]  # Starlette's own way to write it
        """The outermost but one: what it answers still passes the CORS middleware."""
        try:
            response = await call_next(request)
        except RuntimeError:
            response = JSONResponse({"detail": "it broke"}, status_code=500)
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin", "*")
        response.headers["Vary"] = "Origin"
        return response


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
