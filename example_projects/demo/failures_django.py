"""What goes wrong with CORS in Django, shown with the shop."""

from failures import CSRF, Call, Failure


def failures(_page: str) -> list[Failure]:
    return [
        Failure(
            failure="preflight-405",
            adapter="django",
            label="405 Method Not Allowed",
            broken="The view takes POST and nothing else, so Django answers the preflight 405.",
            call=Call(
                method="POST",
                path="/orders/",
                headers=CSRF,
                body='{"item": "Sencha", "quantity": 1}',
                credentials="include",
            ),
            seen=[("OPTIONS", 405)],
            answer=201,
        ),
        Failure(
            failure="preflight-html-200",
            adapter="django",
            label="A login page instead",
            broken="Requests without a login get the login page, and so does the preflight.",
            call=Call(
                method="POST",
                path="/api/orders/",
                headers=CSRF,
                body='{"item": "Assam", "quantity": 2}',
                credentials="include",
            ),
            seen=[("OPTIONS", 200)],
            answer=201,
        ),
        Failure(
            failure="origin-missing",
            adapter="django",
            label="No Allow-Origin header",
            broken="The page's origin is not on the application's list.",
            call=Call(path="/api/orders/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
        ),
        Failure(
            failure="origin-mismatch",
            adapter="django",
            label="Another origin named",
            broken="One origin is written into the code, and it is not this page's.",
            call=Call(path="/api/orders/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
        ),
        Failure(
            failure="header-missing",
            adapter="django",
            label="X-CSRFToken not listed",
            broken="The list has Content-Type, but Django's X-CSRFToken was forgotten.",
            call=Call(
                method="POST",
                path="/orders/",
                headers=CSRF,
                body='{"item": "Darjeeling", "quantity": 1}',
                credentials="include",
            ),
            seen=[("OPTIONS", 204)],
            answer=201,
        ),
        Failure(
            failure="error-without-cors",
            adapter="django",
            label="A 404 looks like CORS",
            broken="The headers are added to successful responses only, so the page never learns"
            " of the 404.",
            call=Call(path="/api/orders/0/", credentials="include"),
            seen=[("GET", 404)],
            answer=404,
            fixed="Errors have CORS headers, too, so the page reads the real one.",
        ),
    ]
