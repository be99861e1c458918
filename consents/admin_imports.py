"""Imports in the admin: a list over all providers to read and filter. Their pages and the way in are the panel's."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.admin_pages import ReadOnlyAdmin, actor_of
from iys_portal.core.turkish_db import spelling_blind

from .models import ConsentImport

register_admin_model("consents.consentimport", view=Permission.AUDIT_VIEW)


class OriginFilter(admin.SimpleListFilter):
    """Whether the registry or the provider's own people imported."""

    title = _("who imported")
    parameter_name = "registry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("the registry")), ("no", _("the provider"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(by_registry=self.value() == "yes") if self.value() else queryset


@admin.register(ConsentImport)
class ImportAdmin(ReadOnlyAdmin):
    """Every import of every provider; a row leads to its page in the panel."""

    change_list_template = "admin/consents/consentimport/change_list.html"
    list_display = ["file_name", "state", "rows", "provider", "brand", "origin", "created_at"]
    list_display_links = ["file_name"]
    list_filter = ["state", OriginFilter, ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["provider", "brand"]
    list_per_page = 50
    search_fields = ["=provider__iys_code", "=brand__brand_code", "=reference"]
    search_help_text = _("Part of the company's name, or the whole İYS number, brand number or reference")
    ordering = ["-created_at", "-pk"]

    @admin.display(description=_("rows"))
    def rows(self, item: ConsentImport) -> int | None:
        return (item.counts or item.dry_counts).get("total")

    @admin.display(description=_("who imported"))
    def origin(self, item: ConsentImport) -> str:
        return f"{item.actor_name} ({_('the registry')})" if item.by_registry else item.actor_name

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_repeat
        named = queryset
        for word in search_term.split():
            named = named.filter(provider__title__iregex=spelling_blind(word))
        return found | named, may_repeat

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may = {"may_import": actor_of(request).may(Permission.CONSENT_IMPORT_ANY)}
        return super().changelist_view(request, (extra_context or {}) | may)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        item = self.get_object(request, object_id)
        if item is None or not self.has_view_permission(request, item):
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect("consents:import", item.public_id)
