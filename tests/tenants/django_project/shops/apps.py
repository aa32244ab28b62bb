from django.apps import AppConfig


class Shops(AppConfig):
    name = "shops"
