"""Headers are put as Django would put them, wherever it keeps them."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import RequestFactory, override_settings
from django_cors_wsgi._headers import put
from django_cors_wsgi.middleware import CORSMiddleware

from cors_wsgi import Policy
from cors_wsgi.adapting import Mark, by_name

POLICY = Policy(allow_origins="https://app.example")
CORS = [("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin")]


class KeptElsewhere:
    """The headers of a Django that does not keep them in `_store`."""

    def __init__(self, headers: ResponseHeaders) -> None:
        self._headers = headers

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __contains__(self, name: str) -> bool:
        return name in self._headers

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._headers[name] = value

    def __delitem__(self, name: str) -> None:
        del self._headers[name]


@pytest.mark.parametrize("kept", [lambda it: it, KeptElsewhere], ids=["as it is", "elsewhere"])
@pytest.mark.parametrize(
    ("own", "cors", "expected"),
    [
        pytest.param({}, CORS, dict(CORS), id="none of its own"),
        pytest.param({"X-Own": "1"}, CORS, {"X-Own": "1", **dict(CORS)}, id="others"),
        pytest.param(
            {"vary": "Cookie"}, CORS, {CORS[0][0]: CORS[0][1], "Vary": "Cookie, Origin"}, id="Vary"
        ),
        pytest.param(
            {"vary": "Cookie"}, CORS[:1], {**dict(CORS[:1]), "vary": "Cookie"}, id="no Vary"
        ),
        pytest.param(
            {"access-control-allow-origin": "*", "Access-Control-Max-Age": "1"},
            CORS[1:],
            {"Vary": "Origin"},
            id="its own CORS headers",
        ),
    ],
)
def test_what_a_response_has_then(
    kept: type[KeptElsewhere],
    own: dict[str, str],
    cors: list[tuple[str, str]],
    expected: dict[str, str],
) -> None:
    response = HttpResponse(headers={"Content-Type": "text/plain", **own})
    put(kept(response.headers), by_name(cors), POLICY)  # type: ignore[arg-type]
    assert dict(response.items()) == {"Content-Type": "text/plain", **expected}


@pytest.mark.parametrize("origin", [None, "https://app.example"])
def test_a_response_that_keeps_them_elsewhere_gets_them_too(
    monkeypatch: pytest.MonkeyPatch, origin: str | None
) -> None:
    response = HttpResponse(headers={"Content-Type": "text/plain"})
    headers, response.headers = response.headers, KeptElsewhere(response.headers)  # type: ignore[assignment]
    monkeypatch.setattr(Mark, "made", False)
    POLICY.rules.answers_to("https://app.example")
    with override_settings(CORS_POLICY=POLICY):
        request = RequestFactory().get("/", headers={"Origin": origin} if origin else None)
        assert CORSMiddleware(lambda _: response)(request) is response

    expected = dict(CORS) if origin else dict(CORS[1:])
    assert dict(headers) == {"Content-Type": "text/plain", **expected}
