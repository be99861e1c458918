"""A proof is checked in the browser, with the network off (R-L3)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import Consent
from consents.selectors.history import brand_of
from consents.selectors.proofs import proof_of
from consents.services.records import Entry, record_consents
from consents.services.seals import seal_ledger
from providers.models import Brand
from tests.factories import officer_of
from tests.workers import until

from .conftest import Portal
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def proof(portal: Portal, settings: Any) -> dict[str, Any]:
    """The proof of a consent that was given, refused and given again; all of it sealed."""
    brand = Brand.objects.get()
    for status, hours in (("ONAY", 3), ("RET", 2), ("ONAY", 1)):
        at = (timezone.localtime() - timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")
        entry = Entry("ayse@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", at)
        assert record_consents(actor=officer_of(brand), brand=brand, entries=[entry])[0].accepted

    def sealed() -> bool:
        seal_ledger()
        return proof_of(Consent.objects.get(), brand, now=timezone.now())["events"][-1]["proof"] is not None

    until(sealed, what="the seal")
    consent = Consent.objects.get()
    return proof_of(consent, brand_of(consent), now=timezone.now())


def choose(page: Page, folder: Path, proof: Any) -> None:
    path = folder / f"kanit-{len(list(folder.iterdir()))}.json"
    path.write_text(proof if isinstance(proof, str) else json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    page.set_input_files("[data-verify-file]", path)


def test_r_l3_a_proof_holds_without_the_server_and_a_changed_one_does_not(
    page: Page, portal: Portal, proof: dict[str, Any], tmp_path: Path
) -> None:
    page.goto(f"{portal.url}/dogrula/")
    page.context.set_offline(True)
    result = page.locator("[data-verify-result]")
    choose(page, tmp_path, proof)
    expect(result).to_contain_text("Kanıt geçerli")
    expect(result.locator("li")).to_have_count(3)
    expect(result.locator("li").nth(1)).to_contain_text("Ret")
    expect(result.locator("li").first).to_contain_text("ayse@firma.example")

    for change in ("status", "date", "salt", "path", "seal"):
        changed = json.loads(json.dumps(proof))
        event = changed["events"][1]
        if change == "status":
            event["fields"][6] = "1"
        elif change == "date":
            event["fields"][10] = str(int(event["fields"][10]) - 1)
        elif change == "salt":
            event["salt"] = "0" * 32
        elif change == "path":
            event["proof"]["place"] = 0
            event["proof"]["leaf"] = changed["events"][0]["proof"]["leaf"]
        else:
            seal = changed["seals"][str(event["proof"]["seal"])]
            seal["sealed_at_us"] -= 1
        choose(page, tmp_path, changed)
        expect(result).to_contain_text("Kanıt GEÇERSİZ")

    stranger = json.loads(json.dumps(proof))
    for seal in stranger["seals"].values():
        seal["key_id"] = "0" * 16
    choose(page, tmp_path, stranger)
    expect(result).to_contain_text("bu sicilin anahtarlarından biriyle imzalanmamış")
    for nonsense in ("", "{}", "[1, 2]", "not json", '{"form": "iys-proof-v1", "events": []}'):
        choose(page, tmp_path, nonsense)
        expect(result).to_contain_text("bu sicilin bir kanıtı değil")
    page.context.set_offline(False)


def test_r_l3_the_company_takes_the_proof_home_and_it_holds(
    page: Page, portal: Portal, proof: dict[str, Any], tmp_path: Path
) -> None:
    sign_in(page, portal)
    page.goto(f"{portal.url}/izinler/{proof['events'][-1]['event']}/")
    with page.expect_download() as download:
        page.click("form[action$='/ispat/'] button")
    path = tmp_path / "kanit.json"
    download.value.save_as(path)
    page.goto(f"{portal.url}/dogrula/")
    page.set_input_files("[data-verify-file]", path)
    expect(page.locator("[data-verify-result]")).to_contain_text("Kanıt geçerli")
