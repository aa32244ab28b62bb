"""The failures that the page shows, one row each, in the order in which it shows them."""

import dataclasses
from typing import Any, Literal

import consoles

Adapter = Literal["wsgi", "flask", "django"]

# What the page sends. {csrf} is the token that the shop told it.
JSON = {"Content-Type": "application/json"}
CSRF = {"Content-Type": "application/json", "X-CSRFToken": "{csrf}"}
BASIC = {"Authorization": "Basic YWRhOnRlYS10aW1l"}  # ada, tea-time


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """A request of the page's script, in `fetch`'s own terms."""

    method: str = "GET"
    path: str
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: str | None = None
    credentials: Literal["include", "omit"] = "omit"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Failure:
    """One row: what the page does, and what must come of it.

    What the failure means, the catalogue of `cors_wsgi` knows.

    Attributes:
        id: The failure's name there.
        broken: What went wrong with the broken twin, in plain words.
        adapter: Which of the example applications shows it.
        call: The request.
        seen: What the broken twin must have received and answered: method, status.
        answer: The status with which the fixed twin answers.
        console: What the browsers' consoles say of the broken twin.
        fixed: What to say of the fixed twin, where the usual sentence does not do.
        reads: The response header that the page wants to read.
        image_first: Whether an image of the page loads the URL first.
        mistake: The same mistake as arguments of a `Policy`, if it can be made there.
    """

    id: str
    broken: str
    adapter: Adapter
    call: Call
    seen: list[tuple[str, int]]
    answer: int
    console: consoles.Texts
    fixed: str | None = None
    reads: str | None = None
    image_first: bool = False
    mistake: dict[str, Any] | None = None


def groups(page: str) -> dict[str, list[Failure]]:
    """The rows under their headings, for the page at this origin."""
    return {
        "The preflight is answered by something else": preflights(),
        "The origin does not match": origins(page),
        "Something is missing from the permission": permissions(page),
        "The preflight passes, and the request fails": later(page),
    }


def preflights() -> list[Failure]:
    return [
        Failure(
            id="preflight-405",
            broken="The view takes POST and nothing else, so it refuses the preflight.",
            adapter="django",
            call=Call(
                method="POST",
                path="/orders/",
                headers=CSRF,
                body='{"item": "Sencha", "quantity": 1}',
                credentials="include",
            ),
            seen=[("OPTIONS", 405)],
            answer=201,
            console=consoles.preflight_status(405),
        ),
        Failure(
            id="preflight-404",
            broken="Routes are chosen by method and path, and none takes OPTIONS.",
            adapter="wsgi",
            call=Call(method="PUT", path="/items/2", headers=BASIC | JSON, body='{"count": 7}'),
            seen=[("OPTIONS", 404)],
            answer=200,
            console=consoles.preflight_status(404),
        ),
        Failure(
            id="preflight-auth",
            broken="Everybody must log in first, and a preflight never carries a cookie.",
            adapter="flask",
            call=Call(
                method="PATCH",
                path="/bookings/1",
                headers=JSON,
                body='{"hour": 10}',
                credentials="include",
            ),
            seen=[("OPTIONS", 401)],
            answer=200,
            console=consoles.preflight_status(401),
        ),
        Failure(
            id="preflight-5xx",
            broken="A hook reads the token of every request, and a preflight has none.",
            adapter="flask",
            call=Call(
                path="/bookings/",
                headers={"Authorization": "Bearer demo"},
                credentials="include",
            ),
            seen=[("OPTIONS", 500)],
            answer=200,
            console=consoles.preflight_status(500),
        ),
        Failure(
            id="preflight-redirect",
            broken="A slash is missing from the URL; a browser follows no redirect here.",
            adapter="flask",
            call=Call(
                method="POST",
                path="/bookings",
                headers=JSON,
                body='{"room": "Attic", "hour": 11}',
                credentials="include",
            ),
            seen=[("OPTIONS", 308)],
            answer=201,
            console=consoles.preflight_redirect(308),
            fixed="Neither preflight reached the application, and the redirect was followed:",
        ),
        Failure(
            id="preflight-html-200",
            broken="Requests without a login get the login page, and so does the preflight.",
            adapter="django",
            call=Call(
                method="POST",
                path="/api/orders/",
                headers=CSRF,
                body='{"item": "Assam", "quantity": 2}',
                credentials="include",
            ),
            seen=[("OPTIONS", 200)],
            answer=201,
            console=consoles.no_origin(200, preflight=True),
        ),
    ]


