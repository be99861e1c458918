"""Admin pages of providers, brands, dealers and memberships: reference data that registry admins keep."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.admin_pages import ReadOnlyAdmin, actor_of
from iys_portal.core.errors import NotFound
from iys_portal.core.reference_admin import HistoryMixin, ReferenceAdmin
from iys_portal.core.turkish_db import TurkishOrder

from .models import Brand, Membership, Provider, Retailer
from .resources import BrandResource, ProviderResource, RetailerResource
from .services import reference
from .transitions import ACCOUNT

for _model in ("provider", "brand", "retailer"):
    register_admin_model(f"providers.{_model}", view=Permission.REFERENCE_VIEW, change=Permission.REFERENCE_CHANGE)
register_admin_model("providers.membership", view=Permission.REFERENCE_VIEW)

MOVE_TEXTS = {
    "suspend": _("From now on the provider records refusals only. Queries answer: not sendable."),
    "reopen": _("The provider records consents and refusals again."),
    "close": _("From now on the provider records nothing. Its people read for open cases only."),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=reference.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )


def _shown(number: str, fields: Sequence[Any]) -> list[Any]:
    """The fields with a public number as text, without dots between thousands."""
    return ["number" if name == number else name for name in fields]


class ReadOnlyInline(admin.TabularInline):
    """Rows below their owner, to be read; each has a page of its own."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BrandInline(ReadOnlyInline):
    model = Brand
    fields = ["name", "number", "short_name", "is_main", "double_opt_in", "is_active"]
    readonly_fields = ["number"]

    @admin.display(description=_("brand number"))
    def number(self, brand: Brand) -> str:
        return str(brand.brand_code)


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ["user", "role", "created_at"]
    readonly_fields = ["created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")


@admin.register(Provider)
class ProviderAdmin(ReferenceAdmin):
    """Providers; their account is suspended, reopened and closed from their page, with a reason (R-P6)."""

    resource_classes = [ProviderResource]
    list_display = ["name", "number", "kind", "city", "state", "declared"]
    list_filter = ["state", "kind", "is_demo"]
    search_fields = ["=iys_code", "=mersis"]
    blind_search_fields = ("title", "city")
    search_help_text = _("Part of the name or province, or the whole İYS or MERSİS number")
    ordering = [TurkishOrder("title")]
    fields = ["title", "iys_code", "kind", "mersis", "email", "city", "declared_consents"]
    fixed_fields = ("number", "state", "is_demo", "created_at")
    inlines = [BrandInline, MembershipInline]

    @admin.display(description=_("company or trade name"), ordering=TurkishOrder("title"))
    def name(self, provider: Provider) -> str:
        return provider.title

    @admin.display(description=_("İYS number"), ordering="iys_code")
    def number(self, provider: Provider) -> str:
        return str(provider.iys_code)

    @admin.display(description=_("declared consents"), ordering="declared_consents")
    def declared(self, provider: Provider) -> int:
        return provider.declared_consents

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return self.fields
        return [*_shown("iys_code", self.fields), "state", "is_demo", "created_at"]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj else []

    def create(self, *, actor: Any, values: dict[str, Any]) -> Provider:
        return reference.create_provider(actor=actor, **values)

    def update(self, *, actor: Any, obj: Provider, changes: dict[str, Any]) -> Provider:
        return reference.update_provider(actor=actor, provider=obj, changes=changes)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        provider = self.get_object(request, object_id)
        moves = ACCOUNT.available(provider, actor_of(request)) if provider else []
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"moves": moves})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.move_view)
        return [
            path("<int:provider_id>/account/<slug:name>/", view, name="providers_provider_move"),
            *super().get_urls(),
        ]

    def move_view(self, request: HttpRequest, provider_id: int, name: str) -> HttpResponse:
        """A page that asks for the reason; its POST makes the move."""
        provider = get_object_or_404(Provider, pk=provider_id)
        if name not in reference.MOVES:
            raise NotFound
        move = ACCOUNT.check(provider, name, actor_of(request))
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            service = reference.MOVES[name]
            service(actor=actor_of(request), provider=provider, reason=form.cleaned_data["reason"])
            messages.success(request, _("Done."))
            return redirect("admin:providers_provider_change", provider.pk)
        context = {"provider": provider, "move": move, "text": MOVE_TEXTS[name], "form": form}
        context |= self.admin_site.each_context(request) | {"title": move.label, "opts": self.opts}
        return render(request, "admin/providers/provider/move.html", context)


