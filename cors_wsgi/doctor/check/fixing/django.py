"""The changed lines of `CORS_POLICY` in Django's settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import HostPolicies, PathPolicies, Policy
from cors_wsgi._policy.paths import governing_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from cors_wsgi.doctor.check.fixing.change import Change

SETTING: Final = "CORS_POLICY"


def setting_statement(path: str, policy: Policy, change: Change) -> tuple[str, str]:
    """Return where to change the setting, and the statement that does.

    Args:
        path: The path that was asked for.
        policy: The policy that governs it.
        change: What to change in it.
    """
    settings = import_module("django.conf").settings
    where = f"at the end of {settings_file()}"
    given = getattr(settings, SETTING, None)
    if isinstance(given, Policy):
        return where, f"{SETTING} = {change.call(SETTING, policy)}"
    if isinstance(given, PathPolicies):
        table, entries = f"{SETTING}.policies", dict[Any, Any](given.policies)
    elif isinstance(given, Mapping) and "allow_origins" not in given:
        table, entries = SETTING, dict(given)
    elif isinstance(given, Mapping):
        return where, f"{SETTING} = {_extended(SETTING, policy, change)}"
    else:
        where = f"where {given} is defined, below that line"
        return where, f"policy = {change.call('policy', policy)}"
    prefix = prefix_of(entries, path)
    entry = f"{table}[{json.dumps(prefix)}]"
    isolated = isinstance(entries.get(prefix), Policy)
    new = change.call(entry, policy) if isolated else _extended(entry, policy, change)
    changed = f"{{**{table}, {json.dumps(prefix)}: {new}}}"
    if isinstance(given, PathPolicies):
        changed = f"PathPolicies({changed})"
    return where, f"{SETTING} = {changed}"


def is_host_setting(source: object) -> bool:
    """Return whether a source is the setting itself, as policies by host."""
    given = getattr(import_module("django.conf").settings, SETTING, None)
    return isinstance(source, HostPolicies) and source is given


def settings_file() -> str:
    """Return the name of the settings' file."""
    name = import_module("django.conf").settings.SETTINGS_MODULE
    return file_of(import_module(name)) if name else "settings.py"


def file_of(module: ModuleType) -> str:
    """Return the name of a module's file, below the folder that it is imported from."""
    package = "/__init__" if hasattr(module, "__path__") else ""
    return f"{module.__name__.replace('.', '/')}{package}.py"


def prefix_of(policies: Iterable[str], path: str) -> str:
    """Return the prefix that governs a path, as it is written; "/" if there is none.

    Args:
        policies: The prefixes, as they are written.
        path: The path, as `PATH_INFO` shows it.
    """
    read = path.encode("latin-1").decode(errors="surrogateescape")
    written = {one.rstrip("/"): one for one in policies}
    return written.get(governing_prefix(read, written) or "", "/")


def _extended(entry: str, policy: Policy, change: Change) -> str:
    """Return a mapping with the fields that change; lists are whole, for old ones may be text."""
    fields = {name: _plain(value) for name, value in change.fields(policy).items()}
    pairs = [f"{json.dumps(name)}: {value}" for name, value in fields.items()]
    return f"{{**{entry}, {', '.join(pairs)}}}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        entries = (json.dumps(one) if isinstance(one, str) else repr(one) for one in value)
        return f"[{', '.join(entries)}]"
    return repr(value)
