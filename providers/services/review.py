"""The review of applications (R-P6, R-P7, R-P10): take, return, reject, propose, approve."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts import services as accounts
from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, WrongMoment
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import only_if_written
from iys_portal.core.uploads import MAX_BYTES, Joined, joined
from providers.models import Application, ApplicationReview, Provider
from providers.notices import post_application_mail
from providers.policies import require_holder, require_second_person
from providers.transitions import APPLICATION

from . import reference
from .agreements import countersign
from .company import keep_approved
from .judging import free_text
from .moves import locked, make_move
from .public_numbers import next_number

REASON_LENGTH = 2000
CHECKS = ("title_matches", "signatory_in_gazette", "signature_matches")
"""What has to be true before anybody proposes to approve."""


@transaction.atomic
def take_application(*, application: Application, actor: Actor, now: datetime) -> Application:
    """Take a submitted application into review, or one that a colleague holds: the actor is its reviewer then."""
    row = locked(application, actor=actor)
    if row.reviewer_id == actor.id:
        return row
    name = "take" if row.reviewer_id is None else "hand_over"
    make_move(row, name, actor=actor, now=now, columns={"reviewer_id": actor.id})
    return row


@transaction.atomic
def return_application(
    *, application: Application, actor: Actor, now: datetime, reason: str, asked: Sequence[str] = ()
) -> Application:
    """Send it back with what is to be corrected, by field or document. The applicant is mailed."""
    row = _in_hand(application, "return", actor)
    reason = _needed_reason(reason)
    move = make_move(row, "return", actor=actor, now=now, reason=reason, asked=asked)
    _drop_proposal(row)
    post_application_mail(row, "returned", cause=f"move:{move.pk}", context={"reason": reason})
    return row


@transaction.atomic
def reject_application(*, application: Application, actor: Actor, now: datetime, reason: str) -> Application:
    """Refuse it with a reason, for good; the applicant may start anew. The applicant is mailed."""
    row = _in_hand(application, "reject", actor)
    reason = _needed_reason(reason)
    move = make_move(row, "reject", actor=actor, now=now, reason=reason, columns={"decided_at": now})
    _drop_proposal(row)
    post_application_mail(row, "rejected", cause=f"move:{move.pk}", context={"reason": reason})
    return row


def propose_approval(
    *,
    application: Application,
    actor: Actor,
    now: datetime,
    checklist: Mapping[str, Any],
    picture: tuple[str, IO[bytes]] | None = None,
) -> ApplicationReview:
    """Keep the checklist (R-P10) with a picture (name, open file) of the MERSİS look-up (R-P1).

    Without a new picture the one of the former proposal stays. Without four eyes this approves at once; else somebody
    else does. Raises `FieldsInvalid` where something was not found as it has to be or there is no picture, `Invalid`
    (field "picture") for a file that is refused.
    """
    copy = _mersis_copy(picture)
    with only_if_written() as drops:
        row = _in_hand(application, "propose", actor)
        former = row.reviews.exclude(mersis_copy="").order_by("-pk").first()
        _require_checks(checklist, has_copy=copy is not None or former is not None)
        _drop_proposal(row)
        four_eyes = settings.REGISTRY["REVIEW_FOUR_EYES"]
        review = ApplicationReview(
            application=row, created_at=now, reviewer_id=actor.id, four_eyes=four_eyes, **dict(checklist)
        )
        try:
            review.full_clean(
                exclude=["application", "reviewer", "approved_at", "approved_by"], validate_constraints=False
            )
        except ValidationError as error:
            raise FieldsInvalid(error) from error
        if copy is not None:
            review.mersis_copy.save("mersis", ContentFile(copy.data), save=False)
            review.mersis_copy_sha256 = copy.sha256
            drops.append(partial(default_storage.delete, str(review.mersis_copy.name)))
        elif former is not None:
            review.mersis_copy, review.mersis_copy_sha256 = former.mersis_copy, former.mersis_copy_sha256
        review.save()
        make_move(row, "propose", actor=actor, now=now)
        if not four_eyes:
            approve_application(application=row, actor=actor, now=now)
    return review


def _mersis_copy(picture: tuple[str, IO[bytes]] | None) -> Joined | None:
    """The uploaded file as one PDF, judged before anything is locked."""
    if picture is None:
        return None
    name, file = picture
    try:
        return joined([(name, file.read(MAX_BYTES + 1))])
    except FileRefused as refusal:
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="picture") from refusal


def _require_checks(checklist: Mapping[str, Any], *, has_copy: bool) -> None:
    unmet = {name: [_("Not to be approved without this.")] for name in CHECKS if not checklist.get(name)}
    if not has_copy:
        unmet["picture"] = [_("Upload a picture or PDF of what MERSİS shows.")]
    if unmet:
        raise FieldsInvalid(ValidationError(unmet))


@transaction.atomic
def note_lookup_opened(*, review: ApplicationReview, actor: Actor) -> None:
    """R-P5: each opening of the look-up's picture is on record."""
    new = {"kind": "mersis", "sha256": review.mersis_copy_sha256}
    audit.record("application.document_read", review.application, actor=actor, new=new)


