"""Sign-in by e-Devlet, and tying it to the account that one is signed in to (R-Z1). Off where no issuer is set."""

from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View
from requests import RequestException

from iys_portal.core.errors import WrongMoment
from iys_portal.core.middleware import current_request_id

from . import services
from .edevlet import NAME, EdevletAdapter, is_on, leave_for_edevlet, provider_of
from .selectors import addresses_of
from .views_account import CitizenPage
from .views_citizen import has_read, open_session, reads_now, remember_reading, shown_notice

GOES_ON, READ = "edevlet_next", "edevlet_notice"  # in the session


@method_decorator([login_not_required, never_cache], name="dispatch")
class EdevletView(View):
    """What the pages of the redirect share: without the settings there is nothing here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_on():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class BeginView(EdevletView):
    """Leads to e-Devlet with a state, a nonce and a PKCE challenge of this session; the notice comes first (R-G6)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        notice = shown_notice(request)
        citizen = getattr(request.user, "is_citizen", False)
        if not citizen and not has_read(request, notice):
            messages.error(request, _("Please read the notice below first."))
            return redirect("accounts:citizen-sign-in")
        request.session[GOES_ON] = request.POST.get("next", "")
        if reads_now(request, notice):
            request.session[READ] = {"notice": notice.pk, "at": timezone.now().timestamp()}
        try:
            answer = leave_for_edevlet(request)
        except RequestException:
            return _failed(request)
        return remember_reading(answer, notice) if reads_now(request, notice) else answer


class CallbackView(EdevletView):
    """Where e-Devlet sends the person back to: signs in, or ties e-Devlet to the account of this session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        subject = _subject(request)
        if subject is None:
            return _failed(request)
        if getattr(request.user, "is_citizen", False):
            return _link(request, subject)
        language = get_language() or settings.LANGUAGE_CODE
        user = services.enter_by_edevlet(subject=subject, language=language, request_id=current_request_id())
        if read := request.session.pop(READ, None):
            services.note_reading(notice_id=read["notice"], subject=("accounts.user", str(user.pk)))
        goes_on = request.session.pop(GOES_ON, "")
        answer = open_session(request, user, by="edevlet", goes_on=goes_on)
        if user.is_active and not addresses_of(user.pk):
            messages.info(request, _("e-Devlet says who you are, not which addresses are yours. Add one to go on."))
            answer["Location"] = redirect("accounts:own-addresses")["Location"]
        return answer


class UnlinkView(CitizenPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            services.unlink_edevlet(actor=self.actor)
        except WrongMoment:
            messages.error(request, _("e-Devlet is your only way to sign in. Add an address first."))
        else:
            messages.success(request, _("e-Devlet no longer opens this account."))
        return redirect("accounts:own-account")


def _subject(request: HttpRequest) -> str | None:
    """Whom e-Devlet names, once every check has passed; None for a false state, a refusal, or a false token."""
    adapter = EdevletAdapter(request, NAME)
    provider = provider_of(request)
    state = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=request.GET.get("state", ""))
    if state is None or "code" not in request.GET:
        return None
    try:
        client = adapter.get_client(request, provider.app)
        answer = adapter.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state.get("pkce_code_verifier")
        )
        return adapter.subject_of(answer)
    except (OAuth2Error, RequestException, KeyError):
        return None


def _link(request: HttpRequest, subject: str) -> HttpResponse:
    try:
        services.link_edevlet(subject=subject, actor=request.actor)  # type: ignore[attr-defined]
    except WrongMoment:
        messages.error(
            request, _("This e-Devlet identity opens another account here, or this account has another one.")
        )
    else:
        messages.success(request, _("You can now also sign in to this account with e-Devlet."))
    return redirect("accounts:own-account")


def _failed(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("Signing in with e-Devlet did not work. Try again, or sign in by a code."))
    citizen = getattr(request.user, "is_citizen", False)
    return redirect("accounts:own-account" if citizen else "accounts:citizen-sign-in")
