"""Policies that are written elsewhere: in a mapping, in TOML, in the environment."""

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from cors_wsgi._policy.fields import DEFAULTS, FIELD_NAMES
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._policy.unknown_fields import meant_field
from cors_wsgi._problems import InvalidPolicy, Problem, check_mapping

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
# Python reads no number of more digits than some thousands. What is cut off is too much anyway.
_LONGEST_NUMBER: Final = 1000
# A comma between two values, and not in the repeat of an expression, such as `{1,9}`.
_COMMA: Final = re.compile(r",(?!\d*\})")
# A field with its value, as hints write it.
_ASSIGNMENT: Final = re.compile(
    rf"\b(?P<name>{'|'.join(FIELD_NAMES)})=(?:(?P<flag>True|False)|\['(?P<entry>[^']*)'\])"
)


def policy_from_mapping(mapping: Mapping[str, Any]) -> Policy | PathPolicies:
    """Build a policy, or policies by path, from a mapping.

    Args:
        mapping: The fields of a policy by name; or, if its keys begin with a slash, such
            mappings (or policies) by path prefix. `None` or `False` as the value of a path
            switches CORS off for it.

    Raises:
        InvalidPolicy: With every problem in every policy; the path precedes the field of a
            problem in a path's policy.
    """
    check_mapping(mapping, "policy_from_mapping({'allow_origins': ['https://app.example']})")
    if type(mapping).__name__ == "_Environ":
        raise TypeError(
            "os.environ is not a policy's fields. Write policy_from_environ(os.environ)"
        )
    if mapping and all(_is_path(key, value) for key, value in mapping.items()):
        return PathPolicies(mapping)
    return Policy(**{str(key): value for key, value in mapping.items()})


def _is_path(key: object, value: object) -> bool:
    """Tell whether a path was probably meant: no field has a policy for its value."""
    if str(key).startswith("/"):
        return True
    return key not in FIELD_NAMES and isinstance(value, Policy | PathPolicies | Mapping)


def policy_from_toml(path: str | Path) -> Policy | PathPolicies:
    """Build a policy, or policies by path, from a TOML file.

    One policy is its fields by name. Policies by path are tables, such as `["/api"]`; a path
    switches CORS off with `"/internal" = false`.

    Args:
        path: The file.

    Raises:
        InvalidPolicy: With every problem in every policy.
        OSError: If the file cannot be read.
        tomllib.TOMLDecodeError: If it is not TOML.
        UnicodeDecodeError: If it is not in UTF-8, as TOML is.
    """
    if not isinstance(path, str) and not hasattr(path, "__fspath__"):
        raise TypeError(
            f"{path!r:.80} is not the path of a file. Write policy_from_toml('cors.toml')"
        )
    import tomllib  # noqa: PLC0415 - 2 ms, a fifth of the whole import

    # Editors on Windows begin a file with a byte-order mark, which `tomllib` does not take.
    given = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    try:
        return policy_from_mapping(given)
    except InvalidPolicy as error:
        raise InvalidPolicy(map(_for_toml, error.problems)) from None


def _for_toml(problem: Problem) -> Problem:
    """Write a problem's hint as TOML is written."""
    hint = problem.hint.replace("True or False, without quotes; in TOML, true", "true")
    hint = hint.replace("None to switch", "false to switch")
    hint = re.sub(r"^Write Policy\((.*)\), or", r"Write {\1}, or", hint)
    hint = _ASSIGNMENT.sub(lambda one: one[0].lower() if one["flag"] else one[0], hint)
    return problem._replace(hint=hint)


