"""`manage.py serve`: `prepare`, and then `runserver`."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Prepares the database, then serves the shop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", default="127.0.0.1:8003")

    def handle(self, *, address: str, **_options: Any) -> None:
        call_command("prepare")
        call_command("runserver", address, use_reloader=False)
