"""What to write in the place of arguments that are not what was wanted."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from cors_wsgi._policy.fields import FIELD_NAMES
from cors_wsgi._policy.hosts import HostPolicies
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import EXAMPLE, Policy, policy_for_origins
from cors_wsgi._policy.unknown_fields import (
    belongs_to_policy,
    is_expression,
    meant_field,
    unknown_field,
)
from cors_wsgi._problems import InvalidPolicy

_P = ParamSpec("_P")
_T = TypeVar("_T")

# What is used for the applications of a framework, by the first name of their module.
_ADAPTERS: Final = {
    "fastapi": "fastapi_cors_wsgi.CORS",
    "flask": "flask_cors_wsgi.CORS",
    "starlette": "fastapi_cors_wsgi.CORS",
}
# A path and what is below it, as Flask-CORS's expressions have it.
_RESOURCE: Final = re.compile(r"\^?(?P<prefix>(/[\w-]+)*)/?(\.?\*)?\$?")


def policy_to_write(given: object) -> str:
    """Return the policy that was probably meant, as code; or an example.

    Args:
        given: What was written: fields by name, or origins.
    """
    if not isinstance(given, Mapping):
        return policy_for_origins(given)
    try:
        return repr(Policy(**given))
    except (InvalidPolicy, TypeError):
        return EXAMPLE


def hint_for(given: object) -> str:
    """Say what to write in the place of something that is not a policy."""
    if str(given).endswith(".toml"):
        return f"Write policy_from_toml({str(given)!r})"
    if isinstance(given, type) and given in (PathPolicies, HostPolicies):
        key = "/api" if given is PathPolicies else "shop.api.example"
        return f"Write {given.__name__}({{{key!r}: {EXAMPLE}}})"
    if isinstance(given, list | tuple) and any(isinstance(one, Policy | Mapping) for one in given):
        # A comma at the end of a line makes a tuple; several policies are chosen between by path.
        return f"Write {given[0]!r}" if len(given) == 1 else f"Write {{'/': {given[0]!r}}}"
    return f"Write {policy_for_origins(given)}"


def application_problem(app: object, taker: str) -> str | None:
    """Say what is wrong with something in the place of an application, if it is a usual mistake.

    Args:
        app: What is none of the applications that were wanted.
        taker: What it was given to.
    """
    if isinstance(app, Policy | PathPolicies | HostPolicies | Mapping):
        return f"the application comes first: {taker}(app, policy)"
    if isinstance(app, str):
        return f"{app!r:.80} is a string: import the application"
    if isinstance(app, type):
        return f"{app.__name__} is a class: give an application that is an instance of it"
    if inspect.isfunction(app) and not inspect.signature(app).parameters:
        return f"{app.__name__} is a function without arguments: write {app.__name__}()"
    adapter = _ADAPTERS.get(type(app).__module__.partition(".")[0])
    if adapter and type(app).__name__ in ("Flask", "FastAPI", "Starlette"):
        return f"{app!r:.80} is an application of {type(app).__name__}: use {adapter}(app, policy)"
    return None


def is_field(name: str) -> bool:
    """Tell whether a name is a policy's field, or an option that other packages have for one."""
    return belongs_to_policy(name, FIELD_NAMES)


def check_flags(**flags: object) -> None:
    """Refuse what is neither true nor false: text of the environment, such as "0", would be true.

    Args:
        flags: The flags by name.
    """
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} is True or False, not {value!r:.80}")


def explains_arguments(
    example: str, translator: str = ""
) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Let a function say what to write when it is called with arguments that it does not take.

    Args:
        example: How it is called, with `{}` in the place of the policy.
        translator: What the command `cors-wsgi policy` needs to translate another package's
            options.
    """

    def decorate(function: Callable[_P, _T]) -> Callable[_P, _T]:
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*arguments: _P.args, **options: _P.kwargs) -> _T:
            try:
                signature.bind(*arguments, **options)
            except TypeError as error:
                unknown = {
                    name: value
                    for name, value in options.items()
                    if name not in signature.parameters and is_field(name)
                }
                advice = _advice(example, unknown, translator) if unknown else ""
                names = ", ".join(name for name in signature.parameters if name != "self")
                usage = f"{error}. It takes {names}: write {example.format(EXAMPLE)}"
                raise TypeError(advice or f"{_name(example)}: {usage}") from None
            return function(*arguments, **options)

        return checked

    return decorate


def _advice(example: str, options: Mapping[str, Any], translator: str) -> str:
    """Say where the fields of a policy belong, and the options of other packages."""
    first = next(iter(options))
    if first == "resources":
        hint = f". Write {example.format(_meant(options))}"
    elif meant_field(first, FIELD_NAMES):
        hint = f": its policy has. Write {example.format(_meant(options))}"
    else:
        hint = f". {unknown_field(first, options, FIELD_NAMES).hint.rstrip('.')}"
    if translator and first not in FIELD_NAMES:
        hint += f"; on your old code, 'cors-wsgi policy {translator}' translates all of it"
    return f"{_name(example)} has no option {first!r}{hint}"


def _meant(options: Mapping[str, Any]) -> str:
    """Return what options of other packages probably meant, as code; or an example."""
    resources = options.get("resources")
    try:
        fields = _fields(options)
        if resources is None:
            return repr(Policy(**{"allow_origins": ["https://app.example"], **fields}))
        return repr(PathPolicies(_by_prefix(resources, fields)))
    except (InvalidPolicy, TypeError, re.error):
        return EXAMPLE if resources is None else f"PathPolicies({{'/api': {EXAMPLE}}})"


def _by_prefix(resources: Any, shared: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a policy's fields for each path of Flask-CORS's `resources`.

    Nothing is returned where one of them is more than a path and what is below it: a prefix in its
    place could govern more.
    """
    paths = [resources] if isinstance(resources, str) else resources
    given = paths if isinstance(paths, Mapping) else {path: {} for path in paths}
    found = ((_RESOURCE.fullmatch(path), options) for path, options in given.items())
    policies = {
        match["prefix"] or "/": {**shared, **_fields({**options})}
        for match, options in found
        if match
    }
    return policies if len(policies) == len(given) else {}


def _fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a policy that options of other packages probably meant."""
    fields: dict[str, Any] = {}
    for name, value in options.items():
        field = None if name == "resources" else meant_field(name, FIELD_NAMES)
        if field == "allow_origins" and value is not None:
            fields[field] = [*fields.get(field, ()), *_origins(name, value)]
        elif field:
            fields[field] = value
    return fields


def _origins(name: str, value: Any) -> list[Any]:
    """Return the origins in one of the options that hold some."""
    origins = [value] if isinstance(value, str | re.Pattern) else [*value]
    return [*map(re.compile, origins)] if is_expression(name, FIELD_NAMES) else origins


def _name(example: str) -> str:
    return example.partition("(")[0]
