"""A list is asked about before sending, answered by the worker and taken home, in a real browser (R-S1)."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consents.models import RecipientQuery
from providers.models import Brand
from tests.consents.proof.conftest import record

from .conftest import Portal
from .looks import accessible
from .test_exports import WORKED
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.soak), 360])
def test_r_s1_a_list_is_answered_and_downloaded(page: Page, portal: Portal, tmp_path: Path, width: int) -> None:
    record(Brand.objects.get(), "ayse", ago=300)
    sign_in(page, portal)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{portal.url}/sorgula/")
    accessible(page)
    listed = tmp_path / "liste.csv"
    listed.write_text("Ad;E-posta\nAyşe;ayse@firma.example\nCan;yok@firma.example\nBozuk;=1+1\n", encoding="utf-8")
    page.set_input_files("#id_file", str(listed))
    page.click("form[data-upload] button[type=submit]")
    expect(page.locator("main")).to_contain_text("“E-posta” tanındı")
    expect(page.locator("input[name=column][value='1']")).to_be_checked()
    accessible(page)
    page.click("form[action$='/sutun/'] button[type=submit]")
    expect(page.locator(".headline")).to_contain_text("3 adresten 1", timeout=WORKED)
    expect(page.locator("[data-chart] details")).to_have_count(1)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as download:
        page.click("form[action$='/indir/csv/'] button")
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [(row[0], row[-1]) for row in rows[1:]] == [("Ayşe", "SENDABLE"), ("Can", "NO_RECORD"), ("Bozuk", "H120")]
    with page.expect_download() as download:
        page.click("form[action$='/indir/json/'] button")
    signed = tmp_path / "sorgu.json"
    download.value.save_as(signed)
    changed = tmp_path / "degismis.json"
    changed.write_text(signed.read_text(encoding="utf-8").replace('"SENDABLE": 1', '"SENDABLE": 2'), encoding="utf-8")
    page.goto(f"{portal.url}/dogrula/")
    page.context.set_offline(True)
    result = page.locator("[data-verify-result]")
    page.set_input_files("[data-verify-file]", signed)
    expect(result).to_contain_text("Cevap gerçek ve hâlâ geçerli")
    expect(result).to_contain_text("Adres sayısı: 3")
    page.set_input_files("[data-verify-file]", changed)
    expect(result).to_contain_text("Cevap gerçek DEĞİL")
    page.context.set_offline(False)
    page.goto(f"{portal.url}/sorgular/")
    expect(page.locator("main")).to_contain_text("liste.csv")
    accessible(page)
    assert not RecipientQuery.objects.get().file
