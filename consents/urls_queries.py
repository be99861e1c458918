"""Addresses of the pages of queries before sending; included by `consents.urls`."""

from django.urls import URLPattern, path

from .views import export_tables
from .views.queries import (
    ActView,
    AskView,
    ColumnView,
    DownloadView,
    ListView,
    OneView,
    ProgressView,
    ShowView,
    SummaryView,
)

urlpatterns: list[URLPattern] = [
    path("sorgula/", AskView.as_view(), name="query_new"),
    path("sorgular/", ListView.as_view(), name="queries"),
    path("sorgular/disa-aktar/<str:form>/", export_tables.QueriesView.as_view(), name="queries_export"),
    path("sorgular/<uuid:public_id>/disa-aktar/<str:form>/", export_tables.QueryView.as_view(), name="query_export"),
    path("sorgular/<uuid:public_id>/", OneView.as_view(), name="query"),
    path("sorgular/<uuid:public_id>/goster/", ShowView.as_view(), name="query_show"),
    path("sorgular/<uuid:public_id>/ilerleme/", ProgressView.as_view(), name="query_progress"),
    path("sorgular/<uuid:public_id>/sutun/", ColumnView.as_view(), name="query_column"),
    path("sorgular/<uuid:public_id>/indir/<str:kind>/", DownloadView.as_view(), name="query_download"),
    path("sorgular/<uuid:public_id>/belge/", SummaryView.as_view(), name="query_pdf"),
    path("sorgular/<uuid:public_id>/durdur/", ActView.as_view(act="stop"), name="query_stop"),
    path("sorgular/<uuid:public_id>/surdur/", ActView.as_view(act="resume"), name="query_resume"),
]
