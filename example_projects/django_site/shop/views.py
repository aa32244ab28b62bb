"""Plain Django views: logging in, and one that takes an order."""

import json
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop.models import Order


def fields_of(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


@require_GET
def csrf(request: HttpRequest) -> HttpResponse:
    """Set the cookie, and tell the page the token that belongs to it.

    A page of another origin cannot read the cookie itself.
    """
    return JsonResponse({"csrfToken": get_token(request)})


@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    fields = fields_of(request)
    user = authenticate(request, username=fields.get("user"), password=fields.get("password"))
    if user is None:
        return JsonResponse({"error": "log in with a user and a password"}, status=401)
    login(request, user)
    return JsonResponse({"user": user.get_username(), "csrfToken": get_token(request)})


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse(status=204)


@require_POST
@login_required
def place_order(request: HttpRequest) -> HttpResponse:
    fields = fields_of(request)
    order = Order(owner=request.user, item=fields.get("item"), quantity=fields.get("quantity"))
    try:
        order.full_clean()
    except ValidationError as error:
        return JsonResponse({"error": error.message_dict}, status=400)
    order.save()
    return JsonResponse(
        {"id": order.pk, "item": order.item, "quantity": order.quantity}, status=201
    )
