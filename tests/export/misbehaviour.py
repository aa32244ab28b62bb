"""What the application answers, by the last segment of the path."""

Fields = list[tuple[str, str]]

STATUSES = ("204", "302", "304", "401", "403", "404", "429", "500", "503")
#: What the application says of itself, on every answer.
MARK = ("X-Backend", "1")
CRASH = "crash"
OWN = "own"
OWN_500 = "own500"
VARY = "vary"


def answer_to(target: str, origin: str) -> tuple[int, Fields, bytes] | None:
    """Return status, headers and body; nothing if the application crashes."""
    last = target.partition("?")[0].rpartition("/")[2]
    fields: Fields = [MARK, ("X-Request-Id", "7")]
    if last == CRASH:
        return None
    if last == OWN:
        return 200, fields + own_headers("*"), b"own"
    if last == OWN_500:
        return 500, fields + own_headers(origin or "*"), b"own"
    if last == VARY:
        return 200, [*fields, ("Vary", "Accept-Encoding"), ("Vary", "Cookie")], b"vary"
    if last in STATUSES:
        location = [("Location", "/elsewhere")] if last == "302" else []
        return int(last), fields + location, b""
    return 200, fields, b"backend"


def own_headers(origin: str) -> Fields:
    """Return the headers of an application that does CORS itself, and badly."""
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Inner"),
        ("Access-Control-Allow-Methods", "TRACE"),
        ("Access-Control-Max-Age", "1"),
    ]
