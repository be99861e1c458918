"""Rows of XLSX and ODS sheets as raw text, read by a child process under limits (`sheet_reader`)."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import FileRefused

MEMORY = 1_200_000_000
"""Bytes that the reading process may take; a full sheet of 1,048,576 rows and six columns takes half."""
INSPECTING, READING = 60, 600
"""Seconds of processor time for looking at all sheets, and for reading one."""
_READER = Path(__file__).with_name("sheet_reader.py")
_TOO_LARGE = {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGBUS}


@dataclass(frozen=True)
class Sheet:
    """One visible sheet that holds cells: the number of its `first` row, and its first rows by column."""

    name: str
    first: int
    columns: list[list[str]]


def sheets_of(path: Path) -> list[Sheet]:
    """The visible sheets with their first rows. Raises `FileRefused`."""
    with _reader(path, INSPECTING) as lines:
        return [Sheet(line["sheet"], line["first"], line["columns"]) for line in lines]


def sheet_blocks(path: Path, sheet: str) -> Iterator[tuple[int, list[list[str]], float]]:
    """Blocks of a sheet: row number of the first row, columns of cell texts, part of the sheet (0 to 1) done.

    Raises `FileRefused`.
    """
    with _reader(path, READING, sheet) as lines:
        yield from lines


@contextmanager
def _reader(path: Path, seconds: int, *sheet: str) -> Iterator[Iterator[Any]]:
    command = [sys.executable, "-I", str(_READER), str(path.absolute()), str(MEMORY), str(seconds), *sheet]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield _lines(process, *sheet)
        finally:
            process.kill()


def _lines(process: subprocess.Popen[bytes], *sheet: str) -> Iterator[Any]:
    """What the child says, until its last word; a child that ended without one was stopped by a limit.

    Raises RuntimeError when the child could not start, which is not the file's fault.
    """
    said = map(json.loads, process.stdout or ())
    if next(said, None) != "ready":
        raise RuntimeError("the reading process for sheets does not start")
    for line in said:
        if line == "end":
            return
        if isinstance(line, dict) and "refused" in line:
            raise FileRefused(line["refused"], sheet=sheet[0] if sheet else "")
        yield line
    code = process.wait()
    raise FileRefused("sheet-too-large" if code in _TOO_LARGE else "broken-workbook")
