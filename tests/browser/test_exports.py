"""A long list leaves by the worker and a month is looked back on, in a real browser on real servers."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import ExportFile
from consents.services.reports import count_ledger
from consents.services.seals import seal_ledger
from providers.models import Brand
from tests.consents.proof.conftest import record
from tests.workers import until

from .conftest import Portal
from .looks import accessible
from .test_journey import sign_in

WORKED = 60_000  # milliseconds that the worker may take here
pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def filled(portal: Portal, settings: Any) -> Brand:
    """Three people's answers, sealed and counted."""
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}
    brand = Brand.objects.get()
    record(brand, "ayse", "fatma", ago=300)
    record(brand, "zeynep", status="RET", ago=200)
    done: list[bool] = []

    def sealed() -> bool:
        done.append(not seal_ledger().waits)
        return sum(done) == 2

    until(sealed, what="the end of transactions under way")
    count_ledger()
    return brand


def test_a_whole_history_is_made_by_the_worker_and_downloaded(page: Page, portal: Portal, filled: Brand) -> None:
    sign_in(page, portal)
    page.goto(f"{portal.url}/izinler/")
    page.click(".dropdown:has(button[name=history]) > button")
    page.click("button[name=history] >> nth=0")
    expect(page.locator("h1")).to_have_text("Dışa aktarmalar")
    expect(page.locator(".export-line form[action$='/indir/']")).to_be_visible(timeout=WORKED)
    accessible(page)
    with page.expect_download() as download:
        page.click(".export-line form[action$='/indir/'] button")
    with download.value.path().open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["recipient"], row["status"], row["event"]) for row in rows] == [
        ("ayse@firma.example", "ONAY", "RECORD"),
        ("fatma@firma.example", "ONAY", "RECORD"),
        ("zeynep@firma.example", "RET", "RECORD"),
    ]
    page.click(".export-line form[action$='/sil/'] button")
    expect(page.locator("main")).to_contain_text("Dosya silindi.")
    item = ExportFile.objects.get()
    assert (str(item.file), item.created_at < timezone.now()) == ("", True)


@pytest.mark.soak
@pytest.mark.parametrize("width", [1280, 360])
def test_r_a4_the_report_fits_the_screen_and_can_be_read_by_everybody(
    page: Page, portal: Portal, filled: Brand, width: int
) -> None:
    sign_in(page, portal)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{portal.url}/raporlar/")
    expect(page.locator("#by-brand")).to_have_text("Markalara göre")
    expect(page.locator("[data-chart] details")).to_have_count(1)
    page.click("[data-chart] summary")
    expect(page.locator("[data-chart-table] tr").last).to_contain_text("2")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
