"""`manage.py cors`: the project's policy, checked, printed and asked about requests."""

from argparse import REMAINDER
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi.adapting import governing
from django_cors_wsgi._setting import SETTING, read_policy
from django_cors_wsgi._views import mark_for, marks

if TYPE_CHECKING:
    from cors_wsgi.doctor.frameworks import Governed


class Command(BaseCommand):
    """Passes its arguments on to the commands that `cors-wsgi` has for an application."""

    help = "Check the CORS policy, and ask it about requests: policy, explain, check."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take all arguments as they are."""
        parser.add_argument("arguments", nargs=REMAINDER, help="policy, explain or check, ...")

    def handle(self, *_: Any, arguments: list[str], **__: Any) -> None:
        """Run the command."""
        try:
            from cors_wsgi.doctor.frameworks import commands  # noqa: PLC0415 - needs the extra
        except ModuleNotFoundError as error:
            message = f"manage.py cors needs {error.name}: pip install 'cors-wsgi[cli]'"
            raise CommandError(message) from error
        group = commands(governed, get_wsgi_application, "django")
        group(arguments or ["--help"], prog_name="manage.py cors")


def governed() -> "Governed":
    """Return what governs the project, its marked views included.

    Raises:
        CannotRead: if there is no policy in the settings.
    """
    from cors_wsgi.doctor.frameworks import (  # noqa: PLC0415 - only the commands need it
        CannotRead,
        Governed,
        MarkedView,
    )

    where = f"{SETTING} in {settings.SETTINGS_MODULE}"
    try:
        source = read_policy()
    except InvalidPolicy as error:
        return Governed(where, None, error.problems)
    except (LookupError, ImportError, TypeError) as error:
        raise CannotRead(f"{settings.SETTINGS_MODULE}: {error}") from error
    reached = dict.fromkeys(marks(get_resolver())) if getattr(settings, "ROOT_URLCONF", "") else {}
    views = tuple(MarkedView(mark.where, mark.policy) for mark in reached)

    def resolve(environ: Mapping[str, Any]) -> Policy | None:
        mark = mark_for(WSGIRequest(dict(environ)))
        return mark.policy if mark else governing(source, environ)

    return Governed(where, source, views=views, resolve=resolve)
