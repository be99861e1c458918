"""Addresses of a provider's own pages, and of applications."""

from django.urls import include, path

from .views import people as views
from .views import requests, review, review_agreements

app_name = "providers"
urlpatterns = [
    path("basvuru/", include("providers.urls_applications")),
    path("ayarlar/", include("providers.urls_settings")),
    path("basvurular/", review.ListView.as_view(), name="reviews"),
    path("basvurular/<uuid:public_id>/", review.DetailView.as_view(), name="review"),
    path("basvurular/<uuid:public_id>/al/", review.ActView.as_view(act="take"), name="review_take"),
    path("basvurular/<uuid:public_id>/iade/", review.ActView.as_view(act="give_back"), name="review_return"),
    path("basvurular/<uuid:public_id>/reddet/", review.ActView.as_view(act="reject"), name="review_reject"),
    path("basvurular/<uuid:public_id>/oner/", review.ActView.as_view(act="propose"), name="review_propose"),
    path("basvurular/<uuid:public_id>/onayla/", review.ActView.as_view(act="approve"), name="review_approve"),
    path("basvurular/belge/<uuid:document_id>/", review.PaperView.as_view(), name="review_paper"),
    path("basvurular/belge/<uuid:document_id>/<int:number>/", review.PaperView.as_view(), name="review_page"),
    path(
        "basvurular/<uuid:public_id>/sozlesme/<int:version>/",
        review_agreements.IssuedView.as_view(),
        name="review_agreement",
    ),
    path("basvurular/imzali/<uuid:file_id>/", review_agreements.FileView.as_view(), name="review_signed"),
    path(
        "basvurular/imzali/<uuid:file_id>/<int:number>/",
        review_agreements.FileView.as_view(),
        name="review_signed_page",
    ),
    path("basvurular/istekler/", requests.RequestsView.as_view(), name="review_requests"),
    path("basvurular/istekler/<uuid:public_id>/", requests.RequestView.as_view(), name="review_request"),
    path(
        "basvurular/istekler/<uuid:public_id>/kabul/",
        requests.DecideView.as_view(accept=True),
        name="review_request_accept",
    ),
    path("basvurular/istekler/<uuid:public_id>/ret/", requests.DecideView.as_view(), name="review_request_refuse"),
    path(
        "basvurular/istekler/<uuid:public_id>/belge/", requests.RequestPaperView.as_view(), name="review_request_paper"
    ),
    path(
        "basvurular/istekler/<uuid:public_id>/belge/<int:number>/",
        requests.RequestPaperView.as_view(),
        name="review_request_page",
    ),
    path("kisiler/", views.PeopleView.as_view(), name="people"),
    path("kisiler/<int:membership_id>/rol/", views.RoleView.as_view(), name="member-role"),
    path("kisiler/<int:membership_id>/cikar/", views.RemoveView.as_view(), name="member-remove"),
    path("kisiler/davet/<uuid:public_id>/geri-al/", views.RevokeView.as_view(), name="invitation-revoke"),
    path("kisiler/davet/<uuid:public_id>/yeniden/", views.ResendView.as_view(), name="invitation-resend"),
]
