"""Recognises entries that are no single origin: lists, quotes, regular expressions as text."""

import json
import re
import warnings
from collections.abc import Iterable
from typing import Final

from cors_wsgi._origins.origin import FIELD, is_port
from cors_wsgi._origins.parser import parse, with_scheme
from cors_wsgi._origins.similar import similar_pattern
from cors_wsgi._origins.written import texts_in
from cors_wsgi._problems import Problem

# What no origin or pattern contains, and regular expressions do.
_LIKE_A_REGEX: Final = re.compile(
    r"^\^|\$$|\\[.AZdwsbDWSB/:-]|\.\+|(?:^|/)\.\*|[()|]|\[[^\]:]*-[^\]:]*\]|https\?:|\][+*?{]|\{\d+,?\d*\}|[+}]$"
)
_SCHEME: Final = re.compile(r"(?:https?|wss?|file|[a-z-]+-(?:extension|webview))://")
_SEPARATORS: Final = re.compile(r"[\s,;|，；、]+")  # noqa: RUF001 - as Chinese keyboards write them
_SEPARATED: Final = re.compile(r"[,;，；、]")  # noqa: RUF001 - as above
_EVERY: Final = frozenset({"all", "any", "**", "*.*", "*://*"})
_OWN: Final = frozenset({"self", "same_origin"})
_EXCLUDED: Final = re.compile(r"(?:!|-|not )\s*(?=[a-z*]+:|[\w*-]+\.)")
# How proxies and other libraries mark expressions.
_MARK: Final = re.compile(r"~\*?\s*(?=\S)|(?:reg(?:ex|exp)?|re|pattern):(?!//)")
_PLACEHOLDER: Final = re.compile(r"\$\{?\w+\}?|\{\{.*\}\}|\{\w+\}|%\w+%|<.*>")
# The same within an origin, but for what a regular expression may contain.
_PLACEHOLDER_INSIDE: Final = re.compile(
    r"(?<=[/.-])None(?=[.:-])|"  # as an f-string writes it
    r"\$\{\w+\}|\$[A-Za-z_]\w+|\{\{[^{}]*\}\}|\{[A-Za-z_]\w*\}|%[A-Za-z_]\w*%|(?<!\?P)<[\w -]+>"
)
# How Python and JavaScript write an expression in their code.
_AS_CODE: Final = re.compile(
    r"(?:re\.compile\()?r?(?P<quote>['\"`])(?P<python>.*)(?P=quote)\)?"
    r"|/(?P<javascript>\^?\(?https?\??:?.*)/[a-z]*"
)
_QUOTES: Final = ("'", '"', "`")
_AROUND: Final = "[]()\"'` \t\r\n,;"


def find_mistake(text: str) -> Problem | None:
    """Recognise an entry that is no single origin.

    Args:
        text: The entry, as it was written.

    Returns:
        The problem, or `None` if the entry may be one origin.
    """
    bare = text.strip()
    if not bare:
        return None
    if _PLACEHOLDER.fullmatch(bare) or _PLACEHOLDER_INSIDE.search(bare):
        message = "has a placeholder, which was not replaced."
        hint = "Set what it stands for, or write the origin: 'https://app.example'."
        return Problem("origin-undefined", FIELD, text, message, hint)
    if entries := _list_as_text(bare):
        return _list(text, "is a list, written as text.", entries)
    expression = _without_code(bare)
    if _LIKE_A_REGEX.search(expression):
        return _regex(text, expression)
    if bare.startswith(_QUOTES) or bare.endswith(_QUOTES):
        return _list(text, "has quotes around it.", _SEPARATORS.split(bare))
    return _word(text, bare.lower()) or _several(text)


def wrong_type(entry: object) -> Problem:
    """Describe an entry that is neither a string nor a compiled expression of one."""
    if entry is None:
        message = "is not an origin; a variable was probably not set."
        hint = "Set it, or write the origin: 'https://app.example'."
        return Problem("origin-undefined", FIELD, entry, message, hint)
    message = "is neither a string nor a compiled regular expression of one."
    if isinstance(entry, bool):
        hint = "Write '*' for every origin, or name them: 'https://app.example'."
    elif isinstance(entry, int) and is_port(str(entry)):
        hint = f"Write 'http://localhost:{entry}'."
    elif isinstance(entry, re.Pattern):
        hint = f"Write re.compile({_raw(''.join(texts_in(entry.pattern)))})."
    elif callable(entry) and not isinstance(entry, type):
        hint = "A function chooses a whole policy, in the place of one. Or write the origins here: "
        hint += "'https://app.example'."
    else:
        hint = _list_hint(text for text in texts_in(entry) if ":/" in text or text == "*")
    return Problem("origin-type", FIELD, entry, message, hint)


