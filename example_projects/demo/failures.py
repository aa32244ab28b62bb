"""What the page shows, one failure after the other: the request, and what must come of it."""

import dataclasses
from typing import Any, Literal

Adapter = Literal["django", "flask", "fastapi", "wsgi"]

# What the page sends. {csrf} and {token} are what the servers tell it when it logs in.
JSON = {"Content-Type": "application/json"}
CSRF = JSON | {"X-CSRFToken": "{csrf}"}
BASIC = {"Authorization": "Basic YWRhOnRlYS10aW1l"}  # ada, tea-time
BEARER = {"Authorization": "Bearer {token}"}

NEED_NO_PERMISSION = {"GET", "HEAD", "POST"}


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
    """One failure: what the page does, and what must come of it.

    What the failure means, the catalogue of `cors_wsgi` knows; what the console prints, its
    browser model.

    Attributes:
        failure: The failure's id in the catalogue.
        adapter: Which of the example applications shows it.
        label: Its name in the list.
        broken: What went wrong with the broken application, in plain words.
        call: The request.
        seen: What the broken application must have received and answered: method, status.
        answer: The status with which the fixed application answers.
        fixed: What to say of the fixed application, where the usual sentence does not do.
        reads: The response header that the page wants to read.
        image_first: Whether an image of the page loads the URL first.
        mistake: The same mistake as arguments of a `Policy`, if it can be made there.
    """

    failure: str
    adapter: Adapter
    label: str
    broken: str
    call: Call
    seen: list[tuple[str, int]]
    answer: int
    fixed: str | None = None
    reads: str | None = None
    image_first: bool = False
    mistake: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """Its name in this demo; the same failure can be shown with two frameworks."""
        return f"{self.adapter}/{self.failure}"
