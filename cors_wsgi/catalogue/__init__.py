"""What is known about CORS failures, as data: failures, browser messages, fixes for each stack.

    from cors_wsgi import catalogue

    catalogue.failure("preflight-405").title
    catalogue.fix("preflight-405", "nginx", origin="https://app.example").code
    catalogue.recognise("Access to fetch at 'https://api.example/' from origin ...")

The data are TOML files beside this module, read when somebody asks. The command, the tests'
assertions and the documentation's "Errors" section are all made from them.
"""

from cors_wsgi.catalogue._fixes import fix, fixed_on
from cors_wsgi.catalogue._load import failure, failures, messages, stacks
from cors_wsgi.catalogue._recognise import recognise
from cors_wsgi.catalogue._types import Failure, Fix, Match, Message, Stack

__all__ = [
    "Failure",
    "Fix",
    "Match",
    "Message",
    "Stack",
    "failure",
    "failures",
    "fix",
    "fixed_on",
    "messages",
    "recognise",
    "stacks",
]
