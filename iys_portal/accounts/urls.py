"""Addresses of people's own pages and of invitations."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("gecis/", views.SwitchView.as_view(), name="switch"),
    path("oturum/<int:session_id>/kapat/", views.EndSessionView.as_view(), name="end-session"),
    path("davet/", views.InvitationView.as_view(), name="invitation"),
    path("davet/kabul/", views.AcceptView.as_view(), name="accept"),
]
