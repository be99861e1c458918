"""The agreement of an application (R-P4): issued from its data, void when that changes, taken back signed."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.models import Document
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import Drop, only_if_written, sha256_of
from iys_portal.core.uploads import MAX_BYTES, page_count
from iys_portal.core.virus import require_clean
from providers.agreements import content, reports, seal, texts
from providers.agreements.fields import with_fields
from providers.enums import AgreementStage, ApplicationState, SigningWay
from providers.enums import ApplicationDocumentKind as D
from providers.missing import SIGNED_PAPERS, missing_before_agreement, whole
from providers.models import Agreement, AgreementFile, Application, ApplicationDocument, Signatory
from providers.signatures import (
    CheckCode,
    Outcome,
    Revocation,
    SignatoryFacts,
    SignatureReport,
    TrustRoots,
    check_signed,
)

from .applications import NotComplete
from .moves import locked, make_move

KIND = "providers.agreement"
S = ApplicationState
COUNTERSIGNER = _("the registry")


class SignatureRefused(Invalid):
    """The signed file was not taken; `report` holds each check in words."""

    default = _("The file was not taken. What was checked stands below.")

    def __init__(self, message: object = None, *, report: SignatureReport | None = None) -> None:
        self.report = report
        super().__init__(message, code="signature", field="files")  # type: ignore[arg-type]


def document_kind() -> documents.Kind:
    """What the document kernel knows of agreements."""
    return documents.Kind(
        name=KIND,
        prefix="SOZ",
        title=_("Service agreement and letter of commitment"),
        template="pdf/providers/agreement.html",
        permission=Permission.APPLICATION_OWN,
        staff_permission=Permission.APPLICATION_REVIEW,
        finish=_with_fields,
    )


def _with_fields(document: Document, drawn: bytes) -> bytes:
    data = document.data
    people = [(one["field"], f"İmza: {one['name']}") for one in data["signatories"]]
    return with_fields(drawn, [*people, (data["registry_field"], f"Mühür: {data['operator']['name']}")])


@transaction.atomic
def prepare_agreement(*, application: Application, actor: Actor, way: str, now: datetime | None = None) -> Agreement:
    """Have the agreement made to be signed in this way; the version in force stays where nothing changed.

    Asked again while a second signature is awaited, signing starts anew. Locks the application. Raises `Invalid`
    (field "way"), `NotComplete` where the application lacks something else, `WrongMoment`.
    """
    now = now or timezone.now()
    locked(application, actor=actor)
    actor.require(Permission.APPLICATION_OWN)
    if way not in SigningWay.values:
        raise Invalid(_("Choose how you sign."), field="way")
    row = whole(Application.objects.filter(pk=application.pk)).get()
    if row.with_applicant and (missing := missing_before_agreement(row)):
        raise NotComplete(missing)
    agreement = _in_force(row)
    if row.state != S.AWAITING_SIGNATURE or agreement is None:
        columns = {"signing_way": way, "changed_at": now}
        make_move(row, "ask_signature", actor=actor, now=now, columns=columns)
        _set_aside(agreement, AgreementStage.PARTIAL)
    elif row.signing_way != way:
        row.signing_way, row.changed_at = way, now
        row.save(update_fields=["signing_way", "changed_at"])
    if agreement is not None and _outdated(agreement, row):
        _void(agreement, row, actor=actor, now=now)
        agreement = None
    if agreement is not None:
        documents.draw_again(agreement.document)
        return agreement
    return _issue(row, actor=actor, now=now)


def _in_force(row: Application) -> Agreement | None:
    return row.agreements.filter(voided_at=None).select_related("document").first()


def _outdated(agreement: Agreement, row: Application) -> bool:
    """Does it say something that the application no longer says, or was it issued, unsigned, in older words?"""
    if agreement.fingerprint != content.fingerprint(row, _people(row)):
        return True
    return agreement.text_version != texts.CURRENT and not agreement.files.filter(current=True).exists()


def _people(row: Application) -> list[Signatory]:
    """Who signs: the second one only where authority is joint."""
    people = list(row.signatories.order_by("place"))
    return people if row.joint_authority else people[:1]


def _issue(row: Application, *, actor: Actor, now: datetime) -> Agreement:
    people = _people(row)
    former = row.agreements.order_by("-version").select_related("document").first()
    version = former.version + 1 if former else 1
    number = documents.new_number(KIND)
    data = content.content(
        row,
        people,
        version=version,
        text_version=texts.CURRENT,
        qr=f"{settings.PORTAL_URL}{reverse(settings.VERIFICATION_URL)}?kod={number}",
        now=now,
    )
    document = documents.issue(
        kind=KIND,
        number=number,
        data=data,
        subject=("providers.application", str(row.public_id)),
        language="tr",
        actor=actor,
        now=now,
        replaces=former.document if former else None,
    )
    agreement = Agreement.objects.create(
        application=row,
        version=version,
        text_version=texts.CURRENT,
        document=document,
        fingerprint=content.fingerprint(row, people),
        issued_at=now,
    )
    _drop_scans(row, now=now)
    audit.record("application.agreement_issued", row, actor=actor, new={"version": version, "document": number})
    return agreement


def void_where_outdated(row: Application, *, actor: Actor, now: datetime) -> None:
    """A changed field makes the agreement void, and what was signed of it with it (R-P4). `row` is locked."""
    agreement = _in_force(row)
    if agreement is not None and agreement.fingerprint != content.fingerprint(row, _people(row)):
        _void(agreement, row, actor=actor, now=now)


def _void(agreement: Agreement, row: Application, *, actor: Actor, now: datetime) -> None:
    agreement.voided_at = now
    agreement.save(update_fields=["voided_at"])
    _drop_scans(row, now=now)
    audit.record("application.agreement_voided", row, actor=actor, new={"version": agreement.version})


def _drop_scans(row: Application, *, now: datetime) -> None:
    """Scans of another version are not this one's signature; they stay as history."""
    scans = ApplicationDocument.objects.filter(application=row, kind__in=SIGNED_PAPERS, current=True)
    scans.update(current=False, replaced_at=now)


