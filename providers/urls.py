"""Addresses of a provider's own pages, and of applications."""

from django.urls import include, path

from .views import people as views

app_name = "providers"
urlpatterns = [
    path("basvuru/", include("providers.urls_applications")),
    path("kisiler/", views.PeopleView.as_view(), name="people"),
    path("kisiler/<int:membership_id>/rol/", views.RoleView.as_view(), name="member-role"),
    path("kisiler/<int:membership_id>/cikar/", views.RemoveView.as_view(), name="member-remove"),
    path("kisiler/davet/<uuid:public_id>/geri-al/", views.RevokeView.as_view(), name="invitation-revoke"),
    path("kisiler/davet/<uuid:public_id>/yeniden/", views.ResendView.as_view(), name="invitation-resend"),
]
