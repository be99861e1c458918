"""Citizens' sign-in (R-Z1): an address, the code that is sent to it, and in. The address never stands in a URL."""

import secrets
import time
from datetime import timedelta
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
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.core.errors import DomainError, Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id

from . import services
from .browsers import name_of
from .demo import CITIZEN
from .edevlet import is_on
from .enums import NoticeAudience
from .forms import AddressForm, SignInCodeForm
from .keys import citizen_hash
from .models import PrivacyNotice, User
from .scopes import citizen_actor
from .selectors import privacy_notice

WAITING = "waiting_for_code"  # in the session: address, when the code was sent and until when it works, where to go on
NOTICE_COOKIE = "iys_citizen_notice"  # the version that was read in this browser
DEVICE_COOKIE = "iys_device"
COOKIE_AGE = int(timedelta(days=365).total_seconds())


def set_waiting(request: HttpRequest, key: str, waiting: dict[str, Any], sent: Any) -> None:
    """Remember in the session for which code this browser waits; `sent` is the code, or the refusal as too soon."""
    at = getattr(sent, "sent_at", None) or sent.created_at
    request.session[key] = waiting | {"sent": at.timestamp(), "again": sent.again_at.timestamp()}


def _send(request: HttpRequest, address: str, goes_on: str) -> None:
    """Send a code, and remember for whom this browser waits. Raises `TooMany`.

    Where one went out a moment ago, that one is waited for.
    """
    waiting = {"address": address, "next": goes_on}
    try:
        code = services.request_code(address=address, language=get_language() or "", ip=get_client_ip(request) or "")
    except services.TooSoon as error:
        messages.info(request, str(error))
        set_waiting(request, WAITING, waiting, error)
    else:
        set_waiting(request, WAITING, waiting, code)


def _refused(request: HttpRequest, template: str, context: dict[str, Any], error: DomainError) -> HttpResponse:
    """The same page with the sentence at its field, or above the form."""
    show_refusal(context["form"], error)
    return render(request, template, context, status=error.status)


def shown_notice(request: HttpRequest) -> PrivacyNotice:
    return privacy_notice(NoticeAudience.CITIZEN, get_language() or settings.LANGUAGE_CODE)


def has_read(request: HttpRequest, notice: PrivacyNotice) -> bool:
    """R-G6: in this browser before, or on the page that was just sent."""
    return request.COOKIES.get(NOTICE_COOKIE) == str(notice.version) or reads_now(request, notice)


def reads_now(request: HttpRequest, notice: PrivacyNotice) -> bool:
    return request.POST.get("notice") == str(notice.pk)


def remember_reading(response: HttpResponse, notice: PrivacyNotice) -> HttpResponse:
    _set_cookie(response, NOTICE_COOKIE, str(notice.version))
    return response


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(name, value, max_age=COOKIE_AGE, httponly=True, secure=secure, samesite="Lax")


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("address")], name="dispatch")
class SignInView(View):
    """Takes the address. Known or not, a code is sent and the answer is the same.

    A browser that has not read the privacy notice is shown it before the first code is asked for (R-G6).
    """

    template = "accounts/citizen/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if getattr(request.user, "is_citizen", False):
            return redirect(settings.CITIZEN_HOME_URL)
        return render(request, self.template, self.context(AddressForm(), request.GET.get("next", "")))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, goes_on, notice = AddressForm(request.POST), request.POST.get("next", ""), shown_notice(request)
        context = self.context(form, goes_on)
        if not has_read(request, notice):
            form.add_error(None, _("Please read the notice below first."))
        if not form.is_valid():
            return render(request, self.template, context, status=422)
        try:
            address = services.code_address(form.cleaned_data["address"])
            _send(request, address, goes_on)
        except (Invalid, services.TooMany) as error:
            return _refused(request, self.template, context, error)
        answer = redirect("accounts:citizen-code")
        if not reads_now(request, notice):
            return answer
        services.note_reading(notice_id=notice.pk, subject=("accounts.address", citizen_hash("notice", address)))
        return remember_reading(answer, notice)

    def context(self, form: AddressForm, goes_on: str) -> dict[str, Any]:
        notice = shown_notice(self.request)
        return {
            "form": form,
            "next": goes_on,
            "demo_citizen": CITIZEN,
            "notice": notice,
            "has_read": self.request.COOKIES.get(NOTICE_COOKIE) == str(notice.version),
            "edevlet": is_on(),
        }


@method_decorator([login_not_required, never_cache], name="dispatch")
class NoticeView(View):
    """The privacy notice by itself, for whoever wants to read it again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/citizen/notice.html", {"notice": shown_notice(request)})


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("code")], name="dispatch")
class CodeView(View):
    """Takes the code and opens the session."""

    template = "accounts/citizen/code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = request.session.get(WAITING)
        if waiting is None:
            return redirect("accounts:citizen-sign-in")
        return render(request, self.template, code_context(waiting, SignInCodeForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting, form = request.session.get(WAITING), SignInCodeForm(request.POST)
        if waiting is None:
            return redirect("accounts:citizen-sign-in")
        if not form.is_valid():
            return render(request, self.template, code_context(waiting, form), status=422)
        try:
            return _enter(request, waiting, form.cleaned_data["code"])
        except (services.CodeWrong, services.CodeOver, services.TooMany) as error:
            return _refused(request, self.template, code_context(waiting, form), error)


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


def code_context(waiting: dict[str, Any], form: SignInCodeForm) -> dict[str, Any]:
    """The code page's; seconds instead of moments, because a visitor's clock may be wrong."""
    now, valid = time.time(), settings.REGISTRY["CODE_VALID"].total_seconds()
    return {
        "form": form,
        "address": waiting["address"],
        "is_phone": waiting["address"].startswith("+"),
        "seconds_valid": max(0, int(valid - (now - waiting["sent"]))),
        "seconds_to_wait": max(0, int(waiting["again"] - now) + 1),
        "minutes": int(valid // 60),
    }


def _enter(request: HttpRequest, waiting: dict[str, Any], code: str) -> HttpResponse:
    """Sign the citizen in; another person's session in this browser ends."""
    language = get_language() or settings.LANGUAGE_CODE
    user = services.enter_by_code(
        address=waiting["address"], code=code, language=language, request_id=current_request_id()
    )
    del request.session[WAITING]
    but = waiting["address"] if waiting["address"].startswith("+") else ""
    return open_session(request, user, by="code", goes_on=waiting["next"], but=but)


def open_session(request: HttpRequest, user: User, *, by: str, goes_on: str, but: str = "") -> HttpResponse:
    """The session of a citizen who has proven to be one, by whichever door; what they have to know first is told."""
    if not url_has_allowed_host_and_scheme(goes_on, {request.get_host()}, require_https=request.is_secure()):
        goes_on = reverse(settings.CITIZEN_HOME_URL)
    record_authentication(request, user, method=by)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=goes_on))
    if not user.is_active:
        return response
    token = request.COOKIES.get(DEVICE_COOKIE) or secrets.token_urlsafe(16)
    browser = name_of(request.headers.get("User-Agent", ""))
    services.note_device(user=user, token=token[:64], browser=browser, moment=timezone.now(), but=but)
    for masked in services.read_lost_addresses(actor=citizen_actor(user.pk)):
        messages.warning(
            request,
            _("%(address)s is no longer among your addresses: somebody else proved by a code that it is theirs.")
            % {"address": masked},
        )
    _set_cookie(response, DEVICE_COOKIE, token[:64])
    return response
