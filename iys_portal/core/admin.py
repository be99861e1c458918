"""Admin pages of the kernel: audit log and jobs to read, added holidays to keep."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import services
from .actors import Actor
from .admin_pages import ReadOnlyAdmin, ServiceAdmin, ServiceResource
from .models import AuditEntry, Holiday, Job


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


class HolidayResource(ServiceResource):
    class Meta:
        model = Holiday
        fields = ["day", "name"]
        import_id_fields = ["day"]
        skip_unchanged = True
        clean_model_instances = True

    def write(self, instance: Any, actor: Actor) -> None:
        services.save_holiday(holiday=instance, actor=actor)


@admin.register(Holiday)
class HolidayAdmin(ServiceAdmin):
    resource_classes = [HolidayResource]
    list_display = ["day", "name"]
    ordering = ["-day"]

    def write_service(self, obj: Any, actor: Actor) -> None:
        services.save_holiday(holiday=obj, actor=actor)

    def remove_service(self, obj: Any, actor: Actor) -> None:
        services.remove_holiday(holiday=obj, actor=actor)
