"""How the documentation is built: `make docs`."""

from importlib.metadata import version as version_of

project = "cors-wsgi"
copyright = "the cors-wsgi authors"  # noqa: A001 - Sphinx's name
version = release = version_of("cors-wsgi")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "cors-wsgi"
