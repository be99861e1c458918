"""Messages as their writer sees them (R-S2, R-S3): draft, change, register, call off, next version.

The recipients are `message_recipients`', the check of them `message_wash`'. Each act raises `DomainError` where the
provider may not send now (R-P7).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import Channel, MessagePurpose, RecipientsFrom, RecipientType, Status
from consents.message_rules import CHECKLIST_VERSION, answers_for, missing_in, sentence_of
from consents.models import Message
from consents.models.messages import OPEN
from consents.selectors.messages import sender_of, wording_of
from consents.states import MessageState as S
from consents.transitions import MESSAGE
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment, checked
from providers.models import Brand, Provider
from providers.policies import may_record, require_may_record

FIELDS = ("subject", "text", "html", "planned_at", "reason")
"""What can be changed of a draft. Brand, channel and purpose decide who may be written to, and stay."""


@transaction.atomic
def create_message(
    *,
    actor: Actor,
    brand: Brand,
    channel: int,
    subject: str,
    text: str,
    planned_at: datetime,
    purpose: str = MessagePurpose.COMMERCIAL,
    reason: str = "",
    html: str = "",
    recipient_type: int = RecipientType.BIREYSEL,
) -> Message:
    """Begin a message; it stays a draft until its text and its recipients were checked.

    Raises `NotAllowed`, `NotFound` for another provider's brand, `FieldsInvalid`.
    """
    require_write(actor, brand)
    now = timezone.now()
    message = Message(
        brand=brand, channel=channel, recipient_type=recipient_type, purpose=purpose, created_at=now,
        created_by=actor.id, created_name=actor.name[:200],
    )  # fmt: skip
    message.series = message.public_id
    values = {"subject": subject, "text": text, "html": html, "planned_at": planned_at, "reason": reason}
    _write(message, values, now=now)
    message.save(force_insert=True)
    new = {"channel": Channel(channel).name, "purpose": purpose}
    record("message.drafted", message, actor=actor, new=new, provider_id=brand.provider_id)
    return message


@transaction.atomic
def change_message(*, actor: Actor, public_id: uuid.UUID, changes: Mapping[str, Any]) -> Message:
    """Change what is not registered yet. Where the text then fails its check, the message is a draft again.

    Raises `NotFound`, `NotAllowed`, `WrongMoment` once registered or while recipients are checked, `FieldsInvalid`.
    Locks the message.
    """
    message = locked(actor, public_id)
    if not S(message.state).changeable:
        raise WrongMoment(_("This version stays as it is. Write a new version."), code=f"change:{message.state}")
    changed = _write(message, changes, now=timezone.now())
    if not changed:
        return message
    if message.state == S.READY and missing_in(wording_of(message), message.purpose):
        MESSAGE.move(message, "unready", SYSTEM)
    message.save(update_fields=[*changed, "state"])
    record("message.changed", message, actor=actor, new={"fields": changed}, provider_id=message.brand.provider_id)
    return message


@transaction.atomic
def release(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """Register the message as it stands: from now on it is never changed, and its list may be taken (R-S2, R-S3).

    A message that needs no consent is recorded with its reason, without recipients. The version that it replaces is
    replaced with the same act. A second click finds it registered. Raises `NotFound`, `NotAllowed`, `Invalid` with
    what is missing in the text, `WrongMoment` before the recipients were checked or after the planned time. Locks the
    versions of the message.
    """
    series = Message.objects.visible_to(actor).filter(public_id=public_id).order_by().values("series")
    list(Message.objects.select_for_update(of=("self",)).filter(series__in=series).order_by("version"))
    message = locked(actor, public_id)
    if message.state == S.RELEASED:
        return message
    transition = MESSAGE.move(message, "release" if message.is_commercial else "record", actor)
    require_complete(message)
    now = timezone.now()
    if message.planned_at <= now:
        raise Invalid(_("The planned time has passed. Set a later one."), code="planned", field="planned_at")
    answers = answers_for(wording_of(message), message.purpose)
    message.checklist = {"version": CHECKLIST_VERSION, "found": [answer.check.name for answer in answers]}
    message.released_at, message.released_by, message.released_name = now, actor.id, actor.name[:200]
    message.save(update_fields=["state", "checklist", "released_at", "released_by", "released_name"])
    new = {"version": message.version, "counts": message.counts, "purpose": message.purpose}
    record(transition.verb, message, actor=actor, new=new, provider_id=message.brand.provider_id)
    _replace_former(message)
    return message


def _replace_former(message: Message) -> None:
    former = message.replaces
    if former is not None and former.state == S.RELEASED:
        moved = MESSAGE.move(former, "replace", SYSTEM)
        former.save(update_fields=["state"])
        new = {"by_version": message.version}
        record(moved.verb, former, actor=SYSTEM, new=new, provider_id=message.brand.provider_id)


@transaction.atomic
def cancel(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """Call a message off: it is not sent, and its list is not given any more. A registered one stays on record.

    Raises `NotFound`, `NotAllowed`, `WrongMoment` once its time has passed. Locks the message.
    """
    message = locked(actor, public_id, ended_too=True)
    if message.state == S.CANCELLED:
        return message
    transition = MESSAGE.move(message, "cancel", actor)
    message.cancelled_at, message.cancelled_by = timezone.now(), actor.id
    message.cancelled_name = actor.name[:200]
    forget_file(message)
    message.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancelled_name", "file", "layout"])
    record(transition.verb, message, actor=actor, provider_id=message.brand.provider_id)
    return message


@transaction.atomic
def begin_version(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """The next version of a registered message, as a draft with its words; the registered one stays (R-S3).

    One version at a time is worked on: a second click finds it. Raises `NotFound`, `NotAllowed`, `WrongMoment` for a
    message that is not registered. Locks the message.
    """
    former = locked(actor, public_id)
    work = Message.objects.filter(series=former.series, state__in=OPEN).first()
    if work is not None:
        return work
    if not S(former.state).registered:
        raise WrongMoment(_("This message is not registered; change it as it is."), code=f"version:{former.state}")
    now = timezone.now()
    last = Message.objects.filter(series=former.series).aggregate(Max("version"))["version__max"]
    later = former.planned_at if former.planned_at > now else now + timedelta(days=1)
    message = Message.objects.create(
        brand=former.brand, channel=former.channel, recipient_type=former.recipient_type, purpose=former.purpose,
        reason=former.reason, subject=former.subject, text=former.text, html=former.html, planned_at=later,
        series=former.series, version=last + 1, replaces=former, created_at=now, created_by=actor.id,
        created_name=actor.name[:200], recipients_from=RecipientsFrom.AGAIN if former.has_recipients else "",
    )  # fmt: skip
    new = {"version": message.version}
    record("message.version_begun", message, actor=actor, new=new, provider_id=message.brand.provider_id)
    return message


def close_past(now: datetime) -> int:
    """End what passed its time: its list is not given any more, and stays as it was (R-S3)."""
    over = Message.objects.filter(state=S.RELEASED, planned_at__lt=now - settings.REGISTRY["MESSAGE_LIST_OPEN"])
    total = 0
    for key in list(over.order_by("pk").values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            message = Message.objects.select_for_update(of=("self",)).select_related("brand").get(pk=key)
            if message.state != S.RELEASED:
                continue
            moved = MESSAGE.move(message, "close", SYSTEM)
            message.save(update_fields=["state"])
            record(moved.verb, message, actor=SYSTEM, provider_id=message.brand.provider_id)
            total += 1
    return total


def may_write(actor: Actor) -> bool:
    """Whether the actor's messages can be written now: what pages show is what the services allow."""
    if not actor.may(Permission.MESSAGE_WRITE) or actor.provider_id is None:
        return False
    provider = Provider.objects.filter(pk=actor.provider_id).first()
    return provider is not None and may_record(provider, Status.ONAY)


