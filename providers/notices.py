"""Mails about applications and requests: templates, sent through the outbox (design 5), in the reader's language."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from iys_portal.accounts.models import User
from iys_portal.core import outbox

from .models import ApiKey, Application, Provider, ProviderRequest


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


def post_provider_mail(
    provider: Provider, name: str, *, cause: str, to: str, language: str, context: dict[str, Any] | None = None
) -> None:
    """Put the mail `providers/mail/<name>_{subject,body}.txt` about a provider's settings into the outbox."""
    link = f"{settings.PORTAL_URL}{reverse('providers:settings')}"
    full = {"provider": provider, "site_name": settings.SITE_NAME, "link": link} | (context or {})
    with translation.override(language):
        subject = render_to_string(f"providers/mail/{name}_subject.txt", full)
        body = render_to_string(f"providers/mail/{name}_body.txt", full)
    outbox.post(
        cause=f"provider:{cause}",
        to=to,
        subject=subject.strip(),
        body=body.strip() + "\n",
        to_mailbox=provider.is_demo,
    )


def post_request_mail(request: ProviderRequest, name: str, *, to: str = "") -> None:
    """Tell the corporate address what became of a request; values are not named, they may be somebody's numbers."""
    address = to or request.provider.email
    post_provider_mail(
        request.provider,
        f"request_{name}",
        cause=f"request:{request.pk}:{name}" + (":other" if to else ""),
        to=address,
        language=request.asker.language,
        context={"request": request},
    )


def post_key_mail(key: ApiKey, *, days: int, maker: User | None) -> None:
    """Tell that a key ends soon: to the company's address, and to who made it. One mail for each warning."""
    party = key.provider or key.integrator
    assert party is not None
    link = f"{settings.PORTAL_URL}{reverse('providers:keys')}"
    context = {"key": key, "party": party, "site_name": settings.SITE_NAME, "link": link}
    language = maker.language if maker else settings.LANGUAGE_CODE
    with translation.override(language):
        subject = render_to_string("providers/mail/key_ending_subject.txt", context)
        body = render_to_string("providers/mail/key_ending_body.txt", context)
    for to in sorted({party.email, maker.email or party.email if maker else party.email}):
        outbox.post(
            cause=f"api-key:{key.pk}:{days}:{to}",
            to=to,
            subject=subject.strip(),
            body=body.strip() + "\n",
            to_mailbox=party.is_demo,
        )
