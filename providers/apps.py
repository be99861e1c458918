"""Django's entry for the providers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = _("Providers, brands, dealers")

    def ready(self) -> None:
        from iys_portal.accounts.hooks import register_membership_port
        from iys_portal.accounts.scopes import register_scope_source
        from iys_portal.core import documents

        from .selectors import scopes_of_member
        from .services import MembershipDesk, document_kind

        documents.register(document_kind())
        register_scope_source(scopes_of_member)
        register_membership_port(MembershipDesk())
