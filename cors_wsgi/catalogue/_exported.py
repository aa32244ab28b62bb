"""The code that is a policy: one that can be built, or what `export` writes of it.

Configuration is shown as it is exported, without the comment at its top. A program, or what is
as long as one, is written by the command; then the code is the policy, and how to export it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cors_wsgi._policy.policy import Policy
from cors_wsgi._problems import InvalidPolicy
from cors_wsgi.export import export

_FILE: Final = re.compile(r"<<file ([a-z.-]+)>>")


class CannotExport(ValueError):  # noqa: N818 - the name says what is wrong
    """The policy cannot be built, or the stack cannot say it; the message is for people."""


def exported(code: str, target: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return code with the exported files in the place of `<<file NAME>>`.

    Args:
        code: The code as the catalogue has it.
        target: What the policy is exported to; empty if the code is Python, and has it.
        values: What the policy has to allow, as placeholders are filled in.

    Raises:
        CannotExport: If it cannot be done.
    """
    try:
        policy = _policy(values)
    except InvalidPolicy as error:
        message = f"A policy refuses this. {error.in_sentences}"
        raise CannotExport(message) from error
    if not target:
        return code
    result = export(target, policy)
    if result.errors:
        found = (f"{one.message} {one.hint}" for one in result.errors)
        raise CannotExport(" ".join(dict.fromkeys(found)))
    files = {name: _without_comment(file.text) for name, file in result.files.items()}
    files["cors.toml"] = "\n".join(_as_toml(policy))
    return _FILE.sub(lambda match: files[match[1]].strip("\n"), code)


def _policy(values: Mapping[str, Sequence[str]]) -> Policy:
    numbers: dict[str, Any] = {
        name: int(value) for name in ("max_age", "preflight_status") for value in values[name]
    }
    return Policy(
        allow_origins=values["origins"],
        allow_methods=values["methods"],
        allow_headers=values["headers"],
        allow_credentials=bool(values["credentials"]),
        expose_headers=values["expose_headers"],
        **numbers,
    )


def _without_comment(text: str) -> str:
    return text.partition("\n\n")[2] if text.startswith("#") else text


def _as_toml(policy: Policy) -> Iterator[str]:
    """Write what differs from the defaults."""
    plain = Policy(allow_origins="*")
    for name in policy.field_names():
        value = getattr(policy, name)
        if name == "allow_origins" or value != getattr(plain, name):
            yield f"{name} = {json.dumps(value)}"
