"""What goes wrong with CORS in FastAPI, shown with the kitchen."""

from failures import BEARER, JSON, Call, Failure


def failures(page: str) -> list[Failure]:
    return [
        Failure(
            failure="preflight-405",
            adapter="fastapi",
            label="405: no CORS at all",
            broken="FastAPI has a route for POST, and none for OPTIONS.",
            call=Call(
                method="POST", path="/orders", headers=BEARER | JSON, body='{"dish": "soup"}'
            ),
            seen=[("OPTIONS", 405)],
            answer=201,
        ),
        Failure(
            failure="origin-missing",
            adapter="fastapi",
            label="400 Disallowed CORS",
            broken="The origin was copied from the address bar, with its slash, so Starlette's"
            " CORSMiddleware answers the preflight 400.",
            call=Call(path="/orders", headers=BEARER),
            seen=[("OPTIONS", 400)],
            answer=200,
            mistake={"allow_origins": [f"{page}/"]},
        ),
        Failure(
            failure="preflight-auth",
            adapter="fastapi",
            label="401 from a middleware",
            broken="The last middleware that is added runs first, so it refuses the preflight"
            " before CORSMiddleware sees it.",
            call=Call(path="/orders", headers=BEARER),
            seen=[("OPTIONS", 401)],
            answer=200,
        ),
        Failure(
            failure="error-without-cors",
            adapter="fastapi",
            label="A 500 looks like CORS",
            broken="The view crashes, and Starlette answers outside CORSMiddleware: the 500 has"
            " no CORS headers.",
            call=Call(path="/latest"),
            seen=[("GET", 500)],
            answer=500,
            fixed="A crash is answered with CORS headers, too, so the page reads the 500.",
        ),
    ]
