"""Writes a program out: a comment, the policy as data, and the two halves of the program."""

from importlib.resources import files

from cors_wsgi.export.data import Data, literal
from cors_wsgi.export.edge import AMBIGUOUS, TOKEN, TOKENS, Edge, EdgePolicy
from cors_wsgi.export.files import comment

_OURS = "from cors_wsgi.export.programs.decide import ("


def policy_data(edge: Edge) -> str:
    """Return a policy as a literal that is JSON, JavaScript and Python alike.

    So it has neither booleans nor null: 1 stands for true, and an empty object for no policy.
    """
    data: Data = {
        "by_path": int(edge.by_path),
        "ambiguous": AMBIGUOUS,
        "token": TOKEN,
        "tokens": TOKENS,
        "rules": [
            {"prefix": rule.prefix, "policy": _policy(rule.policy) if rule.policy else {}}
            for rule in edge.rules
        ],
    }
    return literal(data)


def _policy(policy: EdgePolicy) -> Data:
    return {
        "status": policy.policy.preflight_status,
        "any_origin": int(policy.any_origin),
        "origins": list(policy.exact),
        "pattern": "|".join(policy.wider),
        "headers": dict(policy.actual_headers),
        "vary": list(policy.vary),
        "preflight_vary": list(policy.preflight_vary),
        "allow_methods": list(policy.methods),
        "any_methods": int(policy.any_method),
        "allow_headers": list(policy.headers),
        "any_headers": int(policy.any_header),
        "max_age": policy.max_age,
    }


def javascript(edge: Edge, title: str, second: str) -> str:
    """Write a JavaScript program, whose second half is in the file `second`."""
    head = [f"// {line}" for line in comment(edge, title)]
    parts = [f"const POLICY = {policy_data(edge)};", _text("decide.js"), _text(second)]
    return "\n".join(head) + "\n\n" + "\n\n".join(part.strip() for part in parts) + "\n"


def python(edge: Edge, title: str, second: str) -> str:
    """Write a Python program, whose second half is in the file `second`."""
    head = [f"# {line}" for line in comment(edge, title)]
    first_imports, first = _split(_text("decide.py"))
    second_imports, rest = _split(_text(second))
    policy = f"POLICY: dict[str, Any] = {policy_data(edge)}"
    first = first.replace("POLICY: dict[str, Any] = {}", policy)
    imports = _merged({*first_imports, *second_imports})
    parts = ["\n".join(head), "\n".join(imports), first, rest]
    return "\n\n".join(parts[:3]) + "\n\n\n" + parts[3] + "\n"


def _text(name: str) -> str:
    return files("cors_wsgi.export.programs").joinpath(name).read_text(encoding="utf-8")


def _split(source: str) -> tuple[list[str], str]:
    """Split a module into its imports and what follows, without what it takes from `decide`."""
    _, _, rest = source.partition('"""\n\n') if source.count('"""') else ("", "", source)
    imports = []
    lines = rest.splitlines()
    while lines and (lines[0] == "" or lines[0].startswith(("import ", "from "))):
        line = lines.pop(0)
        if line == _OURS:
            del lines[: lines.index(")") + 1]
        elif line:
            imports.append(line)
    return imports, "\n".join(lines).strip()


def _merged(imports: set[str]) -> list[str]:
    """Sort imports, those of one module as one."""
    names: dict[str, set[str]] = {}
    for line in imports:
        if line.startswith("from "):
            module, _, imported = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, set()).update(imported.split(", "))
    whole = sorted(line for line in imports if line.startswith("import "))
    return whole + [f"from {m} import {', '.join(sorted(names[m]))}" for m in sorted(names)]
