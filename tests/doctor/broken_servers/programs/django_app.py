"""A Django API with django-cors-headers below a key check, or with another origin listed."""

import os
from collections.abc import Callable
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

View = Callable[[HttpRequest], HttpResponse]
FIXED = os.environ["BROKEN_SERVERS"] == "fixed"
LISTED = os.environ.get("KIND") != "list"
CORS, KEY = "corsheaders.middleware.CorsMiddleware", "__main__.demands_a_key"


def demands_a_key(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Authorization") != "Bearer t":
            return JsonResponse({"detail": "no key"}, status=403)
        return get_response(request)

    return middleware


def data(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"answer": 42})


urlpatterns = [path("data/", data)]

if __name__ == "__main__":
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="__main__",
        SECRET_KEY="broken_servers",
        INSTALLED_APPS=["corsheaders"],
        CORS_ALLOWED_ORIGIN_REGEXES=[
            r"^http://localhost:\d+\Z" if LISTED or FIXED else r"^https://app\.example\Z"
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            *([CORS, KEY] if FIXED or not LISTED else [KEY, CORS]),
            "django.middleware.common.CommonMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
    )
    make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application()).serve_forever()
