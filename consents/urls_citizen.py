"""Addresses of the citizen's own pages. A row is named by a number, never by somebody's address (R-G4)."""

from django.urls import path

from .views.citizen import OwnView, TakeBackView, WithdrawBrandView, WithdrawChannelView, WithdrawEverythingView
from .views.citizen_history import (
    HistoryView,
    OwnDocumentView,
    OwnDownloadView,
    OwnEvidenceView,
    OwnReceiptView,
)
from .views.citizen_messages import OwnMessagesView, OwnMessageView

urlpatterns = [
    path("", OwnView.as_view(), name="own"),
    path("<int:event_id>/ret/", WithdrawChannelView.as_view(), name="own-channel"),
    path("marka/<int:brand_id>/ret/", WithdrawBrandView.as_view(), name="own-brand"),
    path("adres/<int:address_id>/ret/", WithdrawEverythingView.as_view(), name="own-address"),
    path("hepsi/ret/", WithdrawEverythingView.as_view(), name="own-everything"),
    path("geri-al/", TakeBackView.as_view(), name="own-take-back"),
    path("gecmis/", HistoryView.as_view(), name="own-history"),
    path("gecmis/<int:event_id>/kanit/", OwnEvidenceView.as_view(), name="own-evidence"),
    path("gecmis/<int:event_id>/makbuz/", OwnReceiptView.as_view(), name="own-receipt"),
    path("belge/<uuid:public_id>/", OwnDocumentView.as_view(), name="own-document"),
    path("belge/<uuid:public_id>/indir/", OwnDownloadView.as_view(), name="own-document-pdf"),
    path("belge/<uuid:public_id>/json/", OwnDownloadView.as_view(signed=True), name="own-document-json"),
    path("iletiler/", OwnMessagesView.as_view(), name="own-messages"),
    path("iletiler/<uuid:public_id>/<int:address_id>/", OwnMessageView.as_view(), name="own-message"),
]
