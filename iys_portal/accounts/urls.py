"""Addresses of people's own pages, of invitations, and of citizens' sign-in."""

from django.urls import path

from . import views, views_account, views_citizen, views_edevlet, views_passkeys

app_name = "accounts"
urlpatterns = [
    path("kullanici/gecis/", views.SwitchView.as_view(), name="switch"),
    path("kullanici/oturum/<int:session_id>/kapat/", views.EndSessionView.as_view(), name="end-session"),
    path("kullanici/davet/", views.InvitationView.as_view(), name="invitation"),
    path("kullanici/davet/kabul/", views.AcceptView.as_view(), name="accept"),
    path("vatandas/giris/", views_citizen.SignInView.as_view(), name="citizen-sign-in"),
    path("vatandas/kod/", views_citizen.CodeView.as_view(), name="citizen-code"),
    path("vatandas/kod/yeni/", views_citizen.NewCodeView.as_view(), name="citizen-new-code"),
    path("vatandas/aydinlatma/", views_citizen.NoticeView.as_view(), name="citizen-notice"),
    path("vatandas/gecis-anahtari/", views_passkeys.PasskeySignInView.as_view(), name="citizen-passkey"),
    path("vatandas/e-devlet/", views_edevlet.BeginView.as_view(), name="edevlet-begin"),
    path("vatandas/e-devlet/donus/", views_edevlet.CallbackView.as_view(), name="edevlet-callback"),
    path("hesabim/", views_account.AccountView.as_view(), name="own-account"),
    path("hesabim/adresler/", views_account.AddressesView.as_view(), name="own-addresses"),
    path("hesabim/adresler/kod/", views_account.AddressCodeView.as_view(), name="own-address-code"),
    path(
        "hesabim/adresler/<int:address_id>/cikar/", views_account.RemoveAddressView.as_view(), name="own-address-remove"
    ),
    path("hesabim/gecis-anahtari/", views_passkeys.AddOwnPasskeyView.as_view(), name="own-passkey-add"),
    path("hesabim/gecis-anahtari/<int:passkey_id>/", views_passkeys.OwnPasskeyView.as_view(), name="own-passkey"),
    path(
        "hesabim/gecis-anahtari/<int:passkey_id>/sil/",
        views_passkeys.RemoveOwnPasskeyView.as_view(),
        name="own-passkey-remove",
    ),
    path("hesabim/e-devlet/ayir/", views_edevlet.UnlinkView.as_view(), name="edevlet-unlink"),
    path("hesabim/sil/", views_account.CloseView.as_view(), name="own-close"),
    path("hesabim/sil/kod/", views_account.CloseCodeView.as_view(), name="own-close-code"),
]
