"""Django's entry for the consents app."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "consents"
