"""Reconciliation by programs (mutabakat): a provider says that its books agree with a day's file; files are stamped."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from consents.models import DayAgreement, DayFile, DayStamp
from consents.proof import stamps as proof
from consents.proof.stamps import StampRefused
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from providers.models import Brand
from providers.policies import require_active

from . import stamps

log = logging.getLogger(__name__)
STAMP_BACK = 30  # days
STAMPS_AT_ONCE = 200
MOST_BYTES = 256 * 1024 * 1024


@transaction.atomic
def agree(*, actor: Actor, brand: Brand, day: date, now: datetime) -> DayAgreement:
    """Keep that the provider agrees with the day's file as it stands; a second time changes nothing.

    Raises `NotAllowed`, `WrongMoment` (R-P7), `NotFound` (code `day`) without a file. Locks the file's row.
    """
    actor.require(Permission.CONSENT_RECONCILE)
    require_active(brand.provider)
    item = DayFile.objects.visible_to(actor).select_for_update(of=("self",)).filter(brand=brand, day=day).first()
    if item is None:
        raise NotFound(code="day")
    found, made = DayAgreement.objects.get_or_create(
        brand=brand,
        day=day,
        defaults={
            "sha384": item.sha384,
            "agreed_at": now,
            "agreed_by": actor.id,
            "agreed_kind": actor.kind,
        },
    )
    if made:
        audit.record("day_file.agreed", item, actor=actor, provider_id=brand.provider_id, new={"sha384": item.sha384})
    return found


def note_taken(*, actor: Actor, item: DayFile, brand: Brand) -> None:
    """R-G3: a day file that leaves is in the audit log."""
    audit.record("day_file.taken", item, actor=actor, provider_id=brand.provider_id)


def stamp_days(*, now: datetime) -> int:
    """Have the newest day files dated by the authority (RFC 3161), where one is set; how many were stamped.

    The stamp is over the file's own bytes, so that `openssl ts -verify -data` checks it. A failure ends the run: the
    next one tries again.
    """
    if not settings.TIMESTAMP_URL:
        return 0
    since = now.date() - timedelta(days=STAMP_BACK)
    stamped = DayStamp.objects.filter(brand=OuterRef("brand"), day=OuterRef("day"), sha384=OuterRef("sha384"))
    due = DayFile.objects.filter(~Exists(stamped), day__gte=since, size__lte=MOST_BYTES).order_by("day", "brand")
    done = 0
    for item in due[:STAMPS_AT_ONCE]:
        try:
            answer, stamped_at = _stamped(item)
        except StampRefused as refused:
            log.warning("day_stamp_failed file=%s reason=%s", item.pk, refused.problem.name)
            return done
        DayStamp.objects.get_or_create(
            brand=item.brand,
            day=item.day,
            sha384=item.sha384,
            defaults={"stamped_at": stamped_at, "answer": answer},
        )
        done += 1
    return done


def _stamped(item: DayFile) -> tuple[bytes, datetime]:
    with item.file.open("rb") as file:
        content = file.read()
    request = proof.request_for(content)
    answer = stamps.ask(request)
    said = proof.checked(
        answer,
        content,
        roots=proof.trusted_roots(),
        nonce=request.nonce,
        policy=settings.REGISTRY["STAMP_POLICY"],
    )
    return answer, said.stamped_at
