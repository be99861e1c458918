"""e-Devlet as an OpenID Connect provider (R-Z1), where the settings name one; allauth walks the redirects.

Stricter than allauth's own adapter: the ID token's signature is checked by the provider's keys although it comes over a
direct line, only asymmetric signatures count, and it has to carry the nonce of this very sign-in.
"""

import hmac
import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

NAME = "edevlet"
NONCE = "edevlet_nonce"  # in the session
ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY = 60  # seconds between the provider's clock and ours


def is_on() -> bool:
    return bool(settings.EDEVLET_ISSUER and settings.EDEVLET_CLIENT_ID)


class EdevletProvider(OpenIDConnectProvider):
    """Asks for nothing but the person's identifier (R-G1)."""

    def get_default_scope(self) -> list[str]:
        return ["openid"]

    def get_oauth2_adapter(self, request: HttpRequest) -> "EdevletAdapter":
        return EdevletAdapter(request, NAME)


class EdevletAdapter(OpenIDConnectOAuth2Adapter):
    """Reads who it is from a checked ID token. Raises `OAuth2Error` for one that is not right in every point."""

    def get_provider(self) -> EdevletProvider:
        return provider_of(self.request)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """On the portal's own address, never on what a request's Host header says."""
        return settings.PORTAL_URL + reverse("accounts:edevlet-callback")

    def subject_of(self, answer: dict[str, Any]) -> str:
        token = answer.get("id_token")
        if not token:
            raise OAuth2Error("no id_token")
        claims = self._claims(token)
        expected = self.request.session.pop(NONCE, "")
        if not expected or not hmac.compare_digest(str(claims.get("nonce", "")), expected):
            raise OAuth2Error("nonce")
        value = claims.get(settings.EDEVLET_CLAIM)
        if value is None:
            told = self._fetch_user_info(answer["access_token"])
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("userinfo of somebody else")
            value = told.get(settings.EDEVLET_CLAIM)
        if not value:
            raise OAuth2Error("no subject")
        return str(value)

    def _claims(self, token: str) -> dict[str, Any]:
        config = self.openid_config
        if config.get("issuer") != settings.EDEVLET_ISSUER:
            raise OAuth2Error("issuer of the configuration")
        try:
            _alg, key = jwtkit.fetch_key(token, config["jwks_uri"], jwtkit.lookup_kid_jwk)
            claims: dict[str, Any] = jwt.decode(
                token,
                key=key,
                algorithms=ALGORITHMS,
                issuer=config["issuer"],
                audience=settings.EDEVLET_CLIENT_ID,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise OAuth2Error("id_token") from error
        if "azp" in claims and claims["azp"] != settings.EDEVLET_CLIENT_ID:
            raise OAuth2Error("azp")
        return claims


def leave_for_edevlet(request: HttpRequest) -> HttpResponse:
    """To e-Devlet, with a state, a nonce and a PKCE challenge that this session alone can answer."""
    request.session[NONCE] = secrets.token_urlsafe(16)
    nonce = {"nonce": request.session[NONCE]}
    answer: HttpResponse = provider_of(request).redirect(request, process=AuthProcess.LOGIN, auth_params=nonce)
    return answer


def provider_of(request: HttpRequest) -> EdevletProvider:
    app = SocialApp(
        provider="openid_connect",
        provider_id=NAME,
        name="e-Devlet",
        client_id=settings.EDEVLET_CLIENT_ID,
        secret=settings.EDEVLET_CLIENT_SECRET,
        settings={"server_url": settings.EDEVLET_ISSUER, "oauth_pkce_enabled": True},
    )
    return EdevletProvider(request, app=app)


class SocialAdapter(DefaultSocialAccountAdapter):
    """Nobody signs up by allauth's own social pages: accounts come from `services.citizens`."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
