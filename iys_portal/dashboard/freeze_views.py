"""Freezes in the developer's corner: hold back what a key wrote, and let it be used again (ADR 22)."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.selectors.freezes import freezes_of
from consents.services.key_freeze import freeze_key, lift_freeze
from consents.views.base import ActorView
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import DomainError, WrongMoment
from iys_portal.core.forms import show_refusal
from providers.models import Brand
from providers.selectors.keys import keys_of

from .freeze_forms import FreezeForm


class ManagerView(ActorView):
    permission = Permission.PROVIDER_SETTINGS


class FreezesView(ManagerView):
    """What is frozen and was; a POST freezes."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                freeze_key(actor=self.actor, **form.wanted(timezone.now()))
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("Frozen: nobody of these is written to until you lift it."))
                return redirect("dashboard:developer_freezes")
        return self.page(form, status=422)

    def form(self, data: object = None) -> FreezeForm:
        brands = Brand.objects.visible_to(self.actor).order_by("-is_main", "name")
        return FreezeForm(data, keys=keys_of(self.actor), brands=list(brands))

    def page(self, form: FreezeForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "freezes": freezes_of(self.actor)}
        return render(self.request, "dashboard/developer/freezes.html", context, status=status)


class LiftView(ManagerView):
    """A POST lifts a freeze; a second one finds it lifted."""

    def post(self, request: HttpRequest, freeze_id: uuid.UUID) -> HttpResponse:
        try:
            lift_freeze(actor=self.actor, public_id=freeze_id, now=timezone.now())
        except WrongMoment as error:
            messages.info(request, str(error))
        else:
            messages.success(request, _("Lifted: these consents can be used again."))
        return redirect("dashboard:developer_freezes")
