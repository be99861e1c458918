"""Addresses of the citizen's own pages. A row is named by a number, never by somebody's address (R-G4)."""

from django.urls import path

from .views.citizen import OwnView, TakeBackView, WithdrawBrandView, WithdrawChannelView, WithdrawEverythingView
from .views.citizen_address import NewlyMineBackView, NewlyMineView
from .views.citizen_data import OwnDataFileView, OwnDataView

urlpatterns = [
    path("", OwnView.as_view(), name="own"),
    path("<int:event_id>/ret/", WithdrawChannelView.as_view(), name="own-channel"),
    path("marka/<int:brand_id>/ret/", WithdrawBrandView.as_view(), name="own-brand"),
    path("adres/<int:address_id>/ret/", WithdrawEverythingView.as_view(), name="own-address"),
    path("hepsi/ret/", WithdrawEverythingView.as_view(), name="own-everything"),
    path("adres/<int:address_id>/yeni/", NewlyMineView.as_view(), name="own-newly-mine"),
    path("adres/yeni/geri-al/", NewlyMineBackView.as_view(), name="own-newly-mine-back"),
    path("verilerim/", OwnDataView.as_view(), name="own-data"),
    path("verilerim/<uuid:public_id>/<str:form>/", OwnDataFileView.as_view(), name="own-data-file"),
    path("geri-al/", TakeBackView.as_view(), name="own-take-back"),
]
