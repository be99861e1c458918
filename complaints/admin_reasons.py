"""Reasons of decisions, which registry admins keep (R-K7)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.admin_pages import ReadOnlyAdmin, actor_of
from iys_portal.core.reference_admin import HistoryMixin

from . import services
from .models import ReasonTemplate, ReasonTemplateVersion

register_admin_model("complaints.reasontemplate", view=Permission.REFERENCE_VIEW, change=Permission.REFERENCE_CHANGE)
register_admin_model("complaints.reasontemplateversion", view=Permission.REFERENCE_VIEW)


class VersionInline(admin.TabularInline):
    """Earlier words, to be read."""

    model = ReasonTemplateVersion
    fields = ["number", "outcome", "text", "written_at", "written_name"]
    readonly_fields = ["number", "outcome", "text", "written_at", "written_name"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ReasonTemplate)
class ReasonAdmin(HistoryMixin, ReadOnlyAdmin):
    """R-K7: each change of words is a version that stays; nothing is deleted, what is out of use is switched off."""

    list_display = ["title", "outcome", "version", "is_active", "changed_at"]
    list_filter = ["outcome", "is_active"]
    search_fields = ["title"]
    fields = ["title", "outcome", "text", "is_active"]
    inlines = [VersionInline]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.cleaned_data}
        actor = actor_of(request)
        if change:
            changed = {name: values[name] for name in form.changed_data}
            saved = services.change_reason(actor=actor, template=obj, **changed)
        else:
            saved = services.create_reason(actor=actor, **values)
        obj.__dict__.update(saved.__dict__)
