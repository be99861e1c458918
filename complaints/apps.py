"""Django's entry for the complaints app."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
