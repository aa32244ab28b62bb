"""The second half of `cors.py`: carries decisions into AWS Lambda proxy integrations.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import functools
import json
import traceback
from collections.abc import Callable
from typing import Any

from cors_wsgi.export.programs.decide import (
    cors_headers,
    governing,
    is_preflight,
    is_replaced,
    merged_vary,
)

Event = dict[str, Any]
Handler = Callable[[Event, Any], Any]


def cors(handler: Handler) -> Handler:
    """Decorate a handler for events of the payload formats 1.0 and 2.0.

    Events that are no requests, such as those of a schedule or a queue, reach the handler as
    they are, and so do its answers to them.
    """

    @functools.wraps(handler)
    def with_cors(event: Event, context: Any) -> Any:
        policy = governing(_raw_path(event)) if _is_request(event) else {}
        if not policy:
            return handler(event, context)
        headers = _headers(event)
        preflight = is_preflight(_method(event), headers)
        if preflight:
            response: Any = {"statusCode": policy["status"], "body": ""}
        else:
            response = _response(handler, event, context)
        return _with_headers(response, event, policy, headers, preflight=preflight)

    return with_cors


def _is_request(event: Any) -> bool:
    return isinstance(event, dict) and ("httpMethod" in event or "rawPath" in event)


def _raw_path(event: Event) -> str:
    if "rawPath" not in event:
        return str(event["path"])
    path = str(event["rawPath"])
    stage = event.get("requestContext", {}).get("stage", "$default")
    inside = path.removeprefix(f"/{stage}")
    return inside if stage != "$default" and inside.startswith("/") else path


def _method(event: Event) -> str:
    if "httpMethod" in event:
        return str(event["httpMethod"])
    return str(event["requestContext"]["http"]["method"])


def _headers(event: Event) -> dict[str, str]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ",".join(values)
    return headers


def _response(handler: Handler, event: Event, context: Any) -> Event:
    """Call the handler; return what the gateway would make of its answer."""
    try:
        response = handler(event, context)
        if isinstance(response, dict) and "statusCode" in response:
            return dict(response)
        # It may be something that JSON does not have.
        body = response if isinstance(response, str) else json.dumps(response)
    except Exception:
        traceback.print_exc()
        return {"statusCode": 500, "body": '{"message": "Internal Server Error"}'}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}


def _with_headers(
    response: Event, event: Event, policy: Event, headers: dict[str, str], *, preflight: bool
) -> Event:
    given: list[str] = []
    for part in ("headers", "multiValueHeaders"):
        own = response.get(part) or {}
        for name, value in own.items():
            if name.lower() == "vary":
                given += value if isinstance(value, list) else [value]
        if part in response:
            response[part] = {n: value for n, value in own.items() if not is_replaced(n)}
    sent = cors_headers(policy, headers, preflight=preflight)
    if vary := merged_vary(given, policy, preflight=preflight):
        sent.append(("Vary", vary))
    # A load balancer with multi-value headers reads no others.
    if event.get("headers") is None and event.get("multiValueHeaders") is not None:
        several = {name: [value] for name, value in sent}
        return {**response, "multiValueHeaders": response.get("multiValueHeaders", {}) | several}
    return {**response, "headers": response.get("headers", {}) | dict(sent)}
