"""Django's entry for the core app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "iys_portal.core"
    label = "core"
    verbose_name = _("Audit log, jobs, calendar")
