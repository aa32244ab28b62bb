"""The application: in INSTALLED_APPS, it brings `manage.py cors` and the system checks."""

from django.apps import AppConfig

import django_cors_wsgi.checks  # noqa: F401 - it registers them


class CORSConfig(AppConfig):
    """Brings the command, and registers the system checks."""

    name = "django_cors_wsgi"
    verbose_name = "CORS"
