"""`manage.py cors`: the project's policy, checked, printed and asked about requests."""

from argparse import REMAINDER
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application

from django_cors_wsgi._governed import governed

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def _application() -> "WSGIApplication":
    try:
        return get_wsgi_application()
    except (ImportError, ImproperlyConfigured) as error:
        message = f"the application does not start: {error}"
        raise CommandError(message, returncode=2) from error


class Command(BaseCommand):
    """Passes its arguments on to the commands that `cors-wsgi` has for an application."""

    help = "Check the CORS policy, and ask it about requests: policy, explain, check, tenants."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take all arguments as they are."""
        parser.add_argument("arguments", nargs=REMAINDER, help="policy, explain or check, ...")

    def handle(self, *_: Any, arguments: list[str], **__: Any) -> None:
        """Run the command."""
        # They need the extra `cli`, and `manage.py help cors` must not: they take 180 ms.
        try:
            from cors_wsgi.doctor.frameworks import commands  # noqa: PLC0415 - see above
            from django_cors_wsgi.tenants_command import tenants  # noqa: PLC0415 - see above
        except ModuleNotFoundError as error:
            message = f"manage.py cors needs {error.name}: pip install 'cors-wsgi[cli]'"
            raise CommandError(message) from error
        group = commands(governed, _application, "django")
        group.add_command(tenants)
        group(arguments or ["--help"], prog_name="manage.py cors")
