"""API keys in the panel: the list, a new one, which is shown once, and revoking."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from providers.forms.keys import KeyForm
from providers.models import Brand
from providers.selectors import keys as selectors
from providers.services import keys


class OfKeysView(View):
    """For managers of a provider and for an integrator's people."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(Permission.API_KEYS)
        return super().dispatch(request, *args, **kwargs)


class KeysView(OfKeysView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"keys": selectors.keys_of(self.actor), "outside": self.actor.bound is not None}
        return render(request, "providers/keys/list.html", context)


class NewKeyView(OfKeysView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, KeyForm(brands=self.brands()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The secret is part of this answer alone: no session, message or address holds it."""
        form = KeyForm(request.POST, brands=self.brands())
        if not form.is_valid():
            return self.show(request, form, status=422)
        try:
            made = keys.make_key(actor=self.actor, **form.values())
        except Invalid as refusal:
            show_refusal(form, refusal)
            return self.show(request, form, status=422)
        context = {"made": made, "token_url": settings.PORTAL_URL + reverse("api:token")}
        answer = render(request, "providers/keys/made.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def brands(self) -> Any:
        found = Brand.objects.visible_to(self.actor).filter(is_active=True).order_by("-is_main", "name")
        return found if self.actor.bound is None else found.none()

    def show(self, request: HttpRequest, form: KeyForm, *, status: int = 200) -> HttpResponse:
        return render(request, "providers/keys/new.html", {"form": form}, status=status)


class RevokeKeyView(OfKeysView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        keys.revoke_key(public_id=public_id, actor=self.actor)
        messages.success(request, _("The key was revoked."))
        return redirect("providers:keys")
