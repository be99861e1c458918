"""Mails of accounts: texts in templates, sent through the outbox (design 5)."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from iys_portal.core import outbox

from .models import ProvenAddress, User


def render_mail(name: str, context: dict[str, Any], *, language: str = "") -> tuple[str, str]:
    """(subject, body) of the texts `accounts/mail/<name>_subject.txt` and `…_body.txt` in the reader's language."""
    with translation.override(language or settings.LANGUAGE_CODE):
        full = {"site_name": settings.SITE_NAME, "portal_url": settings.PORTAL_URL} | context
        subject = render_to_string(f"accounts/mail/{name}_subject.txt", full)
        body = render_to_string(f"accounts/mail/{name}_body.txt", full)
    return " ".join(subject.split()), body.strip() + "\n"


def post_notice(name: str, *, cause: str, user: User, context: dict[str, Any] | None = None) -> None:
    """Tell a member about a change to their account; a citizen has neither password nor e-mail to be told of."""
    if not user.email:
        return
    subject, body = render_mail(name, {"user": user} | (context or {}), language=user.language)
    outbox.post(cause=cause, to=user.email, subject=subject, body=body)


def mail_citizen(name: str, *, cause: str, user: User, context: dict[str, Any]) -> bool:
    """Mail a citizen what they wished to know, once, at the e-mail that they proved last; nothing where none is."""
    mails = ProvenAddress.objects.filter(user=user).exclude(address__startswith="+")
    address = mails.order_by("-proven_at", "-pk").values_list("address", flat=True).first()
    if address is None:
        return False
    subject, body = render_mail(name, context, language=user.language)
    outbox.post(cause=cause, to=address, subject=subject, body=body)
    return True


def tell_citizen(name: str, *, cause: str, user: User, context: dict[str, Any], but: str = "") -> int:
    """Tell a citizen about their own account: at every e-mail of theirs, else by text at their phones; how many went.

    These are service messages and depend on no consent (R-R3). `but` is left out. Texts stand in
    `accounts/sms/<name>.txt`.
    """
    addresses = list(ProvenAddress.objects.filter(user=user).exclude(address=but).values_list("pk", "address"))
    mails = [one for one in addresses if not one[1].startswith("+")]
    for key, address in mails or addresses:
        if address.startswith("+"):
            with translation.override(user.language):
                text = render_to_string(f"accounts/sms/{name}.txt", context)
            outbox.post_text(cause=f"{cause}:{key}", to=address, text=" ".join(text.split()))
        else:
            subject, body = render_mail(name, context, language=user.language)
            outbox.post(cause=f"{cause}:{key}", to=address, subject=subject, body=body)
    return len(mails or addresses)
