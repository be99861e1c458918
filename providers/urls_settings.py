"""Addresses of a provider's own settings."""

from django.urls import path

from .views import brands, dealers, settings

urlpatterns = [
    path("", settings.CompanyView.as_view(), name="settings"),
    path("iletisim/", settings.ContactView.as_view(), name="settings-contact"),
    path("sirket/", settings.CompanyChangeView.as_view(), name="settings-company"),
    path("yetkili/<int:place>/", settings.SignatoryView.as_view(), name="settings-signatory"),
    path("e-posta/", settings.EmailView.as_view(), name="settings-email"),
    path("e-posta/dogrula/", settings.ConfirmEmailView.as_view(), name="settings-email-confirm"),
    path("istek/<uuid:public_id>/geri-cek/", settings.WithdrawView.as_view(), name="request-withdraw"),
    path("istek/<uuid:public_id>/belge/", settings.PaperView.as_view(), name="request-paper"),
    path("markalar/", brands.BrandsView.as_view(), name="brands"),
    path("markalar/yeni/", brands.NewBrandView.as_view(), name="brand-new"),
    path("markalar/<int:code>/", brands.BrandView.as_view(), name="brand"),
    path("markalar/<int:code>/logo/", brands.LogoView.as_view(), name="brand-logo"),
    path("markalar/<int:code>/logo/kaldir/", brands.RemoveLogoView.as_view(), name="brand-logo-remove"),
    path("bayiler/", dealers.DealersView.as_view(), name="dealers"),
    path("bayiler/yeni/", dealers.NewDealerView.as_view(), name="dealer-new"),
    path("bayiler/aktar/", dealers.ImportView.as_view(), name="dealer-import"),
    path("bayiler/aktar/uygula/", dealers.ApplyView.as_view(), name="dealer-apply"),
    path("bayiler/indir/", dealers.ExportView.as_view(), name="dealer-export"),
    path("bayiler/<int:pk>/", dealers.DealerView.as_view(), name="dealer"),
    path("bayiler/<int:pk>/kapat/", dealers.CloseDealerView.as_view(), name="dealer-close"),
    path("bayiler/<int:pk>/ac/", dealers.ReopenDealerView.as_view(), name="dealer-reopen"),
]
