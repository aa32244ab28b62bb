"""Policies that are written elsewhere: in a mapping, in TOML, in the environment."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._problems import InvalidPolicy, Problem, unknown_key

if TYPE_CHECKING:
    from os import PathLike

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


def policy_from_mapping(mapping: Mapping[str, Any]) -> Policy | PathPolicies:
    """Build a policy, or policies by path, from a mapping.

    Args:
        mapping: the fields of a policy by name, or, if its keys begin with a slash,
            such mappings (or policies) by path prefix. `None` or `False` as the value
            of a path switches CORS off for it.

    Raises:
        InvalidPolicy: with every problem in every policy; the field of a problem in a
            path's policy is preceded by the path.
    """
    if mapping and all(isinstance(key, str) and key.startswith("/") for key in mapping):
        return _path_policies(mapping)
    return _policy(mapping)


def policy_from_toml(path: "str | PathLike[str]") -> Policy | PathPolicies:
    """Build a policy, or policies by path, from a TOML file.

    One policy is the fields by name. Policies by path are tables, `["/api"]`; a path
    switches CORS off with `"/internal" = false`.

    Args:
        path: the file.

    Raises:
        InvalidPolicy: with every problem in every policy.
        OSError: if the file cannot be read.
        tomllib.TOMLDecodeError: if it is not TOML.
    """
    import tomllib  # noqa: PLC0415 - only those who use TOML need it

    with open(path, "rb") as file:
        return policy_from_mapping(tomllib.load(file))


def policy_from_environ(environ: Mapping[str, str], prefix: str = "CORS_") -> Policy:
    """Build a policy from environment variables.

    Each field is a variable in capitals, `CORS_ALLOW_ORIGINS`; several values are
    separated by commas, and flags are `true` or `false`.

    Args:
        environ: the variables, usually `os.environ`.
        prefix: what the names of the variables begin with.

    Raises:
        InvalidPolicy: with every problem; also for a variable with the prefix that is
            no field of a policy, since it is probably a misspelt one.
    """
    fields: dict[str, Any] = {}
    for variable, text in environ.items():
        if variable.startswith(prefix):
            name = variable.removeprefix(prefix).lower()
            fields[name] = _READERS.get(name, _strings)(text)
    return _policy(fields)


def _strings(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _flag(text: str) -> bool | str:
    lower = text.strip().lower()
    return True if lower in _TRUE else False if lower in _FALSE else text


def _number(text: str) -> int | str:
    digits = text.strip()
    return int(digits) if digits.removeprefix("-").isdecimal() else text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "allow_credentials": _flag,
    "allow_private_network": _flag,
    "dangerously_allow_insecure_origins": _flag,
    "dangerously_allow_null_origin": _flag,
    "dangerously_allow_public_suffix_subdomains": _flag,
    "max_age": _number,
    "preflight_status": _number,
}


def _policy(mapping: Mapping[str, Any]) -> Policy:
    known = Policy.field_names()
    problems = [unknown_key(key, known) for key in mapping if key not in known]
    fields = {"allow_origins": (), **{key: mapping[key] for key in known if key in mapping}}
    try:
        policy = Policy(**fields)
    except InvalidPolicy as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidPolicy(problems)
    return policy


def _path_policies(mapping: Mapping[str, Any]) -> PathPolicies:
    policies: dict[str, Policy | None] = {}
    problems: list[Problem] = []
    for path, value in mapping.items():
        policies[path] = None
        try:
            if isinstance(value, Mapping):
                policies[path] = _policy(value)
            elif value is not None and value is not False:
                policies[path] = value
        except InvalidPolicy as error:
            problems.extend(p.at(path) for p in error.problems)
    try:
        paths = PathPolicies(policies)
    except InvalidPolicy as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidPolicy(problems)
    return paths
