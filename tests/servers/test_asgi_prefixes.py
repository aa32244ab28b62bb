"""Policies go by the path below the server's prefix, as each server tells of it."""

from pathlib import Path

import httpx
import pytest
from servers.servers import ASGI_SERVERS, running

APP = "https://app.example"
PARTNER = "https://partner.example"
OPTION = dict.fromkeys(ASGI_SERVERS, "--root-path=/v1")
PREFIXES = ["", "/v1", "/v1x"]
OPTION["granian-asgi"] = "--url-path-prefix=/v1"

# uvicorn puts the prefix before every path; the others expect it there, and take it as it is.
PREFIXED = {"uvicorn-httptools", "uvicorn-h11"}


@pytest.mark.parametrize("name", ASGI_SERVERS)
def test_policies_below_a_prefix(name: str, tmp_path: Path) -> None:
    found = {}
    asked = [(f"{prefix}/api/hello", APP) for prefix in PREFIXES]
    asked += [(f"{prefix}/partners", PARTNER) for prefix in PREFIXES]
    asked += [("/v1x/hello", APP)]
    with (
        running(name, tmp_path, OPTION[name], asgi="asgi_prefix:application") as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
    ):
        for path, origin in asked:
            headers = {"Origin": origin}
            responses = [client.get(path, headers=headers)]
            headers["Access-Control-Request-Method"] = "GET"
            responses += [client.options(path, headers=headers)]
            allows = [each.headers.get("Access-Control-Allow-Origin") for each in responses]
            found[path] = (responses[0].status_code, *allows)
    missing = (404, None, None)
    hello, partners = (200, APP, APP), (200, PARTNER, PARTNER)
    assert found == {
        "/api/hello": hello,
        "/partners": partners,
        "/v1/api/hello": missing if name in PREFIXED else hello,
        "/v1/partners": missing if name in PREFIXED else partners,
        "/v1x/api/hello": (404, APP, APP),  # of the policy for /v1x
        "/v1x/partners": (404, None, None),
        "/v1x/hello": hello,
    }
