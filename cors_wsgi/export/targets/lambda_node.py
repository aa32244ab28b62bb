"""AWS Lambda in Node.js: a program without dependencies."""

from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File
from cors_wsgi.export.program import javascript


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the program."""
    where = "beside the handler: export const handler = cors(async (event) => ...)"
    return {"cors.mjs": File(javascript(edge, title, "lambda_proxy.mjs"), where)}
