"""What every admin page shares: read-only unless it names a service (style 14), imports that call services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from import_export.resources import ModelResource

from .actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as staff; the admin site puts them on the request."""
    return request.actor  # type: ignore[attr-defined]


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and its rows, to be read only."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceResource(ModelResource):
    """An import whose rows are written by a service: name it in `write`; a wrong row rolls all back."""

    def write(self, instance: Any, actor: Actor) -> None:
        raise NotImplementedError

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        self.write(instance, self.actor)

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        self.actor: Actor = kwargs.pop("actor")
        return super().import_data(dataset, *args, **kwargs | {"rollback_on_validation_errors": True})

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """No resetting of sequences: the application's database role may not, and rows bring no keys."""


class ServiceAdmin(ImportExportModelAdmin):
    """Reference data: forms and imports write through `write_service`, deletion through `remove_service`.

    Lists are bounded by the model's admin permissions; imports need the one for changing.
    """

    skip_admin_log = True
    show_full_result_count = False

    def write_service(self, obj: Any, actor: Actor) -> None:
        raise NotImplementedError

    def remove_service(self, obj: Any, actor: Actor) -> None:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.write_service(obj, actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove_service(obj, actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset.order_by("pk"):
            self.remove_service(obj, actor_of(request))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_import_data_kwargs(**kwargs) | {"actor": actor_of(kwargs["request"])}