def _word(text: str, word: str) -> Problem | None:
    """Recognise what other settings have a word or a sign for."""
    if word in _EVERY:
        message, hint = "is not an origin.", "Write '*' for every origin."
        return Problem("origin-wildcard", FIELD, text, message, hint)
    if word.replace("-", "_") in _OWN:
        message = "is not an origin: pages of the same origin need no permission."
        hint = "Write the origins of other sites: 'https://app.example'."
        return Problem("origin-scheme-missing", FIELD, text, message, hint)
    if _EXCLUDED.match(word):
        message = "excludes nothing: only what is listed is allowed."
        hint = "Remove it, and write the origins that are allowed: 'https://app.example'."
        return Problem("origin-scheme", FIELD, text, message, hint)
    return None


def _without_code(text: str) -> str:
    """Return an expression without the code around it."""
    text = _MARK.sub("", text, count=1) if _MARK.match(text) else text
    if match := _AS_CODE.fullmatch(text):
        return match["python"] or (match["javascript"] or "").replace("\\/", "/")
    return text.strip("".join(_QUOTES))


def _several(text: str) -> Problem | None:
    if text.split() != [text] or _SEPARATED.search(text):
        entries = _SEPARATORS.split(text)
        if _SEPARATED.search(text):
            entries = [with_scheme(entry) if _is_host(entry) else entry for entry in entries]
        return _list(text, "contains spaces or separators.", entries)
    starts = [match.start() for match in _SCHEME.finditer(text)]
    if len(starts) < 2 or starts[0] != 0:
        return None
    entries = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return _list(text, "contains '://' twice: a comma is missing.", entries)


def _is_host(entry: str) -> bool:
    return "://" not in entry and ("." in entry or entry.startswith("localhost"))


def _list_as_text(text: str) -> list[str]:
    """Return the entries of a list in JSON, as Python prints it, or without quotes."""
    if not text.startswith("["):
        return []
    try:
        entries = json.loads(text)
    except ValueError:
        return text.split(",") if text.endswith("]") and "://" in text else []
    return [entry for entry in entries if isinstance(entry, str)]


def _list(text: str, message: str, entries: Iterable[str]) -> Problem:
    return Problem("origin-list", FIELD, text, message, _list_hint(entries))


def _list_hint(entries: Iterable[str]) -> str:
    read = [_meant(entry) for entry in entries if entry.strip(_AROUND)]
    meant = [entry for entry in read if entry is not None]
    if not meant or len(meant) < len(read):
        meant = ["https://app.example"]
    hint = f"Write {', '.join(map(repr, meant))}"
    return f"{hint}, each as one entry of the list." if len(meant) > 1 else f"{hint}."


def _meant(entry: str) -> str | None:
    bare = entry.strip(_AROUND)
    if bare == "*":
        return bare
    origin = parse(bare)[0]
    return None if origin is None else str(origin)


def _regex(text: str, expression: str) -> Problem:
    message = "looks like a regular expression, and a string is never one."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python warns of is nothing to recommend
            regex = re.compile(expression)
    except (re.error, OverflowError, RecursionError, Warning):
        return Problem("origin-regex", FIELD, text, message, "Write 'https://*.example.com'.")
    similar = similar_pattern(regex) or "https://*.example.com"
    hint = f"Write {similar!r}, or in Python re.compile({_raw(expression)})."
    return Problem("origin-regex", FIELD, text, message, hint)


def _raw(expression: str) -> str:
    """Write an expression as a raw string of Python, or as any string where it cannot be one."""
    for quote in "'\"":
        if quote not in expression and expression.isprintable() and expression[-1] != "\\":
            return f"r{quote}{expression}{quote}"
    return repr(expression)
