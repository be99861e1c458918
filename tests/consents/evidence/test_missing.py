"""R-C16, R-S4: consents with missing evidence, and completing many of them at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consents.enums import EventKind
from consents.models import Consent, ConsentEvent, Evidence
from consents.selectors.pages import PAGE
from consents.services import evidence as services
from consents.services.records import record_consents
from iys_portal.core.errors import NotAllowed
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, actor_of, integrator_of, officer_of

from .papers import packed, pdf, picture

URL = "/izinler/kanit-eksik/"
Signed = Callable[..., Consent]
Traces = Callable[[], tuple[int, ...]]


def send(panel: Client, brand: Brand, files: dict[str, bytes]) -> Any:
    scans = [SimpleUploadedFile(name, data) for name, data in files.items()]
    return panel.post(URL, {"upload": "1", "brand": str(brand.brand_code), "scans": scans})


def test_the_list_shows_what_waits_and_nothing_else(panel: Client, signed: Signed) -> None:
    waits = signed("ayse@firma.example")
    signed("ali@firma.example", evidence="Klasör 1")
    signed("veli@firma.example", source="HS_WEB")
    assert [row.event for row in panel.get(URL).context["rows"]] == [str(waits.event_id)]
    assert URL in panel.get("/izinler/?state=EVIDENCE_MISSING").content.decode()
    assert URL not in panel.get("/izinler/").content.decode()


def test_an_empty_list_says_so(panel: Client) -> None:
    page = panel.get(URL)
    assert not page.context["rows"]
    assert "by-reference" not in page.content.decode()


def test_r_c16_one_reference_completes_all_ticked(panel: Client, signed: Signed) -> None:
    rows = [signed(f"kisi{number}@firma.example") for number in range(3)]
    response = panel.post(URL, {"reference": "Kutu 12", "event": [str(row.event_id) for row in rows[:2]]})
    assert response.status_code == 302
    assert list(Consent.objects.order_by("recipient").values_list("holds", flat=True)) == [0, 0, 2]
    assert Evidence.objects.get().reference == "Kutu 12"
    assert AuditEntry.objects.filter(verb="evidence.complete").count() == 1
    assert ConsentEvent.objects.filter(kind=EventKind.EVIDENCE).count() == 2
    assert "firma.example" not in str(AuditEntry.objects.get(verb="evidence.complete").new)
    again = panel.post(URL, {"reference": "Kutu 13", "event": [str(row.event_id) for row in rows[:2]]})
    assert again.status_code == 302
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("reference", ["", "tarama.pdf"])
def test_a_refused_reference_leaves_nothing(panel: Client, signed: Signed, traces: Traces, reference: str) -> None:
    row = signed()
    before = traces()
    response = panel.post(URL, {"reference": reference, "event": [str(row.event_id)]})
    assert response.status_code == 422
    assert response.context["reference"].errors
    assert traces() == before


def test_r_a1_another_providers_ticks_do_nothing(
    signed: Signed, traces: Traces, sign_in: Callable[..., Client]
) -> None:
    row = signed()
    before = traces()
    stranger = MembershipFactory(provider=BrandFactory(is_main=True).provider, role="officer")
    client = sign_in(stranger.user, stranger.provider)
    ticks = [str(row.event_id), "x", "99999999999999999999", "-1"]
    assert client.post(URL, {"reference": "Kutu 12", "event": ticks}).status_code == 302
    assert traces() == before


@pytest.mark.parametrize(
    "name",
    ["ayse@firma.example.pdf", "AYSE@FIRMA.EXAMPLE.PDF", "{event}.pdf", "klasör/ayse@firma.example.pdf"],
)
def test_r_c16_files_find_their_consents_by_address_or_event_number(
    panel: Client, brand: Brand, signed: Signed, name: str
) -> None:
    row = signed()
    name = name.format(event=row.event_id)
    response = send(panel, brand, {"t.zip": packed({name: pdf()})} if "/" in name else {name: pdf()})
    assert response.context["result"].completed == 1
    assert Consent.objects.get().holds == 0


@pytest.mark.parametrize("name", ["+905321234567.jpg", "0532 123 45 67.jpg", "905321234567.jpg"])
def test_r_c16_a_scan_counts_for_all_channels_of_its_address(
    panel: Client, brand: Brand, signed: Signed, name: str
) -> None:
    for channel in ("ARAMA", "MESAJ"):
        signed("+905321234567", type=channel)
    assert send(panel, brand, {name: picture(kind="JPEG")}).context["result"].completed == 2
    assert Evidence.objects.count() == 1


def test_a_zip_and_files_together_and_what_is_left_is_said(
    panel: Client, brand: Brand, signed: Signed, traces: Traces
) -> None:
    for name in ("ayse", "ali", "veli"):
        signed(f"{name}@firma.example")
    files = {
        "taramalar.zip": packed({"k/ayse@firma.example.pdf": pdf(note="a"), "kimse@firma.example.pdf": pdf(note="k")}),
        "ali@firma.example.png": picture(),
        "veli@firma.example.pdf": b"<html>",
        "form.pdf": pdf(note="f"),
    }
    response = send(panel, brand, files)
    result = response.context["result"]
    assert result.completed == 2
    assert [match.name for match in result.left] == [
        "kimse@firma.example.pdf", "veli@firma.example.pdf", "form.pdf",
    ]  # fmt: skip
    assert Evidence.objects.count() == traces()[3] == 2
    assert list(Consent.objects.order_by("recipient").values_list("holds", flat=True)) == [0, 0, 2]


def test_another_brands_consents_are_left_alone(panel: Client, brand: Brand, signed: Signed, entry: Any) -> None:
    other = BrandFactory()
    record_consents(actor=officer_of(other), brand=other, entries=[entry("ayse@firma.example")])
    number = ConsentEvent.objects.get().event_id
    result = send(panel, brand, {"ayse@firma.example.pdf": pdf(), f"{number}.pdf": pdf()}).context["result"]
    assert (result.completed, len(result.left)) == (0, 2)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "files",
    [{}, {"a.zip": b"PK\x03\x04 broken"}, {"a.zip": packed({"../a.pdf": pdf()})}, {"a.zip": packed({"k/": b""})}],
)
def test_what_is_refused_as_a_whole_is_said_at_the_field(
    panel: Client, brand: Brand, signed: Signed, traces: Traces, files: dict[str, bytes]
) -> None:
    signed()
    before = traces()
    response = send(panel, brand, files)
    assert response.status_code == 422
    assert response.context["files"].errors["scans"]
    assert traces() == before


def test_too_many_scans_at_once(
    panel: Client, brand: Brand, signed: Signed, monkeypatch: pytest.MonkeyPatch, traces: Traces
) -> None:
    signed()
    before = traces()
    monkeypatch.setattr("consents.services.evidence_files.MAX_AT_ONCE", 2)
    response = send(panel, brand, {"a.zip": packed({f"{n}.pdf": pdf() for n in range(3)})})
    assert response.status_code == 422
    assert traces() == before


def test_a_larger_list_has_pages(panel: Client, signed: Signed) -> None:
    for number in range(PAGE + 1):
        signed(f"kisi{number:03d}@firma.example")
    page = panel.get(URL)
    assert (len(page.context["rows"]), page.context["total"]) == (PAGE, PAGE + 1)
    assert len(panel.get(page.context["next_url"]).context["rows"]) == 1


def test_r_p12_an_integrator_completes_nothing(brand: Brand) -> None:
    outsider = actor_of(integrator_of(brand).user, brand.provider)
    with pytest.raises(NotAllowed):
        services.complete_by_files(actor=outsider, brand=brand, files=[])
    with pytest.raises(NotAllowed):
        services.complete_by_reference(actor=outsider, consents=[], reference="Arşiv 1")
