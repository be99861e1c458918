"""Addresses of the pages of queries before sending; included by `consents.urls`."""

from django.urls import URLPattern, path

from .views.queries import (
    ActView,
    AskView,
    ColumnView,
    DownloadView,
    ListView,
    OneView,
    ProgressView,
    SummaryView,
)

urlpatterns: list[URLPattern] = [
    path("sorgula/", AskView.as_view(), name="query_new"),
    path("sorgular/", ListView.as_view(), name="queries"),
    path("sorgular/<uuid:public_id>/", OneView.as_view(), name="query"),
    path("sorgular/<uuid:public_id>/ilerleme/", ProgressView.as_view(), name="query_progress"),
    path("sorgular/<uuid:public_id>/sutun/", ColumnView.as_view(), name="query_column"),
    path("sorgular/<uuid:public_id>/indir/<str:kind>/", DownloadView.as_view(), name="query_download"),
    path("sorgular/<uuid:public_id>/belge/", SummaryView.as_view(), name="query_pdf"),
    path("sorgular/<uuid:public_id>/durdur/", ActView.as_view(act="stop"), name="query_stop"),
    path("sorgular/<uuid:public_id>/surdur/", ActView.as_view(act="resume"), name="query_resume"),
]
