"""The application at hand: what governs it, and the statement that changes it."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cors_wsgi import HostPolicies, PathPolicies, Policy, transports
from cors_wsgi._importing import parts_of
from cors_wsgi._policy.requests import host_of
from cors_wsgi.adapting import CannotRead, GovernedApplication
from cors_wsgi.doctor.as_python import policy_as_python
from cors_wsgi.doctor.check.fixing.django import (
    SETTING,
    file_of,
    is_host_setting,
    prefix_of,
    setting_statement,
    settings_file,
)
from cors_wsgi.doctor.governed import governed_by, governed_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from cors_wsgi.doctor.check.fixing.change import Change

# Where middlewares keep what they wrap.
_INNER = ("app", "asgi_app", "wsgi_app", "application")
_DEEPEST = 10


Policies: TypeAlias = Policy | PathPolicies | HostPolicies


class Statement(NamedTuple):
    """Code to paste, and where it goes."""

    where: str
    code: str


@dataclass(frozen=True, slots=True)
class Application:
    """The application at hand.

    Attributes:
        stack: Its stack: "flask", "django", "fastapi", "wsgi" or "asgi".
        name: What to call it in code: the name after the colon of its import path, or a usual one.
        module: The module that it is imported from; empty if that is not known.
        app: The application itself.
        governed: What governs it; `None` if no policy was found.
    """

    stack: str
    name: str
    module: str
    app: Any = field(repr=False)
    governed: GovernedApplication | None


def application_at(path: str, app: Any) -> Application:
    """Return an application by its import path, with what governs it.

    Args:
        path: Its import path, `module:object` or `module:factory(...)`, or that in a `.wsgi` file.
        app: What it leads to.
    """
    stack = transports.stack_of(app)
    module, name = parts_of(path)
    usual = "application" if stack in {"django", "wsgi"} else "app"
    name = usual if not name or name.endswith(")") else name
    owner, governed = _governed(app, stack, name)
    return Application(stack, owner, module, app, governed)


def _governed(app: Any, stack: str, name: str) -> tuple[str, GovernedApplication | None]:
    """Return what governs an application, and the expression for what carries it."""
    with suppress(CannotRead):
        if stack == "django":
            return name, governed_by("django")
        if stack in {"flask", "fastapi"}:
            owner = name if stack == "flask" else f"{name}.state.cors_wsgi"
            return owner, governed_by(stack, app, name)
    outermost = f"{name}.asgi_app" if callable(getattr(app, "asgi_app", None)) else name
    for _ in range(_DEEPEST):
        try:
            if hasattr(app, "policy"):
                return name, governed_object(app, name)
        except CannotRead:
            return name, None
        attribute = next((one for one in _INNER if callable(getattr(app, one, None))), None)
        if attribute is None:
            break
        app, name = getattr(app, attribute), f"{name}.{attribute}"
    return outermost, None


def statement(
    application: Application, environ: Mapping[str, Any], policy: Policy, change: Change
) -> Statement:
    """Return the statement that makes a change in the policy that governs a request."""
    governed = application.governed
    assert governed is not None  # noqa: S101 - the policy is one of its
    for view in governed.views:
        if view.policy is policy:
            return _view_statement(view.where, policy, change)
    if not isinstance(governed.source, Policy | PathPolicies | HostPolicies):
        where = "in the function that chooses the policy, before it returns `policy`"
        return Statement(where, f"policy = {change.call('policy', policy)}")
    if application.stack == "django" and is_host_setting(governed.source):
        where = f"at the end of {settings_file()}"
        return Statement(where, assignment(SETTING, governed.source, environ, change))
    if application.stack == "django":
        where, code = setting_statement(environ.get("PATH_INFO", "/"), policy, change)
        return Statement(where, code)
    if application.stack == "flask" and not application.name.endswith(".wsgi_app"):
        return _flask_statement(application, governed.source, environ, policy, change)
    owner = f"{application.name}.policy"
    where = f"below the line that creates `{application.name.partition('.')[0]}`"
    if application.stack == "fastapi":
        where = "below the line that calls `CORS`"
    if application.module:
        where = f"in {_file(sys.modules.get(application.module))}, {where}"
    return Statement(where, assignment(owner, governed.source, environ, change))


def _flask_statement(
    application: Application,
    source: Policies,
    environ: Mapping[str, Any],
    policy: Policy,
    change: Change,
) -> Statement:
    called_at = str(application.app.extensions["cors_wsgi"].where)
    module = _module_at(called_at) or sys.modules.get(application.app.import_name)
    file = _file(module)
    if (name := _name_of(source, module)) is not None:
        where = f"in {file}, above the line that calls `CORS`"
        return Statement(where, assignment(name, source, environ, change))
    if isinstance(source, Policy):
        line = called_at.rpartition(":")[2]
        where = f"in {file}, line {line}, in place of the call of `CORS` that is there"
        code = f"CORS({application.name}, {policy_as_python(change.applied(policy))})"
        return Statement(where, f"{_missing_imports(module)}{code}")
    owner = f'{application.name}.extensions["cors_wsgi"].policy'
    where = f"in {file}, below the line that calls `CORS`"
    return Statement(where, assignment(owner, source, environ, change))


def _view_statement(where: str, policy: Policy, change: Change) -> Statement:
    module = _module_at(where)
    if (name := _name_of(policy, module)) is not None:
        return Statement(f"{where}, above that line", f"{name} = {change.call(name, policy)}")
    code = f"@cors_policy({policy_as_python(change.applied(policy))})"
    return Statement(f"{where}, in place of the decorator", code)


def assignment(owner: str, source: Policies, environ: Mapping[str, Any], change: Change) -> str:
    """Return the statement that puts a changed policy, or changed policies, in the old one's place.

    Args:
        owner: The expression that is read and assigned to.
        source: What it stands for now.
        environ: The environ of a request that the policy to change governs.
        change: What to change in it.
    """
    names = sorted(_class_names(source, environ))
    imports = f"from cors_wsgi import {', '.join(names)}\n\n" if names else ""
    return f"{imports}{owner} = {_changed(owner, source, environ, change)}"


def _changed(owner: str, source: Policies, environ: Mapping[str, Any], change: Change) -> str:
    if isinstance(source, Policy):
        return change.call(owner, source)
    key, inner = _entry(source, environ)
    inside = _changed(f"{owner}.policies[{json.dumps(key)}]", inner, environ, change)
    return f"{type(source).__name__}({{**{owner}.policies, {json.dumps(key)}: {inside}}})"


def _class_names(source: Policies, environ: Mapping[str, Any]) -> set[str]:
    if isinstance(source, Policy):
        return set()
    return {type(source).__name__, *_class_names(_entry(source, environ)[1], environ)}


def _entry(
    source: PathPolicies | HostPolicies, environ: Mapping[str, Any]
) -> tuple[str, Policy | PathPolicies]:
    """Return the entry that governs a request: it has a policy, for that is what is changed."""
    if isinstance(source, HostPolicies):
        key = host_of(environ) or ""
        found: Policy | PathPolicies | None = source.policies.get(key)
    else:
        key = prefix_of(source.policies, environ.get("PATH_INFO", "/"))
        found = source.policies.get(key)
    assert found is not None, key  # noqa: S101 - as the docstring says
    return key, found


def _name_of(value: object, module: ModuleType | None) -> str | None:
    """Return the name that a module has for an object, if it has one."""
    names = vars(module) if module else {}
    return next((name for name, one in names.items() if one is value and value is not None), None)


def _module_at(where: str) -> ModuleType | None:
    """Return the module that a file and a line are in."""
    file = where.rpartition(":")[0]
    modules = [*sys.modules.values()]
    return next((one for one in modules if getattr(one, "__file__", None) == file), None)


def _missing_imports(module: ModuleType | None) -> str:
    """Return the imports that a call of `CORS` with a `Policy` needs, and a module has not."""
    needed = {"Policy": "cors_wsgi", "CORS": "flask_cors_wsgi"}
    missing = [name for name in needed if not hasattr(module, name)]
    lines = "".join(f"from {needed[name]} import {name}\n" for name in missing)
    return f"{lines}\n" if lines else ""


def _file(module: ModuleType | None) -> str:
    return "the module of the application" if module is None else file_of(module)
