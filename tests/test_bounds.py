"""What is remembered has a bound: no stranger, and no application, fills the memory."""

import gc
import tracemalloc
from typing import Any

import pytest

from cors_wsgi import CORSMiddleware, Policy

MANY = 3000
# In bytes. To keep anything of every request would take several times as much.
SLACK = 40_000


@pytest.mark.parametrize(
    ("origin", "requested", "header"),
    [
        pytest.param("https://x{}.app.example", None, ("X-A", "b"), id="allowed origins"),
        pytest.param("https://x{}.example", None, ("X-A", "b"), id="refused origins"),
        pytest.param("https://app.example", "x-{}", ("X-A", "b"), id="requested headers"),
        pytest.param("https://app.example", None, ("X-{}", "b"), id="names of headers"),
        pytest.param("https://app.example", None, ("Vary", "X-{}"), id="values of Vary"),
        pytest.param("https://app.example", None, ("access-control-{}", "b"), id="CORS headers"),
    ],
)
def test_twice_as_many_different_ones_take_no_more_memory(
    origin: str, requested: str | None, header: tuple[str, str]
) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        name, value = (part.format(environ["number"]) for part in header)
        start_response("200 OK", [(name, value)])
        return []

    policy = Policy(
        allow_origins=["https://app.example", "https://*.app.example"],
        allow_headers="*",
        allow_credentials=True,
    )
    middleware = CORSMiddleware(app, policy)

    def peak(numbers: range) -> int:
        gc.collect()
        tracemalloc.reset_peak()
        for number in numbers:
            environ: dict[str, Any] = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": "/",
                "HTTP_ORIGIN": origin.format(number),
                "number": number,
            }
            if requested is not None:
                environ["REQUEST_METHOD"] = "OPTIONS"
                environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = "PUT"
                environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = requested.format(number)
            middleware(environ, lambda *_: lambda _: None)
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        once = peak(range(MANY))
        assert peak(range(MANY, 2 * MANY)) < once + SLACK
    finally:
        tracemalloc.stop()
