"""R-C16: the command and the pages that take a ZIP of scans beside a list."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from consents.enums import Hold
from consents.models import Consent, ConsentImport
from consents.services import import_runs, imports

from .lists import HEAD, Desk, desk
from .papers import packed, pdf, picture

__all__ = ["desk"]


def test_import_consents_takes_the_zip(desk: Desk, samples: Callable[..., Path], as_of: datetime) -> None:
    folder = samples()

    def run(*more: str) -> str:
        out = io.StringIO()
        call_command(
            "import_consents", str(folder / "physical.csv"), f"--brand={desk.brand.brand_code}",
            f"--as-of={as_of.isoformat()}", f"--evidence={folder / 'evidence.zip'}", *more, stdout=out,
        )  # fmt: skip
        return out.getvalue()

    assert "  evidence: 33 matched, 2 missing, 2 references, 3 nothing, 5 unused\n" in run()
    report = json.loads(run("--json", "--apply"))
    assert report["evidence"] == {"matched": 33, "missing": 2, "references": 2, "nothing": 3, "unused": 5}
    assert (report["verdicts"]["new"], report["problems"]) == (40, [])
    assert Consent.objects.filter(holds=int(Hold.EVIDENCE_MISSING)).count() == 5


def test_import_consents_says_that_the_zip_is_not_there(desk: Desk, samples: Callable[..., Path]) -> None:
    path = str(samples() / "physical.csv")
    with pytest.raises(CommandError, match="no file"):
        call_command("import_consents", path, f"--brand={desk.brand.brand_code}", "--evidence=/nowhere/a.zip")
    with pytest.raises(CommandError):
        call_command("import_consents", path, f"--brand={desk.brand.brand_code}", f"--evidence={path}")


def test_the_upload_page_takes_the_zip_and_the_report_names_scans(panel: Client, desk: Desk) -> None:
    rows = HEAD + "\n".join(desk.row(n, cell) for n, cell in enumerate(["a.pdf", "yok.pdf", ""]))
    data = {
        "brand": str(desk.brand.brand_code),
        "file": SimpleUploadedFile("liste.csv", rows.encode()),
        "evidence": SimpleUploadedFile("taramalar.zip", packed({"a.pdf": pdf(), "fazla.png": picture()})),
    }
    assert panel.post("/aktarimlar/yeni/", data).status_code == 302
    item = ConsentImport.objects.get()
    imports.start_check(item, actor=desk.actor, moment=desk.moment, publish=False)
    item.refresh_from_db()
    assert item.check_job_id is not None
    import_runs.check(item.check_job_id)
    page = panel.get(f"/aktarimlar/{item.public_id}/")
    assert "yok.pdf" in page.content.decode() and "fazla.png" in page.content.decode()
    shown = page.context["evidence"]
    assert (shown.matched, shown.missing, shown.nothing, shown.unused) == (1, 1, 1, 1)


def test_the_upload_page_shows_a_refused_zip_at_its_field(panel: Client, desk: Desk) -> None:
    data = {
        "brand": str(desk.brand.brand_code),
        "file": SimpleUploadedFile("liste.csv", (HEAD + desk.row(0, "a.pdf")).encode()),
        "evidence": SimpleUploadedFile("taramalar.zip", b"nothing"),
    }
    response = panel.post("/aktarimlar/yeni/", data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["evidence"]
    assert not ConsentImport.objects.exists()


def test_the_columns_page_warns_when_no_column_names_the_scans(panel: Client, desk: Desk) -> None:
    rows = HEAD.replace("evidence", "Not") + desk.row(0, "a.pdf")
    item = imports.upload(
        actor=desk.actor, brand=desk.brand, file=io.BytesIO(rows.encode()), name="liste.csv",
        evidence=io.BytesIO(packed({"a.pdf": pdf()})), evidence_name="taramalar.zip",
    )  # fmt: skip
    page = panel.get(f"/aktarimlar/{item.public_id}/sutunlar/")
    assert "taramalar.zip" in page.content.decode()
    assert not page.context["names_scans"]
    assert "evidence" in [field.name for field in page.context["constants"]]
    named = imports.upload(
        actor=desk.actor, brand=desk.brand, file=io.BytesIO((HEAD + desk.row(0, "a.pdf")).encode()), name="liste.csv",
        evidence=io.BytesIO(packed({"a.pdf": pdf()})), evidence_name="taramalar.zip",
    )  # fmt: skip
    assert "taramalar.zip" not in panel.get(f"/aktarimlar/{named.public_id}/sutunlar/").content.decode()