def origins(page: str) -> list[Failure]:
    return [
        Failure(
            id="origin-missing",
            broken="The page's origin is not on the application's list.",
            adapter="django",
            call=Call(path="/api/orders/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.no_origin(200),
        ),
        Failure(
            id="origin-mismatch",
            broken="One origin is written into the code, and it is not this page's.",
            adapter="django",
            call=Call(path="/api/orders/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.other_origin("https://shop.example", 200),
        ),
        Failure(
            id="origin-invalid",
            broken="The origin was copied from the address bar, with its slash.",
            adapter="wsgi",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            console=consoles.other_origin(f"{page}/", 204, preflight=True),
            mistake={"allow_origins": [f"{page}/"]},
        ),
        Failure(
            id="origin-undefined",
            broken="The environment variable that holds the origin is not set.",
            adapter="wsgi",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            console=consoles.invalid_origin("None", 204),
            mistake={"allow_origins": [None]},
        ),
        Failure(
            id="origin-duplicate",
            broken="The application sets it, and so does the proxy in front of it.",
            adapter="wsgi",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            console=consoles.TWO_ORIGINS,
        ),
    ]


def permissions(page: str) -> list[Failure]:
    return [
        Failure(
            id="origin-wildcard-credentials",
            broken="Every origin is allowed at once; with cookies no browser accepts that.",
            adapter="flask",
            call=Call(path="/bookings/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.ANY_ORIGIN,
            mistake={"allow_origins": "*", "allow_credentials": True},
        ),
        Failure(
            id="credentials-missing",
            broken="Python's True was written as it prints: with a capital.",
            adapter="flask",
            call=Call(path="/session", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.NOT_QUITE_TRUE,
        ),
        Failure(
            id="method-missing",
            broken="The list has PUT, and the page sends PATCH.",
            adapter="flask",
            call=Call(
                method="PATCH",
                path="/bookings/1",
                headers=JSON,
                body='{"hour": 14}',
                credentials="include",
            ),
            seen=[("OPTIONS", 200)],
            answer=200,
            console=consoles.NO_PATCH,
        ),
        Failure(
            id="header-missing",
            broken="The list has Content-Type, and forgets Django's X-CSRFToken.",
            adapter="django",
            call=Call(
                method="POST",
                path="/orders/",
                headers=CSRF,
                body='{"item": "Darjeeling", "quantity": 1}',
                credentials="include",
            ),
            seen=[("OPTIONS", 204)],
            answer=201,
            console=consoles.NO_CSRF_TOKEN,
        ),
        Failure(
            id="list-unparsable",
            broken="The list was written as JSON, with brackets and quotes.",
            adapter="wsgi",
            call=Call(path="/items", headers=BASIC),
            seen=[("OPTIONS", 204)],
            answer=200,
            console=consoles.NOT_A_LIST,
            mistake={"allow_origins": [page], "allow_headers": ['["Authorization"']},
        ),
    ]


def later(page: str) -> list[Failure]:
    return [
        Failure(
            id="error-without-cors",
            broken="The headers are added on success only: the page never learns of the 404.",
            adapter="django",
            call=Call(path="/api/orders/0/", credentials="include"),
            seen=[("GET", 404)],
            answer=404,
            console=consoles.no_origin(404),
            fixed="The page reads the error itself:",
        ),
        Failure(
            id="redirect-cross-origin",
            broken="The new host allows the page, but after the redirect the browser says"
            " “Origin: null”.",
            adapter="wsgi",
            call=Call(path="/prices"),
            seen=[("GET", 307), ("GET", 200)],
            answer=200,
            console=consoles.other_origin(page, 200, page="null"),
            fixed="The policy lets every page read the prices, and so “null” too. What is not"
            " for everybody is called at its final URL.",
        ),
        Failure(
            id="cache-poisoned",
            broken="The page showed it as an image first, without CORS; no “Vary: Origin” tells"
            " the two answers apart.",
            adapter="flask",
            call=Call(path="/plan.svg", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.no_origin(200),
            image_first=True,
        ),
        Failure(
            id="response-header-hidden",
            broken="Nothing says that X-Total-Count may be read, so the page sees null.",
            adapter="flask",
            call=Call(path="/bookings/", credentials="include"),
            seen=[("GET", 200)],
            answer=200,
            console=consoles.NOTHING,
            reads="X-Total-Count",
        ),
    ]