@admin.register(Brand)
class BrandAdmin(ReferenceAdmin):
    resource_classes = [BrandResource]
    list_display = ["brand", "number", "provider", "short_name", "is_main", "double_opt_in", "is_active"]
    list_filter = ["is_active", "is_main", "double_opt_in"]
    list_select_related = ["provider"]
    search_fields = ["=brand_code", "=provider__iys_code"]
    blind_search_fields = ("name", "short_name", "provider__title")
    search_help_text = _("Part of the brand's or provider's name, or a whole number")
    ordering = [TurkishOrder("name")]
    fields = ["provider", "brand_code", "name", "short_name", "double_opt_in"]
    fixed_fields = ("provider", "number", "is_main", "is_active")
    autocomplete_fields = ["provider"]
    actions = ["deactivate", "reactivate"]

    @admin.display(description=_("brand"), ordering=TurkishOrder("name"))
    def brand(self, brand: Brand) -> str:
        return brand.name

    @admin.display(description=_("brand number"), ordering="brand_code")
    def number(self, brand: Brand) -> str:
        return str(brand.brand_code)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*_shown("brand_code", self.fields), "is_main", "is_active"] if obj else self.fields

    def create(self, *, actor: Any, values: dict[str, Any]) -> Brand:
        return reference.create_brand(actor=actor, **values)

    def update(self, *, actor: Any, obj: Brand, changes: dict[str, Any]) -> Brand:
        return reference.update_brand(actor=actor, brand=obj, changes=changes)

    @admin.action(description=_("Take out of use"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Brand]) -> None:
        actor = actor_of(request)
        self.each(request, queryset, lambda brand: reference.deactivate_brand(actor=actor, brand=brand))

    @admin.action(description=_("Take into use again"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Brand]) -> None:
        actor = actor_of(request)
        self.each(request, queryset, lambda brand: reference.reactivate_brand(actor=actor, brand=brand))


@admin.register(Retailer)
class RetailerAdmin(ReferenceAdmin):
    resource_classes = [RetailerResource]
    list_display = ["dealer", "code", "brand", "city", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["brand"]
    search_fields = ["=code", "=brand__brand_code"]
    blind_search_fields = ("name", "city", "brand__name")
    search_help_text = _("Part of the dealer's, brand's or province's name, or a whole code")
    ordering = [TurkishOrder("name")]
    fields = ["brand", "code", "name", "city"]
    fixed_fields = ("brand", "code", "is_active")
    autocomplete_fields = ["brand"]
    actions = ["deactivate", "reactivate"]

    @admin.display(description=_("dealer"), ordering=TurkishOrder("name"))
    def dealer(self, retailer: Retailer) -> str:
        return retailer.name

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*self.fields, "is_active"] if obj else self.fields

    def create(self, *, actor: Any, values: dict[str, Any]) -> Retailer:
        return reference.create_retailer(actor=actor, **values)

    def update(self, *, actor: Any, obj: Retailer, changes: dict[str, Any]) -> Retailer:
        return reference.update_retailer(actor=actor, retailer=obj, changes=changes)

    @admin.action(description=_("Take out of use"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Retailer]) -> None:
        actor = actor_of(request)
        self.each(
            request,
            queryset.select_related("brand"),
            lambda retailer: reference.deactivate_retailer(actor=actor, retailer=retailer),
        )

    @admin.action(description=_("Take into use again"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Retailer]) -> None:
        actor = actor_of(request)
        self.each(
            request,
            queryset.select_related("brand"),
            lambda retailer: reference.reactivate_retailer(actor=actor, retailer=retailer),
        )


@admin.register(Membership)
class MembershipAdmin(HistoryMixin, ReadOnlyAdmin):
    """Who works for whom; managers change it on their people page."""

    list_display = ["user", "provider", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "provider"]
    search_fields = ["user__email", "user__full_name", "provider__title", "=provider__iys_code"]
    ordering = [TurkishOrder("provider__title"), "user__full_name"]
