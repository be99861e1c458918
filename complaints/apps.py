"""Django's entry for the complaints app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from consents.hooks import register_complaint_link, register_own_line
        from consents.own_data import register_part
        from iys_portal.core import documents

        from .document_kinds import KINDS
        from .selectors.own_data import own_part

        for kind in KINDS:
            documents.register(kind)
        register_complaint_link("complaints.links.complaint_link")
        register_own_line("complaints.links.own_line")
        register_part("complaints", _("Complaints"), own_part)
