"""What a compliance officer does on a first day, through a real browser, on real servers and a real worker."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consents.models import BrandCounter, Consent
from tests.conftest import SAMPLES

from .conftest import Portal
from .pictures import Shown

ROWS = 300
WORKED = 60_000  # milliseconds that a check or an apply may take here


@pytest.fixture(scope="module")
def fresh_samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample files as of now, because web and worker go by the real clock."""
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, str(SAMPLES), str(folder), "--rows", str(ROWS)], check=True)
    return folder


def sign_in(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/accounts/login/")
    page.fill("input[name=login]", portal.email)
    page.fill("input[name=password]", portal.password)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", portal.code())
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("Genel bakış")


def upload(page: Page, portal: Portal, path: Path) -> None:
    page.goto(f"{portal.url}/aktarimlar/yeni/")
    page.set_input_files("input[type=file]", path)
    page.click("main button[type=submit]")
    expect(page.locator(".columns-table")).to_be_visible()


def check(page: Page) -> None:
    page.click(".decide button[type=submit]")
    expect(page.locator("[data-dialog-open=discard]").first).to_be_visible(timeout=WORKED)
    expect(page.locator("dialog#apply")).to_be_attached(timeout=WORKED)


def apply(page: Page) -> None:
    page.click("[data-dialog-open=apply]")
    page.click("dialog#apply button[type=submit]")
    expect(page.locator("[data-dialog-open=undo]")).to_be_visible(timeout=WORKED)


def standing() -> int:
    return sum(BrandCounter.objects.filter(status__in=[1, 2]).values_list("total", flat=True))


@pytest.mark.browser
@pytest.mark.processes
def test_a_companys_files_become_consents_on_the_panel(
    page: Page, portal: Portal, shown: Shown, fresh_samples: Path, tmp_path: Path
) -> None:
    sign_in(page, portal)

    upload(page, portal, fresh_samples / "excel-tr.csv")
    expect(page.locator("main")).to_contain_text("Windows-1254")
    shown("columns")
    check(page)
    shown("report")
    apply(page)
    assert standing() == ROWS

    upload(page, portal, fresh_samples / "workbook.xlsx")
    check(page)
    apply(page)
    assert standing() == 2 * ROWS

    upload(page, portal, fresh_samples / "wide.csv")
    page.check("input[name=wide_no][value=ignore]")
    page.select_option("select[name=source]", "HS_WEB")
    check(page)
    apply(page)
    wide = page.url
    after_wide = standing()
    assert after_wide > 2 * ROWS

    mended = mend_a_row(page, portal, fresh_samples, tmp_path)
    upload(page, portal, mended)
    check(page)
    apply(page)
    assert standing() == after_wide + 1

    page.goto(portal.url)
    expect(page.locator("main")).to_contain_text(f"{in_turkish(consents_standing())}")
    shown("panel")
    find_by_the_start_of_its_address(page, portal)
    shown("consent")

    page.goto(wide)
    page.click("[data-dialog-open=undo]")
    page.fill("dialog#undo textarea", "yanlış dosya")
    page.click("dialog#undo button[type=submit]")
    expect(page.locator("[data-dialog-open=undo]")).to_have_count(0, timeout=WORKED)
    expect(page.locator("main")).to_contain_text("Geri alındı", timeout=WORKED)
    shown("undone")
    assert standing() == 2 * ROWS + 1


def mend_a_row(page: Page, portal: Portal, samples: Path, folder: Path) -> Path:
    """Read the report of a broken file, download its problem rows, correct one, keep only that."""
    upload(page, portal, samples / "errors.csv")
    page.click(".decide button[type=submit]")
    expect(page.locator("main")).to_contain_text("H115", timeout=WORKED)
    with page.expect_download() as download:
        page.click("form[action$='problems.csv/'] button")
    broken = folder / "problems.csv"
    download.value.save_as(broken)
    with broken.open(encoding="utf-8-sig", newline="") as file:
        dialect = csv.Sniffer().sniff(file.readline(), ",;")
        file.seek(0)
        rows = list(csv.reader(file, dialect))
    row = next(row for row in rows if "BELKI" in row)
    mended = folder / "mended.csv"
    with mended.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], ["ONAY" if cell == "BELKI" else cell for cell in row]])
    return mended


def find_by_the_start_of_its_address(page: Page, portal: Portal) -> None:
    address = Consent.objects.filter(channel=3).order_by("recipient").values_list("recipient", flat=True)[0]
    page.goto(f"{portal.url}/izinler/")
    page.fill("[data-search]", address[:8])
    page.press("[data-search]", "Enter")
    expect(page.locator("main table")).to_contain_text(address)
    assert address not in page.url
    page.click(f"main table a:has-text('{address}')")
    expect(page.locator("h1")).to_contain_text(address)


def consents_standing() -> int:
    return sum(BrandCounter.objects.filter(status=1, holds=0).values_list("total", flat=True))


def in_turkish(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.processes
def test_a_telephones_width_holds_every_page(page: Page, portal: Portal) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    sign_in(page, portal)
    for path in ("/", "/izinler/", "/izinler/yeni/", "/aktarimlar/", "/aktarimlar/yeni/", "/kisiler/"):
        page.goto(portal.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
