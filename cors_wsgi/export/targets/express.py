"""Express: a program without dependencies."""

from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File
from cors_wsgi.export.program import javascript


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the program."""
    where = "beside the application: app.use(require('./cors.js')) before everything else"
    return {"cors.js": File(javascript(edge, title, "express.js"), where)}
