"""Finds the pattern that says nearly the same as a regular expression written as text."""

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Final

from cors_wsgi._origins.parser import parse
from cors_wsgi._origins.syntax import Atomic, Choice, Form, OneOf, Repeat, Series, merged, read

_MOST: Final = 16


def similar_pattern(regex: re.Pattern[str]) -> str | None:
    """Return the entry that stands for nearly the same origins, if there is one."""
    for text in _texts(read(regex).form):
        # A '*' after another, or after '*.', adds nothing; one glued to a domain means a label.
        entry = re.sub(r"\*(?:\.?\*)+", "*", text)
        entry = re.sub(r"(://|^)\*(?=[a-z0-9-]+\.[^.:]+(?::|$))", r"\1*.", entry)
        if entry == "*" and regex.fullmatch("https://app.example"):
            return entry
        if "://" not in entry:
            entry = f"https://{entry.lstrip('/')}"
        origin, problems = parse(entry.replace("*://", "https://"))
        if origin is not None and not problems:
            return str(origin)
    return None


def _texts(form: Form) -> list[str]:
    """Write a form as patterns, the widest first, with '*' for whatever varies."""
    return list(dict.fromkeys(islice(_written(form), _MOST)))


def _written(form: Form) -> Iterator[str]:
    form = merged(form)
    if isinstance(form, OneOf):
        yield "." if form.is_dot else _character(form)
    elif isinstance(form, Series):
        yield from map("".join, product(*map(_texts, form.parts)))
    elif isinstance(form, Choice):
        for option in form.options:
            yield from _texts(option)
    elif isinstance(form, Atomic):
        yield from _texts(form.form)
    else:
        yield from _repeated(form)


def _character(form: OneOf) -> str:
    lower = {character.lower() for character in form.characters}
    return lower.pop() if len(lower) == 1 else "*"


def _repeated(form: Repeat) -> Iterator[str]:
    if isinstance(form.form, OneOf) and form.form.is_dot:
        yield "*"
    else:
        yield from _texts(form.form)
    if form.least == 0:
        yield ""
