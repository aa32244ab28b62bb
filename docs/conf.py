"""How the documentation is built: `make docs`."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("_ext")))

project = "cors-wsgi"
copyright = "the cors-wsgi authors"  # noqa: A001 - Sphinx's name
version = release = version_of("cors-wsgi")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "notfound.extension",
    "policy_codes",
    "error_pages",
    "export_pages",
    "verify_pages",
    "layers",
    "readable_reference",
]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_generated"]

# Docstrings write code in single backticks.
default_role = "literal"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"cors-wsgi {version}"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_show_sourcelink = False
html_copy_source = False
html_baseurl = ""  # The owner's; the pages' social card needs it.
html_context = {
    "base_url": html_baseurl,
    "summary": "CORS for Flask, Django, FastAPI, WSGI and ASGI: a checked policy, and a command "
    "that explains why a browser blocked a request.",
}
html_css_files = ["site.css"]
# The button copies the commands of a session, and not their prompts.
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
