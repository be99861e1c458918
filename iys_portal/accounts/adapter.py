"""How allauth fits this portal: nobody signs up by themselves, mails leave through the outbox."""

import io
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from iys_portal.core import outbox

from .keys import fernet_key
from .models import ProvenAddress, User
from .notices import render_mail
from .policies import home_of
from .selectors import may_remove_factor


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation only; a fresh sign-in need not be repeated for sensitive steps."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Texts `accounts/mail/<last part of allauth's name>_…txt`, in the reader's language, through the outbox."""
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        name = template_prefix.rsplit("/", 1)[-1]
        subject, body = render_mail(name, context | {"user": user}, language=user.language if user else "")
        outbox.post(cause=f"{name}:{uuid.uuid4()}", to=email, subject=subject, body=body)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the portal's own address: never on what a request's Host header says."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + path.replace("UID-KEY", key)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(home_of(request.user))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The door by which the person came in; asked before the session ends."""
        citizen = request.user.is_authenticated and request.user.is_citizen
        return resolve_url(settings.CITIZEN_LOGIN_URL if citizen else settings.LOGIN_URL)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within a quarter of an hour (`ACCOUNT_REAUTHENTICATION_TIMEOUT`) of signing in."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's, with our word for a passkey."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = _("Use a passkey")
        return methods


class MFAAdapter(DefaultMFAAdapter):
    """Second factors (R-A2): secrets are encrypted at rest, the QR code comes from segno."""

    def _fernet(self) -> MultiFernet:
        keys = [settings.SECOND_FACTOR_KEY or settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return MultiFernet([Fernet(fernet_key(key)) for key in keys])

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """A citizen's passkey is a way in of its own: no second factor after a code (design 8)."""
        return not getattr(user, "is_citizen", False) and bool(super().is_mfa_enabled(user, types))

    def build_totp_svg(self, url: str) -> str:
        """Black on white, whatever the theme, so that every phone reads it."""
        picture = io.BytesIO()
        segno.make(url, error="m").save(picture, kind="svg", scale=6, border=2, dark="#000", light="#fff")
        return picture.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove_factor(authenticator.user, factor_id=authenticator.pk)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """A name to start from; people give their own."""
        had = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)d") % {"number": had + 1}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """A citizen has no name here: the device shows one of the own addresses, which tells accounts apart."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        if user.is_citizen:
            address = ProvenAddress.objects.filter(user=user).order_by("pk").values_list("address", flat=True).first()
            entity |= {"name": address or settings.SITE_NAME, "display_name": address or settings.SITE_NAME}
        return entity

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the portal's own address, never to what a request's Host header says."""
        return {"id": urlsplit(settings.PORTAL_URL).hostname or "", "name": settings.SITE_NAME}
