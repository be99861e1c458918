"""Reports: the numbers of the page, PDF and file, and whose they are."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from consents.documents.reports import content
from consents.enums import Channel, NoticeState, Source
from consents.models import NoticeReportDay
from consents.selectors.reports import Asked, Report, report_of
from consents.services.reports import count_ledger
from iys_portal.core.actors import Actor
from iys_portal.core.documents import render
from iys_portal.core.models import AuditEntry, Document
from providers.models import Brand
from tests.consents.proof.conftest import record, seal_all
from tests.factories import BrandFactory, MembershipFactory, RetailerFactory, integrator_of, officer_of, staff

URL = "/raporlar/"


def today() -> date:
    return timezone.localdate()


def report(actor: Actor, **more: Any) -> Report:
    return report_of(actor, Asked(today() - timedelta(days=1), today(), **more))


def table(found: Report, key: str) -> dict[str, tuple[int, int, int]]:
    lines = next((one.lines for one in found.tables if one.key == key), [])
    return {line.name: (line.figures.consents, line.figures.refusals, line.figures.net) for line in lines}


def told(brand: Brand, channel: Channel, state: NoticeState, total: int) -> None:
    NoticeReportDay.objects.create(
        brand_id=brand.pk, day=today(), channel=channel, source=Source.HS_WEB, retailer_id=0, state=state, total=total
    )


@pytest.fixture
def filled(brand: Brand) -> Brand:
    """Two consents, one of them refused again, and a first refusal; another provider's consent."""
    record(brand, "ayse", "fatma", ago=300)
    record(brand, "ayse", status="RET", ago=100)
    record(brand, "zeynep", status="RET", ago=100)
    record(BrandFactory(), "ali")
    for state, total in ((NoticeState.ON_TIME, 3), (NoticeState.LATE, 1), (NoticeState.CANCELLED, 5)):
        told(brand, Channel.EPOSTA, state, total)
    seal_all()
    count_ledger()
    return brand


@pytest.fixture
def client_of(filled: Brand, sign_in: Callable[..., Client]) -> Callable[..., Client]:
    return lambda role: sign_in(MembershipFactory(provider=filled.provider, role=role).user, filled.provider)


def test_r_a4_a_report_says_what_came_and_went(filled: Brand) -> None:
    found = report(officer_of(filled))
    total = found.total
    assert (total.consents, total.refusals, total.net, total.late, total.missing) == (2, 2, 1, 0, 0)
    assert (total.on_time, total.told, total.share) == (3, 4, 75)
    assert table(found, "brand") == {filled.name: (2, 2, 1)}
    assert list(table(found, "channel").values()) == list(table(found, "source").values()) == [(2, 2, 1)]
    assert table(found, "retailer") == {}
    assert found.chart["series"][0]["values"][-1] == 2
    assert found.counted_at is not None


def test_r_m5_notices_are_told_by_way_month_brand_channel_and_source(filled: Brand) -> None:
    for state, total in ((NoticeState.REGISTERED_LATER, 2), (NoticeState.UNDELIVERED, 1), (NoticeState.WAITING, 9)):
        told(filled, Channel.ARAMA, state, total)
    found = report(officer_of(filled))
    lines = {one.key: [line.figures for line in one.lines] for one in found.notices}
    assert set(lines) == {"means", "month", "brand", "channel", "source"}
    assert [(one.told, one.on_time) for one in lines["channel"]] == [(4, 3), (3, 0)]
    mails, texts = lines["means"]
    assert (mails.on_time, mails.told, mails.late_notices, mails.undelivered) == (3, 4, 1, 0)
    assert (texts.on_time, texts.told, texts.registered_later, texts.undelivered) == (0, 3, 2, 1)
    (whole,) = lines["brand"]
    assert (whole.told, whole.late_notices, whole.registered_later, whole.undelivered) == (7, 1, 2, 1)
    assert not report(officer_of(BrandFactory())).notices


def test_r_a1_a_report_holds_the_own_brands_and_staff_see_all(filled: Brand) -> None:
    assert report(staff("auditor")).total.consents == 3
    assert report(staff("auditor"), brand=filled).total.consents == 2
    stranger = report(officer_of(BrandFactory()), brand=filled)
    assert (stranger.total.consents, stranger.total.told, stranger.tables) == (0, 0, [])


