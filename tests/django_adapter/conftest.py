"""Each test that sends a request is run under WSGI and under ASGI."""

from typing import Any

import pytest
from django_adapter.driving import under_asgi, under_wsgi


@pytest.fixture(params=[under_wsgi, under_asgi], ids=["wsgi", "asgi"])
def send(request: pytest.FixtureRequest) -> Any:
    """Return the function that sends a request to the site."""
    return request.param
