"""What the tests need of a framework's version; the oldest supported ones do not have it."""

import fastapi
import pytest

keeps_routers = tuple(map(int, fastapi.__version__.split(".")[:2])) >= (0, 137)
needs_routers = pytest.mark.skipif(
    not keeps_routers, reason="policies of routers need FastAPI 0.137 or later"
)