@transaction.atomic
def approve_application(*, application: Application, actor: Actor, now: datetime) -> Application:
    """R-P7: İYS number, main brand with the same number, sub-brands, countersignature, invitation, welcome mail.

    Safe to click twice. Raises `NotAllowed` for who proposed it (four eyes), `WrongMoment` without a proposal,
    `FieldsInvalid` where another provider has the MERSİS number (R-P1).
    """
    row = locked(application, actor=actor)
    actor.require(Permission.APPLICATION_REVIEW)
    if row.provider_id is not None:
        return row
    APPLICATION.check(row, "approve", actor)
    review = ApplicationReview.objects.select_for_update(of=("self",)).filter(application=row, current=True).first()
    if review is None:
        raise WrongMoment
    require_second_person(review, actor)
    provider = _open_provider(row, actor)
    make_move(row, "approve", actor=actor, now=now, columns={"decided_at": now, "provider": provider})
    review.approved_at, review.approved_by_id = now, actor.id
    review.save(update_fields=["approved_at", "approved_by"])
    agreements = countersign(row, actor=actor, now=now)
    _invite_manager(row, provider, actor)
    context = {"provider": provider, "countersigned": bool(agreements)}
    post_application_mail(row, "approved", cause=f"approved:{row.pk}", context=context)
    return row


def _in_hand(application: Application, name: str, actor: Actor) -> Application:
    """The application under lock, where the move can be made and the actor holds its review."""
    row = locked(application, actor=actor)
    APPLICATION.check(row, name, actor)
    require_holder(row, actor)
    return row


def _needed_reason(reason: str) -> str:
    reason = free_text(reason, REASON_LENGTH)
    if not reason:
        raise Invalid(_("Give the reason; the applicant reads it."), field="reason")
    return reason


def _drop_proposal(application: Application) -> None:
    ApplicationReview.objects.filter(application=application, current=True).update(current=False)


def _open_provider(application: Application, actor: Actor) -> Provider:
    """The provider with its brands, under the next public numbers."""
    opener = actor.with_permission(Permission.REFERENCE_CHANGE)
    number = next_number()
    provider = reference.create_provider(
        actor=opener,
        iys_code=number,
        title=application.title,
        mersis=application.mersis,
        email=application.email,
        kind=application.kind,
        city=application.province,
        declared_consents=application.declared_consents or 0,
        is_demo=application.is_demo,
    )
    keep_approved(application, provider)
    for place, brand in enumerate(application.brands.order_by("pk"), start=1):
        reference.create_brand(actor=opener, provider=provider, brand_code=number + place, name=brand.name)
    return provider


def _invite_manager(application: Application, provider: Provider, actor: Actor) -> None:
    if application.manager_is_signatory:
        first = application.signatories.order_by("place").first()
        if first is None:
            raise WrongMoment
        email, full_name = first.email, first.full_name
    else:
        email, full_name = application.manager_email, application.manager_name
    accounts.invite(
        email=email,
        full_name=full_name,
        provider_id=provider.pk,
        provider_name=provider.title,
        provider_role=ProviderRole.MANAGER,
        actor=actor.with_permission(Permission.STAFF_USERS),
    )
