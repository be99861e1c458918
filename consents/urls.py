"""Addresses of the consents panel; import pages and citizens' pages bring their own."""

from django.urls import include, path

from .views import texts, webhooks
from .views.consents import DetailView, ListView, ShowView
from .views.day_files import DayFileDownloadView, DayFilesView
from .views.evidence import CompleteView, FileView, MissingView, PreviewView
from .views.export_files import ExportRefusalsView, ExportRemoveView, ExportsView, ExportTakeView, ExportView
from .views.exports import ListExportView, SampleView
from .views.inbound import InboundView
from .views.links import ActView, LinkView, OneClickView
from .views.notices import NoticesView
from .views.record import HintView, RecordView, RefuseView
from .views.refusals import AcknowledgeView, RefusalExportView, RefusalsView
from .views.reports import ReportFileView, ReportPdfView, ReportsView
from .views.retention import HoldView, ReleaseView, RetentionView, RunView
from .views.seals import EvidenceView, ProofView, SealsView, SealView, StampView, VerifyView
from .views.windows import WindowView

app_name = "consents"
urlpatterns = [
    path("izinler/", ListView.as_view(), name="list"),
    path("izinler/yeni/", RecordView.as_view(), name="record"),
    path("izinler/yeni/adres/", HintView.as_view(), name="hint"),
    path("izinler/ornek.csv", SampleView.as_view(), name="sample"),
    path("izinler/disa-aktar/<slug:kind>/", ListExportView.as_view(), name="export"),
    path("disa-aktarimlar/", ExportsView.as_view(), name="exports"),
    path("disa-aktarimlar/retler/", ExportRefusalsView.as_view(), name="exports_refusals"),
    path("disa-aktarimlar/<uuid:public_id>/", ExportView.as_view(), name="export_file"),
    path("disa-aktarimlar/<uuid:public_id>/indir/", ExportTakeView.as_view(), name="export_take"),
    path("disa-aktarimlar/<uuid:public_id>/sil/", ExportRemoveView.as_view(), name="export_remove"),
    path("izinler/<int:event_id>/", DetailView.as_view(), name="detail"),
    path("izinler/<int:event_id>/ret/", RefuseView.as_view(), name="refuse"),
    path("izinler/<int:event_id>/goster/", ShowView.as_view(), name="show"),
    path("izinler/<int:event_id>/kanit/", CompleteView.as_view(), name="evidence_complete"),
    path("izinler/kanit-eksik/", MissingView.as_view(), name="evidence_missing"),
    path("izinler/kanit/<int:number>/", FileView.as_view(), name="evidence_file"),
    path("izinler/kanit/<int:number>/onizleme/", PreviewView.as_view(), name="evidence_preview"),
    path("izinler/gun-dosyalari/", DayFilesView.as_view(), name="day_files"),
    path("izinler/gun-dosyalari/<int:number>/", DayFileDownloadView.as_view(), name="day_file"),
    path("i/<str:token>/", LinkView.as_view(), name="link"),
    path("i/<str:token>/onayla/", ActView.as_view(act="confirm"), name="link_confirm"),
    path("i/<str:token>/reddet/", ActView.as_view(act="refuse"), name="link_refuse"),
    path("i/<str:token>/vermedim/", ActView.as_view(act="deny"), name="link_deny"),
    path("i/<str:token>/tek-tik/", OneClickView.as_view(), name="link_one_click"),
    path("izinler/<int:event_id>/ispat/", ProofView.as_view(), name="proof"),
    path("izinler/<int:event_id>/ispat/belge/", EvidenceView.as_view(), name="proof_pdf"),
    path("izinler/<int:event_id>/ispat/belge/adres/", EvidenceView.as_view(whole=True), name="proof_pdf_address"),
    path("dogrula/", VerifyView.as_view(), name="verify"),
    path("muhurler/", SealsView.as_view(), name="seals"),
    path("muhurler/<int:number>.json", SealView.as_view(), name="seal"),
    path("muhurler/<int:number>.tsr", StampView.as_view(), name="seal_stamp"),
    path("basvurular/<uuid:public_id>/yukleme-penceresi/", WindowView.as_view(), name="initial_window"),
    path("saklama/", RetentionView.as_view(), name="retention"),
    path("saklama/say/", RunView.as_view(), name="retention_dry"),
    path("saklama/sil/", RunView.as_view(applied=True), name="retention_apply"),
    path("saklama/beklet/", HoldView.as_view(), name="hold_place"),
    path("saklama/beklet/<int:hold_id>/birak/", ReleaseView.as_view(), name="hold_release"),
    path("webhooklar/", webhooks.WebhooksView.as_view(), name="webhooks"),
    path("webhooklar/yeni/", webhooks.NewView.as_view(), name="webhook_new"),
    path("webhooklar/<uuid:public_id>/", webhooks.OneView.as_view(), name="webhook"),
    path("webhooklar/<uuid:public_id>/degistir/", webhooks.ChangeView.as_view(), name="webhook_change"),
    path("webhooklar/<uuid:public_id>/anahtar/", webhooks.RotateView.as_view(), name="webhook_rotate"),
    path("webhooklar/<uuid:public_id>/ac/", webhooks.SwitchView.as_view(on=True), name="webhook_on"),
    path("webhooklar/<uuid:public_id>/kapat/", webhooks.SwitchView.as_view(), name="webhook_off"),
    path("webhooklar/<uuid:public_id>/dene/", webhooks.TestView.as_view(), name="webhook_test"),
    path("webhooklar/<uuid:public_id>/kaldir/", webhooks.RemoveView.as_view(), name="webhook_remove"),
    path(
        "webhooklar/<uuid:public_id>/<int:message_id>/yeniden/",
        webhooks.SendAgainView.as_view(),
        name="webhook_again",
    ),
    path("sms/gelen/", InboundView.as_view(), name="inbound"),
    path("izinlerim/", include("consents.urls_citizen")),
    path("retler/", RefusalsView.as_view(), name="refusals"),
    path("retler/islendi/", AcknowledgeView.as_view(), name="refusals_acknowledge"),
    path("retler/disa-aktar/", RefusalExportView.as_view(), name="refusals_export"),
    path("bildirimler/", NoticesView.as_view(), name="notices"),
    path("raporlar/", ReportsView.as_view(), name="reports"),
    path("raporlar/pdf/", ReportPdfView.as_view(), name="report_pdf"),
    path("raporlar/csv/", ReportFileView.as_view(), name="report_csv"),
    path("onay-metinleri/", texts.TextsView.as_view(), name="texts"),
    path("onay-metinleri/yeni/", texts.NewView.as_view(), name="text_new"),
    path("onay-metinleri/<int:text_id>/", texts.OneView.as_view(), name="text"),
    path("onay-metinleri/<int:text_id>/degistir/", texts.ChangeView.as_view(), name="text_change"),
    path("onay-metinleri/<int:text_id>/yazdir/", texts.PrintView.as_view(), name="text_print"),
    path("onay-metinleri/<int:text_id>/yayimla/", texts.PublishView.as_view(), name="text_publish"),
    path("onay-metinleri/<int:text_id>/bitir/", texts.ActView.as_view(act="retire"), name="text_retire"),
    path("onay-metinleri/<int:text_id>/sil/", texts.ActView.as_view(act="discard"), name="text_discard"),
    path("", include("consents.urls_pages")),
    path("", include("consents.urls_imports")),
    path("", include("consents.urls_queries")),
    path("", include("consents.urls_messages")),
]
