"""Django's entry for the consents app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentsConfig(AppConfig):
    name = "consents"
    verbose_name = _("Consents and imports")

    def ready(self) -> None:
        from iys_portal.accounts.hooks import register_address_reader

        register_address_reader("consents.selectors.search.stored_address")
