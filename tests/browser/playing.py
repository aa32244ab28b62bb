"""Playing a browser against a script of answers."""

from cors_wsgi.browser import STANDARD, Browser, HTTPResponse, fetch, fetch_request, run

PAGE = "https://app.example"
URL = "https://api.example/users/7"


def answer(status=200, *headers, body=b""):
    return HTTPResponse(status, headers, body)


def play(*answers, browser=None, engine=STANDARD, now=0.0, request=None, **init):
    """Fetch URL from PAGE, with one answer after another; all of them must be used."""
    script = iter(answers)
    request = request or fetch_request(PAGE, init.pop("url", URL), **init)
    steps = fetch(request, browser or Browser(engine=engine), now=now)
    outcome = run(steps, lambda _request: next(script))
    unused = list(script)
    assert not unused
    return outcome


def allow_origin(value=PAGE):
    return ("Access-Control-Allow-Origin", value)


def allow_credentials(value="true"):
    return ("Access-Control-Allow-Credentials", value)


def allow_methods(value):
    return ("Access-Control-Allow-Methods", value)


def allow_headers(value):
    return ("Access-Control-Allow-Headers", value)


def max_age(value):
    return ("Access-Control-Max-Age", value)


def sent(outcome):
    """Method and URL of every request."""
    return [f"{e.request.method} {e.request.url}" for e in outcome.exchanges]


def header(exchange, name):
    """A header of a request, or None."""
    return {key.lower(): value for key, value in exchange.request.headers}.get(name.lower())
