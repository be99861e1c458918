"""Admin pages of the kernel: audit log and jobs to read, added holidays to keep."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.resources import ModelResource

from . import services
from .actors import Actor
from .admin_pages import ReadOnlyAdmin, actor_of
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


class HolidayResource(ModelResource):
    """An import whose rows are written by the service; a wrong row rolls all back."""

    class Meta:
        model = Holiday
        fields = ["day", "name"]
        import_id_fields = ["day"]
        skip_unchanged = True
        clean_model_instances = True

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        services.save_holiday(holiday=instance, actor=self.actor)

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        self.actor: Actor = kwargs.pop("actor")
        return super().import_data(dataset, *args, **kwargs | {"rollback_on_validation_errors": True})

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """No resetting of sequences: the application's database role may not, and rows bring no keys."""


@admin.register(Holiday)
class HolidayAdmin(ImportExportModelAdmin):
    """Forms, imports and deletion go through services; an import needs the permission for changing."""

    resource_classes = [HolidayResource]
    list_display = ["day", "name"]
    ordering = ["-day"]
    skip_admin_log = True
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.save_holiday(holiday=obj, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.remove_holiday(holiday=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset.order_by("pk"):
            self.delete_model(request, obj)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_import_data_kwargs(**kwargs) | {"actor": actor_of(kwargs["request"])}
