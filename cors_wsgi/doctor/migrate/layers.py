"""From other layers whose configuration is data: Envoy, Istio, the Gateway API and AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.as_python import paths_as_python, policy_as_python
from cors_wsgi.doctor.migrate.migration import Change, Migration
from cors_wsgi.export import CAPABILITIES
from cors_wsgi.export.readers import NotThisKind, Reading, read

# What stands for a configuration that no policy says.
_NOBODY: Final = PathPolicies({"/": None})


def read_layer(target: str, path: str) -> Migration:
    """Translate the configuration of another layer.

    Args:
        target: One of `cors_wsgi.export.readers.READABLE`.
        path: The file, JSON or YAML.

    Raises:
        CannotRead: The file cannot be read, or is the configuration of something else.
    """
    title = CAPABILITIES[target].title
    try:
        reading = read(target, _data(path))
    except NotThisKind as error:
        raise CannotRead(f"{path} is no configuration of {title}: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CannotRead(f"{path} is no configuration of {title} that can be read") from error
    source = reading.source or _NOBODY
    return Migration(
        library=title,
        where=path,
        source=source,
        python=_python(source),
        changes=tuple(_to_decide(title, reading)),
    )


def _data(path: str) -> Any:
    try:
        # JSON is YAML, but for what no configuration has.
        return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotRead(f"{path} is neither JSON nor YAML") from error


def _to_decide(title: str, reading: Reading) -> list[Change]:
    """Return what keeps the policy from being built, so that nobody is allowed."""
    nobody = "nobody is allowed: decide what you mean, and write it"
    undecided = [Change(title, text, nobody, to_decide=True) for text in reading.undecided]
    return undecided + [
        Change(
            problem.field,
            f"{problem.value!r} {problem.message}",
            f"nobody is allowed. {problem.hint}",
            to_decide=True,
        )
        for problem in reading.problems
    ]


def _python(source: Policy | PathPolicies) -> str:
    if isinstance(source, PathPolicies):
        texts = {prefix: policy_as_python(policy) for prefix, policy in source.policies.items()}
        return paths_as_python(texts)
    return policy_as_python(source)
