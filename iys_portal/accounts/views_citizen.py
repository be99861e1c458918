"""Citizens' sign-in (R-Z1): an address, the code that is sent to it, and in. The address never stands in a URL."""

import time
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.core.errors import DomainError, Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id

from . import services
from .demo import CITIZEN
from .forms import AddressForm, SignInCodeForm

WAITING = "waiting_for_code"  # in the session: address, when the code was sent and until when it works, where to go on


def _send(request: HttpRequest, address: str, goes_on: str) -> None:
    """Send a code, and remember for whom this browser waits. Raises `TooMany`.

    Where one went out a moment ago, that one is waited for.
    """
    try:
        code = services.request_code(address=address, language=get_language() or "", ip=get_client_ip(request) or "")
    except services.TooSoon as error:
        messages.info(request, str(error))
        _wait(request, address, goes_on, error.sent_at)
    else:
        _wait(request, address, goes_on, code.created_at)


def _wait(request: HttpRequest, address: str, goes_on: str, sent_at: datetime) -> None:
    request.session[WAITING] = {"address": address, "next": goes_on, "sent": sent_at.timestamp()}


def _refused(request: HttpRequest, template: str, context: dict[str, Any], error: DomainError) -> HttpResponse:
    """The same page with the sentence at its field, or above the form."""
    show_refusal(context["form"], error)
    return render(request, template, context, status=error.status)


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("address")], name="dispatch")
class SignInView(View):
    """Takes the address. Known or not, a code is sent and the answer is the same."""

    template = "accounts/citizen/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if getattr(request.user, "is_citizen", False):
            return redirect(settings.CITIZEN_HOME_URL)
        return render(request, self.template, self.context(AddressForm(), request.GET.get("next", "")))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, goes_on = AddressForm(request.POST), request.POST.get("next", "")
        context = self.context(form, goes_on)
        if not form.is_valid():
            return render(request, self.template, context, status=422)
        try:
            _send(request, services.code_address(form.cleaned_data["address"]), goes_on)
        except (Invalid, services.TooMany) as error:
            return _refused(request, self.template, context, error)
        return redirect("accounts:citizen-code")

    def context(self, form: AddressForm, goes_on: str) -> dict[str, Any]:
        return {"form": form, "next": goes_on, "demo_citizen": CITIZEN}


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("code")], name="dispatch")
class CodeView(View):
    """Takes the code and opens the session."""

    template = "accounts/citizen/code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = request.session.get(WAITING)
        if waiting is None:
            return redirect("accounts:citizen-sign-in")
        return render(request, self.template, _context(waiting, SignInCodeForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting, form = request.session.get(WAITING), SignInCodeForm(request.POST)
        if waiting is None:
            return redirect("accounts:citizen-sign-in")
        if not form.is_valid():
            return render(request, self.template, _context(waiting, form), status=422)
        try:
            return _enter(request, waiting, form.cleaned_data["code"])
        except (services.CodeWrong, services.CodeOver, services.TooMany) as error:
            return _refused(request, self.template, _context(waiting, form), error)


@method_decorator([login_not_required, never_cache], name="dispatch")
class NewCodeView(View):
    """Sends another code to the address that this browser waits for."""

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting = request.session.get(WAITING)
        if waiting is None:
            return redirect("accounts:citizen-sign-in")
        try:
            _send(request, waiting["address"], waiting["next"])
        except services.TooMany as error:
            messages.error(request, str(error))
        return redirect("accounts:citizen-code")


def _context(waiting: dict[str, Any], form: SignInCodeForm) -> dict[str, Any]:
    """The code page's; seconds instead of moments, because a visitor's clock may be wrong."""
    age = time.time() - waiting["sent"]
    rules = settings.REGISTRY
    return {
        "form": form,
        "address": waiting["address"],
        "is_phone": waiting["address"].startswith("+"),
        "seconds_valid": max(0, int(rules["CODE_VALID"].total_seconds() - age)),
        "seconds_to_wait": max(0, int(rules["CODE_RESEND_AFTER"].total_seconds() - age) + 1),
        "minutes": int(rules["CODE_VALID"].total_seconds() // 60),
    }


def _enter(request: HttpRequest, waiting: dict[str, Any], code: str) -> HttpResponse:
    """Sign the citizen in; another person's session in this browser ends."""
    language = get_language() or settings.LANGUAGE_CODE
    user = services.enter_by_code(
        address=waiting["address"], code=code, language=language, request_id=current_request_id()
    )
    del request.session[WAITING]
    goes_on = waiting["next"]
    if not url_has_allowed_host_and_scheme(goes_on, {request.get_host()}, require_https=request.is_secure()):
        goes_on = reverse(settings.CITIZEN_HOME_URL)
    record_authentication(request, user, method="code")
    return perform_login(request, Login(user=user, redirect_url=goes_on))