def policy_from_environ(environ: Mapping[str, str], prefix: str = "CORS_") -> Policy:
    """Build a policy from environment variables.

    Each field is a variable in capitals, such as `CORS_ALLOW_ORIGINS`. Several values are
    separated by commas, or written as a JSON list; flags are `true` or `false`. Quotes around a
    value are dropped, and an empty variable counts as not set.

    Args:
        environ: The variables, usually `os.environ`.
        prefix: What the names of the variables begin with.

    Raises:
        InvalidPolicy: With every problem, under the name of the variable; a variable that
            resembles a field, without being one, is a problem too.
    """
    check_mapping(environ, "policy_from_environ(os.environ)")
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    misspelt = set()
    for variable, value in environ.items():
        if not str(variable).upper().startswith(prefix.upper()) or value is None:
            continue
        text = unquoted(str(value))
        name = variable[len(prefix) :].lower()
        if not text:
            continue
        if name in FIELD_NAMES and variable.startswith(prefix):
            given[name] = _value(name, text)
        elif meant := meant_field(name.strip("_"), FIELD_NAMES):
            if text.lower() not in _FALSE:  # a flag that is off names no origins
                misspelt.add(meant)
            problems.append(_misspelt(variable, text, prefix, meant))
    origins = f"{prefix}ALLOW_ORIGINS"
    if "allow_origins" not in misspelt | given.keys():
        message = "allows nobody: the variable is not set."
        hint = f"Set it to the origins of your pages: {origins}=https://app.example"
        problems.append(Problem("origins-missing", origins, "", message, hint))
    try:
        return _policy(given, problems)
    except InvalidPolicy as error:
        raise InvalidPolicy(_of_variable(problem, prefix) for problem in error.problems) from None


def unquoted(text: str) -> str:
    """Drop quotes, which `docker --env-file` keeps."""
    return text.strip().strip("'\"").strip()


def _misspelt(variable: str, text: str, prefix: str, meant: str) -> Problem:
    hint = f"Did you mean {prefix}{meant.upper()}?"
    if meant == "allow_origins" and text.lower() in _TRUE:  # CORS_ALLOW_ALL_ORIGINS=true
        hint = f"Write {prefix}ALLOW_ORIGINS=* for every origin."
    if meant == "allow_origins" and text.lower() in _FALSE:
        hint = "Remove it."
    if variable == f"{prefix}_{meant.upper()}":
        hint = f"Write prefix={f'{prefix}_'!r}: it includes the underscore."
    message = "is set, and is not a field of a policy."
    return Problem("key-unknown", variable, text, message, hint)


def _policy(given: Mapping[str, Any], problems: list[Problem]) -> Policy:
    """Build a policy, or report what is wrong with its variables and its fields together."""
    if not problems:
        return Policy(**given)
    try:
        Policy(**{"allow_origins": "https://app.example", **given})
    except InvalidPolicy as error:
        problems = [*problems, *error.problems]
    raise InvalidPolicy(problems)


def _of_variable(problem: Problem, prefix: str) -> Problem:
    if problem.field not in FIELD_NAMES:
        return problem
    field = f"{prefix}{problem.field.upper()}"
    hint = _hint_for_variable(problem.hint, prefix)
    return Problem(problem.code, field, problem.value, problem.message, hint)


def _hint_for_variable(hint: str, prefix: str) -> str:
    """Write a hint as variables are written: without Python, and lists with commas."""
    hint = hint.replace(", without quotes", "").replace("; in TOML, true or false", "")
    hint = _ASSIGNMENT.sub(partial(_as_variable, prefix=prefix), hint)
    separated = hint.replace("', '", ",").replace(", each as one entry of the list.", ".")
    return separated if "each as one entry" in hint else hint


def _as_variable(assignment: re.Match[str], prefix: str) -> str:
    value = assignment["flag"].lower() if assignment["flag"] else assignment["entry"]
    return f"{prefix}{assignment['name'].upper()}={value}"


def _value(name: str, text: str) -> object:
    """Read the value of a variable; what is wrong with it, the policy says."""
    default = DEFAULTS.get(name, ())
    if isinstance(default, bool):
        lower = text.lower()
        return True if lower in _TRUE else False if lower in _FALSE else text
    if isinstance(default, int):
        return int(text[:_LONGEST_NUMBER]) if text.removeprefix("-").isdecimal() else text
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    parts = [unquoted(part) for part in _COMMA.split(text)]
    # The policy says what is wrong with a comma at the end better than with an empty entry.
    return text if parts[-1] == "" and all(parts[:-1]) else parts
