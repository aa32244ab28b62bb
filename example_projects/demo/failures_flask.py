"""What goes wrong with CORS in Flask, shown with the bookings API."""

from failures import JSON, Call, Failure


def failures(_page: str) -> list[Failure]:
    return [
        Failure(
            failure="preflight-auth",
            adapter="flask",
            label="401: log in first",
            broken="A hook asks every request to log in, and a preflight never carries a cookie.",
            call=Call(
                method="PATCH",
                path="/bookings/1",
                headers=JSON,
                body='{"hour": 10}',
                credentials="include",
            ),
            seen=[("OPTIONS", 401)],
            answer=200,
        ),
        Failure(
            failure="preflight-5xx",
            adapter="flask",
            label="500: a hook crashes",
            broken="A hook reads the token of every request, and a preflight has none.",
            call=Call(
                path="/bookings/",
                headers={"Authorization": "Bearer demo"},
                credentials="include",
            ),
            seen=[("OPTIONS", 500)],
            answer=200,
        ),
        Failure(
            failure="preflight-redirect",
            adapter="flask",
            label="308: a slash is missing",
            broken="The URL lacks its slash, so Flask answers the preflight with a redirect.",
            call=Call(
                method="POST",
                path="/bookings",
                headers=JSON,
                body='{"room": "Attic", "hour": 11}',
                credentials="include",
            ),
            seen=[("OPTIONS", 308)],
            answer=201,
            fixed="cors_wsgi answers both preflights before Flask routes them, and the browser"
            " follows the redirect of the POST.",
        ),
        Failure(
            failure="origin-wildcard-credentials",
            adapter="flask",
            label="* with cookies",
            broken="Every origin is allowed at once; with cookies no browser accepts that.",
            call=Call(path="/bookings/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            mistake={"allow_origins": "*", "allow_credentials": True},
        ),
        Failure(
            failure="credentials-missing",
            adapter="flask",
            label="True is not true",
            broken="Python's True was written as Python prints it: with a capital.",
            call=Call(path="/session", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
        ),
        Failure(
            failure="method-missing",
            adapter="flask",
            label="PATCH not listed",
            broken="The list has PUT, and the page sends PATCH.",
            call=Call(
                method="PATCH",
                path="/bookings/1",
                headers=JSON,
                body='{"hour": 14}',
                credentials="include",
            ),
            seen=[("OPTIONS", 200)],
            answer=200,
        ),
        Failure(
            failure="cache-poisoned",
            adapter="flask",
            label="A cache without Vary",
            broken="The page showed the plan as an image first, without CORS. No “Vary: Origin”"
            " tells the browser's cache that the two responses differ.",
            call=Call(path="/plan.svg", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            image_first=True,
            fixed="cors_wsgi sends “Vary: Origin”, so the browser's cache keeps the two responses"
            " apart.",
        ),
        Failure(
            failure="response-header-hidden",
            adapter="flask",
            label="A header reads null",
            broken="Nothing says that scripts may read X-Total-Count, so the page sees null.",
            call=Call(path="/bookings/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            reads="X-Total-Count",
            fixed="The policy exposes X-Total-Count, so the page reads its value.",
        ),
    ]
