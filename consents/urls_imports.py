"""Addresses of the import pages; included by `consents.urls`."""

from django.urls import URLPattern, path

from .views.import_lines import DownloadView, ProblemsView
from .views.imports import ActView, ColumnsView, ListView, NewView, OneView, ProgressView

ACTS = {
    "check": "denetle",
    "apply": "uygula",
    "undo": "geri-al",
    "discard": "vazgec",
    "resume": "surdur",
    "cancel": "durdur",
}

urlpatterns: list[URLPattern] = [
    path("aktarimlar/", ListView.as_view(), name="imports"),
    path("aktarimlar/yeni/", NewView.as_view(), name="import_new"),
    path("aktarimlar/<uuid:public_id>/", OneView.as_view(), name="import"),
    path("aktarimlar/<uuid:public_id>/sutunlar/", ColumnsView.as_view(), name="import_columns"),
    path("aktarimlar/<uuid:public_id>/ilerleme/", ProgressView.as_view(), name="import_progress"),
    path("aktarimlar/<uuid:public_id>/sorunlar/", ProblemsView.as_view(), name="import_problems"),
    path("aktarimlar/<uuid:public_id>/indir/<str:kind>/", DownloadView.as_view(), name="import_download"),
    *(
        path(f"aktarimlar/<uuid:public_id>/{word}/", ActView.as_view(act=act), name=f"import_{act}")
        for act, word in ACTS.items()
    ),
]
