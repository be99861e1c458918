"""Per request: the language, who acts for whom, and that nobody works without the second factor they need."""

import hashlib
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from iys_portal.core.middleware import current_request_id

from .models import User
from .policies import grace_until
from .scopes import SESSION_KEY, actor_for, scopes_of
from .selectors import has_app, has_second_factor, needs_second_factor

FACTOR_GIVEN = "second_factor_given"  # in the session: this browser gave the factor
SEEN_EVERY = 300  # seconds between two notes of when a session was last seen

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """A person's own language, else the cookie of the language switch, else Turkish.

    Django's own would follow the browser's `Accept-Language`; here a first visit is Turkish whatever it says.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.user.is_authenticated:
            chosen = request.user.language
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)  # stays for streamed answers, as Django's own does
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ActorMiddleware:
    """`request.actor`: the signed-in user in the scope that the session chose; None when nobody is signed in.

    `request.scopes`: for whom the user may act, to switch between.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            user: User = request.user  # type: ignore[assignment]
            request.scopes = SimpleLazyObject(lambda: scopes_of(user))  # type: ignore[attr-defined]
            request.actor = SimpleLazyObject(  # type: ignore[attr-defined]
                lambda: actor_for(
                    user,
                    provider_id=request.session.get(SESSION_KEY),
                    request_id=current_request_id(),
                    scopes=request.scopes,  # type: ignore[attr-defined]
                )
            )
        return self.get_response(request)


class SessionActivityMiddleware:
    """Notes when a session was last seen, at most every five minutes instead of allauth's every request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated:
            name = hashlib.sha256(key.encode()).hexdigest()
            if cache.add(f"session-seen:{name}", 1, timeout=SEEN_EVERY):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class CitizenMiddleware:
    """Citizens get the pages made for them and the public ones; the panel, passwords and second factors are not theirs.

    A view is for citizens where it says `for_citizens = True`. The overview is where the site's address leads, so there
    they are shown to their own page instead of being refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated or not user.is_citizen or not getattr(view, "login_required", True):
            return None
        if getattr(getattr(view, "view_class", None), "for_citizens", False):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == settings.LOGIN_REDIRECT_URL and request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(reverse(settings.CITIZEN_HOME_URL))
        raise PermissionDenied


class SecondFactorMiddleware:
    """R-A2: a session of whoever needs a second factor gives it, or sets one up, before anything else.

    Public views (sign-in, sign-out, language, mailbox) and the set-up itself stay open; during the grace period
    everything, and `request.factor_due` says until when.
    """

    asking = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate"})
    setting_up = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.session.get(FACTOR_GIVEN) or not needs_second_factor(user):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in self.asking:
            return None
        if has_second_factor(user):  # whoever did not give it adds no other one either
            asks = "mfa_reauthenticate" if has_app(user) else "mfa_reauthenticate_webauthn"
            return redirect_to_login(request.get_full_path(), reverse(asks))
        until = grace_until(user, now=timezone.now())
        if until:
            request.factor_due = until  # type: ignore[attr-defined]
        if until or name in self.setting_up:
            return None
        messages.info(request, _("Your role needs a second factor: please set it up first."))
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
