"""One policy for other layers: files for proxies, gateways and other frameworks.

    from cors_wsgi.export import export

    result = export("nginx", policy)
    for name, file in result.files.items():
        print(name, file.where)

A target says exactly what the policy says, or nothing is written: `result.findings` then
has an error with a code.
"""

from cors_wsgi.export.capabilities import CAPABILITIES
from cors_wsgi.export.capability import Capabilities
from cors_wsgi.export.exporting import Export, UnknownTarget, export
from cors_wsgi.export.files import File
from cors_wsgi.export.findings import Finding

__all__ = [
    "CAPABILITIES",
    "Capabilities",
    "Export",
    "File",
    "Finding",
    "UnknownTarget",
    "export",
]

# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (Capabilities, Export, File, Finding, UnknownTarget):
    _public.__module__ = __name__
