"""Addresses of the pages that mix apps."""

from django.urls import path

from . import audit_views, developer_views, freeze_views, integrator_views, open_pages, views

app_name = "dashboard"
urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("entegratorler/<uuid:public_id>/", integrator_views.IntegratorActsView.as_view(), name="integrator_acts"),
    path("ara/", open_pages.SearchView.as_view(), name="search"),
    path("yardim/", open_pages.HelpView.as_view(), name="help"),
    path("yardim/sozluk/", open_pages.GlossaryView.as_view(), name="glossary"),
    path("yardim/<slug:slug>/", open_pages.TopicView.as_view(), name="help_topic"),
    path("iletisim/", open_pages.ContactView.as_view(), name="contact"),
    path("kullanim-kosullari/", open_pages.TermsView.as_view(), name="terms"),
    path("cerezler/", open_pages.CookiesView.as_view(), name="cookies"),
    path("kisisel-veriler/", open_pages.PrivacyView.as_view(), name="privacy"),
    path("kisisel-veriler/<slug:audience>/", open_pages.PrivacyView.as_view(), name="privacy_notice"),
    path("gelistirici/", developer_views.CallsView.as_view(), name="developer"),
    path("gelistirici/hatalar/", developer_views.CodesView.as_view(), name="developer_codes"),
    path("gelistirici/ornekler/", developer_views.SnippetsView.as_view(), name="developer_snippets"),
    path("gelistirici/dondurma/", freeze_views.FreezesView.as_view(), name="developer_freezes"),
    path("gelistirici/dondurma/<uuid:freeze_id>/kaldir/", freeze_views.LiftView.as_view(), name="developer_lift"),
    path("gelistirici/deneme-ortami/", developer_views.SandboxView.as_view(), name="developer_sandbox"),
    path("staff/gallery/", views.GalleryView.as_view(), name="gallery"),
    path("denetim/", audit_views.AuditView.as_view(), name="audit"),
    path("denetim/disa-aktar/<slug:kind>/", audit_views.AuditExportView.as_view(), name="audit_export"),
    path("denetim/kisi/", audit_views.AuditPersonView.as_view(), name="audit_person"),
    path("denetim/dogrulama/", audit_views.AuditVerifyView.as_view(), name="audit_verify"),
    path("denetim/dogrulama/baslat/", audit_views.AuditVerifyNowView.as_view(), name="audit_verify_now"),
    path("denetim/gecerli/", audit_views.AuditForceView.as_view(), name="audit_force"),
]
