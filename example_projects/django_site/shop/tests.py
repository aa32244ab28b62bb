# ruff: noqa: PT009 - run by Django's own test runner, and written as its tests are
"""What a page may do, and what it may not: `manage.py test shop`."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client, TestCase

from shop.models import Order

FRONT_END = settings.FRONT_ENDS[0]
STRANGER = "https://stranger.example"


def preflight(path: str, method: str, *, origin: str = FRONT_END) -> HttpResponse:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return Client().options(path, headers=headers)


def cors(response: HttpResponse) -> dict[str, str]:
    return {
        name.removeprefix("Access-Control-"): value
        for name, value in response.items()
        if name.startswith("Access-Control-")
    }


class APage(TestCase):
    def setUp(self) -> None:
        ada = get_user_model().objects.create_user("ada", password="tea-time")
        Order.objects.create(owner=ada, item="Assam", quantity=2)
        self.browser = Client(enforce_csrf_checks=True, headers={"Origin": FRONT_END})
        self.csrf = self.browser.get("/csrf/").json()["csrfToken"]

    def send(self, path: str, body: Any) -> HttpResponse:
        return self.browser.post(
            path,
            json.dumps(body),
            content_type="application/json",
            headers={"X-CSRFToken": self.csrf},
        )

    def log_in(self) -> None:
        answer = self.send("/login/", {"user": "ada", "password": "tea-time"})
        self.assertEqual(answer.status_code, 200)
        self.csrf = answer.json()["csrfToken"]

    def test_preflights_need_no_login_no_token_and_no_route_for_options(self) -> None:
        for path in ("/login/", "/orders/", "/api/orders/"):
            with self.subTest(path=path):
                answer = preflight(path, "POST")
                self.assertEqual(answer.status_code, 204)
                self.assertEqual(answer["Access-Control-Allow-Origin"], FRONT_END)
                self.assertEqual(answer["Access-Control-Allow-Credentials"], "true")

    def test_the_request_itself_needs_the_login(self) -> None:
        answer = self.browser.get("/api/orders/")
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(answer["Access-Control-Allow-Origin"], FRONT_END)

    def test_a_page_logs_in_and_orders(self) -> None:
        self.log_in()
        for path in ("/orders/", "/api/orders/"):
            with self.subTest(path=path):
                answer = self.send(path, {"item": "Sencha", "quantity": 1})
                self.assertEqual(answer.status_code, 201)
                self.assertEqual(
                    cors(answer), {"Allow-Origin": FRONT_END, "Allow-Credentials": "true"}
                )
        items = [order["item"] for order in self.browser.get("/api/orders/").json()]
        self.assertEqual(items, ["Assam", "Sencha", "Sencha"])

    def test_without_the_token_nothing_is_ordered(self) -> None:
        self.log_in()
        self.csrf = ""
        answer = self.send("/api/orders/", {"item": "Sencha", "quantity": 1})
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(Order.objects.count(), 1)

    def test_a_bad_order_is_an_error_that_the_page_can_read(self) -> None:
        self.log_in()
        answer = self.send("/orders/", {"item": "Sencha", "quantity": "many"})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(list(answer.json()["error"]), ["quantity"])
        self.assertEqual(answer["Access-Control-Allow-Origin"], FRONT_END)

    def test_a_stranger_is_refused(self) -> None:
        self.assertEqual(cors(preflight("/orders/", "POST", origin=STRANGER)), {})

    def test_every_page_may_read_the_catalogue(self) -> None:
        answer = Client().get("/api/catalogue/", headers={"Origin": STRANGER})
        self.assertEqual(cors(answer), {"Allow-Origin": "*"})
