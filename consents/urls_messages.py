"""Addresses of the pages of messages; included by `consents.urls`."""

from django.urls import URLPattern, path

from .views import export_tables
from .views.message_preview import DocumentView, PreviewView
from .views.messages import (
    ActView,
    ChangeView,
    CheckView,
    ColumnView,
    DownloadView,
    ListView,
    NewView,
    OneView,
    ProgressView,
    RecipientsView,
)

ACTS = {
    "wash_all": "alicilar/herkes",
    "wash_again": "alicilar/ayni",
    "drop_list": "alicilar/birak",
    "resume": "surdur",
    "stop": "durdur",
    "release": "kaydet",
    "cancel": "iptal",
    "version": "yeni-surum",
}

urlpatterns: list[URLPattern] = [
    path("iletiler/", ListView.as_view(), name="messages"),
    path("iletiler/yeni/", NewView.as_view(), name="message_new"),
    path("iletiler/denetim/", CheckView.as_view(), name="message_check"),
    path("iletiler/disa-aktar/<str:form>/", export_tables.MessagesView.as_view(), name="messages_export"),
    path(
        "iletiler/<uuid:public_id>/disa-aktar/<str:form>/", export_tables.MessageView.as_view(), name="message_export"
    ),
    path("iletiler/<uuid:public_id>/", OneView.as_view(), name="message"),
    path("iletiler/<uuid:public_id>/degistir/", ChangeView.as_view(), name="message_change"),
    path("iletiler/<uuid:public_id>/denetim/", CheckView.as_view(), name="message_check_of"),
    path("iletiler/<uuid:public_id>/alicilar/", RecipientsView.as_view(), name="message_recipients"),
    path("iletiler/<uuid:public_id>/alicilar/sutun/", ColumnView.as_view(), name="message_column"),
    path("iletiler/<uuid:public_id>/onizleme/", PreviewView.as_view(), name="message_preview"),
    path("iletiler/<uuid:public_id>/onizleme/belge/", DocumentView.as_view(), name="message_document"),
    path("iletiler/<uuid:public_id>/ilerleme/", ProgressView.as_view(), name="message_progress"),
    path("iletiler/<uuid:public_id>/indir/<slug:kind>/", DownloadView.as_view(), name="message_download"),
    *(
        path(f"iletiler/<uuid:public_id>/{word}/", ActView.as_view(act=act), name=f"message_{act}")
        for act, word in ACTS.items()
    ),
]
