"""`manage.py prepare`: what a first start needs, the tables and a user with an order."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    help = "Makes the tables, and the user ada with an order."

    def handle(self, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        users = get_user_model().objects
        if not users.filter(username="ada").exists():
            ada = users.create_user("ada", password="tea-time")
            Order.objects.create(owner=ada, item="Assam", quantity=2)
