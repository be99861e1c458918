"""What an application still lacks (R-P8), and what a reviewer should look at: data that page and service share.

`whole` fetches an application with all that is asked here; no function of this module asks the database again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.provinces import is_place

from .enums import AgreementStage, SigningWay, Step
from .enums import ApplicationDocumentKind as D
from .models import Agreement, AgreementFile, Application, ApplicationDocument, Signatory
from .numbers import Judged, judge_email, judge_mersis, judge_tax_number, judge_tckn

SIGNED_PAPERS = (D.COMMITMENT, D.CONTRACT)
"""Scans of what is signed by hand."""


@dataclass(frozen=True)
class Missing:
    """One thing that is to be done before the application can be handed in."""

    field: str
    reason: str | Promise
    step: Step
    link: str


@dataclass(frozen=True)
class Remark:
    """What a reviewer should look at; never a reason to refuse by itself."""

    field: str
    text: str | Promise


def whole(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The applications with signatories, brands, documents in force (`papers`) and the agreement in force.

    `agreements_in_force` holds it, its `kept` the signed files. Six more queries at most.
    """
    files = AgreementFile.objects.filter(current=True)
    return applications.prefetch_related(
        "signatories",
        "brands",
        Prefetch(
            "documents",
            queryset=ApplicationDocument.objects.filter(current=True).prefetch_related("files").order_by("kind", "pk"),
            to_attr="papers",
        ),
        Prefetch(
            "agreements",
            queryset=Agreement.objects.filter(voided_at=None)
            .select_related("document")
            .prefetch_related(Prefetch("files", queryset=files, to_attr="kept")),
            to_attr="agreements_in_force",
        ),
    )


def agreement_of(application: Application) -> Agreement | None:
    """The agreement in force. `application` comes from `whole`."""
    return next(iter(application.agreements_in_force), None)  # type: ignore[attr-defined]


def file_of(agreement: Agreement, stage: AgreementStage) -> AgreementFile | None:
    """Its signed file of a stage, where there is one."""
    return next((one for one in agreement.kept if one.stage == stage), None)  # type: ignore[attr-defined]


def missing_for(application: Application) -> list[Missing]:
    """What is missing, in the order of the steps. `application` comes from `whole`."""
    return [
        Missing(field, reason, step, reverse("providers:application-step", args=[application.public_id, step.value]))
        for step, field, reason in _lacking(application)
    ]


def missing_before_agreement(application: Application) -> list[Missing]:
    """What is missing before the agreement can be made: it is made from all the rest."""
    return [entry for entry in missing_for(application) if entry.step != Step.AGREEMENT]


def remarks_for(application: Application) -> list[Remark]:
    """Warnings of R-P1, R-P2 and R-P3. `application` comes from `whole`."""
    judged = {
        "mersis": _mersis(application),
        "tax_number": judge_tax_number(application.tax_number, kind=application.kind),
        "email": judge_email(application.email, kind=application.kind),
        **{f"tckn_{person.place}": judge_tckn(person.tckn) for person in application.signatories.all()},
    }
    return [Remark(field, text) for field, result in judged.items() for text in result.warnings]


Lack = tuple[Step, str, str | Promise]


def _lacking(application: Application) -> Iterator[Lack]:
    yield from _company(application)
    yield from _people(application)
    yield from _email(application)
    yield from _documents(application)
    yield from _agreement(application)


def _mersis(application: Application) -> Judged:
    return judge_mersis(application.mersis, kind=application.kind, tax_number=application.tax_number)


def _company(application: Application) -> Iterator[Lack]:
    words = {
        "title": _("Company or trade name"),
        "tax_office": _("Tax office"),
        "address": _("Invoice address"),
    }
    for field, name in words.items():
        if not getattr(application, field):
            yield Step.COMPANY, field, name
    if error := _mersis(application).error:
        yield Step.COMPANY, "mersis", error if application.mersis else _("MERSİS number")
    if error := judge_tax_number(application.tax_number, kind=application.kind).error:
        yield Step.COMPANY, "tax_number", error if application.tax_number else _("Tax number")
    if not is_place(application.province, application.district):
        yield Step.COMPANY, "district", _("Province and district")
    if application.declared_consents is None:
        yield Step.COMPANY, "declared_consents", _("How many consents you hold, about")