def test_filters_of_period_and_channel_are_honoured(filled: Brand) -> None:
    actor = officer_of(filled)
    assert report(actor, channel=Channel.EPOSTA).total.told == 4
    calls = report(actor, channel=Channel.ARAMA)
    assert (calls.total.consents, calls.total.told) == (0, 0)
    before = report_of(actor, Asked(today() - timedelta(days=9), today() - timedelta(days=1)))
    assert (before.total.consents, before.tables) == (0, [])


def test_a_dealers_consents_stand_under_its_name(brand: Brand) -> None:
    from consents.services.records import Entry, record_consents

    dealer = RetailerFactory(brand=brand, code="B-1")
    at = f"{timezone.localtime() - timedelta(seconds=60):%Y-%m-%d %H:%M:%S}"
    entry = Entry("a@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at, retailer_code="B-1")
    assert record_consents(actor=officer_of(brand), brand=brand, entries=[entry])[0].accepted
    seal_all()
    count_ledger()
    assert table(report(officer_of(brand)), "retailer") == {str(dealer): (1, 0, 1)}


def test_many_lines_end_in_one_that_sums_up_the_rest(filled: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consents.selectors.reports.MOST", 1)
    lines = next(one.lines for one in report(staff("auditor")).tables if one.key == "brand")
    assert [line.figures.consents for line in lines] == [2, 1]


def test_the_page_shows_the_numbers_and_how_far_they_go(client_of: Callable[..., Client], filled: Brand) -> None:
    page = client_of("viewer").get(URL)
    text = page.content.decode()
    assert page.status_code == 200
    assert filled.name in text
    assert 'data-chart="report-chart"' in text


@pytest.mark.parametrize(
    "query", ["first=gestern", "first=2026-02-30&last=x", "first=2026-05-02&last=2026-05-01", "brand=1&channel=FAX"]
)
def test_an_old_or_broken_address_still_opens(client_of: Callable[..., Client], query: str) -> None:
    assert client_of("viewer").get(f"{URL}?{query}").status_code == 200


def test_r_g3_a_file_holds_the_tables_and_is_logged(client_of: Callable[..., Client], filled: Brand) -> None:
    client = client_of("officer")
    assert client.get(f"{URL}csv/").status_code == 405
    response = client.post(f"{URL}csv/?brand={filled.brand_code}")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    (row,) = [row for row in rows if row["by"] == "brand"]
    assert (row["name"], row["newConsents"], row["refusals"], row["net"]) == (filled.name, "2", "2", "1")
    assert (row["noticesOnTime"], row["noticesTold"], row["noticesLate"]) == ("3", "4", "1")
    entry = AuditEntry.objects.get(verb="report.exported")
    assert entry.new["filters"]["brand"] == str(filled.brand_code)


def test_r_g3_a_pdf_is_frozen_drawn_and_logged(client_of: Callable[..., Client], filled: Brand) -> None:
    client = client_of("viewer")
    answer = client.post(f"{URL}pdf/")
    document = Document.objects.get()
    assert answer["Location"].endswith(f"{document.public_id}/")
    assert document.data["total"][:3] == ["2", "2", "1"]
    render(document.pk)
    document.refresh_from_db()
    with default_storage.open(document.file.name) as file:
        assert file.read(4) == b"%PDF"
    assert client.get(answer["Location"]).status_code == 200
    assert AuditEntry.objects.get(verb="report.exported").new["format"] == "pdf"


def test_the_documents_values_are_plain_words(filled: Brand) -> None:
    data = content(report(officer_of(filled)))
    assert data["scope"] == filled.provider.title
    assert [len(row) for table in data["tables"] for row in table["rows"]] == [7, 7, 7, 7]


def test_who_may_not_see_reports_takes_none_out(filled: Brand, sign_in: Callable[..., Client]) -> None:
    client = sign_in(integrator_of(filled).user, filled.provider)
    for address in (f"{URL}csv/", f"{URL}pdf/"):
        assert client.post(address).status_code == 403
    assert client.get(URL).status_code == 403
    assert not Document.objects.exists()
    assert not AuditEntry.objects.filter(verb="report.exported").exists()
