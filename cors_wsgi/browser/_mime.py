"""MIME types: parsed and serialised (https://mimesniff.spec.whatwg.org/)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cors_wsgi.browser._tokens import is_token

# https://mimesniff.spec.whatwg.org/#http-quoted-string-token-code-point
_QUOTED_STRING = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_WHITESPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class MIMEType:
    """A MIME type (https://mimesniff.spec.whatwg.org/#mime-type).

    Attributes:
        essence: The type and subtype, in lower case.
        parameters: The parameters, names in lower case; of a repeated one, the first.
    """

    essence: str
    parameters: dict[str, str]

    def __str__(self) -> str:
        """Serialise it (https://mimesniff.spec.whatwg.org/#serialize-a-mime-type)."""
        parts = [self.essence]
        for name, value in self.parameters.items():
            text = value
            if not is_token(value):
                text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            parts.append(f"{name}={text}")
        return ";".join(parts)


def parse(text: str) -> MIMEType | None:
    """Parse a MIME type, or return None (https://mimesniff.spec.whatwg.org/#parse-a-mime-type)."""
    essence, _, rest = text.strip(_WHITESPACE).partition(";")
    type_, slash, subtype = essence.partition("/")
    subtype = subtype.rstrip(_WHITESPACE)
    if not slash or not is_token(type_) or not is_token(subtype):
        return None
    return MIMEType(f"{type_}/{subtype}".lower(), _parameters(rest))


def essence(text: str) -> str | None:
    """Return the essence of a MIME type, or None if it does not parse."""
    parsed = parse(text)
    return None if parsed is None else parsed.essence


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    position = 0
    while position < len(text):
        name, position = _until(text, position, ";=")
        name = name.lstrip(_WHITESPACE).lower()
        if not text.startswith("=", position):
            position += 1
            continue
        position += 1
        if text.startswith('"', position):
            value, position = _quoted_string(text, position + 1)
            position = _until(text, position, ";")[1] + 1
        else:
            value, position = _until(text, position, ";")
            value = value.rstrip(_WHITESPACE)
            position += 1
            if not value:
                continue
        if is_token(name) and _QUOTED_STRING.fullmatch(value):
            parameters.setdefault(name, value)
    return parameters


def _until(text: str, position: int, ends: str) -> tuple[str, int]:
    """Return the text from a position up to the first of these characters, and where that is."""
    end = position
    while end < len(text) and text[end] not in ends:
        end += 1
    return text[position:end], end


def _quoted_string(text: str, position: int) -> tuple[str, int]:
    """Collect an HTTP quoted string, after its opening quote."""
    value = []
    while position < len(text) and text[position] != '"':
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        value.append(text[position])
        position += 1
    return "".join(value), position
