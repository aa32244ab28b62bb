"""A small shop: session login, CSRF protection, Django REST framework."""

import os
from pathlib import Path

FRONT_ENDS = os.environ.get("CORS_ALLOW_ORIGINS", "http://localhost:3000").split(",")

CORS_POLICY = {
    "allow_origins": FRONT_ENDS,
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["Content-Type", "X-CSRFToken"],
    "allow_credentials": True,
}
# CORS decides who may read an answer, CSRF protection who may change anything:
# a page that may do both is named in both.
CSRF_TRUSTED_ORIGINS = FRONT_ENDS

MIDDLEWARE = [
    "django_cors_wsgi.middleware.CORSMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
INSTALLED_APPS = [
    "django_cors_wsgi",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "shop",
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

# Enough while the page and the shop are on one site (two ports of one host
# are). A page on another site needs "None", and both cookies Secure.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "shop_sessionid"
CSRF_COOKIE_NAME = "shop_csrftoken"

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DB", Path(__file__).parent.parent / "shop.sqlite3"),
        "OPTIONS": {"timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/login/"
ROOT_URLCONF = "shop.urls"
SECRET_KEY = os.environ.get("SECRET_KEY", "for this example only")
USE_TZ = True