def _set_aside(agreement: Agreement | None, stage: AgreementStage) -> None:
    if agreement is not None:
        agreement.files.filter(stage=stage, current=True).update(current=False)


def take_signed(
    *, application: Application, actor: Actor, file: IO[bytes], now: datetime | None = None
) -> AgreementFile:
    """Take the agreement signed online. Every check has passed, or nothing is kept.

    With joint authority the first signatory's file is kept until the second hands in the same file with both
    signatures. Judged before the lock: the issuer may be asked over the network. Raises `SignatureRefused` with the
    report, `WrongMoment`.
    """
    now = now or timezone.now()
    actor.require(Permission.APPLICATION_OWN)
    agreement = _to_sign(application)
    uploaded = file.read(MAX_BYTES + 1)
    if len(uploaded) > MAX_BYTES:
        raise SignatureRefused(_("The file is larger than 20 MB: upload the PDF that Adobe Acrobat Reader saved."))
    report = check_agreement(agreement, uploaded, now=now)
    _require_clean(uploaded)
    with only_if_written() as drops:
        row = locked(application, actor=actor)
        if row.state not in (S.AWAITING_SIGNATURE, S.AWAITING_SECOND_SIGNATURE) or _in_force(row) != agreement:
            raise WrongMoment(code="agreement")
        stage = _stage_of(report, row)
        _set_aside(agreement, AgreementStage.PARTIAL)
        _set_aside(agreement, AgreementStage.SIGNED)
        kept = _keep(agreement, stage, uploaded, drops=drops, now=now, report=reports.stored(report))
        columns = {"signing_way": SigningWay.ONLINE, "changed_at": now}
        if stage == AgreementStage.PARTIAL:
            make_move(row, "ask_second_signature", actor=actor, now=now, columns=columns)
        else:
            row.signing_way, row.changed_at = SigningWay.ONLINE, now
            row.save(update_fields=list(columns))
        new = {"version": agreement.version, "stage": stage.value, "sha256": kept.sha256}
        audit.record("application.agreement_signed", row, actor=actor, new=new)
    return kept


def _require_clean(uploaded: bytes) -> None:
    try:
        require_clean(uploaded)
    except FileRefused as refusal:
        raise SignatureRefused(f"{refusal.message} {refusal.advice}") from refusal


def _to_sign(application: Application) -> Agreement:
    agreement = _in_force(application)
    if agreement is None or agreement.document.state != DocumentState.READY:
        raise WrongMoment(_("The agreement is not ready yet."), code="agreement")
    return agreement


