"""Apache httpd, in `.htaccess`: what `apache` writes, and what precedes authentication."""

from cors_wsgi.export.targets.apache import write_htaccess as write

__all__ = ["write"]
