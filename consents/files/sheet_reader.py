"""Child process: reads one workbook and prints it as lines of JSON. Started by `sheets`, never imported.

    python -I sheet_reader.py FILE MEMORY_BYTES CPU_SECONDS          → the sheets and the first rows of each
    python -I sheet_reader.py FILE MEMORY_BYTES CPU_SECONDS SHEET    → all rows of one sheet, in column blocks

A workbook can ask for any amount of memory (a cell in the last corner, a text that every cell repeats), and
the native reader ends its process when it gets none. So it runs here, under limits, and takes nobody with it.
"""

import datetime
import json
import resource
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import python_calamine as calamine

BLOCK = 10_000
FIRST_ROWS = 260
HEAD = 1 << 20  # bytes of a large sheet that hold its first rows
LONGEST_INTEGER = 1e16


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < LONGEST_INTEGER:
        return str(int(value))
    return repr(value)


def _moment(value: datetime.datetime) -> str:
    """Spreadsheets keep moments as fractions of a day, which miss the second by a little."""
    if value.microsecond:
        value = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
    return str(value)


TEXT: dict[type, Any] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime.datetime: _moment,
    datetime.date: str,
    datetime.time: lambda value: str(value.replace(microsecond=0)),
    datetime.timedelta: str,
}


def _text(column: tuple[Any, ...]) -> list[str]:
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(column)
    if kinds == {datetime.datetime}:
        return [_moment(value) if value.microsecond else str(value) for value in column]
    return [TEXT[type(value)](value) for value in column]


def _blocks(sheet: calamine.CalamineSheet, size: int) -> Iterator[tuple[int, list[list[str]], float]]:
    """(row number of the first row, columns of cell texts, part of the sheet that is done).

    Row numbers are those that the spreadsheet program shows.
    """
    rows = sheet.iter_rows()
    total = sheet.height + (sheet.start[0] if sheet.start else 0)
    first = 1
    while block := list(islice(rows, size)):
        columns = [_text(column) for column in zip(*block, strict=True)]
        first += len(block)
        yield first - len(block), columns, (first - 1) / total


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.write("\n")


def _overview(workbook: calamine.CalamineWorkbook) -> None:
    """One line for each visible sheet that holds cells: name and first rows."""
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        if sheet.start is None:
            continue
        lead = sheet.start[0]
        rows = list(islice(sheet.iter_rows(), lead, lead + FIRST_ROWS))
        columns = [_text(column) for column in zip(*rows, strict=True)]
        _say({"sheet": meta.name, "first": lead + 1, "columns": columns})


def _beginning(path: str, folder: str) -> str:
    """A copy of an XLSX file in which large sheets end after their first rows; the file itself where none is large.

    Looking at a workbook must not cost reading all of it. A sheet that is written in an unusual way stays whole.
    """
    if not zipfile.is_zipfile(path):
        return path
    with zipfile.ZipFile(path) as whole:
        large = {
            entry.filename
            for entry in whole.infolist()
            if entry.filename.startswith("xl/worksheets/") and entry.file_size > 4 * HEAD
        }
        if not large:
            return path
        short = f"{folder}/beginning.xlsx"
        with zipfile.ZipFile(short, "w") as copy:
            for entry in whole.infolist():
                with whole.open(entry) as source:
                    head = source.read(HEAD) if entry.filename in large else b""
                    end = head.rfind(b"</row>") + 6
                    if end > 5 and b"<sheetData" in head:
                        copy.writestr(entry.filename, head[:end] + b"</sheetData></worksheet>")
                    else:
                        copy.writestr(entry.filename, head + source.read())
    return short


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    _say("ready")
    sys.stdout.flush()
    path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if len(sys.argv) == 4:
            with tempfile.TemporaryDirectory() as folder:
                _overview(calamine.load_workbook(_beginning(path, folder)))
        else:
            for block in _blocks(calamine.load_workbook(path).get_sheet_by_name(sys.argv[4]), BLOCK):
                _say(block)
    except calamine.PasswordError:
        _say({"refused": "password-protected"})
    except calamine.WorksheetNotFound:
        _say({"refused": "unknown-sheet"})
    except MemoryError:
        _say({"refused": "sheet-too-large"})
    except (calamine.CalamineError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        _say({"refused": "sheet-too-large" if "limit exceeded" in str(error) else "broken-workbook"})
    _say("end")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