def check_agreement(agreement: Agreement, uploaded: bytes, *, now: datetime) -> SignatureReport:
    """Every check of R-P4 on one upload."""
    row = agreement.application
    void = row.agreements.exclude(pk=agreement.pk).filter(document__state=DocumentState.READY)
    return check_signed(
        documents.content_of(agreement.document),
        uploaded,
        signatories=[SignatoryFacts(one.full_name, one.tckn) for one in _people(row)],
        roots=TrustRoots.of_folder(settings.ESIGN_ROOTS),
        uploaded_at=now,
        revocation=Revocation.ONLINE if settings.ESIGN_ONLINE else Revocation.EMBEDDED,
        older=[documents.content_of(one.document) for one in void.select_related("document")],
        countersigner=str(COUNTERSIGNER),
    )


def _stage_of(report: SignatureReport, row: Application) -> AgreementStage:
    """How far the file came. Raises `SignatureRefused`."""
    room = all(one.outcome == Outcome.PASSED for one in report.checks if one.code == CheckCode.LOCK)
    if not room or not report.file_good or not all(one.good for one in report.signatures):
        raise SignatureRefused(report=report)
    if report.all_signed:
        return AgreementStage.SIGNED
    names = ", ".join(one.name for one in report.missing_signatories)
    if row.state == S.AWAITING_SECOND_SIGNATURE or len(report.missing_signatories) == len(report.signatories):
        text = _("The signature of %(names)s is missing. Sign the file that was signed first, and upload it.")
        raise SignatureRefused(text % {"names": names}, report=report)
    return AgreementStage.PARTIAL


def _keep(
    agreement: Agreement,
    stage: AgreementStage,
    data: bytes,
    *,
    drops: list[Drop],
    now: datetime,
    report: dict[str, object] | None = None,
    paper: D = D.COMMITMENT,
) -> AgreementFile:
    kept = AgreementFile(agreement=agreement, stage=stage, paper=paper, size=len(data), kept_at=now)
    kept.pages = page_count(data)
    kept.report = report or {}
    kept.file.save("agreement", ContentFile(data), save=False)
    with kept.file.open("rb") as stored:
        kept.sha256 = sha256_of(stored)
    name, storage = str(kept.file.name), kept.file.storage
    drops.append(lambda: storage.delete(name))
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def change_application(*, application: Application, actor: Actor, now: datetime | None = None) -> Application:
    """Back to a draft that can be changed. What was signed stays good unless something of it changes."""
    now = now or timezone.now()
    row = locked(application, actor=actor)
    make_move(row, "change", actor=actor, now=now, columns={"changed_at": now})
    return row


def countersign(row: Application, *, actor: Actor, now: datetime) -> Sequence[AgreementFile]:
    """The portal's signature on what the applicant signed (R-P7), for the approval that runs; in its transaction.

    An application from before agreements were issued by the portal has none, and nothing is signed then.
    """
    agreement = _in_force(row)
    if agreement is None:
        return []
    with only_if_written() as drops:
        kept = [
            _keep(
                agreement,
                AgreementStage.COUNTERSIGNED,
                seal.countersigned(data, now=now),
                drops=drops,
                now=now,
                paper=paper,
            )
            for paper, data in _signed(agreement, row)
        ]
        hashes = [one.sha256 for one in kept]
        audit.record(
            "application.agreement_countersigned",
            row,
            actor=actor,
            new={"version": agreement.version, "sha256": hashes},
        )
    return kept


def _signed(agreement: Agreement, row: Application) -> list[tuple[D, bytes]]:
    """What was signed: the file of the online way, and the scans of papers signed by hand."""
    found: list[tuple[D, bytes]] = []
    online = agreement.files.filter(stage=AgreementStage.SIGNED, current=True).first()
    if row.signing_way == SigningWay.ONLINE and online is not None:
        found.append((D.COMMITMENT, _content(online)))
    scans = ApplicationDocument.objects.filter(application=row, kind__in=SIGNED_PAPERS, current=True)
    present = {paper for paper, _data in found}
    found += [(D(one.kind), _content(one)) for one in scans.order_by("kind") if D(one.kind) not in present]
    return found


def _content(kept: AgreementFile | ApplicationDocument) -> bytes:
    with kept.file.open("rb") as file:
        return file.read()


@transaction.atomic
def note_agreement_opened(*, agreement: Agreement, actor: Actor, what: str) -> None:
    """R-P5: each download is on record; `what`: "issued", or the stage of a signed file."""
    new = {"version": agreement.version, "file": what}
    audit.record("application.agreement_read", agreement.application, actor=actor, new=new)
