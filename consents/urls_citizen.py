"""Addresses of the citizen's own pages. A row is named by a number, never by somebody's address (R-G4)."""

from django.urls import path

from .views import (
    citizen,
    citizen_address,
    citizen_brand,
    citizen_data,
    citizen_history,
    citizen_messages,
    citizen_why,
    citizen_wishes,
)

urlpatterns = [
    path("", citizen.OwnView.as_view(), name="own"),
    path("<int:event_id>/ret/", citizen.WithdrawChannelView.as_view(), name="own-channel"),
    path("<int:event_id>/vermedim/", citizen.DenyView.as_view(), name="own-denied"),
    path("marka/", citizen_brand.FindView.as_view(), name="own-find"),
    path("marka/<int:brand_id>/", citizen_brand.OneBrandView.as_view(), name="own-one"),
    path("marka/<int:brand_id>/logo/", citizen_brand.LogoView.as_view(), name="own-logo"),
    path("marka/<int:brand_id>/ret/", citizen.WithdrawBrandView.as_view(), name="own-brand"),
    path("marka/<int:brand_id>/izin/", citizen_brand.GiveView.as_view(), name="own-give"),
    path("marka/<int:brand_id>/asla/", citizen_brand.NeverView.as_view(), name="own-never"),
    path("adres/<int:address_id>/ret/", citizen.WithdrawEverythingView.as_view(), name="own-address"),
    path("kanal/<str:channel>/ret/", citizen.WithdrawEverywhereView.as_view(), name="own-everywhere"),
    path("hepsi/ret/", citizen.WithdrawEverythingView.as_view(), name="own-everything"),
    path("geri-al/", citizen.TakeBackView.as_view(), name="own-take-back"),
    path("neden/", citizen_why.WhyView.as_view(), name="own-why"),
    path("dilekler/", citizen_wishes.WishesView.as_view(), name="own-wishes"),
    path("dilekler/<uuid:number>/kapat/", citizen_wishes.EndWishView.as_view(), name="own-wish-end"),
    path("dilekler/<uuid:number>/ac/", citizen_wishes.BeginAgainView.as_view(), name="own-wish-again"),
    path("adres/<int:address_id>/yeni/", citizen_address.NewlyMineView.as_view(), name="own-newly-mine"),
    path("adres/yeni/geri-al/", citizen_address.NewlyMineBackView.as_view(), name="own-newly-mine-back"),
    path("verilerim/", citizen_data.OwnDataView.as_view(), name="own-data"),
    path("verilerim/<uuid:public_id>/<str:form>/", citizen_data.OwnDataFileView.as_view(), name="own-data-file"),
    path("gecmis/", citizen_history.HistoryView.as_view(), name="own-history"),
    path("gecmis/<int:event_id>/kanit/", citizen_history.OwnEvidenceView.as_view(), name="own-evidence"),
    path("gecmis/<int:event_id>/makbuz/", citizen_history.OwnReceiptView.as_view(), name="own-receipt"),
    path("belge/<uuid:public_id>/", citizen_history.OwnDocumentView.as_view(), name="own-document"),
    path("belge/<uuid:public_id>/indir/", citizen_history.OwnDownloadView.as_view(), name="own-document-pdf"),
    path(
        "belge/<uuid:public_id>/json/", citizen_history.OwnDownloadView.as_view(signed=True), name="own-document-json"
    ),
    path("iletiler/", citizen_messages.OwnMessagesView.as_view(), name="own-messages"),
    path("iletiler/<uuid:public_id>/<int:address_id>/", citizen_messages.OwnMessageView.as_view(), name="own-message"),
]
