"""R-K9, R-K10: the pages of statistics, their files, a brand's page, unregistered senders and the yearly report."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from complaints import services
from complaints.models import FineAmount
from complaints.selectors.statistics import Asked, statistics_of
from complaints.services.fines import add_fine, correct_fine
from complaints.services.reports import issue_yearly
from complaints.services.signals import count_and_judge
from iys_portal.accounts.models import User
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed
from iys_portal.core.models import AuditEntry, Document
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue
from tests.factories import BrandFactory, MembershipFactory, complaint_officer, officer_of, staff
from tests.threads import at_once

from .conftest import MAIL

BASE = "/sikayet-istatistikleri/"


@pytest.fixture
def seen(sign_in: Callable[..., Client], officer: Actor) -> Client:
    return sign_in(User.objects.get(pk=officer.id))


def as_staff(sign_in: Callable[..., Client], role: str) -> Client:
    return sign_in(User.objects.get(pk=staff(role).id))


def test_r_k10_the_page_shows_and_narrows(seen: Client, filed, brand: Brand) -> None:
    filed(brand=brand)
    filed()
    count_and_judge()
    with CaptureQueriesContext(connection) as queries:
        text = seen.get(BASE).content.decode()
    assert len(queries) < 30
    assert "Deneme Moda" in text and "Kayıtlı olmayan gönderenler" in text and "Bilgi amaçlıdır" in text
    assert "2.859 – 14.309 TL" in text
    narrowed = seen.get(BASE, {"brand": "deneme moda", "topic": "no_consent", "first": "x"}).content.decode()
    assert "Kayıtlı olmayan gönderenler</th>" not in narrowed and "Ankara" in narrowed
    assert "Bu aylarda bir şey yok" in seen.get(BASE, {"topic": "night"}).content.decode()
    similar = seen.get(BASE, {"brand": "deneme mod"}).content.decode()
    assert f"Deneme Moda ({brand.brand_code})" in similar


def test_r_k10_a_provider_s_page_counts_its_brands(
    sign_in: Callable[..., Client], filed, brand: Brand, officer
) -> None:
    """As its file does; a page about one brand has no list of one."""
    other = BrandFactory(name="Deneme Gıda", provider=brand.provider)
    for one in (brand, other):
        services.ask_defence(complaint=filed(brand=one), actor=officer)
    count_and_judge()
    page = sign_in(MembershipFactory(provider=brand.provider, role="manager").user)
    text = page.get(BASE).content.decode()
    assert "Markalara göre" in text and "Deneme Gıda</th>" in text and "Deneme Moda</th>" in text
    assert f"{BASE}marka/" not in text
    narrowed = page.get(BASE, {"brand": other.brand_code}).content.decode()
    assert "Markalara göre" not in narrowed and "Ankara</th>" in narrowed
    assert "brand," not in page.post(f"{BASE}dosya/csv/?brand={other.brand_code}").getvalue().decode()


def test_r_k10_a_median_of_no_days_is_a_number(filed, brand: Brand, officer: Actor, as_of) -> None:
    """Answered on the day of the question; nothing is decided."""
    case = filed(brand=brand)
    services.ask_defence(complaint=case, actor=officer)
    services.answer_complaint(complaint=case, text="Onay vardı.", actor=officer_of(brand))
    count_and_judge()
    admin = staff("admin")
    found = statistics_of(admin, Asked(date(as_of.year, 1, 1), date(as_of.year, 12, 1)))
    head = render_to_string("complaints/statistics/head.html", {"found": found})
    assert re.findall(r'stat-value">([^<]*)<', head)[-2:] == ["0", "—"]
    document = issue_yearly(year=as_of.year, actor=admin, now=as_of)
    documents.render(document.pk)
    document.refresh_from_db()
    with document.file.open("rb") as file:
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
    assert "Cevaba kadar ortanca gün 0 Karara kadar ortanca gün —" in text


def test_r_k10_files_hold_the_same_numbers_and_are_logged(seen: Client, filed, brand: Brand) -> None:
    filed(brand=brand)
    filed(sender="=SUM(A1)")
    count_and_judge()
    lines = seen.post(f"{BASE}dosya/csv/").getvalue().decode().splitlines()
    assert lines[1].startswith("total,,2,2,0,0,0,0,1")
    assert "brand,Deneme Moda,1,1,0,0,,," in lines
    book = openpyxl.load_workbook(BytesIO(seen.post(f"{BASE}dosya/xlsx/?topic=night").getvalue()))
    assert [cell.value for cell in list(book.active)[1]][:3] == ["total", None, "0"]
    taken = AuditEntry.objects.filter(verb="complaint.statistics_exported").order_by("pk")
    assert [entry.new["filters"] for entry in taken] == [{}, {"topic": "night"}]
    typed = f"brand=deneme+moda&channel=EPOSTA&province=Atlantis&first=2026-01&x={MAIL}&topic={MAIL}"
    seen.post(f"{BASE}dosya/csv/?{typed}")
    noted = AuditEntry.objects.latest("pk").new
    assert noted["filters"] == {"brand": brand.brand_code, "channel": "EPOSTA"}
    assert (noted["first"], MAIL in str(noted)) == ("2026-01", False)
    assert seen.get(f"{BASE}dosya/csv/").status_code == 405
    assert seen.post(f"{BASE}dosya/pdf/").status_code == 404


def test_r_k10_a_brand_s_page_is_for_staff(seen: Client, sign_in: Callable[..., Client], filed, brand: Brand) -> None:
    case = filed(brand=brand)
    early = filed(sender="Deneme MODA")
    other = BrandFactory(name="Başka")
    count_and_judge()
    url = f"{BASE}marka/{brand.brand_code}/"
    text = seen.get(url).content.decode()
    assert case.tracking_number in text and "Onaysız" in text
    assert "Kayıttan önce" in text and early.tracking_number in text
    assert early.tracking_number not in seen.get(f"{BASE}marka/{other.brand_code}/").content.decode()
    assert seen.get(f"{BASE}marka/99/").status_code == 404
    elsewhere = sign_in(User.objects.get(pk=complaint_officer("İzmir").id))
    assert case.tracking_number not in elsewhere.get(url).content.decode()


def test_r_a4_staff_see_on_the_overview_what_stands_out(
    sign_in: Callable[..., Client], filed, brand: Brand, settings
) -> None:
    settings.REGISTRY = settings.REGISTRY | {"UNUSUAL_LEAST": 1}
    filed(brand=brand)
    count_and_judge()
    page = as_staff(sign_in, "auditor")
    overview = page.get(reverse("dashboard:overview")).content.decode()
    assert "Olağan dışı sayıda: 1, hiç süresinde değil: 0" in overview and "Açık şikâyetler" in overview
    assert "Şu anda dikkat çeken markalar" in page.get(BASE).content.decode()


def test_unregistered_senders_are_listed_and_found_again(seen: Client, filed) -> None:
    for sender in ("FIRSAT Kredi", "fırsat kredi", "x@mail.yeni.example", "x@haber.yeni.example"):
        filed(sender=sender)
    text = seen.get(f"{BASE}kayitsiz-gonderenler/").content.decode()
    assert text.index("firsatkredi") < text.index("mail.yeni.example")
    brand = BrandFactory(name="Yeni")
    BrandValue.objects.create(brand=brand, kind=BrandValueKind.DOMAIN, value="yeni.example", key="yeni.example")
    with CaptureQueriesContext(connection) as queries:
        found = seen.get(f"{BASE}kayitsiz-gonderenler/").content.decode()
    assert len(queries) < 15
    assert found.count(f"{BASE}marka/{brand.brand_code}/") == 2  # for each of its hosts
    assert "mail.yeni.example" in seen.get(f"{BASE}marka/{brand.brand_code}/").content.decode()


def test_r_k10_the_yearly_report_is_frozen_and_replaced(
    sign_in: Callable[..., Client], filed, brand: Brand, as_of, officer: Actor
) -> None:
    filed(brand=brand)
    count_and_judge()
    page, year = as_staff(sign_in, "admin"), as_of.year
    answer = page.post(f"{BASE}yillik-raporlar/", {"year": year})
    first = Document.objects.get(kind="complaints.yearly")
    assert answer.status_code == 302 and str(first.public_id) in answer.url
    filed()
    count_and_judge()
    page.post(f"{BASE}yillik-raporlar/", {"year": year})
    second = Document.objects.filter(kind="complaints.yearly").latest("pk")
    first.refresh_from_db()
    assert (first.data["total"][0], second.data["total"][0], second.replaces) == ("1", "2", first)
    documents.render(second.pk)
    second.refresh_from_db()
    assert second.state == "ready"
    listed = page.get(f"{BASE}yillik-raporlar/").content.decode()
    assert first.number in listed and second.number in listed
    page.post(f"{BASE}yillik-raporlar/", {"year": "2999"})
    with pytest.raises(Invalid):
        issue_yearly(year=2999, actor=staff("admin"), now=as_of)
    with pytest.raises(NotAllowed):
        issue_yearly(year=year, actor=officer, now=as_of)
    assert Document.objects.filter(kind="complaints.yearly").count() == 2


def test_the_yearly_report_is_made_by_registry_admins_and_read_by_auditors(
    sign_in: Callable[..., Client], filed, as_of
) -> None:
    filed()
    count_and_judge()
    page = as_staff(sign_in, "auditor")
    assert f"{as_of.year} raporu" not in page.get(f"{BASE}yillik-raporlar/").content.decode()
    assert page.post(f"{BASE}yillik-raporlar/", {"year": as_of.year}).status_code == 403
    assert not Document.objects.filter(kind="complaints.yearly").exists()
    assert not AuditEntry.objects.filter(verb="complaint.yearly_issued").exists()
    assert f"{as_of.year} raporu" in as_staff(sign_in, "admin").get(f"{BASE}yillik-raporlar/").content.decode()


def test_two_clicks_at_once_make_two_reports_that_follow_each_other(committed_db, as_of) -> None:
    admin = staff("admin")

    def issue() -> None:
        issue_yearly(year=as_of.year, actor=admin, now=as_of)

    issue()
    assert at_once(issue, issue) == []
    first, second, third = Document.objects.filter(kind="complaints.yearly").order_by("pk")
    assert (first.replaces, second.replaces, third.replaces) == (None, first, second)


def test_r_k9_amounts_are_kept_by_admins(sign_in: Callable[..., Client], officer: Actor) -> None:
    admin = staff("admin")
    values = {"breach": "no_consent", "valid_from": date(2027, 1, 1), "least": 3_000, "most": 15_000}
    fine = add_fine(actor=admin, **values)
    with pytest.raises(FieldsInvalid):
        add_fine(actor=admin, **values)
    with pytest.raises(FieldsInvalid):
        correct_fine(actor=admin, fine=fine, changes={"least": 20_000})
    correct_fine(actor=admin, fine=fine, changes={"most": 16_000})
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__startswith="fine.").order_by("pk")] == [
        "fine.added",
        "fine.corrected",
    ]
    with pytest.raises(NotAllowed):
        add_fine(actor=officer, **values | {"valid_from": date(2028, 1, 1)})
    assert FineAmount.objects.filter(breach="no_consent").count() == 2
    listed = as_staff(sign_in, "admin").get("/admin/complaints/fineamount/", follow=True)
    assert listed.status_code == 200 and "16.000" in listed.content.decode()


def test_months_before_any_complaint_are_no_error(seen: Client) -> None:
    assert seen.get(BASE, {"first": "0001-01", "last": "0001-01"}).status_code == 200
