"""Django's entry for the dashboard app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "iys_portal.dashboard"
    label = "dashboard"
