"""What is questionable in a compiled pattern that decides on origins.

The pattern is matched in full, on at most `MAX_ORIGIN_LENGTH` characters. What is
looked for here are the habits that let strangers in, or that let nobody in: seen in
CVE-2022-1996, CVE-2026-25479, CVE-2026-37737 and their kin.
"""

import re
from collections.abc import Iterator

from cors_wsgi._origins.origin import FIELD
from cors_wsgi._problems import Problem

# One atom of a pattern: an escape, a class, or any other character.
_atoms = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL).finditer
_QUANTIFIERS = frozenset("*+?{")


def audit(pattern: re.Pattern[str]) -> Iterator[Problem]:
    """Find what is questionable in `pattern`.

    Args:
        pattern: a compiled pattern of text.

    Yields:
        Warnings, none of which keeps the policy from being built.
    """
    source = pattern.pattern
    if not (source.startswith(("^", r"\A")) and source.endswith(("$", r"\Z", r"\z"))):
        yield _warning(
            "regex-unanchored",
            pattern,
            "has no anchors. It is matched in full here, but may not be where it is copied to.",
            r"Begin it with '\A' and end it with '\Z'.",
        )
    if "://" not in source.replace("\\", ""):
        yield _warning(
            "regex-no-scheme",
            pattern,
            "names no scheme, so it matches no origin, or any scheme.",
            "Begin it with 'https://'.",
        )
    atoms = [match.group() for match in _atoms(source)]
    quantified = [following in _QUANTIFIERS for following in [*atoms[1:], ""]]
    if (".", False) in zip(atoms, quantified, strict=True):
        yield _warning(
            "regex-dot",
            pattern,
            "has a bare '.', which stands for any character: 'https://appXexample'.",
            r"Write '\.' for a dot.",
        )
        atoms = [atom for atom, q in zip(atoms, quantified, strict=True) if atom != "." or q]
    if any(_matches_slash(atom, pattern.flags) for atom in atoms):
        yield _warning(
            "regex-slash",
            pattern,
            "has a part that matches '/', which no origin has past its scheme.",
            "Write '[a-z0-9-]+' for a part of a label.",
        )


def _matches_slash(atom: str, flags: int) -> bool:
    if atom != "." and atom[0] not in "\\[":
        return False
    try:
        return atom != r"\/" and re.compile(atom, flags).fullmatch("/") is not None
    except re.error:  # the number of a group, say, which means nothing on its own
        return False


def _warning(code: str, pattern: re.Pattern[str], message: str, hint: str) -> Problem:
    return Problem(code, FIELD, pattern.pattern, message, hint)
