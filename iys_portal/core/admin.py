"""Admin pages of the kernel: audit log and jobs to read, added holidays to keep."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import services
from .actors import Actor
from .admin_pages import ReadOnlyAdmin, actor_of
from .models import AuditEntry, Holiday, Job
from .reference_admin import ReferenceAdmin
from .resources import DayWidget, KeyLoader, ReferenceResource, column


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_name", "verb", "target_type", "target_name", "provider_id", "way"]
    list_filter = ["way", "verb", "target_type", ("at", admin.DateFieldListFilter)]
    search_fields = ["=target_id", "=request_id", "actor_name__startswith"]
    search_help_text = _("Number of the row, request id, or the beginning of the actor's name")
    ordering = ["-id"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "title", "task", "state", "done", "total", "attempts", "actor_name"]
    list_filter = ["state", "task", ("created_at", admin.DateFieldListFilter)]
    ordering = ["-id"]
    exclude = ["token", "payload"]


class HolidayResource(ReferenceResource):
    """One added day a row."""

    day = column("day", "day", DayWidget())
    name = column("name", "name")

    headings = {"day": ("Gün", "Tarih"), "name": ("Ad", "Adı")}
    needed = ("day", "name")

    class Meta:
        model = Holiday
        fields = ("day", "name")
        import_id_fields = ("day",)
        instance_loader_class = KeyLoader
        skip_unchanged = True
        name = _("Added holidays")

    def create(self, instance: Holiday, values: dict[str, Any]) -> Holiday:
        return services.save_holiday(holiday=Holiday(**values), actor=self.acting)

    def update(self, instance: Holiday, values: dict[str, Any]) -> Holiday:
        return services.save_holiday(holiday=instance, actor=self.acting)


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    """R-D1: nothing points at an added day, so it may be taken off the list again."""

    resource_classes = [HolidayResource]
    list_display = ["day", "name"]
    ordering = ["-day"]
    fields = ["day", "name"]

    def create(self, *, actor: Actor, values: dict[str, Any]) -> Holiday:
        return services.save_holiday(holiday=Holiday(**values), actor=actor)

    def update(self, *, actor: Actor, obj: Holiday, changes: dict[str, Any]) -> Holiday:
        return services.save_holiday(holiday=obj, actor=actor)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.remove_holiday(holiday=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset.order_by("pk"):
            self.delete_model(request, obj)
