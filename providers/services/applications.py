"""An application from its start to its end, as far as the applicant makes it: start, confirm, submit, withdraw."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts import services as accounts
from iys_portal.accounts.models import OneTimeCode
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.codes import new_code
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from providers.enums import ProviderKind
from providers.missing import Missing, missing_for, whole
from providers.models import Application, ApplicationRound
from providers.notices import post_application_mail
from providers.numbers import judge_email
from providers.rounds import content_of

from .judging import free_text
from .moves import locked, make_move, note_move, require_changeable

PREFIX, DIGITS = "BSV", 8  # of an application's number: 40 random bits
TOKEN_BYTES = 32
MANY_STARTED = _("Many applications were started from your network within an hour. Please try again later.")


class ApplicationUnknown(NotFound):
    """No application has this link."""

    status = 422
    default = _("This link is not valid. Please use the link of your latest mail, or ask for a code.")


class NotComplete(Invalid):
    """Something is still missing; `missing` says what (R-P8)."""

    default = _("Something is still missing. The list says what, and where to complete it.")

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = list(missing)
        super().__init__(code="missing")


def applicant_of(application: Application, *, request_id: str = "") -> Actor:
    """Whoever holds an application's link or code, as actor: nobody's user, and no more than this application."""
    return Actor(
        kind=ActorKind.APPLICANT,
        id=application.pk,
        name=application.number,
        permissions=frozenset({Permission.APPLICATION_OWN}),
        request_id=request_id,
    )


@transaction.atomic
def start_application(
    *,
    kind: str,
    email: str,
    language: str,
    ip: str,
    notice_id: int,
    notice_read_at: datetime,
    request_id: str = "",
    is_demo: bool = False,
    now: datetime | None = None,
) -> Application:
    """A new draft, and the mail with the link by which it is resumed.

    Nobody is signed in, so the application's own holder becomes the actor. The privacy notice was read before
    (R-G6). Raises `Invalid` (fields "kind", "email"; R-P3), `TooMany` for a network that starts very many.
    """
    now = now or timezone.now()
    if kind not in ProviderKind.values:
        raise Invalid(_("Choose what you are."), field="kind")
    judged = judge_email(email, kind=kind)
    if judged.error:
        raise Invalid(judged.error, field="email", code="email")
    limit = settings.REGISTRY["APPLICATIONS_PER_NETWORK_HOUR"]
    accounts.count_network(ip, what="applications", limit=limit, sentence=MANY_STARTED)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    application = Application.objects.create(
        number=new_code(PREFIX, digits=DIGITS),
        kind=kind,
        email=judged.value,
        language=language,
        access_hash=_hash(token),
        is_demo=is_demo,
        created_at=now,
        changed_at=now,
    )
    actor = applicant_of(application, request_id=request_id)
    note_move(application, "start", before="", actor=actor, now=now)
    subject = ("providers.application", str(application.public_id))
    accounts.note_reading(notice_id=notice_id, subject=subject, read_at=notice_read_at)
    audit.record("application.started", application, actor=actor, new={"kind": kind})
    link = f"{settings.PORTAL_URL}{reverse('providers:application-resume')}#{token}"
    post_application_mail(
        application, "started", cause=f"started:{application.pk}", context={"link": link, "token": token}
    )
    return application


def open_by_token(token: str) -> Application:
    """The application whose mailed link holds this token. Raises `ApplicationUnknown`."""
    found = Application.objects.filter(access_hash=_hash(token.strip())).first() if token.strip() else None
    if found is None:
        raise ApplicationUnknown(code="token")
    return found


def _code_name(application: Application) -> str:
    """A code confirms one address of one application, and nothing else."""
    return f"application-email:{application.public_id}:{application.email}"


def send_email_code(*, application: Application, actor: Actor, ip: str, now: datetime | None = None) -> OneTimeCode:
    """Mail a code to the corporate address. Raises `WrongMoment` where it is confirmed, `TooSoon`, `TooMany`."""
    actor.require(Permission.APPLICATION_OWN)
    if application.email_confirmed_at is not None:
        raise WrongMoment(_("This address is confirmed already."), code="confirmed")

    def deliver(code: OneTimeCode, digits: str) -> None:
        context = {"code": digits, "until": code.expires_at}
        post_application_mail(application, "code", cause=f"code:{code.public_id}", context=context)

    return accounts.send_code(name=_code_name(application), ip=ip, deliver=deliver, moment=now)


def confirm_email(*, application: Application, actor: Actor, code: str, now: datetime | None = None) -> Application:
    """Take the code that was mailed to the corporate address. Raises `CodeWrong`, `CodeOver`, `TooMany`."""
    now = now or timezone.now()
    actor.require(Permission.APPLICATION_OWN)
    accounts.take_code(name=_code_name(application), code=code, moment=now)
    with transaction.atomic():
        row = locked(application, actor=actor)
        require_changeable(row)
        if row.email != application.email:
            raise WrongMoment(code="email-changed")
        if row.email_confirmed_at is None:
            row.email_confirmed_at = row.changed_at = now
            row.save(update_fields=["email_confirmed_at", "changed_at"])
            audit.record("application.email_confirmed", row, actor=actor)
    return row


@transaction.atomic
def submit(*, application: Application, actor: Actor, now: datetime | None = None) -> Application:
    """Hand the application in. Raises `NotComplete` with what is missing, `WrongMoment` where it stands elsewhere."""
    now = now or timezone.now()
    locked(application, actor=actor)
    actor.require(Permission.APPLICATION_OWN)
    row = whole(Application.objects.filter(pk=application.pk)).get()
    if row.with_applicant and (missing := missing_for(row)):
        raise NotComplete(missing)
    move = make_move(row, "submit", actor=actor, now=now, columns={"submitted_at": now})
    ApplicationRound.objects.create(
        application=row,
        number=row.rounds.count() + 1,
        submitted_at=now,
        data=json.dumps(content_of(row), ensure_ascii=False),
    )
    post_application_mail(row, "submitted", cause=f"move:{move.pk}")
    return row


@transaction.atomic
def withdraw(*, application: Application, actor: Actor, reason: str = "", now: datetime | None = None) -> Application:
    """Take the application back before a decision; it cannot be taken up again. Raises `WrongMoment`."""
    now = now or timezone.now()
    row = locked(application, actor=actor)
    move = make_move(row, "withdraw", actor=actor, now=now, reason=free_text(reason, 2000))
    post_application_mail(row, "withdrawn", cause=f"move:{move.pk}")
    return row


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
