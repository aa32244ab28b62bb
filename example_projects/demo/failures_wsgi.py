"""What goes wrong with CORS in a plain WSGI application, shown with the stockroom."""

from failures import BASIC, JSON, Call, Failure


def failures(page: str) -> list[Failure]:
    return [
        Failure(
            failure="preflight-404",
            adapter="wsgi",
            label="404 Not Found",
            broken="Routes are chosen by method and path, and none takes OPTIONS.",
            call=Call(method="PUT", path="/items/2", headers=BASIC | JSON, body='{"count": 7}'),
            seen=[("OPTIONS", 404)],
            answer=200,
        ),
        Failure(
            failure="origin-invalid",
            adapter="wsgi",
            label="A trailing slash",
            broken="The origin was copied from the address bar, with its slash.",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            mistake={"allow_origins": [f"{page}/"]},
        ),
        Failure(
            failure="origin-undefined",
            adapter="wsgi",
            label="None: a variable not set",
            broken="The environment variable that holds the origin is not set.",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            mistake={"allow_origins": [None]},
        ),
        Failure(
            failure="origin-duplicate",
            adapter="wsgi",
            label="Allow-Origin twice",
            broken="The application sets the header, and so does the proxy in front of it.",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
        ),
        Failure(
            failure="list-unparsable",
            adapter="wsgi",
            label="A list written as JSON",
            broken="The list was written as JSON, with brackets and quotes.",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            mistake={"allow_origins": [page], "allow_headers": ['["Authorization"']},
        ),
        Failure(
            failure="redirect-cross-origin",
            adapter="wsgi",
            label="A redirect elsewhere",
            broken="The new host allows the page, but after the redirect the browser sends"
            " “Origin: null”.",
            call=Call(path="/prices"),
            seen=[("GET", 307), ("GET", 200)],
            answer=200,
            fixed="The policy lets every page read the prices, and so “null”, too. A page calls"
            " what is not public at its final URL.",
        ),
    ]
