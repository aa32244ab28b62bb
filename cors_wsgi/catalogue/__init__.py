"""What is known about CORS failures, as data: failures, browser messages, fixes for each stack.

    from cors_wsgi import catalogue

    catalogue.failure("preflight-405").title
    catalogue.fix("preflight-405", "nginx", origin="https://app.example").code
    catalogue.recognise("Access to fetch at 'https://api.example/' from origin ...")

The data are TOML files beside this module, read on first use. The command, the test helpers'
messages and the documentation's "Errors" section are all made from them; the code for proxies
and gateways is what `cors_wsgi.export` writes. `as_patterns()` is what recognises console
lines, as data for other programs; `data/recognise.js` uses it in a web page.
"""

from cors_wsgi.catalogue._asked import asked_for, name_as_known
from cors_wsgi.catalogue._fixes import fix, fix_in_script, fixed_on
from cors_wsgi.catalogue._load import failure, failures, messages, stack, stacks, statuses
from cors_wsgi.catalogue._patterns import as_patterns
from cors_wsgi.catalogue._recognise import recognise
from cors_wsgi.catalogue._types import (
    Failure,
    Fix,
    Match,
    Message,
    PreflightStatus,
    Stack,
    Wanted,
)

__all__ = [
    "Failure",
    "Fix",
    "Match",
    "Message",
    "PreflightStatus",
    "Stack",
    "Wanted",
    "as_patterns",
    "asked_for",
    "failure",
    "failures",
    "fix",
    "fix_in_script",
    "fixed_on",
    "messages",
    "name_as_known",
    "recognise",
    "stack",
    "stacks",
    "statuses",
]

# Tracebacks, hovers and the documentation show the name under which these are imported.
for _public in (Failure, Fix, Match, Message, PreflightStatus, Stack, Wanted):
    _public.__module__ = __name__
