"""Papers of an application: what is missing, what replaces what, and which files are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from iys_portal.core.errors import Invalid, NotFound
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.missing import missing_for
from providers.models import Application, ApplicationDocument
from tests.consents.evidence.papers import pdf, picture, scripted_pdf
from tests.core.clam import Clamd

from .conftest import FIRST, SECOND, Desk, fields, traces

EMAIL = "izin@basvuran.example"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["legal_entity", "natural_person"])
def test_r_p8_what_is_missing_is_named_with_its_link(begin: Callable[..., Desk], kind: str) -> None:
    desk = begin(kind)
    everything = fields(desk)
    assert {"title", "mersis", "tax_number", "tax_office", "address", "district", "signatory_1"} <= set(everything)
    assert {"email_confirmed", "signature_circular", "gazette", "agreement"} <= set(everything)
    for entry in missing_for(desk.fresh()):
        assert entry.link.endswith(f"/{entry.step.value}/")
        assert str(entry.reason)
    desk.complete()
    assert fields(desk) == []


def test_r_p8_joint_authority_and_brands_ask_for_more(desk: Desk) -> None:
    desk.complete()
    services.change_application(**desk.about)
    Application.objects.filter(pk=desk.application.pk).update(joint_authority=True)
    services.save_brands(brands=[("Deneme Moda", True), ("Deneme Ev", False)], **desk.about)
    brand = desk.application.brands.get(name="Deneme Moda")
    assert fields(desk) == ["signatory_2", f"brand_certificate_{brand.pk}"]
    services.save_signatories(first=FIRST, second=SECOND, manager=None, **desk.about)
    desk.upload(D.BRAND_CERTIFICATE, brand_id=brand.pk)
    assert fields(desk) == ["agreement"]  # the former one names one signatory


def test_a_natural_persons_declaration_stands_for_the_circular_and_a_companys_does_not(
    begin: Callable[..., Desk],
) -> None:
    for kind, asked in (("natural_person", []), ("legal_entity", ["signature_circular"])):
        desk = begin(kind)
        desk.complete()
        services.change_application(**desk.about)
        paper = ApplicationDocument.objects.get(application=desk.application, kind=D.SIGNATURE_CIRCULAR)
        services.remove_document(document_id=paper.public_id, **desk.about)
        desk.upload(D.SIGNATURE_DECLARATION)
        assert fields(desk) == asked


def test_one_paper_may_be_both_where_the_setting_says_so(desk: Desk, settings: Any) -> None:
    desk.fill()
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        desk.upload(kind)
    desk.prepare()
    desk.upload(D.COMMITMENT)
    assert fields(desk) == ["contract"]
    services.save_papers(in_one=True, **desk.about)
    assert fields(desk) == []
    settings.REGISTRY = {**settings.REGISTRY, "ONE_PAPER_FOR_BOTH": False}
    assert fields(desk) == ["contract"]


def test_a_change_of_kind_is_judged_again(begin: Callable[..., Desk]) -> None:
    desk = begin("natural_person", "cicekci@gmail.com")
    desk.fill(tax_number="10000000146", mersis="1000000014600015")
    services.save_kind(kind="legal_entity", **desk.about)
    assert {"tax_number", "email"} <= set(fields(desk))


def test_r_p5_a_replaced_paper_stays_as_history(desk: Desk) -> None:
    first = desk.upload(D.GAZETTE, pdf(note="1"))
    second = desk.upload(D.GAZETTE, pdf(note="2"))
    first.refresh_from_db()
    assert (first.version, first.current, second.version, second.current) == (1, False, 2, True)
    with first.file.open() as kept:
        assert kept.read() == pdf(note="1")
    assert first.sha256 != second.sha256
    third = desk.upload(D.GAZETTE, picture(600, 800), append=True)
    assert (third.pages, third.version) == (2, 3)
    services.remove_document(document_id=third.public_id, **desk.about)
    before = traces()
    services.remove_document(document_id=third.public_id, **desk.about)  # a second click
    assert traces() == before
    assert "gazette" in fields(desk)
    assert ApplicationDocument.objects.count() == 3


def test_r_p5_a_refused_file_leaves_nothing(desk: Desk, settings: Any) -> None:
    before = traces()
    for data in (scripted_pdf(), b"", b"<html>", pdf() + b"<script>"):
        with pytest.raises(Invalid) as refused:
            desk.upload(D.GAZETTE, data)
        assert refused.value.field == "files"
    with pytest.raises(Invalid):
        desk.upload("unknown")
    with pytest.raises(NotFound):
        desk.upload(D.BRAND_CERTIFICATE, brand_id=0)
    assert traces() == before
    assert not ApplicationDocument.objects.exists()
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]


def test_r_p5_no_scanner_no_file(desk: Desk, settings: Any) -> None:
    with Clamd(answer=b"stream: Test FOUND\0") as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        with pytest.raises(Invalid) as refused:
            desk.upload(D.GAZETTE)
        assert refused.value.code == "scan-virus"
    with pytest.raises(Invalid) as refused:
        desk.upload(D.GAZETTE)
    assert refused.value.code == "scan-unchecked"
    assert not ApplicationDocument.objects.exists()
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]
