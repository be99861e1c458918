"""Django's entry for the dashboard app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "iys_portal.dashboard"
    label = "dashboard"

    def ready(self) -> None:
        from iys_portal.core import documents

        from .verify import KIND

        documents.register(KIND)
