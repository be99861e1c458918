"""R-L4 on the consent's page and in exports: both answers side by side, in words, without an address in the URL."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from consents import exports
from consents.effective import Reason
from consents.models import Consent, ConsentEvent
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry
from tests.factories import BrandFactory

Record = Callable[..., Consent]
ADDRESS = "ayse@firma.example"
EXPORT = "/izinler/disa-aktar/"


@pytest.fixture(autouse=True)
def still(as_of: Any) -> Any:
    with time_machine.travel(as_of, tick=False) as traveller:
        yield traveller


def minutes_ago(minutes: float) -> str:
    return (timezone.now() - timedelta(minutes=minutes)).astimezone(ISTANBUL).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.fixture
def told_late(record: Record, still: Any) -> Consent:
    """Agreed an hour ago and recorded half an hour ago; refused 20 minutes ago, recorded now."""
    now = timezone.now()
    still.move_to(now - timedelta(minutes=30))
    record(ADDRESS, minutes=30)
    still.move_to(now)
    return record(ADDRESS, minutes=20, status="RET", source="HS_CAGRI_MERKEZI")


def test_r_l4_the_page_shows_both_answers_with_what_decided_each(panel: Client, told_late: Consent) -> None:
    response = panel.get(f"/izinler/{told_late.event_id}/", {"at": minutes_ago(10)})
    answers = response.context["answers"]
    assert answers["known"].answer.reason is Reason.SENDABLE
    assert answers["now_known"].answer.reason is Reason.REFUSED
    first, second = ConsentEvent.objects.order_by("version")
    assert (answers["known"].line.number, answers["now_known"].line.number) == (
        str(first.event_id),
        str(second.event_id),
    )
    page = unescape(response.content.decode())
    assert str(Reason.SENDABLE.label) in page
    assert str(answers["moment"].differences[0].label) in page
    assert ADDRESS not in response.request["QUERY_STRING"]


def test_r_l4_where_nothing_was_known_the_page_says_so(panel: Client, told_late: Consent) -> None:
    response = panel.get(f"/izinler/{told_late.event_id}/", {"at": minutes_ago(90)})
    answers = response.context["answers"]
    assert (answers["known"].line, answers["now_known"].line) == (None, None)
    assert not answers["moment"].differ


@pytest.mark.parametrize("at", ["", "dün", "2026-13-40T10:00", "2099-01-01T10:00"])
def test_a_moment_that_cannot_be_told_is_explained_and_nothing_else(panel: Client, told_late: Consent, at: str) -> None:
    response = panel.get(f"/izinler/{told_late.event_id}/", {"at": at})
    assert response.status_code == 200
    assert response.context["answers"] is None
    assert response.context["asked"].errors["at"]


def test_a_page_that_was_not_asked_shows_the_form_only(panel: Client, told_late: Consent) -> None:
    response = panel.get(f"/izinler/{told_late.event_id}/")
    assert response.context["answers"] is None
    assert not response.context["asked"].errors
    assert 'type="datetime-local"' in response.content.decode()


def test_r_a1_a_stranger_asks_in_vain(panel: Client, record: Record) -> None:
    consent = record(ADDRESS, of=BrandFactory())
    assert panel.get(f"/izinler/{consent.event_id}/", {"at": minutes_ago(1)}).status_code == 404
    assert not AuditEntry.objects.filter(verb="consent.read").exists()


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_r_l4_an_export_says_what_stood_at_a_moment(panel: Client, told_late: Consent, record: Record) -> None:
    record("b@firma.example", minutes=5)
    heading, first, second = rows_of(panel.post(f"{EXPORT}csv/", {"at": minutes_ago(10)}))
    day = minutes_ago(10).replace("T", " ")
    assert heading == [*exports.COLUMNS, f"statusKnownAt {day}", f"statusNowKnownAt {day}"]
    assert (first[2], first[-2:]) == ("RET", ["ONAY", "RET"])
    assert (second[0], second[-2:]) == ("b@firma.example", ["", ""])
    entry = AuditEntry.objects.get(verb="consent.exported")
    assert datetime.fromisoformat(entry.new["at"]) == timezone.now() - timedelta(minutes=10)


def test_r_l4_a_workbook_has_the_same_columns_before_the_brand(
    panel: Client, told_late: Consent, record: Record, brand: Any
) -> None:
    record("b@firma.example", of=BrandFactory(provider=brand.provider))
    content = b"".join(panel.post(f"{EXPORT}xlsx/", {"at": minutes_ago(10)}).streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    names = [cell.value for cell in sheet[1]]
    assert [name.split(" ")[0] for name in names[-3:]] == [*exports.AT_MOMENT, "brandCode"]
    assert [cell.value for cell in sheet[2]][-3:] == ["ONAY", "RET", str(brand.brand_code)]


def test_r_g3_a_moment_that_cannot_be_read_exports_nothing(panel: Client, told_late: Consent) -> None:
    response = panel.post(f"{EXPORT}csv/", {"at": "2099-01-01T10:00"})
    assert response.status_code == 422
    assert not AuditEntry.objects.filter(verb="consent.exported").exists()
