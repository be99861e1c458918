"""Imports of whole files: upload with a dry run, its report, apply, undo. Each step is the panel's own service."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from consents.models import ConsentImport
from consents.selectors.import_rows import Reader, stream
from consents.selectors.imports import present_job, visible_import
from consents.services import imports as services
from consents.services.import_columns import missing_fields
from iys_portal.core.errors import NotFound
from providers.api.calls import Ask
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import Body, BrandCode, ChannelName, RecipientTypeName, Words, moment

router = Router(tags=["imports"], auth=Key(KeyScope.RECORD))
PROBLEMS = 1_000


class Assumed(Schema):
    """What holds for every row where the file has no column for it. A status never is assumed (R-C1)."""

    channel: ChannelName | None = None
    recipient_type: RecipientTypeName | None = None
    source: Words = Field("", max_length=40)
    consent_date: Words = Field("", max_length=40)
    wide_no: Literal["", "refusal", "ignore"] = Field("", description="What a no means in a file with channel columns.")

    def constants(self) -> dict[str, str]:
        found = {
            "type": self.channel or "",
            "recipient_type": self.recipient_type or "",
            "source": self.source,
            "consent_date": self.consent_date,
        }
        return {name: value for name, value in found.items() if value}


class WorkOut(Schema):
    state: str
    done: int
    total: int | None


class ImportOut(Schema):
    id: UUID
    state: str = Field(description="uploaded, checking, checked, applying, applied, undoing, undone, failed, discarded")
    file_name: str
    sha256: str
    missing: list[str] = Field(description="Columns that the file lacks: send it again and say what to assume.")
    check: dict[str, Any] = Field(description="What the dry run found.")
    counts: dict[str, Any] = Field(description="What was written.")
    undo: dict[str, Any]
    work: WorkOut | None
    created_at: datetime
    applied_at: datetime | None


class ImportProblemOut(Schema):
    line: int
    column: str
    value: str
    code: str
    verdict: str
    detail: str
    advice: str


class ImportProblems(Schema):
    items: list[ImportProblemOut]


class UndoIn(Body):
    reason: Words = Field(min_length=1, max_length=300)
    include_refusals: bool = False


ANSWER: Any = {200: ImportOut, REFUSALS: Problem}


@router.post(
    "", response={202: ImportOut, REFUSALS: Problem}, summary="Upload a file and check it",
    operation_id="import_upload",
)  # fmt: skip
@once
def import_upload(request: HttpRequest, brand: BrandCode, file: File[UploadedFile], assumed: Form[Assumed]) -> Any:
    """CSV, XLSX or ODS. Nothing is written before `apply`. A file that lacks columns waits and names them."""
    ask = asked(request)
    item = services.upload_and_check(
        actor=ask.actor, brand=ask.brand, file=file, name=file.name or "", constants=assumed.constants(),
        wide_no=assumed.wide_no,
    )  # fmt: skip
    return Status(202, _told(item))


@router.get("/{import_id}", response=ANSWER, summary="How an import stands", operation_id="import_of")
def import_of(request: HttpRequest, brand: BrandCode, import_id: UUID) -> Any:
    return _told(_import(asked(request), import_id))


@router.get(
    "/{import_id}/problems", response={200: ImportProblems, REFUSALS: Problem}, summary="Rows that are refused",
    operation_id="import_problems",
)  # fmt: skip
def import_problems(
    request: HttpRequest, brand: BrandCode, import_id: UUID,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Go on behind this line.")] = 0,
) -> Any:  # fmt: skip
    """In the order of the file, whole lines, some thousand problems at most."""
    ask = asked(request)
    item = _import(ask, import_id)
    reader = Reader(item, ask.actor)
    found: list[dict[str, Any]] = []
    for row in stream(item, after=after):
        if len(found) >= PROBLEMS and row.line != found[-1]["line"]:
            break
        line = reader.told(row)
        found.append(
            {
                "line": line.line, "column": line.column, "value": line.value, "code": line.code,
                "verdict": line.verdict.name, "detail": line.reason, "advice": line.advice,
            }
        )  # fmt: skip
    return {"items": found}


@router.post(
    "/{import_id}/apply", response={202: ImportOut, REFUSALS: Problem}, summary="Write what the check accepted",
    operation_id="import_apply",
)  # fmt: skip
@once
def import_apply(request: HttpRequest, brand: BrandCode, import_id: UUID) -> Any:
    """Each row is judged again at this moment."""
    ask = asked(request)
    return Status(202, _told(services.start_apply(_import(ask, import_id), actor=ask.actor)))


@router.post(
    "/{import_id}/undo", response={202: ImportOut, REFUSALS: Problem}, summary="Take an import back",
    operation_id="import_undo",
)  # fmt: skip
@once
def import_undo(request: HttpRequest, brand: BrandCode, import_id: UUID, body: UndoIn) -> Any:
    """Within 24 hours, by counter-events (R-L6): nothing is deleted, and no refusal becomes an approval."""
    ask = asked(request)
    item = services.start_undo(
        _import(ask, import_id), actor=ask.actor, reason=body.reason, include_refusals=body.include_refusals
    )
    return Status(202, _told(item))


@router.post("/{import_id}/discard", response=ANSWER, summary="Give an import up", operation_id="import_discard")
@once
def import_discard(request: HttpRequest, brand: BrandCode, import_id: UUID) -> Any:
    """Before it is applied; the file is deleted."""
    ask = asked(request)
    return _told(services.discard(_import(ask, import_id), actor=ask.actor))


def _import(ask: Ask, import_id: UUID) -> ConsentImport:
    item = visible_import(ask.actor, import_id)
    if item.brand_id != ask.brand.pk:
        raise NotFound(code="import")
    return item


def _told(item: ConsentImport) -> dict[str, Any]:
    job = present_job(item)
    return {
        "id": str(item.public_id),
        "state": str(item.state),
        "file_name": item.file_name,
        "sha256": item.sha256,
        "missing": missing_fields(item),
        "check": item.dry_counts,
        "counts": item.counts,
        "undo": item.undo_counts,
        "work": {"state": str(job.state), "done": job.done, "total": job.total} if job else None,
        "created_at": moment(item.created_at),
        "applied_at": moment(item.applied_at),
    }
