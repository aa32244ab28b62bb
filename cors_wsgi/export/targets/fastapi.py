"""FastAPI, Starlette and every other ASGI application: a program without dependencies."""

from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File
from cors_wsgi.export.program import python


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the program."""
    where = "beside the application: from cors_fastapi import cors; app = cors(app)"
    return {"cors_fastapi.py": File(python(edge, title, "asgi.py"), where)}
