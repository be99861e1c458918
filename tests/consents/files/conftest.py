"""Files as companies write them, made on the spot."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import Layout
from consents.files.read import read_slices

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text or bytes as a file of the given name."""

    def _write(content: str | bytes, name: str = "list.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


@pytest.fixture
def workbook(tmp_path: Path) -> Write:
    """Write an XLSX of sheets with rows of Python values."""

    def _workbook(sheets: dict[str, Iterable[Sequence[object]]], name: str = "list.xlsx") -> Path:
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return _workbook


@pytest.fixture
def fields() -> Callable[[Layout], list[str | None]]:
    return lambda layout: [column.field for column in layout.columns]


@pytest.fixture
def rows_of() -> Callable[..., list[tuple[object, ...]]]:
    """All rows of a file as tuples: line, then cells."""

    def _rows(path: Path, layout: Layout | None = None, **options: int) -> list[tuple[object, ...]]:
        layout = layout or inspect_file(path)
        return [row for part in read_slices(path, layout, **options) for row in part.frame.iter_rows()]

    return _rows


@pytest.fixture
def refused() -> Callable[[Path], FileRefused]:
    """The refusal of a file by inspection, and that it has words for a person."""

    def _refused(path: Path) -> FileRefused:
        with pytest.raises(FileRefused) as caught:
            inspect_file(path)
        assert caught.value.message
        assert "{" not in caught.value.message
        assert caught.value.advice
        return caught.value

    return _refused
