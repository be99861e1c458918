"""Django's entry for the providers app."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
