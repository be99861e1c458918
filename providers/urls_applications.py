"""Addresses of applications. An application is named by a random id; its link's secret never stands in an address."""

from django.urls import path

from .views import agreements, applications, documents, door

urlpatterns = [
    path("", door.StartView.as_view(), name="application-start"),
    path("liste/<slug:kind>/", door.ChecklistView.as_view(), name="application-checklist"),
    path("aydinlatma/", door.PrivacyView.as_view(), name="application-privacy"),
    path("yeni/", door.NewView.as_view(), name="application-new"),
    path("devam/", door.ResumeView.as_view(), name="application-resume"),
    path("takip/", door.TrackerView.as_view(), name="tracker"),
    path("takip/kod/", door.TrackerCodeView.as_view(), name="tracker-code"),
    path("e-imza/", agreements.GuideView.as_view(), name="signing-guide"),
    path("ilceler/", applications.DistrictsView.as_view(), name="districts"),
    path("<uuid:public_id>/", applications.ApplicationView.as_view(), name="application"),
    path("<uuid:public_id>/kontrol/", applications.CheckView.as_view(), name="application-check"),
    path("<uuid:public_id>/kod/", applications.SendCodeView.as_view(), name="application-code"),
    path("<uuid:public_id>/dogrula/", applications.ConfirmEmailView.as_view(), name="application-confirm"),
    path("<uuid:public_id>/marka/", applications.AddBrandView.as_view(), name="application-brand"),
    path(
        "<uuid:public_id>/marka/<int:brand_id>/cikar/",
        applications.RemoveBrandView.as_view(),
        name="application-brand-remove",
    ),
    path("<uuid:public_id>/gonder/", applications.SubmitView.as_view(), name="application-submit"),
    path("<uuid:public_id>/geri-cek/", applications.WithdrawView.as_view(), name="application-withdraw"),
    path("<uuid:public_id>/belge/", documents.UploadView.as_view(), name="application-upload"),
    path(
        "<uuid:public_id>/belge/<uuid:document_id>/",
        documents.DownloadView.as_view(),
        name="application-document",
    ),
    path(
        "<uuid:public_id>/belge/<uuid:document_id>/sayfa/<int:number>/",
        documents.PageView.as_view(),
        name="application-document-page",
    ),
    path(
        "<uuid:public_id>/belge/<uuid:document_id>/cikar/",
        documents.RemoveView.as_view(),
        name="application-document-remove",
    ),
    path("<uuid:public_id>/sozlesme/hazirla/", agreements.PrepareView.as_view(), name="application-agreement-prepare"),
    path("<uuid:public_id>/sozlesme/pdf/", agreements.IssuedView.as_view(), name="application-agreement"),
    path("<uuid:public_id>/sozlesme/imzali/", agreements.TakeView.as_view(), name="application-agreement-signed"),
    path(
        "<uuid:public_id>/sozlesme/imzali/<uuid:file_id>/",
        agreements.FileView.as_view(),
        name="application-agreement-file",
    ),
    path("<uuid:public_id>/degistir/", agreements.ChangeView.as_view(), name="application-change"),
    path("<uuid:public_id>/<slug:step>/", applications.StepView.as_view(), name="application-step"),
]
