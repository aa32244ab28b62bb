"""Tokens (RFC 9110, section 5.6.2): methods and field names are of this grammar."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def is_token(text: str) -> bool:
    """Tell whether this is a token."""
    return _TOKEN.fullmatch(text) is not None
