"""Admin pages of the consents app: announced deadlines. Consents and imports have the panel (design 3)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.reference_admin import ReferenceAdmin

from . import admin_imports  # noqa: F401 (registers the list of imports)
from .models import DeadlineExtension
from .resources import DeadlineResource
from .services import deadlines

register_admin_model("consents.deadlineextension", view=Permission.REFERENCE_VIEW, change=Permission.REFERENCE_CHANGE)


@admin.register(DeadlineExtension)
class DeadlineAdmin(ReferenceAdmin):
    """R-D2: announcements stay visible; a postponement is another announcement."""

    resource_classes = [DeadlineResource]
    list_display = ["until", "announced_on", "concerns", "check_until", "reference"]
    list_filter = ["size_class"]
    list_select_related = ["provider"]
    search_fields = ["reference", "=provider__iys_code"]
    blind_search_fields = ("provider__title", "reference")
    search_help_text = _("Part of the reference or the provider's name, or its whole İYS number")
    ordering = ["-announced_on", "-pk"]
    fields = ["announced_on", "until", "check_until", "size_class", "provider", "reference", "reason"]
    fixed_fields = ("until", "size_class", "provider")
    autocomplete_fields = ["provider"]

    @admin.display(description=_("concerns"))
    def concerns(self, deadline: DeadlineExtension) -> str:
        if deadline.provider is not None:
            return deadline.provider.title
        return deadline.get_size_class_display() if deadline.size_class else str(_("everybody"))

    def create(self, *, actor: Any, values: dict[str, Any]) -> DeadlineExtension:
        return deadlines.announce_deadline(actor=actor, **values)

    def update(self, *, actor: Any, obj: DeadlineExtension, changes: dict[str, Any]) -> DeadlineExtension:
        return deadlines.correct_deadline(actor=actor, deadline=obj, changes=changes)
