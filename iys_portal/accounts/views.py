"""People's own pages: switch of provider and language, sessions, invitations. Sign-in itself is allauth's."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.core.errors import DomainError, Invalid
from iys_portal.core.middleware import current_request_id

from . import services
from .forms import ConfirmForm, NewPersonForm, TokenForm
from .models import Invitation, User
from .scopes import SESSION_KEY, scopes_of

TOKEN_KEY = "invitation"  # noqa: S105 (name of a session entry)


class SwitchView(View):
    """Choose for whom the signed-in person acts (R-A2): a provider's id, or nothing for staff's view over all."""

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.get("provider", "")
        user: Any = request.user
        if chosen == "" and user.staff_roles:
            request.session.pop(SESSION_KEY, None)
        elif any(scope.provider_id is not None and str(scope.provider_id) == chosen for scope in scopes_of(user)):
            request.session[SESSION_KEY] = int(chosen)
        else:
            raise Http404
        return redirect(settings.LOGIN_REDIRECT_URL)


@method_decorator(login_not_required, name="dispatch")
class LanguageView(View):
    """The language switch: a cookie for everyone, kept with the account of who is signed in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise Http404
        if request.user.is_authenticated:
            services.set_language(user=request.user, language=language)
        back = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        response = redirect(back if safe else "/")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response


class EndSessionView(View):
    """End one of one's own sessions; another person's answers 404."""

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        services.end_own_session(session_id=session_id, user=request.user, actor=request.actor)  # type: ignore[attr-defined, arg-type]
        messages.success(request, _("The session was ended."))
        return redirect("usersessions_list")


def _over(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A link that opens nothing (any more) says so kindly."""
    request.session.pop(TOKEN_KEY, None)
    return render(request, "accounts/invitation_over.html", {"message": error.message}, status=error.status)


def _offer(request: HttpRequest, invitation: Invitation, token: str, form: NewPersonForm | None = None) -> HttpResponse:
    """What the invitation gives, and the form that fits the reader: new, known, or signed in as somebody else."""
    known = User.objects.filter(email=invitation.email).exists()
    signed_in: Any = request.user if request.user.is_authenticated else None
    context: dict[str, Any] = {"invitation": invitation, "known": known}
    context["stranger"] = signed_in is not None and signed_in.email != invitation.email
    if known:
        request.session[TOKEN_KEY] = token  # waits for the sign-in
        context["form"] = ConfirmForm(initial={"token": token}) if signed_in else None
    else:
        context["form"] = form or NewPersonForm(initial={"token": token, "full_name": invitation.full_name})
    return render(request, "accounts/invitation.html", context)


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("token")], name="dispatch")
class InvitationView(View):
    """Opens an invitation. The token reaches the server in a POST's body only, never in an address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        token = request.session.get(TOKEN_KEY)
        if token and request.user.is_authenticated:
            return self._open(request, token)
        return render(request, "accounts/invitation_token.html", {"form": TokenForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TokenForm(request.POST)
        if not form.is_valid():
            return render(request, "accounts/invitation_token.html", {"form": form}, status=422)
        return self._open(request, form.cleaned_data["token"].strip())

    def _open(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            return _offer(request, services.find_invitation(token), token)
        except (services.InvitationOver, services.InvitationUnknown) as error:
            return _over(request, error)


@method_decorator([login_not_required, never_cache, sensitive_post_parameters()], name="dispatch")
class AcceptView(View):
    """Takes an invitation up: as the person signed in, or with a name and a password for a new account."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            if request.user.is_authenticated:
                return self._as_signed_in(request)
            return self._as_new_person(request)
        except (services.InvitationOver, services.InvitationUnknown) as error:
            return _over(request, error)

    def _as_signed_in(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("token", "")
        services.accept_as(token=token, user=request.user, request_id=current_request_id())  # type: ignore[arg-type]
        request.session.pop(TOKEN_KEY, None)
        messages.success(request, _("You have accepted the invitation."))
        return redirect(settings.LOGIN_REDIRECT_URL)

    def _as_new_person(self, request: HttpRequest) -> HttpResponse:
        form = NewPersonForm(request.POST)
        token = request.POST.get("token", "").strip()
        invitation = services.find_invitation(token)
        if form.is_valid():
            try:
                return self._open_account(request, form)
            except Invalid as error:
                form.add_error("password", str(error))
        return _offer(request, invitation, token, form)

    def _open_account(self, request: HttpRequest, form: NewPersonForm) -> HttpResponse:
        data = form.cleaned_data
        user = services.accept_as_new_person(
            token=data["token"].strip(),
            full_name=data["full_name"],
            password=data["password"],
            request_id=current_request_id(),
        )
        record_authentication(request, user, method="invitation")
        messages.success(request, _("Welcome! Your account is open."))
        return perform_login(request, Login(user=user))
