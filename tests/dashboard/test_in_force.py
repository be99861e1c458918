"""What was in force at a moment: holidays (R-D1), deadlines (R-D2), settings (R-A3), and the page that tells it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from consents.services.deadlines import announce_deadline
from iys_portal.core.actors import SYSTEM
from iys_portal.core.models import AuditEntry, Holiday
from iys_portal.core.services import remove_holiday, save_holiday
from iys_portal.dashboard.audit_force import holidays_at, in_force
from iys_portal.dashboard.services import note_settings
from tests.factories import ProviderFactory, staff

URL = "/denetim/"


def test_r_d1_added_holidays_are_told_as_they_stood(db: None, as_of: datetime) -> None:
    admin = staff("admin")
    with time_machine.travel(as_of, tick=False):
        kept = save_holiday(holiday=Holiday(day=date(2026, 12, 1), name="Birinci"), actor=admin)
    with time_machine.travel(as_of + timedelta(hours=1), tick=False):
        kept.name = "Birinci gün"
        save_holiday(holiday=kept, actor=admin)
        gone = save_holiday(holiday=Holiday(day=date(2026, 12, 2), name="İkinci"), actor=admin)
    with time_machine.travel(as_of + timedelta(hours=2), tick=False):
        remove_holiday(holiday=gone, actor=admin)

    def names(hours: float) -> list[str]:
        return [name for _day, name in holidays_at(as_of + timedelta(hours=hours))]

    assert [names(hours) for hours in (-1, 0, 0.5, 1, 1.5, 2, 3)] == [
        [],
        ["Birinci"],
        ["Birinci"],
        ["Birinci gün", "İkinci"],
        ["Birinci gün", "İkinci"],
        ["Birinci gün"],
        ["Birinci gün"],
    ]


@pytest.mark.parametrize(
    ("day", "until", "is_open"),
    [
        ("2020-05-15", {"2020-06-01"}, True),
        ("2020-07-15", {"2020-08-31"}, True),
        ("2020-09-15", {"2020-12-01"}, True),
        ("2021-02-01", {"2020-12-31", "2021-05-31"}, None),
        ("2026-11-24", {"2020-12-31", "2021-05-31"}, False),
    ],
)
def test_r_d2_the_deadline_that_counted_is_told(db: None, day: str, until: set[str], is_open: bool | None) -> None:
    force = in_force(SYSTEM, datetime.fromisoformat(f"{day}T12:00:00+03:00"))
    counting = [line for line in force.deadlines if line.counts]
    assert {line.item.until.isoformat() for line in counting} == until
    if is_open is not None:
        assert {line.open for line in counting} == {is_open}


def test_r_d2_a_providers_own_window_counts_beside_the_general_deadline(db: None, as_of: datetime) -> None:
    provider = ProviderFactory()
    with time_machine.travel(as_of, tick=False):
        announce_deadline(
            actor=staff("admin"),
            announced_on=as_of.date(),
            until=as_of.date() + timedelta(days=10),
            reference="Karar 1",
            provider=provider,
            reason="Yeni kurulan marka",
        )
    force = in_force(SYSTEM, as_of + timedelta(minutes=1))
    assert [line.item.provider for line in force.deadlines if line.counts and line.open] == [provider]
    assert [entry.verb for entry in force.history] == ["deadline.announced"]
    before = in_force(SYSTEM, as_of - timedelta(days=1))
    assert provider not in [line.item.provider for line in before.deadlines]
    assert (before.history, before.later_deadlines) == ([], 1)


def test_the_page_shows_a_moment_and_says_when_it_cannot(desk: Client) -> None:
    response = desk.get(f"{URL}gecerli/", {"at": "2020-07-15T12:00"})
    assert "31.08.2020" in response.content.decode()
    assert response.context["force"].at.date().isoformat() == "2020-07-15"
    for wrong in ("dün", "2999-01-01T00:00"):
        response = desk.get(f"{URL}gecerli/", {"at": wrong})
        assert response.status_code == 200
        assert response.context["form"].errors["at"]


def test_r_a3_settings_are_written_down_when_they_change_and_told_as_they_were(
    db: None, as_of: datetime, settings: Any
) -> None:
    def rules(minutes: int) -> list[str]:
        force = in_force(SYSTEM, as_of + timedelta(minutes=minutes))
        assert force.rules_recorded is (minutes >= 0)
        return [words for _label, words in force.rules]

    with translation.override("en"):
        with time_machine.travel(as_of, tick=False):
            first = note_settings()
            assert note_settings() is None
        assert first is not None
        assert first.old is None
        assert first.new["TIMELY_BUSINESS_DAYS"] == 3
        assert first.new["UNDO_WINDOW"] == "1 day, 0:00:00"
        changed = {"TIMELY_BUSINESS_DAYS": 5, "UNDO_WINDOW": timedelta(hours=90), "SOME_SECRET": "gizli"}
        settings.REGISTRY = {**settings.REGISTRY, **changed}
        with time_machine.travel(as_of + timedelta(hours=1), tick=False):
            second = note_settings()
        assert second is not None
        assert second.old == {"TIMELY_BUSINESS_DAYS": 3, "UNDO_WINDOW": "1 day, 0:00:00"}
        assert second.new == {"TIMELY_BUSINESS_DAYS": 5, "UNDO_WINDOW": "3 days, 18:00:00"}
        assert rules(0)[0] == rules(59)[0] == "3 business days"
        assert rules(60)[0] == "5 business days"
        assert (rules(59)[4], rules(60)[4]) == ("1 day", "90 hours")
        assert rules(-1)[0] == "5 business days"  # the present ones, and the page says so
        settings.REGISTRY = {name: value for name, value in settings.REGISTRY.items() if name != "SMS_COUNTRIES"}
        third = note_settings()
        assert third is not None
        assert (third.old, third.new) == ({"SMS_COUNTRIES": "90"}, {"SMS_COUNTRIES": None})
        assert note_settings() is None


def test_the_timetable_writes_settings_down(db: None) -> None:
    from iys_portal.celery import app
    from iys_portal.dashboard.tasks import write_down_settings

    assert app.conf.beat_schedule["settings-note"]["task"] == write_down_settings.name
    write_down_settings()
    assert AuditEntry.objects.filter(verb="settings.noted").count() == 1
