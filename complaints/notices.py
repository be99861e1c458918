"""Mails about complaints, through the outbox (design 5): to the complainant in their language, and to who answers for
the sender. They name the tracking number and nothing of the person or the message (R-K6, R-G1).
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.policies import may_be_texted
from iys_portal.core import outbox
from iys_portal.core.models import Document
from providers.models import Membership

from .enums import Side
from .models import Complaint, ComplaintMove
from .move_words import words_of
from .transitions import DECIDING

WITH_PAPER = DECIDING | {"file"}
"""Moves whose mail brings a document along: who makes them sends it."""
ANSWERING = (ProviderRole.MANAGER, ProviderRole.OFFICER)


def post_move(complaint: Complaint, move: ComplaintMove) -> None:
    """Tell each side that the move concerns; one mail for each move and reader."""
    if move.name in WITH_PAPER:
        return
    words = words_of(move.name)
    for side, sentence in words.mail.items():
        if side is Side.COMPLAINANT and move.for_complainant:
            tell_complainant(complaint, words.title, sentence, cause=f"move:{move.pk}")
        elif side is Side.PROVIDER and move.for_provider:
            tell_provider(complaint, words.title, sentence, cause=f"move:{move.pk}")


def tell_complainant(
    complaint: Complaint, title: Any, sentence: Any, *, cause: str, document: Document | None = None
) -> None:
    """Mail the complainant, or text the phone where no e-mail of theirs is proven."""
    addresses = list(ProvenAddress.objects.filter(user=complaint.citizen_id).order_by("pk"))
    mails = [row.address for row in addresses if not row.is_phone]
    to = complaint.address if complaint.address in mails else (mails[0] if mails else "")
    link = f"{settings.PORTAL_URL}{reverse('complaints:detail', args=[complaint.public_id])}"
    with translation.override(complaint.language):
        context = _context(complaint, title, sentence, link)
        if to:
            _post(context, f"complaint:{cause}:complainant", to, document)
        elif phone := next((row.address for row in addresses if may_be_texted(row.address)), ""):
            text = render_to_string("complaints/mail/move.txt", context).strip()
            outbox.post_text(cause=f"complaint:{cause}:complainant", to=phone, text=text)


def tell_provider(
    complaint: Complaint, title: Any, sentence: Any, *, cause: str, document: Document | None = None
) -> None:
    """Mail everybody who answers complaints for the sender."""
    if complaint.brand is None:
        return
    provider = complaint.brand.provider
    link = f"{settings.PORTAL_URL}{reverse('complaints:inbox_case', args=[complaint.public_id])}"
    people = Membership.objects.filter(provider=provider, role__in=ANSWERING, user__is_active=True)
    for user in [row.user for row in people.select_related("user").order_by("pk")]:
        if user.email:
            with translation.override(user.language):
                context = _context(complaint, title, sentence, link)
                _post(context, f"complaint:{cause}:{user.pk}", user.email, document, to_mailbox=provider.is_demo)


def _context(complaint: Complaint, title: Any, sentence: Any, link: str) -> dict[str, Any]:
    return {
        "number": complaint.tracking_number,
        "title": str(title),
        "sentence": str(sentence),
        "link": link,
        "site_name": settings.SITE_NAME,
    }


def _post(context: dict[str, Any], cause: str, to: str, document: Document | None, *, to_mailbox: bool = False) -> None:
    outbox.post(
        cause=cause,
        to=to,
        subject=render_to_string("complaints/mail/move_subject.txt", context),
        body=render_to_string("complaints/mail/move_body.txt", context).strip() + "\n",
        to_mailbox=to_mailbox,
        document=document,
    )
