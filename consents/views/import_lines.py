"""Problem rows of an import on the page, and the files that can be taken home."""

import tempfile
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.generic import View

from consents.exports import CSV, XLSX, excel_csv
from consents.files.errors import FileRefused
from consents.import_downloads import downloads_of, refused_rows, result_rows, write_problems
from consents.models import ConsentImport, ImportProblem
from consents.policies import may_import
from consents.selectors.import_report import Report, report_of
from consents.selectors.import_rows import ROWS, Place, Reader
from consents.selectors.imports import visible_import
from iys_portal.core import audit
from iys_portal.core.errors import NotAllowed, WrongMoment
from iys_portal.core.numbers import number_in

NAMES = {"problems": "duzeltilecek-satirlar", "refused": "listeden-cikarilacaklar", "result": "sonuc"}


def lines_context(
    request: HttpRequest, item: ConsentImport, reader: Reader, report: Report | None, *, size: int = ROWS
) -> dict[str, Any]:
    """One page of problem rows, narrowed to one reason where the address names one; those of an undo by `geri`."""
    undo = "geri" in request.GET
    counts = item.undo_counts.get("left", {}) if undo else (item.counts or item.dry_counts).get("codes", {})
    chosen = request.GET.get("neden", "")
    numbers = [int(chosen)] if chosen in counts else [int(number) for number in counts]
    if report is None and not undo:
        return {"lines": None}
    backwards = "once" in request.GET
    place = _place(request.GET.get("once" if backwards else "sonra", ""))
    phases = [int(ImportProblem.Phase.UNDO)] if undo else None
    lines = reader.page(numbers, phases=phases, place=place, backwards=backwards, size=size)
    base = {"neden": chosen} if chosen in counts else {}
    base |= {"geri": "1"} if undo else {}
    return {
        "lines": lines.lines,
        "chosen": chosen if chosen in counts else "",
        "of_undo": undo,
        "first_url": _query(base) if place else "",
        "previous_url": _query(base, once=lines.before),
        "next_url": _query(base, sonra=lines.after),
    }


def _place(text: str) -> Place | None:
    line, _dash, key = text.partition("-")
    line_number, key_number = number_in(line, digits=9), number_in(key)
    return None if line_number is None or key_number is None else (line_number, key_number)


def _query(base: dict[str, str], **places: Place | None) -> str:
    given = {name: f"{place[0]}-{place[1]}" for name, place in places.items() if place is not None}
    return "" if places and not given else "?" + urlencode(base | given)


class ProblemsView(View):
    """The rows of one reason alone, for a reader of the report."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        item = visible_import(actor, public_id)
        reader = Reader(item, actor)
        report = report_of(item, reader)
        context = lines_context(request, item, reader, report)
        page = "lines.html" if request.headers.get("HX-Request") else "problems.html"
        return render(request, f"consents/imports/{page}", {"item": item, "report": report, **context})


class DownloadView(View):
    """A file of the import, by POST, because every export of addresses is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
        actor = request.actor  # type: ignore[attr-defined]
        item = visible_import(actor, public_id)
        if not may_import(actor):
            raise NotAllowed
        offered = next((file for file in downloads_of(item) if file.kind == kind), None)
        if offered is None:
            raise Http404
        if offered.why_not:
            raise WrongMoment(offered.why_not, code=f"download:{kind}")
        audit.record("import.exported", item, actor=actor, new={"kind": kind, "rows": offered.rows})
        what, _dot, ending = kind.partition(".")
        name = f"{NAMES[what]}-{Path(item.file_name).stem[:80]}.{ending}"
        return _problem_file(item, name, ending) if what == "problems" else _streamed(item, name, what)


def _streamed(item: ConsentImport, name: str, what: str) -> StreamingHttpResponse:
    rows = refused_rows(item) if what == "refused" else result_rows(item)
    response = StreamingHttpResponse(excel_csv(rows), content_type=CSV)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _problem_file(item: ConsentImport, name: str, ending: str) -> FileResponse:
    form: Literal["xlsx", "csv"] = "xlsx" if ending == "xlsx" else "csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        try:
            write_problems(item, path, kind=form)
        except FileRefused as refusal:
            raise WrongMoment(f"{refusal.message} {refusal.advice}", code=refusal.code) from refusal
        file = path.open("rb")  # stays readable after its folder is gone
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX if form == "xlsx" else CSV)
