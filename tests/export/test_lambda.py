"""The decorator for Lambda, on events and answers of every shape that AWS documents."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from export.gateways import event_1, event_2, loaded
from export.policies import APP, ONE_ORIGIN

from cors_wsgi.export import export

ALLOWED = {
    "Access-Control-Allow-Origin": APP,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "X-Request-Id",
    "Vary": "Origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Origin": APP,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "X-Request-Id",
    "Access-Control-Allow-Methods": "PUT, DELETE, PATCH",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Requested-With",
    "Access-Control-Max-Age": "600",
    "Vary": "Origin",
}


@pytest.fixture
def cors(tmp_path: Path) -> Any:
    """The decorator."""
    path = tmp_path / "cors.py"
    path.write_text(export("lambda", ONE_ORIGIN).files["cors.py"].text)
    return loaded(path).cors


def asking(payload: str, method: str = "GET", **more: str) -> dict[str, Any]:
    headers = [("Origin", APP), *((name.replace("_", "-"), v) for name, v in more.items())]
    return {"1.0": event_1, "2.0": event_2}[payload](method, "/api/x", headers)


@pytest.mark.parametrize("payload", ["1.0", "2.0"])
def test_a_preflight_does_not_reach_the_handler(cors: Any, payload: str) -> None:
    reached: list[object] = []
    handler = cors(lambda event, context: reached.append(event))
    event = asking(payload, "OPTIONS", access_control_request_method="PUT")

    assert handler(event, None) == {"statusCode": 204, "body": "", "headers": PREFLIGHT}
    assert reached == []


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        pytest.param(
            {"statusCode": 201, "body": "x"},
            {"statusCode": 201, "body": "x", "headers": ALLOWED},
            id="no headers",
        ),
        pytest.param(
            {"statusCode": 200, "headers": None},
            {"statusCode": 200, "headers": ALLOWED},
            id="headers that are null",
        ),
        pytest.param(
            {"statusCode": 200, "headers": {"access-control-allow-origin": "*", "vary": "Cookie"}},
            {"statusCode": 200, "headers": {**ALLOWED, "Vary": "Cookie, Origin"}},
            id="headers of its own, in lower case",
        ),
        pytest.param(
            {"statusCode": 200, "multiValueHeaders": {"Vary": ["A", "B"], "X": ["1", "2"]}},
            {
                "statusCode": 200,
                "multiValueHeaders": {"X": ["1", "2"]},
                "headers": {**ALLOWED, "Vary": "A, B, Origin"},
            },
            id="headers with several values",
        ),
        pytest.param(
            {"hello": "world"},
            {
                "statusCode": 200,
                "headers": {"content-type": "application/json", **ALLOWED},
                "body": '{"hello": "world"}',
            },
            id="a bare value",
        ),
    ],
)
def test_an_answer_gets_the_headers(cors: Any, answer: Any, response: dict[str, Any]) -> None:
    assert cors(lambda event, context: answer)(asking("2.0"), None) == response


def test_a_crash_is_answered_with_the_headers(
    cors: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    response = cors(lambda event, context: 1 / 0)(asking("1.0"), None)

    assert (response["statusCode"], response["headers"]) == (500, ALLOWED)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_an_answer_that_json_does_not_have_is_a_crash(
    cors: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    response = cors(lambda event, context: {"price": Decimal("9.99")})(asking("2.0"), None)

    assert (response["statusCode"], response["headers"]) == (500, ALLOWED)
    assert "Decimal" in capsys.readouterr().err


NO_REQUESTS = [
    pytest.param({"source": "aws.events", "detail-type": "Scheduled Event"}, id="a schedule"),
    pytest.param({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}, id="a queue"),
    pytest.param({"path": "s3://bucket/key"}, id="another function, with a path of its own"),
    pytest.param(
        {"requestContext": {"routeKey": "$connect"}, "headers": {"Origin": APP}}, id="a WebSocket"
    ),
    pytest.param("warm up", id="a text"),
    pytest.param(None, id="nothing"),
]


@pytest.mark.parametrize("event", NO_REQUESTS)
def test_an_event_that_is_no_request_reaches_the_handler(cors: Any, event: Any) -> None:
    assert cors(lambda event, context: event)(event, None) is event


def test_a_load_balancer_with_several_values_gets_them(cors: Any) -> None:
    event = {"httpMethod": "GET", "path": "/api/x", "multiValueHeaders": {"origin": [APP]}}
    response = cors(lambda event, context: {"statusCode": 200})(event, None)

    assert response["multiValueHeaders"] == {name: [value] for name, value in ALLOWED.items()}


def test_the_console_sends_no_headers_at_all(cors: Any) -> None:
    event = {"httpMethod": "GET", "path": "/api/x", "headers": None}
    response = cors(lambda event, context: {"statusCode": 200})(event, None)

    assert response == {"statusCode": 200, "headers": {"Vary": "Origin"}}


def test_where_cors_is_off_nothing_changes(cors: Any) -> None:
    event = {**asking("1.0"), "path": "/other"}

    assert cors(lambda event, context: {"own": 1})(event, None) == {"own": 1}
