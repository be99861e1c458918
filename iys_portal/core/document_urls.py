"""Addresses of documents."""

from django.urls import path

from .document_views import AgainView, DocumentView, DownloadView

app_name = "documents"
urlpatterns = [
    path("<uuid:public_id>/", DocumentView.as_view(), name="document"),
    path("<uuid:public_id>/indir/", DownloadView.as_view(), name="download"),
    path("<uuid:public_id>/yeniden/", AgainView.as_view(), name="again"),
]
