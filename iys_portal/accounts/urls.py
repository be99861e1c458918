"""Addresses of people's own pages, of invitations, and of citizens' sign-in."""

from django.urls import path

from . import views, views_citizen

app_name = "accounts"
urlpatterns = [
    path("kullanici/gecis/", views.SwitchView.as_view(), name="switch"),
    path("kullanici/oturum/<int:session_id>/kapat/", views.EndSessionView.as_view(), name="end-session"),
    path("kullanici/davet/", views.InvitationView.as_view(), name="invitation"),
    path("kullanici/davet/kabul/", views.AcceptView.as_view(), name="accept"),
    path("vatandas/giris/", views_citizen.SignInView.as_view(), name="citizen-sign-in"),
    path("vatandas/kod/", views_citizen.CodeView.as_view(), name="citizen-code"),
    path("vatandas/kod/yeni/", views_citizen.NewCodeView.as_view(), name="citizen-new-code"),
]
