"""From a policy to the files of a target."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi.export.capabilities import CAPABILITIES
from cors_wsgi.export.edge import Edge, edge_of
from cors_wsgi.export.files import File
from cors_wsgi.export.findings import Finding
from cors_wsgi.export.limits import limits


class UnknownTarget(ValueError):  # noqa: N818 - says what is wrong
    """There is no target of this name.

    Attributes:
        nearest: The names of targets that are spelt alike.
    """

    def __init__(self, name: str) -> None:
        self.nearest = tuple(difflib.get_close_matches(name.lower(), CAPABILITIES, 3, 0.5))
        question = f"Did you mean {' or '.join(map(repr, self.nearest))}?"
        hint = question if self.nearest else f"The targets are {', '.join(CAPABILITIES)}."
        super().__init__(f"{name!a} is no target. {hint}")


@dataclass(frozen=True, slots=True)
class Export:
    """What comes of an export.

    Attributes:
        target: The name of the target.
        files: The files by name; none if there is an error.
        findings: What the target cannot say, errors first, or says differently.
    """

    target: str
    files: dict[str, File]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which nothing is written."""
        return tuple(finding for finding in self.findings if finding.level == "error")


def export(target: str, policy: Policy | PathPolicies, *, source: str = "the policy") -> Export:
    """Write a policy down for another layer.

    Args:
        target: The layer, such as `"nginx"`; `CAPABILITIES` has their names.
        policy: A policy, or policies by path.
        source: Where the policy is written, such as `"cors.toml"`, for the comment at the
            top of each file.

    Raises:
        UnknownTarget: If there is no such target.
        TypeError: If `policy` is a function or anything else that cannot be read.
    """
    if target not in CAPABILITIES:
        raise UnknownTarget(target)
    if not isinstance(policy, Policy | PathPolicies):
        message = f"only a Policy or PathPolicies can be exported, not {type(policy).__name__}:"
        message += " whatever decides for each request cannot be written down"
        raise TypeError(message)
    edge, findings = edge_of(policy, source)
    findings += limits(edge, CAPABILITIES[target])
    if any(finding.level == "error" for finding in findings):
        return Export(target, {}, tuple(findings))
    files = _writer(target)(edge, CAPABILITIES[target].title)
    return Export(target, files, tuple(findings))


def _writer(target: str) -> Callable[[Edge, str], dict[str, File]]:
    """Import a target's module, so that nobody pays for the others."""
    name = "lambda_python" if target == "lambda" else target.replace("-", "_")
    module = import_module(f"cors_wsgi.export.targets.{name}")
    write: Callable[[Edge, str], dict[str, File]] = module.write
    return write
