"""Django's entry for the consents app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentsConfig(AppConfig):
    name = "consents"
    verbose_name = _("Consents and imports")

    def ready(self) -> None:
        from iys_portal.accounts.hooks import register_address_end, register_address_reader
        from iys_portal.accounts.permissions import Permission
        from iys_portal.core import documents
        from iys_portal.core.mailbox import register_text_inbox
        from providers import after_approval

        from .document_kinds import KINDS
        from .services.inbound import receive_from_mailbox

        register_address_reader("consents.selectors.search.stored_address")
        register_address_end("consents.services.wishes.end_with_holder")
        register_text_inbox(receive_from_mailbox)
        after_approval.register(
            after_approval.Page(
                _("Initial-load window"), "consents:initial_window", Permission.APPLICATION_REVIEW, "calendar"
            )
        )
        for kind in KINDS:
            documents.register(kind)
