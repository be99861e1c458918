"""Admin pages of the consents app: announced deadlines. Consents and imports have the panel (design 3)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.admin_pages import actor_of
from iys_portal.core.errors import FieldsInvalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.reference_admin import ReferenceAdmin

from . import admin_imports  # noqa: F401 (registers the list of imports)
from .forms.deadlines import AnnounceForm
from .models import DeadlineExtension
from .resources import DeadlineResource
from .selectors.deadlines import preview_of
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

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.announce_view)
        return [path("announce/", view, name="consents_deadlineextension_announce"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The way in is the page that first shows whom an announcement concerns."""
        if request.method == "GET" and self.has_add_permission(request):
            return redirect("admin:consents_deadlineextension_announce")
        return super().add_view(request, form_url, extra_context)

    def announce_view(self, request: HttpRequest) -> HttpResponse:
        """Say what is announced, see whom it concerns, and confirm: two clicks."""
        actor = actor_of(request)
        actor.require(Permission.REFERENCE_CHANGE)
        form = AnnounceForm(request.POST or None)
        holds = form.is_valid() and _holds(form, actor)
        if holds and "announce" in request.POST:
            deadlines.announce_deadline(actor=actor, **form.values)
            messages.success(request, _("Announced. Everybody concerned sees it from now on."))
            return redirect("admin:consents_deadlineextension_changelist")
        preview = preview_of(form.announcement, now=timezone.now()) if holds and "preview" in request.POST else None
        context = {"form": form, "preview": preview, "opts": self.opts, "title": _("Announce a deadline")}
        context |= self.admin_site.each_context(request)
        status = 422 if form.is_bound and not holds else 200
        return render(request, "admin/consents/deadlineextension/announce.html", context, status=status)


def _holds(form: AnnounceForm, actor: Any) -> bool:
    """What the service would refuse is said at the fields, before anything is confirmed."""
    try:
        deadlines.check_announcement(actor=actor, values=form.values)
    except FieldsInvalid as error:
        show_refusal(form, error)
        return False
    return True
