"""The initial-load window of one provider, opened by a reviewer after approval (R-D2)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.forms.deadlines import WindowForm
from consents.selectors.deadlines import own_windows
from consents.services.deadlines import open_initial_window
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import FieldsInvalid
from iys_portal.core.forms import show_refusal
from providers.models import Application
from providers.selectors.reviews import application_of

from .base import ActorView


class WindowView(ActorView):
    permission = Permission.APPLICATION_REVIEW

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.page(request, self.approved(public_id), WindowForm())

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        application, form = self.approved(public_id), WindowForm(request.POST)
        if form.is_valid() and self.opened(application, form):
            messages.success(request, _("The window is open."))
            return redirect("consents:initial_window", public_id)
        return self.page(request, application, form, status=422)

    def approved(self, public_id: UUID) -> Application:
        application = application_of(self.actor, public_id)
        if application is None or application.provider is None:
            raise Http404
        return application

    def opened(self, application: Application, form: WindowForm) -> bool:
        data: dict[str, Any] = form.cleaned_data
        try:
            open_initial_window(actor=self.actor, application=application, now=timezone.now(), **data)
        except FieldsInvalid as error:
            show_refusal(form, error)
            return False
        return True

    def page(self, request: HttpRequest, application: Application, form: WindowForm, status: int = 200) -> HttpResponse:
        assert application.provider is not None
        windows = own_windows(application.provider)
        context = {
            "application": application,
            "windows": windows,
            "open_until": windows[0].until if windows and windows[0].until >= timezone.localdate() else None,
            "form": form,
        }
        return render(request, "consents/window.html", context, status=status)
