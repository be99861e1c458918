"""Addresses of the kernel's own page; mounted where `settings.MAILBOX_PAGE` is on."""

from django.urls import path

from .views import MailboxView

app_name = "core"
urlpatterns = [path("", MailboxView.as_view(), name="mailbox")]
