"""The application: in INSTALLED_APPS, it has `manage.py check` look at CORS too."""

from django.apps import AppConfig


class CORSConfig(AppConfig):
    """Registers the system checks."""

    name = "django_cors_wsgi"
    verbose_name = "CORS"

    def ready(self) -> None:
        """Register the system checks."""
        from django_cors_wsgi import _setting as _setting  # noqa: PLC0414, PLC0415 - it registers
