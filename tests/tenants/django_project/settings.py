"""A Django project whose tenants' origins are in its database."""

import os

SECRET_KEY = "tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django_cors_wsgi", os.environ.get("SHOPS", "shops.apps.Shops")]
MIDDLEWARE = ["django_cors_wsgi.middleware.CORSMiddleware"]
ROOT_URLCONF = "shops.urls"
CORS_POLICY = "shops.cors.policies"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
if "POSTGRES_PORT" in os.environ:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "PORT": os.environ["POSTGRES_PORT"],
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SQLITE"]}}
MIGRATION_MODULES = {"shops": os.environ.get("MIGRATIONS", "shops.migrations")}