def require_write(actor: Actor, brand: Brand) -> None:
    """Raise unless the actor may write the brand's messages now (R-P7, R-P12)."""
    actor.require(Permission.MESSAGE_WRITE)
    if actor.bound is not None:
        raise NotAllowed(code=str(Permission.MESSAGE_WRITE))
    if brand.provider_id != actor.provider_id:
        raise NotFound
    require_may_record(brand.provider, Status.ONAY)


def require_complete(message: Message) -> None:
    """Raise `Invalid` with what is missing in the text: a message that fails stays a draft (R-S2)."""
    if missing := missing_in(wording_of(message), message.purpose):
        sender = sender_of(message.brand)
        lines = " ".join(sentence_of(check, sender) for check in missing)
        raise Invalid(_("The text is not complete. %(lines)s") % {"lines": lines}, code="checklist", field="text")


def locked(actor: Actor, public_id: uuid.UUID, *, ended_too: bool = False) -> Message:
    """The message under a lock, and the right to write it; `ended_too`: also where the provider may not send."""
    found = Message.objects.select_for_update(of=("self",)).select_related("brand__provider", "replaces", "wash_job")
    message = found.visible_to(actor).filter(public_id=public_id).first()
    if message is None:
        raise NotFound
    if ended_too:
        actor.require(Permission.MESSAGE_WRITE)
    else:
        require_write(actor, message.brand)
    return message


def forget_file(message: Message) -> None:
    """Delete the list of recipients after commit; the caller saves `file` and `layout`."""
    name, storage = message.file.name, message.file.storage
    message.file, message.layout = "", {}
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _write(message: Message, values: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Put values into a message and check them; returns the fields that changed."""
    wanted = {name: values[name] for name in FIELDS if name in values}
    for name in ("subject", "text", "html", "reason"):
        if name in wanted:
            wanted[name] = wanted[name].replace("\r\n", "\n").strip()
    changed = [name for name, value in wanted.items() if getattr(message, name) != value]
    for name in changed:
        setattr(message, name, wanted[name])
    if "planned_at" in changed and message.planned_at <= now:
        raise FieldsInvalid(ValidationError({"planned_at": [_("The planned time lies in the future.")]}))
    checked(message, exclude=["series"])
    return changed
