"""What strangers' bytes reach: each target takes bytes, and may only refuse them in words.

`make soak` lets atheris look for new paths for a minute each; spoiled files of every kind are sent in `tests/trust`.
"""

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from complaints.recordings import judge_recording
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.paste import pasted_addresses, write_paste
from consents.files.read import read_slices
from consents.normalise import Reading, normalise
from consents.services.import_columns import fitted
from consents.text_commands import read_command
from consents.why import clues_of, read_mail
from iys_portal.core import import_formats
from iys_portal.core.errors import Invalid
from iys_portal.core.turkish import comparable, sort_key
from iys_portal.core.uploads import PDF, draw_small, joined, judge_scan
from providers.numbers import judge_email, judge_phone
from providers.signatures import TrustRoots, check_signed

from . import seeds

MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
REFUSALS = (FileRefused, import_formats.TableRefused, Invalid)


@dataclass(frozen=True)
class Target:
    """`run` raises nothing but `REFUSALS` over any bytes; `seeds` are good ones to begin with."""

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]

    def __call__(self, data: bytes) -> None:
        try:
            self.run(data)
        except REFUSALS as refusal:
            if not str(refusal):
                raise  # a refusal says why


def _table(data: bytes) -> None:
    """As an import takes it: recognised by content, read to the end, every row judged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        layout = fitted(inspect_file(path))
        columns = {name: f"c{index}" for name, index in layout.fields.items()}
        reading = Reading(columns=columns, moment=MOMENT, shape=layout.shape)
        for part in read_slices(path, layout, limit=1_000_000):
            read = normalise(part.frame, reading)
            assert read.rows.height + read.problems.height <= part.frame.height * 3


def _rows(data: bytes) -> None:
    """Any texts as the cells of rows, by the panel's reading and by the API's: each row is in one of two places."""
    text = data.decode("utf-8", errors="replace")
    cells = [line.split("\t")[:6] for line in text.split("\n")[:200]]
    names = ("recipient", "type", "status", "source", "recipient_type", "consent_date")
    columns = {name: [row[place] if place < len(row) else None for row in cells] for place, name in enumerate(names)}
    frame = pl.DataFrame(
        {"line": range(len(cells)), **columns}, schema={"line": pl.UInt32, **dict.fromkeys(names, pl.String)}
    )
    for api in (False, True):
        read = normalise(frame, Reading(columns={name: name for name in names}, moment=MOMENT, api=api))
        assert read.rows.height + read.problems.height + read.counts["skipped_empty"] == len(cells)


def _mail(data: bytes) -> None:
    mail = read_mail(data)
    clues_of(mail.clues_text, sender=mail.sender, hosts=mail.hosts)


def _scan(data: bytes) -> None:
    scan = judge_scan(data)
    whole = joined([("belge", data)])
    assert whole.pages >= 1
    draw_small(whole.data, PDF)
    draw_small(data, scan.content_type)


def _signed(data: bytes) -> None:
    issued, people = seeds.agreement()
    report = check_signed(issued, data, signatories=people, roots=TrustRoots(()), uploaded_at=MOMENT)
    assert report.checks


def _words(data: bytes) -> None:
    """What people type: a text message to the registry, a message that somebody got, a name, a number."""
    text = data.decode("utf-8", errors="replace")
    read_command(text)
    clues_of(text, sender=text[:80])
    judge_email(text[:300], kind="company")
    judge_phone(text[:60])
    assert comparable(comparable(text)) == comparable(text)
    sort_key(text)
    with tempfile.TemporaryDirectory() as folder:
        write_paste(text, Path(folder) / "paste")
    pasted_addresses(text)


def _reference(data: bytes) -> None:
    """The admin's files of reference data: checked, then read by the format's own reader."""
    for spreadsheet in (False, True):
        import_formats.check_content(io.BytesIO(data), spreadsheet=spreadsheet)


TARGETS = (
    Target("table", _table, seeds.tables),
    Target("rows", _rows, seeds.rows),
    Target("mail", _mail, seeds.mails),
    Target("scan", _scan, seeds.scans),
    Target("signed", _signed, seeds.signed),
    Target("recording", judge_recording, seeds.recordings),
    Target("words", _words, seeds.words),
    Target("reference", _reference, seeds.tables),
)
BY_NAME = {target.name: target for target in TARGETS}
