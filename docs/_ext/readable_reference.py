"""What makes the API reference readable where autodoc alone does not."""

import dataclasses

from sphinx.application import Sphinx


def mark_code(
    _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Show as code what a module's docstring indents after a blank line, without `::`."""
    if what != "module":
        return
    marked: list[str] = []
    in_code = False
    for line in lines:
        if line and in_code != line.startswith("    "):
            in_code = not in_code
            if in_code and marked and not marked[-1]:
                marked += ["::", ""]
        marked.append(line)
    lines[:] = marked


def shorten_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    obj: object,
    _options: object,
    _signature: str,
    _returns: str,
) -> tuple[str, str] | None:
    """Show no defaults of a dataclass: they can be whole objects. Its fields are explained."""
    has_made_init = getattr(getattr(obj, "__dataclass_params__", None), "init", False)
    if not (isinstance(obj, type) and dataclasses.is_dataclass(obj) and has_made_init):
        return None
    return f"({', '.join(f.name for f in dataclasses.fields(obj) if f.init)})", ""


def skip_tuple_fields(
    _app: Sphinx, _what: str, _name: str, obj: object, _skip: object, _options: object
) -> bool | None:
    """Leave out the fields of a named tuple, each an "Alias for field number 3"."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx's events."""
    app.connect("autodoc-process-docstring", mark_code)
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-skip-member", skip_tuple_fields)
    return {"parallel_read_safe": True}
