"""Addresses of the consents panel; the import pages bring their own."""

from django.urls import include, path

from .views.consents import DetailView, ListView, ShowView
from .views.exports import ExportView, SampleView
from .views.record import HintView, RecordView, RefuseView

app_name = "consents"
urlpatterns = [
    path("izinler/", ListView.as_view(), name="list"),
    path("izinler/yeni/", RecordView.as_view(), name="record"),
    path("izinler/yeni/adres/", HintView.as_view(), name="hint"),
    path("izinler/ornek.csv", SampleView.as_view(), name="sample"),
    path("izinler/disa-aktar/<slug:kind>/", ExportView.as_view(), name="export"),
    path("izinler/<int:event_id>/", DetailView.as_view(), name="detail"),
    path("izinler/<int:event_id>/ret/", RefuseView.as_view(), name="refuse"),
    path("izinler/<int:event_id>/goster/", ShowView.as_view(), name="show"),
    path("", include("consents.urls_imports")),
]
