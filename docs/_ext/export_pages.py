"""The pages below "Export": one for each target and for each code.

They are written from the tables in `cors_wsgi.export` before anything is read, into
`export/`, which is not committed. The files that a page shows are exported while it is written.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from error_pages import fenced, joined, listed, toctree
from generated_pages import below, write

from cors_wsgi import Policy
from cors_wsgi.export import CAPABILITIES, Capabilities, export
from cors_wsgi.export.codes import CODES
from cors_wsgi.export.describe import cannot_say, differs_in

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# A policy that every target can say.
EXAMPLE = Policy(
    allow_origins=["https://app.example"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
    allow_credentials=True,
)
LANGUAGES = {"yaml": "yaml", "json": "json", "py": "python", "js": "js", "mjs": "js"}

CODES_PAGE = "[all codes](codes.md)"


def pages() -> Iterator[tuple[str, str]]:
    """Return the name and the text of every page."""
    yield "targets", targets_page()
    yield "codes", codes_page()
    for name, target in CAPABILITIES.items():
        yield name, target_page(name, target)
    for code, described in CODES.items():
        level = "An error: nothing is written." if described.level == "error" else "A warning."
        yield code, below(CODES_PAGE, code_page(code, described, level))


def targets_page() -> str:
    """Return what each target can say."""
    rows = [
        f"| [{target.title}]({name}.md) | {', '.join(cannot_say(target)) or '-'}"
        f" | {', '.join(differs_in(target)) or '-'} | {target.proven} |"
        for name, target in CAPABILITIES.items()
    ]
    table = "\n".join(
        ["| target | what it refuses | what differs | proven with |", "|---|---|---|---|", *rows]
    )
    return joined(["# What each target can say", table, toctree([*CAPABILITIES])])


def codes_page() -> str:
    """Return the codes, errors first."""
    rows = [
        f"| [`{code}`]({code}.md) | {described.level} | {described.title} |"
        for code, described in CODES.items()
    ]
    table = "\n".join(["| code | level | what it is |", "|---|---|---|", *rows])
    return joined(["# Codes of `export`", table])


def target_page(name: str, target: Capabilities) -> str:
    """Return where a target's files go, what they are, and the target's limits."""
    result = export(name, EXAMPLE, source="cors.toml")
    where = [f"`{file}`: {made.where}" for file, made in result.files.items()]
    limits = [
        *(f"It refuses {text}." for text in cannot_say(target)),
        *(f"{text[:1].upper()}{text[1:]}." for text in differs_in(target) if text not in CODES),
        *target.limits,
    ]
    shown = [
        block
        for file, made in result.files.items()
        for block in (f"`{file}`", fenced(_language(file), made.text.rstrip()))
    ]
    check = f"{target.check} && " if target.check else ""
    out = " --out edge/" if len(result.files) > 1 else ""
    command = f"$ cors-wsgi export {name} cors.toml{out}"
    verify = f"$ {check}cors-wsgi verify https://api.example cors.toml"
    return joined(
        [
            f"# Export to {target.title}",
            fenced("console", command),
            "## Where the files go",
            listed(where, "-"),
            fenced("text", target.example.rstrip()) if target.example else "",
            "Then check that it obeys:",
            fenced("console", verify),
            "## Limits" if limits else "",
            listed(limits, "-"),
            f"Proven with {target.proven}. [The target's documentation]({target.source}).",
            "## The files",
            "For one origin with credentials, two methods and two headers:",
            *shown,
        ]
    )


class Described(Protocol):
    """What a code means."""

    @property
    def title(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def helps(self) -> str: ...


def code_page(code: str, described: Described, kind: str) -> str:
    """Return what a code means, and of which kind it is, in a sentence."""
    heading = f"# {described.title}"
    return joined([heading, f"`{code}`", kind, described.meaning, "## What helps", described.helps])


def _language(file: str) -> str:
    return LANGUAGES.get(Path(file).suffix.removeprefix("."), "text")


def write_pages(app: "Sphinx") -> None:
    """Write the pages below "Export"."""
    write(app, "export", pages())


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect to Sphinx's events."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
