"""The admin's frame for reference data: forms and files write through services; history is the audit log."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.results import Result

from .admin_pages import ReadOnlyAdmin, actor_of
from .import_formats import FORMATS, MAX_BYTES, MAX_ROWS, ReferenceExportForm, ReferenceImportForm
from .models import AuditEntry
from .turkish_db import spelling_blind

HISTORY_LENGTH = 200


class HistoryMixin(admin.ModelAdmin):
    """The history page shows the audit log; Django's own log of the admin is not kept besides it."""

    object_history_template = "admin/reference/history.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entries = AuditEntry.objects.filter(target_type=self.opts.label_lower, target_id=object_id).order_by("-id")
        context = {"entries": entries[:HISTORY_LENGTH]} | (extra_context or {})
        return super().history_view(request, object_id, context)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """The service recorded it."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """The service recorded it."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet) -> None:  # type: ignore[override]
        """The service recorded them."""


class ReferenceAdmin(HistoryMixin, ImportExportMixin, ReadOnlyAdmin):
    """A table that people keep by form and by file. Subclasses name the services in `create` and `update`.

    Nothing is deleted unless a table says so: rows in use are protected, and what is out of use is switched off by an
    action.
    """

    import_form_class = ReferenceImportForm
    export_form_class = ReferenceExportForm
    import_template_name = "admin/reference/import.html"
    skip_admin_log = True
    list_per_page = 50
    fixed_fields: tuple[str, ...] = ()  # written once, with the row
    blind_search_fields: tuple[str, ...] = ()  # found whatever their Turkish letters' case and spelling
    create: Callable[..., Model]  # (*, actor, values)
    update: Callable[..., Model]  # (*, actor, obj, changes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = self.fixed_fields if obj else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.cleaned_data}
        actor = actor_of(request)
        if change:
            saved = self.update(actor=actor, obj=obj, changes={name: values[name] for name in form.changed_data})
        else:
            saved = self.create(actor=actor, values=values)
        obj.__dict__.update(saved.__dict__)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip() or not self.blind_search_fields:
            return found, may_repeat
        every = Q()
        for word in search_term.split():
            pattern, any_of = spelling_blind(word), Q()
            for name in self.blind_search_fields:
                any_of |= Q(**{f"{name}__iregex": pattern})
            every &= any_of
        return found | queryset.filter(every), may_repeat

    def get_import_formats(self) -> list[Any]:
        return FORMATS

    def get_export_formats(self) -> list[Any]:
        return FORMATS

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"actor": actor_of(request)}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": actor_of(request).by_way("import")}

    def get_import_data_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"rollback_on_validation_errors": True}

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"max_megabytes": MAX_BYTES // 1024**2, "max_rows": MAX_ROWS}

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """The confirmed file is judged again; what went wrong since the preview is said, nothing is kept."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        reasons = [str(error.error) for error in result.base_errors]
        reasons += [str(error.error) for _line, errors in result.row_errors() for error in errors]
        reasons += ["; ".join(row.error.messages) for row in result.invalid_rows]
        messages.error(request, _("Nothing was imported: %(reason)s") % {"reason": reasons[0]})
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
