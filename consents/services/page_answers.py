"""What a visitor of a consent page does (R-M7): ask for a code, prove an address by it, tick channels and give consent.

Nobody signs in. The code is bound to page and address: it opens no account and is worth nothing on another page. The
consents go through the one engine like any other; their proof is written here and attached by construction
(docs/adr/0017-consent-pages.md).
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.document_kinds import PAGE_RECEIPT
from consents.documents.page_proof import proof_of_answer, receipt_of_answer
from consents.engine.terms import Terms, terms_for
from consents.enums import Channel, RecipientType, Source, Status, WayIn
from consents.evidence import JSON
from consents.models import ConsentPage, ConsentPageAnswer
from consents.opaque import fingerprint
from consents.page_visits import VISITOR, Proven, Visit
from consents.states import PageState
from iys_portal.accounts import services as accounts
from iys_portal.accounts.models import OneTimeCode, PrivacyNotice
from iys_portal.core import documents, outbox
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.storage import Drop, only_if_written
from iys_portal.core.uploads import Scan

from .evidence import Kept, store
from .records import Outcome, write_rows

NOT_FOR_PHONES = _("This page asks for e-mails only. Enter an e-mail address.")
NOT_FOR_MAILS = _("This page asks for calls or text messages only. Enter a mobile phone number.")
CHANGED = _("The page has changed since you opened it. Please read it once more; nothing was recorded.")
NOT_OPEN = _("This page does not take consents at present. Nothing was recorded.")


def ask_code(
    page: ConsentPage, visit: Visit, *, text: str, language: str, ip: str, moment: datetime | None = None
) -> Visit:
    """Send a code to the address that was typed, good for this page alone; returns the visit that waits for it.

    Raises `Invalid` (field "address") for what is no address or reaches no offered channel, `TooMany`, `WrongMoment`
    where the page does not ask. Where a code went out a moment ago, that one is waited for.
    """
    moment = moment or timezone.now()
    _require_open(page, visit, moment)
    if _answered(visit):  # the person went back: what they prove from now on is another answer
        visit = replace(visit, nonce=uuid.uuid4(), proven=())
    address = accounts.code_address(text)
    if not any(channel.takes_phone == address.startswith("+") for channel in page.offered):
        raise Invalid(NOT_FOR_PHONES if address.startswith("+") else NOT_FOR_MAILS, field="address", code="kind")
    try:
        with transaction.atomic():
            code = accounts.send_code(
                name=_code_name(page, address),
                ip=ip,
                moment=moment,
                deliver=lambda code, digits: _deliver(page, code, address, digits, language),
            )
            accounts.count(  # over all pages together; one too many takes the code back
                fingerprint(address),
                what="consent-page-codes",
                limit=settings.REGISTRY["CODES_PER_HOUR"],
                sentence=accounts.MANY_FOR_ADDRESS,
            )
            ConsentPage.objects.filter(pk=page.pk).update(asked=F("asked") + 1)
    except accounts.TooSoon as error:
        return visit.waits_for(address, error.sent_at)
    return visit.waits_for(address, code.created_at)


def prove(page: ConsentPage, visit: Visit, *, code: str, moment: datetime | None = None) -> Visit:
    """Take the code for the address that the visit waits for; which privacy notice was read is kept (R-G6).

    Raises `CodeWrong`, `CodeOver`, `TooMany`, and `WrongMoment` where the page does not ask any more.
    """
    moment = moment or timezone.now()
    _require_open(page, visit, moment)
    if not visit.waiting:
        raise accounts.CodeOver
    accounts.take_code(name=_code_name(page, visit.waiting), code=code, moment=moment)
    with transaction.atomic():
        subject = ("address", fingerprint(visit.waiting))
        accounts.note_reading(notice_id=visit.notice_id, subject=subject, read_at=visit.read_at)
        ConsentPage.objects.filter(pk=page.pk).update(proved=F("proved") + 1)
    return visit.with_proof(moment)


def give(
    page: ConsentPage,
    visit: Visit,
    *,
    ticked: Collection[str],
    language: str,
    request_id: str = "",
    moment: datetime | None = None,
) -> str:
    """Record the consents that were ticked, with text version and proof; returns the receipt's number.

    The same proof a second time changes nothing and finds its receipt. Raises `Invalid` (field "channels") for none, or
    for a channel that the page does not offer or that reaches no proven address; `WrongMoment` where the page changed
    or does not ask any more, or a record of this very second stands. All or nothing. Locks as the engine does, then
    the page's counter.
    """
    moment = moment or timezone.now()
    if known := _answered(visit):
        return known
    _require_open(page, visit, moment)
    fitting = visit.fitting(page.offered)
    chosen = {channel: fitting[channel] for channel in fitting if channel.name in ticked}
    if not chosen or set(ticked) - {channel.name for channel in chosen}:
        raise Invalid(_("Tick at least one of the channels below."), field="channels", code="channels")
    try:
        with only_if_written() as drops:
            return _write(page, visit, chosen, language, request_id, moment, drops)
    except IntegrityError:  # the same click twice at once: the first one wrote
        if known := _answered(visit):
            return known
        raise


def _write(
    page: ConsentPage,
    visit: Visit,
    chosen: Mapping[Channel, Proven],
    language: str,
    request_id: str,
    moment: datetime,
    drops: list[Drop],
) -> str:
    actor = replace(VISITOR, request_id=request_id)
    number = documents.new_number(PAGE_RECEIPT)
    notice = PrivacyNotice.objects.get(pk=visit.notice_id)
    values = proof_of_answer(page, visit, chosen, number=number, notice=notice, language=language, moment=moment)
    data = json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True).encode()
    scan = Scan(JSON, len(data), hashlib.sha256(data).digest())
    ConsentPageAnswer.objects.create(
        page=page, page_version=page.version, nonce=visit.nonce, number=number, proof_sha256=scan.sha256,
        answered_at=moment,
    )  # fmt: skip
    kept = store(actor=actor, brand=page.brand, data=data, scan=scan, name=f"{number}.json", drops=drops)
    outcomes = write_rows(_terms(page, actor, moment), [_row(page, *one, moment, kept) for one in chosen.items()])
    _require_written(outcomes)
    documents.issue(
        kind=PAGE_RECEIPT,
        number=number,
        data=receipt_of_answer(
            page,
            chosen,
            [(one.event_id or 0, one.transaction_id or "") for one in outcomes],
            number=number,
            proof=scan.sha256,
            moment=moment,
        ),
        subject=("consents.consentpage", str(page.pk)),
        language=language,
        actor=actor,
        now=moment,
    )
    about = {"channels": [channel.name for channel in chosen], "events": [one.event_id for one in outcomes]}
    record("page.answered", page, actor=actor, provider_id=page.brand.provider_id, new=about | {"receipt": number})
    ConsentPage.objects.filter(pk=page.pk).update(answered=F("answered") + 1)
    return number


def _terms(page: ConsentPage, actor: Actor, moment: datetime) -> Terms:
    """R-M4: the code has proven the address already, so nothing is left to be confirmed."""
    terms = terms_for(page.brand, moment=moment, actor=actor, way=WayIn.CONSENT_PAGE, text_version_id=page.text_id)
    return replace(terms, double_opt_in=False)


def _row(page: ConsentPage, channel: Channel, proven: Proven, moment: datetime, kept: Kept) -> dict[str, Any]:
    """A row as the engine takes it; the address is stored in this form already."""
    return {
        "recipient": proven.address,
        "channel": int(channel),
        "recipient_type": int(RecipientType.BIREYSEL),
        "status": int(Status.ONAY),
        "source": int(Source.HS_WEB),
        "consent_date": moment.replace(microsecond=0),
        "retailer_code": page.retailer.code if page.retailer else None,
        "evidence": None,
        "proof": kept.value,
    }


def _require_written(outcomes: Collection[Outcome]) -> None:
    if any(not outcome.accepted for outcome in outcomes):
        text = _("Another record of this moment stands for your address. Nothing was recorded; please try again.")
        raise WrongMoment(text, code="record")


def _require_open(page: ConsentPage, visit: Visit, moment: datetime) -> None:
    if page.state(moment.astimezone(ISTANBUL).date()) is not PageState.OPEN:
        raise WrongMoment(NOT_OPEN, code="page")
    if visit.page_version != page.version:
        raise WrongMoment(CHANGED, code="version")


def _answered(visit: Visit) -> str:
    found = ConsentPageAnswer.objects.filter(nonce=visit.nonce).values_list("number", flat=True).first()
    return found or ""


def _code_name(page: ConsentPage, address: str) -> str:
    return f"consent-page:{page.public_id}:{address}"


def _deliver(page: ConsentPage, code: OneTimeCode, address: str, digits: str, language: str) -> None:
    """The words say what the code is for, and that it alone gives no consent."""
    cause = f"one_time_code:{code.public_id}"
    with translation.override(language):
        if address.startswith("+"):
            text = gettext("%(code)s is your code for the consent page of %(brand)s. The code alone gives no consent.")
            outbox.post_text(cause=cause, to=address, text=text % {"code": digits, "brand": page.brand.name})
            return
        until = code.expires_at.astimezone(ISTANBUL)
        context = {"page": page, "brand": page.brand, "code": digits, "until": until, "site_name": settings.SITE_NAME}
        context["portal_url"] = settings.PORTAL_URL
        context["address"] = settings.PORTAL_URL + reverse("consents:page-public", args=[page.public_id])
        subject = render_to_string("consents/mail/page_code_subject.txt", context)
        body = render_to_string("consents/mail/page_code.txt", context)
    outbox.post(cause=cause, to=address, subject=subject, body=body.strip() + "\n")
