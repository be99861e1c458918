"""Django's entries for the accounts app and for the admin behind our sign-in."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "iys_portal.accounts"
    label = "accounts"
    verbose_name = _("People and sign-in")
    default = True

    def ready(self) -> None:
        from iys_portal.core.mailbox import register_code_source

        from . import receivers  # noqa: F401 (connects itself to allauth's signals)
        from .selectors import demo_codes

        register_code_source(demo_codes)


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "iys_portal.accounts.site.PortalAdminSite"
