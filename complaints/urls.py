"""Addresses of complaints."""

from django.urls import path

from .views import citizens, desk, desk_acts, inbox, statistics
from .views.bundles import BundleFileView, BundleView
from .views.filing import StepView

app_name = "complaints"
urlpatterns = [
    path("sikayet-masasi/", desk.ListView.as_view(), name="desk"),
    path("sikayet-masasi/<uuid:public_id>/", desk.CaseView.as_view(), name="desk_case"),
    path("sikayet-masasi/<uuid:public_id>/goster/", desk.ShowView.as_view(), name="desk_show"),
    path("sikayet-masasi/<uuid:public_id>/dosya/<uuid:paper_id>/", desk.PaperView.as_view(), name="desk_paper"),
    path("sikayet-masasi/<uuid:public_id>/islem/<slug:act>/", desk_acts.ActView.as_view(), name="desk_act"),
    path("sikayet-masasi/<uuid:public_id>/gerekce/", desk_acts.FillReasonView.as_view(), name="desk_reason"),
    path("sikayet-masasi/<uuid:public_id>/dosya-paketi/", BundleView.as_view(), name="desk_bundle"),
    path(
        "sikayet-masasi/<uuid:public_id>/dosya-paketi/<uuid:bundle_id>/<slug:form>/",
        BundleFileView.as_view(),
        name="desk_bundle_file",
    ),
    path("sikayet-karari/<uuid:public_id>/", desk.DecisionView.as_view(), name="decision"),
    path("sikayet-istatistikleri/", statistics.StatisticsView.as_view(), name="statistics"),
    path("sikayet-istatistikleri/dosya/<slug:form>/", statistics.StatisticsFileView.as_view(), name="statistics_file"),
    path("sikayet-istatistikleri/marka/<int:code>/", statistics.BrandView.as_view(), name="statistics_brand"),
    path("sikayet-istatistikleri/kayitsiz-gonderenler/", statistics.UnregisteredView.as_view(), name="unregistered"),
    path("sikayet-istatistikleri/idari-para-cezalari/", statistics.FinesView.as_view(), name="fines"),
    path("sikayet-istatistikleri/yillik-raporlar/", statistics.YearlyView.as_view(), name="yearly"),
    path("sikayetler/", inbox.InboxView.as_view(), name="inbox"),
    path("sikayetler/<uuid:public_id>/", inbox.SenderCaseView.as_view(), name="inbox_case"),
    path("sikayetler/<uuid:public_id>/cevap/", inbox.AnswerView.as_view(), name="inbox_answer"),
    path("sikayetler/<uuid:public_id>/ek-cevap/", inbox.AdditionView.as_view(), name="inbox_addition"),
    path("sikayetler/<uuid:public_id>/taslak/", inbox.DraftView.as_view(), name="inbox_draft"),
    path("sikayetler/<uuid:public_id>/delil/", BundleView.as_view(), name="bundle"),
    path(
        "sikayetler/<uuid:public_id>/delil/<uuid:bundle_id>/<slug:form>/", BundleFileView.as_view(), name="bundle_file"
    ),
    path("sikayetler/<uuid:public_id>/ek-sure/", inbox.AskTimeView.as_view(), name="inbox_time"),
    path("sikayetler/<uuid:public_id>/dosya/<uuid:paper_id>/", inbox.SenderPaperView.as_view(), name="inbox_paper"),
    path("sikayetlerim/", citizens.OwnView.as_view(), name="own"),
    path("sikayetlerim/yeni/", citizens.NewView.as_view(), name="new"),
    path("sikayetlerim/yeni/<str:token>/", citizens.NewView.as_view(), name="new_from"),
    path("sikayetlerim/<uuid:public_id>/", citizens.DetailView.as_view(), name="detail"),
    path("sikayetlerim/<uuid:public_id>/geri-cek/", citizens.WithdrawView.as_view(), name="withdraw"),
    path("sikayetlerim/<uuid:public_id>/taslagi-sil/", citizens.DiscardView.as_view(), name="discard"),
    path("sikayetlerim/<uuid:public_id>/eksik-bilgi/", citizens.InformationView.as_view(), name="information"),
    path("sikayetlerim/<uuid:public_id>/alindi/", citizens.ReceiptView.as_view(), name="receipt"),
    path("sikayetlerim/<uuid:public_id>/dosya/", citizens.AddEvidenceView.as_view(), name="evidence_add"),
    path("sikayetlerim/<uuid:public_id>/dosya/<uuid:paper_id>/", citizens.EvidenceView.as_view(), name="evidence"),
    path(
        "sikayetlerim/<uuid:public_id>/dosya/<uuid:paper_id>/sil/",
        citizens.RemoveEvidenceView.as_view(),
        name="evidence_remove",
    ),
    path("sikayetlerim/<uuid:public_id>/<str:step>/", StepView.as_view(), name="step"),
]
