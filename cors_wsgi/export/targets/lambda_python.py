"""AWS Lambda in Python: a program without dependencies."""

from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File
from cors_wsgi.export.program import python


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the program."""
    where = "beside the handler, which it decorates: @cors"
    return {"cors.py": File(python(edge, title, "lambda_proxy.py"), where)}
