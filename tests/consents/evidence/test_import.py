"""R-C16: a ZIP of scans beside an import."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from consents.effective import Effective, judge
from consents.enums import EventKind, EvidenceKind, Hold
from consents.models import Consent, ConsentEvent, Evidence, ImportEvidence
from consents.services import import_runs, imports
from iys_portal.core.models import AuditEntry

from .lists import HEAD, Desk, desk, found
from .papers import packed, packed_as, pdf, picture

__all__ = ["desk"]


@pytest.mark.parametrize("apply_it", [False, True])
def test_r_c16_physical_csv_with_its_scans(
    desk: Desk, samples: Callable[..., Path], as_of: datetime, apply_it: bool, settings: Any
) -> None:
    folder = samples()
    item = import_runs.load_file(
        actor=desk.actor,
        brand=desk.brand,
        path=folder / "physical.csv",
        evidence=folder / "evidence.zip",
        moment=as_of,
        apply_it=apply_it,
    )
    assert found(item) == {"matched": 33, "missing": 2, "nothing": 3, "references": 2, "unused": 5}
    report = ImportEvidence.objects.get().report
    assert sorted(name for name, _code in report["absent"]) == ["form-007.pdf", "form-023.pdf"]
    assert sorted(report["unused"]) == [
        "form-011.pdf", "form-012.png", "form-030.png", "form-031.pdf", "form-032.png",
    ]  # fmt: skip
    files = list((Path(settings.PRIVATE_ROOT) / "evidence").glob("*"))
    if not apply_it:
        assert not Consent.objects.exists()
        assert not Evidence.objects.filter(kind=EvidenceKind.FILE).exists()
        assert not files
        return
    consents = list(Consent.objects.all())
    assert [item.counts["verdicts"]["new"], len(consents)] == [40, 40]
    by_kind = {kind: sum(c.evidence_kind == kind for c in consents) for kind in EvidenceKind}
    assert by_kind == {EvidenceKind.FILE: 33, EvidenceKind.REFERENCE: 2, EvidenceKind.NONE: 5}
    answers = [reason.effective for reason in judge([c.key for c in consents], now=as_of)]
    assert answers.count(Effective.EVIDENCE_MISSING) == 5
    assert answers.count(Effective.SENDABLE) == 35
    kept = {bytes(row.sha256) for row in Evidence.objects.filter(kind=EvidenceKind.FILE)}
    assert kept == {bytes(c.evidence_hash or b"") for c in consents if c.evidence_kind == EvidenceKind.FILE}
    assert len(files) == len(kept) == 33
    assert AuditEntry.objects.get(verb="import.evidence").new == {"kept": 33, "completed": 0}


def test_r_c16_without_a_zip_the_report_says_what_is_missing(desk: Desk) -> None:
    item = desk.load("a.pdf", "Klasör 4", "", "b.JPG", apply_it=False)
    assert found(item) == {"matched": 0, "missing": 2, "references": 1, "nothing": 1}


def test_a_list_without_signed_consents_says_nothing_of_evidence(desk: Desk) -> None:
    item = desk.load("", "", status="RET", apply_it=False)
    assert found(item) == {}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("form.pdf", "form.pdf"),
        ("FORM.PDF", "form.pdf"),
        ("imza-İĞÜŞIÖÇ.pdf", "İMZA-iğüşıöç.PDF"),
        ("IMZALI.pdf", "ımzalı.pdf"),
        ("form.pdf", "Taramalar/Kasım/form.pdf"),
        ("taramalar\\kasım\\form.pdf", "Taramalar/Kasım/form.pdf"),
        ("Başka klasör/form.pdf", "form.pdf"),
        ("./form.pdf", "form.pdf"),
        (" form.pdf ", "form.pdf"),
        ("Şule.pdf", "S\u0327ule.pdf"),  # as a Mac writes it
        ("form", "form"),  # no ending: judged by content
    ],
)
def test_r_c16_names_are_found_whatever_their_case_and_folder(desk: Desk, cell: str, name: str) -> None:
    assert found(desk.load(cell, scans=packed({name: pdf()})))["matched"] == 1
    assert desk.holds() == [0]


@pytest.mark.parametrize("code_page", ["cp857", "cp437", "utf-8", "cp1254"])
def test_r_c16_names_are_found_in_any_code_page(desk: Desk, code_page: str) -> None:
    name = "müşteri-imzası.pdf" if code_page != "cp437" else "müsteri-ç.pdf"
    assert found(desk.load(name, scans=packed_as(name, code_page, pdf())))["matched"] == 1


def test_r_c16_the_name_that_info_zip_adds_counts(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("_____.pdf")
        name = "şiir.pdf".encode()
        info.extra = b"\x75\x70" + (5 + len(name)).to_bytes(2, "little") + b"\x01\0\0\0\0" + name
        archive.writestr(info, pdf())
    assert found(desk.load("şiir.pdf", scans=out.getvalue()))["matched"] == 1


def test_a_name_in_several_folders_is_never_guessed(desk: Desk) -> None:
    scans = packed({"a/form.pdf": pdf(note="a"), "b/form.pdf": pdf(note="b"), "b/aynı.png": picture()})
    item = desk.load("form.pdf", "b/form.pdf", scans=scans)
    assert (found(item)["matched"], found(item)["missing"], found(item)["unused"]) == (1, 1, 1)
    assert ImportEvidence.objects.get().report["absent"] == [["form.pdf", "scan-several"]]
    assert desk.holds() == [int(Hold.EVIDENCE_MISSING), 0]


def test_the_same_scan_in_several_folders_is_one(desk: Desk) -> None:
    item = desk.load("form.pdf", scans=packed({"a/form.pdf": pdf(), "b/form.pdf": pdf()}))
    assert found(item)["matched"] == 1


def test_r_c16_a_refused_scan_is_as_good_as_missing_and_says_why(desk: Desk) -> None:
    scans = packed({"a.pdf": b"<html>", "b.png": picture(1, 1), "c.pdf": pdf()})
    item = desk.load("a.pdf", "b.png", "c.pdf", scans=scans)
    assert (found(item)["matched"], found(item)["missing"], found(item)["unused"]) == (1, 2, 0)
    report = dict(ImportEvidence.objects.get().report["absent"])
    assert report == {"a.pdf": "scan-unknown", "b.png": "scan-measures"}
    assert desk.holds() == [2, 2, 0]


def test_what_operating_systems_add_is_nothing(desk: Desk) -> None:
    litter = {"__MACOSX/._a.pdf": b"x", ".DS_Store": b"x", "alt/Thumbs.db": b"x", "._a.pdf": b"x"}
    item = desk.load("a.pdf", scans=packed({**litter, "a.pdf": pdf()}))
    assert found(item)["unused"] == 0


def test_r_c16_a_scan_of_a_refused_row_is_not_kept(desk: Desk) -> None:
    desk.load(
        "a.pdf", "b.pdf", scans=packed({"a.pdf": pdf(note="a"), "b.pdf": pdf(note="b")}), date="2026-11-10 10:00:00"
    )
    assert not Consent.objects.exists()
    assert not Evidence.objects.exists()
    assert not AuditEntry.objects.filter(verb="import.evidence").exists()


def test_r_c15_an_import_with_its_scan_passes_the_recipients_own_no(
    desk: Desk, refused_in_person: Callable[..., None]
) -> None:
    refused_in_person("kisi0@firma.example", minutes=400)
    refused_in_person("kisi1@firma.example", minutes=400)
    item = desk.load("a.pdf", "Klasör 4", scans=packed({"a.pdf": pdf()}))
    assert item.counts["codes"] == {"515": 1}
    assert list(Consent.objects.order_by("recipient").values_list("status", flat=True)) == [1, 2]


def test_r_c16_loading_a_list_again_with_its_scans_completes_what_waits(desk: Desk) -> None:
    desk.load("a.pdf", "b.pdf", "c.pdf")
    assert desk.holds() == [2, 2, 2]
    scans = packed({"a.pdf": pdf(note="a"), "b.pdf": pdf(note="b")})
    item = desk.load("a.pdf", "b.pdf", "c.pdf", scans=scans)
    assert item.counts["verdicts"]["unchanged"] == 3
    assert desk.holds() == [0, 0, 2]
    assert ConsentEvent.objects.filter(kind=EventKind.EVIDENCE).count() == Evidence.objects.count() == 2
    assert AuditEntry.objects.get(verb="import.evidence").new == {"kept": 2, "completed": 2}
    desk.load("a.pdf", "b.pdf", "c.pdf", scans=scans)
    assert ConsentEvent.objects.count() == 5


def test_one_archive_reference_stands_for_a_whole_file(desk: Desk) -> None:
    path = desk.folder / "liste.csv"
    path.write_text(HEAD.replace(",evidence", "") + "\n".join(desk.row(n, "").removesuffix(',""') for n in range(3)))
    item = import_runs.load_file(
        actor=desk.actor, brand=desk.brand, path=path, moment=desk.moment, constants={"evidence": "Arşiv kutusu 12"}
    )
    assert found(item) == {"matched": 0, "missing": 0, "references": 3, "nothing": 0}
    assert desk.holds() == [0, 0, 0]


def test_a_job_that_died_before_the_scans_were_kept_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    item = desk.load("a.pdf", scans=packed({"a.pdf": pdf()}), apply_it=False)
    item = imports.start_apply(item, actor=desk.actor, moment=desk.moment, publish=False)

    def die(*_args: object, **_more: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("consents.services.import_evidence.store", die)
        with pytest.raises(OSError):
            import_runs.apply(item.apply_job_id)
    assert not Evidence.objects.exists()
    imports.resume(item, actor=desk.actor)
    import_runs.apply(item.apply_job_id)
    item.refresh_from_db()
    assert item.state == "applied"
    assert Evidence.objects.count() == ConsentEvent.objects.count() == 1


def test_the_archive_and_its_names_go_with_the_file(
    desk: Desk, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    item = desk.load("a.pdf", "b.pdf", scans=packed({"a.pdf": pdf(), "c.pdf": picture()}))
    folder = Path(settings.PRIVATE_ROOT) / "imports"
    assert len(list(folder.iterdir())) == 2
    with django_capture_on_commit_callbacks(execute=True):
        imports.forget_file(item)
    archive = ImportEvidence.objects.get()
    assert (archive.file.name, archive.members, archive.report) == ("", [], {})
    assert archive.sha256
    assert not list(folder.iterdir())
    assert Evidence.objects.count() == 1
