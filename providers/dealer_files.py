"""Dealers of one provider in and out of files: read, previewed, applied, exported (style 18)."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import Result, RowResult

from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid
from iys_portal.core.import_formats import CSVFile, TableRefused, XLSXFile, check_content
from iys_portal.core.resources import ByNumberWidget
from iys_portal.core.turkish import fold

from .models import Brand, Retailer
from .resources import RetailerResource
from .services.dealers import keeper_of_dealers

SHOWN = 200
"""Rows that a preview shows of each sort."""
FORMATS = {"csv": CSVFile, "xlsx": XLSXFile}
BRAND_COLUMN = "brandCode"


class OwnRetailerResource(RetailerResource):
    """The same columns for a provider's own dealers: another's brand does not exist here (R-A1)."""

    def __init__(self, *, actor: Actor) -> None:
        super().__init__(actor=actor)
        message = gettext_lazy("You have no brand with the number %(number)s.")
        self.fields["brand"].widget = ByNumberWidget(self._brands, "brand_code", message)

    def _brands(self) -> QuerySet[Brand]:
        return Brand.objects.visible_to(self.acting).order_by().select_related("provider")

    def get_queryset(self) -> QuerySet[Retailer]:
        return Retailer.objects.visible_to(self.acting).order_by().select_related("brand__provider")


@dataclass(frozen=True)
class Problem:
    """A row that cannot be taken: its line in the file (the headings are line 1), column, sentence, the cell."""

    line: int
    column: str
    sentence: str
    cell: str


@dataclass(frozen=True)
class Preview:
    """What a file would do, or did."""

    problems: list[Problem]
    whole: list[str]  # what is wrong with the file as such
    headings: list[str]
    changes: list[tuple[int, str, list[Any]]]  # (line, new | update, cells)
    new: int
    changed: int
    unchanged: int
    wrong: int

    @property
    def fits(self) -> bool:
        return not self.problems and not self.whole

    @property
    def anything(self) -> bool:
        return bool(self.new or self.changed)


def read_file(data: bytes) -> tablib.Dataset:
    """The rows of an uploaded file, CSV or XLSX by its content. Raises `Invalid` (field "file")."""
    file, spreadsheet = io.BytesIO(data), data.startswith(b"PK")
    try:
        check_content(file, spreadsheet=spreadsheet)
        return (XLSXFile if spreadsheet else CSVFile)().create_dataset(data)
    except TableRefused as refusal:
        raise Invalid(str(refusal), code="file", field="file") from refusal
    except (ValueError, KeyError, OSError) as error:
        raise Invalid(_("The file cannot be read; it may be damaged."), code="file", field="file") from error


def preview(*, actor: Actor, data: bytes, brand: Brand | None) -> Preview:
    """What the file would do; writes nothing. `brand` is whose dealers they are where the file names no brand."""
    return _run(actor, data, brand, dry_run=True)


def apply(*, actor: Actor, data: bytes, brand: Brand | None) -> Preview:
    """Take the file, all of it or nothing; a row that no longer fits leaves the registry as it was."""
    return _run(actor, data, brand, dry_run=False)


def _run(actor: Actor, data: bytes, brand: Brand | None, *, dry_run: bool) -> Preview:
    keeper = keeper_of_dealers(actor).by_way("import")
    dataset = read_file(data)
    if brand is not None:
        _name_brand(dataset, brand)
    result = OwnRetailerResource(actor=keeper).import_data(
        dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True
    )
    return _preview(result)


def _name_brand(dataset: tablib.Dataset, brand: Brand) -> None:
    """A file without a column of brand numbers is about this brand."""
    known = {fold(word) for word in (BRAND_COLUMN, *RetailerResource.headings[BRAND_COLUMN])}
    if not any(fold(str(heading)) in known for heading in dataset.headers or []):
        dataset.append_col([str(brand.brand_code)] * dataset.height, header=BRAND_COLUMN)


def _preview(result: Result) -> Preview:
    headings = [str(heading) for heading in result.diff_headers]
    whole = [str(error.error) for error in result.base_errors]
    problems = [problem for row in result.invalid_rows for problem in _problems(row, headings)]
    problems += [
        Problem(line + 1, "", str(error.error), "") for line, errors in result.row_errors() for error in errors
    ]
    kinds = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
    # Every row of the file has its result, in the file's order; the headings are line 1.
    changed = [(line, row) for line, row in enumerate(result.rows, start=2) if row.import_type in kinds]
    return Preview(
        problems=sorted(problems, key=lambda problem: problem.line)[:SHOWN],
        whole=whole,
        headings=headings,
        changes=[(line, row.import_type, list(row.diff or [])) for line, row in changed[:SHOWN]],
        new=result.totals[RowResult.IMPORT_TYPE_NEW],
        changed=result.totals[RowResult.IMPORT_TYPE_UPDATE],
        unchanged=result.totals[RowResult.IMPORT_TYPE_SKIP],
        wrong=len({problem.line for problem in problems}),
    )


def _problems(row: Any, headings: list[str]) -> Iterable[Problem]:
    cells = dict(zip(headings, row.values, strict=False))
    for column, sentences in row.error_dict.items():
        named = "" if column == NON_FIELD_ERRORS else column
        yield Problem(row.number + 1, named, " ".join(sentences), str(cells.get(named, ""))[:60])


def export(*, actor: Actor, retailers: QuerySet[Retailer], form: str) -> tuple[bytes, str]:
    """The dealers as a file, guarded against spreadsheet formulas and on record (R-G3); its bytes and content type."""
    made = FORMATS[form]()
    rows = OwnRetailerResource(actor=actor).export(retailers)
    content = made.export_data(rows)
    return content.encode() if isinstance(content, str) else content, made.get_content_type()
