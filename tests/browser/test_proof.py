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
from consents.services.proofs import issue_evidence
from consents.services.records import Entry, record_consents
from consents.services.seals import seal_ledger
from iys_portal.core import documents
from iys_portal.core.models import Document
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
        proof = proof_of([Consent.objects.get()], [brand], now=timezone.now())
        return proof.values["events"][-1]["proof"] is not None

    until(sealed, what="the seal")
    consent = Consent.objects.get()
    return proof_of([consent], [brand_of(consent)], now=timezone.now()).values


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


@pytest.mark.soak
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


@pytest.fixture
def document(portal: Portal, proof: dict[str, Any]) -> Document:
    issued = issue_evidence(
        actor=officer_of(Brand.objects.get()), event_id=proof["events"][0]["event"], whole=False, now=timezone.now()
    )
    documents.render(issued.pk)
    issued.refresh_from_db()
    return issued


def test_r_l3_the_pdf_is_checked_without_the_server(
    page: Page, portal: Portal, document: Document, tmp_path: Path
) -> None:
    content = documents.content_of(document)
    path, other = tmp_path / "kanit.pdf", tmp_path / "baska.pdf"
    path.write_bytes(content)
    other.write_bytes(content + b"\n% changed")
    page.goto(f"{portal.url}/dogrula/?kod={document.number}")
    page.context.set_offline(True)
    result = page.locator("[data-verify-result]")
    page.set_input_files("[data-verify-file]", path)
    expect(result).to_contain_text("Kanıt geçerli")
    expect(result.locator("li")).to_have_count(3)
    expect(result).to_contain_text("ta kendisi")
    page.set_input_files("[data-verify-file]", other)
    expect(result).to_contain_text("DEĞİL")
    plain = tmp_path / "bos.pdf"
    plain.write_bytes(b"%PDF-1.7\n1 0 obj <</Type /EmbeddedFile /Length 2>> stream\n{}\nendstream\nendobj\n%%EOF")
    page.set_input_files("[data-verify-file]", plain)
    expect(result).to_contain_text("bu sicile ait bir ispat yok")
    page.context.set_offline(False)


@pytest.mark.soak
def test_r_l3_the_code_is_checked_without_the_server(page: Page, portal: Portal, document: Document) -> None:
    code = document.data["qr"].partition("#")[2]
    page.goto(f"{portal.url}/dogrula/#{code}")
    page.context.set_offline(True)
    result = page.locator("[data-verify-result]")
    expect(result).to_contain_text("Kod doğru")
    leaf = document.data["records"][0]["events"][-1]["proof"]["leaf"]
    expect(result).to_contain_text(leaf[:8])
    expect(result).not_to_contain_text("ayse")
    for place, expected in (
        (82, "TUTMUYOR"),
        (290, "TUTMUYOR"),
        (len(code) - 8, "TUTMUYOR"),
        (159, "anahtarıyla imzalanmamış"),
    ):
        changed = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        page.evaluate("code => { location.hash = code }", changed)
        expect(result).to_contain_text(expected)
    for nonsense in ("AAAA", code[:-43], "%%%"):
        page.evaluate("code => { location.hash = code }", nonsense)
        expect(result).to_contain_text("bu sicilin bir kanıtı değil")
    page.context.set_offline(False)
