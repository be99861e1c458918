"""Addresses of consent pages: the makers' in the panel, and the public ones, which name a page and nobody."""

from django.urls import path, register_converter

from .models.consent_pages import ID_LENGTH, ID_LETTERS
from .views import consent_pages, page_visits


class PageId:
    """A page's short name."""

    regex = f"[{ID_LETTERS}]{{{ID_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PageId, "page")

urlpatterns = [
    path("onay-sayfalari/", consent_pages.PagesView.as_view(), name="pages"),
    path("onay-sayfalari/yeni/", consent_pages.NewView.as_view(), name="page_new"),
    path("onay-sayfalari/onizleme/", consent_pages.PreviewView.as_view(), name="page_preview"),
    path("onay-sayfalari/<page:public_id>/", consent_pages.OneView.as_view(), name="page"),
    path("onay-sayfalari/<page:public_id>/degistir/", consent_pages.ChangeView.as_view(), name="page_change"),
    path("onay-sayfalari/<page:public_id>/durum/", consent_pages.SwitchView.as_view(), name="page_switch"),
    path("onay-sayfalari/<page:public_id>/qr.<slug:kind>", consent_pages.QrView.as_view(), name="page_qr"),
    path("onay/<page:public_id>/", page_visits.PageVisitView.as_view(), name="page-public"),
    path("onay/<page:public_id>/gomulu/", page_visits.PageVisitView.as_view(embedded=True), name="page-embedded"),
    path("onay/<page:public_id>/makbuz/<str:number>/", page_visits.ReceiptView.as_view(), name="page-receipt"),
    path(
        "onay/<page:public_id>/gomulu/makbuz/<str:number>/",
        page_visits.ReceiptView.as_view(embedded=True),
        name="page-receipt-embedded",
    ),
    path(
        "onay/<page:public_id>/makbuz/<str:number>/pdf/", page_visits.ReceiptPdfView.as_view(), name="page-receipt-pdf"
    ),
]
