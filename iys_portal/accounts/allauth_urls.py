"""allauth's pages that this portal offers, under allauth's own names.

Left out: adding e-mail addresses (one person, one e-mail), sign-in by mailed code (never for staff or providers,
design 8), and sign-in by a passkey alone: it is the second factor, beside the password (R-A2).
"""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from django.urls import include, path, re_path

from . import views_factors

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", views_factors.FactorsView.as_view(), name="mfa_index"),
    path("2fa/totp/replace/", views_factors.ReplaceAppView.as_view(), name="mfa_replace_totp"),
    path("2fa/totp/deactivate/", views_factors.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("2fa/webauthn/add/", views_factors.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/reauthenticate/", views_factors.PasskeyAgainView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", views_factors.NamePasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views_factors.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
