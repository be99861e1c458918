"""What a draft still lacks, as data (R-K2): the page shows it with a link to its step, filing refuses by it, and each
step says it at the field.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.selectors.own import channels_for
from iys_portal.core.provinces import is_place
from providers.numbers import judge_mersis, judge_tckn

from .enums import Operator, PersonKind, Step
from .models import Complaint
from .models.people import IdentityFields
from .policies import moment_problem


class Lack(NamedTuple):
    """A field that lacks something: what, for a list of what is missing, and what to do, for the field itself."""

    field: str
    what: str | Promise
    sentence: str | Promise


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: the step and field where it is given, in words."""

    step: Step
    field: str
    reason: str | Promise
    link: str = ""


def missing_for(complaint: Complaint, identity: IdentityFields | None, *, now: datetime) -> list[Missing]:
    """Everything that filing needs and the draft has not, in the order of the steps."""
    found = [
        *((Step.MESSAGE, lack) for lack in message_lacks(complaint, now)),
        *((Step.IDENTITY, lack) for lack in identity_lacks(identity)),
        *((Step.EVIDENCE, lack) for lack in evidence_lacks(complaint)),
    ]
    return [
        Missing(step, lack.field, lack.what, reverse("complaints:step", args=[complaint.public_id, step.value]))
        for step, lack in found
    ]


def message_lacks(complaint: Complaint, now: datetime) -> Iterator[Lack]:
    """Of the step of the message; whether the address is the citizen's own, the service knows (R-K1)."""
    address, channel = complaint.address, complaint.channel
    if not address:
        yield Lack(
            "address", _("The address at which the message came"), _("Choose one of your own, proven addresses.")
        )
    if channel is None or (address and channel not in channels_for(address)):
        yield Lack(
            "channel",
            _("How it came: call, text message or e-mail"),
            _("Choose how the message came; a call and a text come to a phone, an e-mail to an e-mail."),
        )
    if complaint.brand_id is None and not complaint.sender_given:
        yield Lack(
            "sender",
            _("Who sent it"),
            _("Say who sent it: a name, a number or an e-mail address, as you saw it."),
        )
    if problem := moment_problem(complaint.message_at, now, months=settings.REGISTRY["COMPLAINT_MONTHS"]):
        yield Lack("message_at", problem.words, problem.words)
    if not complaint.text.strip():
        yield Lack("text", _("What it said"), _("Write what the message said; for a call, what was said, in short."))
    if address.startswith("+") and complaint.operator not in Operator.values:
        yield Lack("operator", _("The operator of the phone"), _("Choose the operator of your phone."))


def identity_lacks(identity: IdentityFields | None) -> Iterator[Lack]:
    """Of who complains; which fields count, the kind decides."""
    needed = _("This is needed.")
    if identity is None:
        yield Lack("full_name", _("Your name and where you live"), needed)
        return
    if identity.kind == PersonKind.LEGAL:
        for name, words in (("title", _("Name of the company")), ("representative", _("Its representative"))):
            if not getattr(identity, name).strip():
                yield Lack(name, words, needed)
    else:
        if not identity.full_name.strip():
            yield Lack("full_name", _("Your first and last name"), needed)
        if error := judge_tckn(identity.tckn).error:
            yield Lack("tckn", error, error)
    if identity.kind == PersonKind.MERCHANT and (error := judge_mersis(identity.mersis, kind="natural_person").error):
        yield Lack("mersis", _("Your MERSİS number, with 16 digits"), error)
    if identity.kind == PersonKind.TRADESMAN and not identity.is_tradesman:
        yield Lack(
            "is_tradesman", _("Your statement that you are a tradesman"), _("Please state that you are a tradesman.")
        )
    if not is_place(identity.province, identity.district):
        yield Lack("district", _("Province and district"), _("Choose a province and one of its districts."))
    if not identity.residence.strip():
        yield Lack("residence", _("Your address"), needed)


def evidence_lacks(complaint: Complaint) -> Iterator[Lack]:
    if not complaint.topics:
        yield Lack("topics", _("What the complaint is about"), _("Tick at least one topic."))
