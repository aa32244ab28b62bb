"""The tables of problems and warnings in the policy reference.

Every row is an example that is run when the documentation is built: the code and the
sentence beside it are what `cors_wsgi` said.
"""

import re

from docutils import nodes
from policy_examples import rows
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class PolicyCodes(SphinxDirective):
    """A table: `problems` or `warnings`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        lines = ["```{list-table}", ":header-rows: 1", ":widths: 25 75", ":class: codes", ""]
        lines += ["* - Code", "  - What it says"]
        for code, example, said in rows(self.arguments[0]):
            lines += [f"* - `{code}`", f"  - `{example}`", "", f"    {_quoting(said)}"]
        return self.parse_text_to_nodes("\n".join([*lines, "```"]))


def _quoting(said: str) -> str:
    """Set what is quoted in a sentence as code."""
    return re.sub(r"(?<!\w)'([^']+)'(?!\w)", r"`\1`", said)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive to Sphinx."""
    app.add_directive("policy-codes", PolicyCodes)
    return {"parallel_read_safe": True}