def _people(application: Application) -> Iterator[Lack]:
    people: dict[int, Signatory] = {person.place: person for person in application.signatories.all()}
    if 1 not in people:
        yield Step.SIGNATORY, "signatory_1", _("The authorised signatory")
    elif not application.is_legal and not people[1].birth_date:
        yield Step.SIGNATORY, "birth_date_1", _("The signatory's birth date")
    if application.joint_authority and 2 not in people:
        yield Step.SIGNATORY, "signatory_2", _("The second signatory, because authority is joint")
    if not application.manager_is_signatory and not (application.manager_name and application.manager_email):
        yield Step.SIGNATORY, "manager_name", _("The person who will manage the account")


def _email(application: Application) -> Iterator[Lack]:
    if error := judge_email(application.email, kind=application.kind).error:
        yield Step.EMAIL, "email", error
    elif application.email_confirmed_at is None:
        yield Step.EMAIL, "email_confirmed", _("The corporate e-mail is not confirmed yet")


def _papers(application: Application) -> set[tuple[str, int | None]]:
    return {(paper.kind, paper.brand_id) for paper in application.papers}  # type: ignore[attr-defined]


def signature_kinds(application: Application) -> tuple[D, ...]:
    """Papers of which one shows the signature: a natural person's declaration does as well (domain 4)."""
    return (D.SIGNATURE_CIRCULAR,) if application.is_legal else (D.SIGNATURE_CIRCULAR, D.SIGNATURE_DECLARATION)


def agreement_kinds(application: Application) -> tuple[D, ...]:
    """Papers that are signed by hand; one may serve as both where the setting allows it, and online it always does."""
    one_for_both = settings.REGISTRY["ONE_PAPER_FOR_BOTH"]
    if application.signing_way == SigningWay.ONLINE:
        return () if one_for_both else (D.CONTRACT,)
    return (D.COMMITMENT,) if application.papers_in_one and one_for_both else SIGNED_PAPERS


def _documents(application: Application) -> Iterator[Lack]:
    papers = _papers(application)
    kinds = signature_kinds(application)
    if not any((kind, None) in papers for kind in kinds):
        name = _("Signature circular") if application.is_legal else _("Signature circular or signature declaration")
        yield Step.DOCUMENTS, D.SIGNATURE_CIRCULAR.value, name
    if (D.GAZETTE, None) not in papers:
        yield Step.DOCUMENTS, D.GAZETTE.value, D.GAZETTE.label
    for brand in application.brands.all():
        if brand.has_certificate and (D.BRAND_CERTIFICATE, brand.pk) not in papers:
            text = _("Brand registration certificate of %(brand)s") % {"brand": brand.name}
            yield Step.DOCUMENTS, f"{D.BRAND_CERTIFICATE.value}_{brand.pk}", text


def _agreement(application: Application) -> Iterator[Lack]:
    agreement = agreement_of(application)
    if agreement is None:
        yield Step.AGREEMENT, "agreement", _("The agreement: have it made, and sign it")
        return
    if application.signing_way == SigningWay.ONLINE and not file_of(agreement, AgreementStage.SIGNED):
        yield Step.AGREEMENT, "signed_agreement", _signature_lacking(agreement)
    papers = _papers(application)
    for kind in agreement_kinds(application):
        if (kind, None) not in papers:
            yield Step.AGREEMENT, kind.value, kind.label


def _signature_lacking(agreement: Agreement) -> str | Promise:
    if file_of(agreement, AgreementStage.PARTIAL):
        return _("The second signature on the agreement")
    return _("The agreement with your e-signature")
