"""Mails about applications: texts in templates, sent through the outbox (design 5), in the applicant's language."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from iys_portal.core import outbox

from .models import Application


def post_application_mail(
    application: Application, name: str, *, cause: str, context: dict[str, Any] | None = None, to: str = ""
) -> None:
    """Put the mail `providers/mail/<name>_{subject,body}.txt` into the outbox; the same cause is one mail.

    It goes to the corporate e-mail unless `to` says otherwise; a demonstration's goes to the mailbox only.
    """
    tracker = f"{settings.PORTAL_URL}{reverse('providers:tracker')}"
    full = {"application": application, "site_name": settings.SITE_NAME, "tracker": tracker} | (context or {})
    with translation.override(application.language):
        subject = render_to_string(f"providers/mail/{name}_subject.txt", full)
        body = render_to_string(f"providers/mail/{name}_body.txt", full)
    outbox.post(
        cause=f"application:{cause}",
        to=to or application.email,
        subject=subject,
        body=body.strip() + "\n",
        to_mailbox=application.is_demo,
    )
