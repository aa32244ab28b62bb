"""Configures Django, once for all tests; each overrides what it is about.

Import it before anything that needs settings.
"""

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="tests",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
        ],
        MIDDLEWARE=[],
        ROOT_URLCONF="django_settings",
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()

urlpatterns: list[object] = []
