"""Bad input is refused at the upload form at once, in words, and nothing of it is kept."""

import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from consents.files.errors import FileRefused
from consents.models import ConsentImport
from iys_portal.core.models import AuditEntry
from tests.consents.imports.conftest import Panel, body, nothing_kept

HEAD = b"recipient,type,status,source,consentDate\n"
ROW = b"a@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def archive(**entries: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name, content)
    return file.getvalue()


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty file": ("liste.csv", lambda: b"", "empty"),
    "blank lines only": ("liste.csv", lambda: b"\n\n;;\n", "empty"),
    "headings only": ("liste.csv", lambda: HEAD, "headings-only"),
    "no recognisable columns": ("liste.csv", lambda: b"renk,boy\nmavi,uzun\nsari,kisa\n", "no-recognisable-columns"),
    "two columns for one thing": (
        "liste.csv",
        lambda: b"alici,recipient,type,status\na@firma.example,b@firma.example,EPOSTA,ONAY\n",
        "two-columns",
    ),
    "one line of 50 MB": ("liste.csv", lambda: HEAD + ROW + b"x" * 50_000_000, "record-too-long"),
    "NUL bytes": ("liste.csv", lambda: HEAD + ROW + b"b@firma.example,EPO\0STA,ONAY,HS_WEB,x\n", "nul-bytes"),
    "ZIP bomb": (
        "liste.xlsx",
        lambda: archive(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000}),
        "zip-bomb",
    ),
    "ZIP renamed": ("liste.xlsx", lambda: archive(**{"form-001.pdf": b"%PDF-1.4"}), "zip-archive"),
    "PDF renamed": ("liste.xlsx", lambda: b"%PDF-1.7\n" + HEAD, "pdf"),
    "encrypted workbook": ("liste.xlsx", lambda: OLE2 + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
    "macro workbook": (
        "liste.xlsx",
        lambda: archive(**{"xl/workbook.xml": b"<workbook/>", "xl/vbaProject.bin": b"x"}),
        "macro-workbook",
    ),
    "binary named .csv": ("liste.csv", lambda: random.Random(1).randbytes(20_000), "binary"),
    "picture named .csv": ("liste.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "binary"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_file_is_refused_at_once_and_nothing_is_kept(panel: Panel, kind: str) -> None:
    name, make, code = BAD[kind]
    response = panel.upload(make(), name)
    assert response.status_code == 422
    with translation.override("tr"):
        advice = FileRefused(code).advice
    assert advice in response.context["form"].errors["file"][0]
    assert nothing_kept()
    assert not [path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()]


def test_over_the_row_limit_is_refused_with_the_count(panel: Panel, settings) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_MAX_ROWS": 20}
    response = panel.upload(HEAD + ROW * 21)
    assert response.status_code == 422
    assert "21" in response.context["form"].errors["file"][0]
    assert nothing_kept()
    assert panel.upload(HEAD + ROW * 20).status_code == 302


def test_over_the_byte_limit_is_refused(panel: Panel, settings) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_MAX_BYTES": 1000}
    assert panel.upload(HEAD + ROW * 100).status_code == 422
    assert nothing_kept()


def test_nothing_chosen_and_both_chosen_are_refused(panel: Panel) -> None:
    address, brand = reverse("consents:import_new"), str(panel.brand.brand_code)
    neither = panel.client.post(address, {"brand": brand})
    assert neither.status_code == 422 and "file" in neither.context["form"].errors
    both = {"brand": brand, "text": "a", "file": BytesIO(HEAD + ROW)}
    assert "text" in panel.client.post(address, both).context["form"].errors
    assert nothing_kept()


def test_r_a1_a_brand_of_somebody_else_cannot_be_chosen(panel: Panel, registry: Panel) -> None:
    data = {"brand": str(registry.brand.brand_code), "text": (HEAD + ROW).decode()}
    assert panel.client.post(reverse("consents:import_new"), data).status_code in {403, 422}
    assert not ConsentImport.objects.exists()


def test_pasted_rows_are_the_same_thing(panel: Panel) -> None:
    text = "Alıcı\tKanal\tDurum\tKaynak\tTarih\r\nayse@firma.example\tE-posta\tOnay\tHS_WEB\t24.11.2026 10:00\r\n"
    data = {"brand": str(panel.brand.brand_code), "text": text}
    response = panel.client.post(reverse("consents:import_new"), data)
    assert response.url == panel.url("import_columns")
    assert "ayse@firma.example" in body(panel.get("import_columns"))
    assert panel.item().layout["delimiter"] == "\t"


def test_upload_is_recorded_without_an_address(panel: Panel) -> None:
    panel.upload(HEAD + ROW)
    entry = AuditEntry.objects.get(verb="import.upload")
    assert "a@firma.example" not in str(entry.new)


def test_formula_is_text_and_guarded_on_the_way_out(panel: Panel) -> None:
    panel.upload(HEAD + b'"=HYPERLINK(""http://a.example"")",EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n' + ROW)
    panel.columns()
    panel.run("check")
    for kind in ("problems.csv", "result.csv"):
        cells = b"".join(panel.download(kind).streaming_content).decode("utf-8-sig")
        assert not [cell for line in cells.splitlines() for cell in line.split(";") if cell.startswith(("=", '"='))]
