"""R-C16: ZIPs of scans that are refused as a whole."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consents.files.archive import fold_name
from consents.models import ConsentImport
from iys_portal.core.errors import Invalid
from iys_portal.core.models import AuditEntry, Job

from .lists import Desk, desk, found
from .papers import packed, pdf, picture

__all__ = ["desk"]


def bomb() -> bytes:
    return packed({"a.pdf": b"\0" * 5_000_000})


def overlapping() -> bytes:
    """Two entries of the directory that share one packed file."""
    data = packed({"a.png": picture(900, 900), "b.png": b""}, compression=zipfile.ZIP_STORED)
    directory = data.index(b"PK\x01\x02")
    first = data[directory : directory + 46]
    second = data.index(b"PK\x01\x02", directory + 4)
    return data[: second + 16] + first[16:28] + data[second + 28 :]


def locked() -> bytes:
    data = bytearray(packed({"a.pdf": pdf()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.pdf")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


REFUSED: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"", "scan-empty"),
    (lambda: b"PK\x03\x04 and nothing", "zip-unreadable"),
    (pdf, "zip-unreadable"),
    (lambda: packed({"a.pdf": pdf()})[:-30], "zip-unreadable"),
    (lambda: packed({}), "zip-nothing"),
    (lambda: packed({"klasör/": b""}), "zip-nothing"),
    (bomb, "zip-unpacks"),
    (overlapping, "zip-unpacks"),
    (locked, "zip-password"),
    (linked, "zip-paths"),
    (lambda: packed({"/etc/a.pdf": pdf()}), "zip-paths"),
    (lambda: packed({"C:/a.pdf": pdf()}), "zip-paths"),
    (lambda: packed({"a/../../b.pdf": pdf()}), "zip-paths"),
    (lambda: packed({"..\\b.pdf": pdf()}), "zip-paths"),
    (lambda: packed({"\\\\server\\b.pdf": pdf()}), "zip-paths"),
    (lambda: packed({"a.pdf": pdf(), "iç.ZIP": packed({"b.pdf": pdf()})}), "zip-nested"),
]


@pytest.mark.parametrize(("make", "code"), REFUSED)
def test_r_c16_a_zip_that_is_refused_leaves_nothing(
    desk: Desk, make: Callable[[], bytes], code: str, settings: Any
) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.load("a.pdf", scans=make())
    assert (refusal.value.code, refusal.value.field) == (code, "evidence")
    assert not ConsentImport.objects.exists()
    assert not Job.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="import.").exists()
    assert not list((Path(settings.PRIVATE_ROOT) / "imports").iterdir())


def test_a_nested_archive_under_another_name_is_a_refused_scan(desk: Desk) -> None:
    item = desk.load("a.pdf", scans=packed({"a.pdf": packed({"b.pdf": pdf()})}))
    assert found(item)["missing"] == 1


def test_too_many_files_in_a_zip(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consents.files.archive.MAX_MEMBERS", 2)
    with pytest.raises(Invalid) as refusal:
        desk.load("a.pdf", scans=packed({f"{n}.pdf": pdf() for n in range(3)}))
    assert refusal.value.code == "zip-many"


@pytest.mark.parametrize("text", ["İSTANBUL.PDF", "istanbul.pdf", "ISTANBUL.pdf", "ıstanbul.pdf"])
def test_the_four_letters_i_are_one_in_names(text: str) -> None:
    assert fold_name(text) == "istanbul.pdf"
