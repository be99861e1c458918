"""What a draft still lacks, as data (R-K2): the page shows it with a link to its step, and filing refuses by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.numbers import judge_mersis, judge_tckn
from providers.provinces import is_place

from .enums import PersonKind, Step
from .models import Complaint, ComplaintIdentity
from .policies import moment_problem


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: the step and field where it is given, in words."""

    step: Step
    field: str
    reason: str | Promise
    link: str = ""


def missing_for(complaint: Complaint, identity: ComplaintIdentity | None, *, now: datetime) -> list[Missing]:
    """Everything that filing needs and the draft has not, in the order of the steps."""
    found = [*_message(complaint, now), *_identity(identity), *_evidence(complaint)]
    return [
        Missing(step, field, reason, reverse("complaints:step", args=[complaint.public_id, step.value]))
        for step, field, reason in found
    ]


def identity_missing(identity: ComplaintIdentity | None) -> bool:
    return any(_identity(identity))


Lack = tuple[Step, str, str | Promise]


def _message(complaint: Complaint, now: datetime) -> Iterator[Lack]:
    if not complaint.address:
        yield Step.MESSAGE, "address", _("The address at which the message came")
    if complaint.channel is None:
        yield Step.MESSAGE, "channel", _("How it came: call, text message or e-mail")
    if complaint.brand_id is None and not complaint.sender_given:
        yield Step.MESSAGE, "sender", _("Who sent it")
    if problem := moment_problem(complaint.message_at, now, months=settings.REGISTRY["COMPLAINT_MONTHS"]):
        yield Step.MESSAGE, "message_at", problem.words
    if not complaint.text.strip():
        yield Step.MESSAGE, "text", _("What it said")
    if complaint.address.startswith("+") and not complaint.operator:
        yield Step.MESSAGE, "operator", _("The operator of the phone")


def _identity(identity: ComplaintIdentity | None) -> Iterator[Lack]:
    if identity is None:
        yield Step.IDENTITY, "full_name", _("Your name and where you live")
        return
    if identity.kind == PersonKind.LEGAL:
        for name, words in (("title", _("Name of the company")), ("representative", _("Its representative"))):
            if not getattr(identity, name):
                yield Step.IDENTITY, name, words
    else:
        if not identity.full_name:
            yield Step.IDENTITY, "full_name", _("Your first and last name")
        if error := judge_tckn(identity.tckn).error:
            yield Step.IDENTITY, "tckn", error
    if identity.kind == PersonKind.MERCHANT and judge_mersis(identity.mersis, kind="natural_person").error:
        yield Step.IDENTITY, "mersis", _("Your MERSİS number, with 16 digits")
    if identity.kind == PersonKind.TRADESMAN and not identity.is_tradesman:
        yield Step.IDENTITY, "is_tradesman", _("Your statement that you are a tradesman")
    if not is_place(identity.province, identity.district):
        yield Step.IDENTITY, "district", _("Province and district")
    if not identity.residence:
        yield Step.IDENTITY, "residence", _("Your address")


def _evidence(complaint: Complaint) -> Iterator[Lack]:
    if not complaint.topics:
        yield Step.EVIDENCE, "topics", _("What the complaint is about")
