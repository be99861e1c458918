"""Addresses of the kernel's own page; mounted where `settings.MAILBOX_PAGE` is on."""

from django.urls import path

from .views import HtmlContentView, HtmlView, MailboxView, TextToRegistryView

app_name = "core"
urlpatterns = [
    path("", MailboxView.as_view(), name="mailbox"),
    path("metin/", TextToRegistryView.as_view(), name="mailbox_text"),
    path("<str:name>/html/", HtmlView.as_view(), name="mailbox_html"),
    path("<str:name>/html/icerik/", HtmlContentView.as_view(), name="mailbox_html_content"),
]
