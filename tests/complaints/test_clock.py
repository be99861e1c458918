"""R-K6: the clocks: when an answer is due, reminders once each, the end, more time, settings and holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import services
from complaints.deadlines import (
    Clock,
    Reminder,
    due_day,
    first_day_in_time,
    is_too_late,
    months_before,
    moved_day,
    refusal_ignored,
    reminder_due,
)
from complaints.models import Complaint, ComplaintDeadline, ComplaintDefence, ComplaintMove
from complaints.services import clock as clock_service
from iys_portal.core.calendar import ISTANBUL, BusinessCalendar
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.models import AuditEntry, Holiday, OutboxMessage
from tests.factories import MembershipFactory, officer_of

NONE = BusinessCalendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


def test_r_k6_days_are_calendar_days_shifted_to_a_business_day() -> None:
    assert due_day(NONE, at("2026-03-02 10:00"), 15) == date(2026, 3, 17)
    assert due_day(NONE, at("2026-03-06 23:59"), 15) == date(2026, 3, 23)  # a Saturday and a Sunday are skipped
    assert due_day(NONE, at("2026-04-08 10:00"), 15) == date(2026, 4, 24)  # 23 April
    assert due_day(NONE, datetime(2026, 3, 1, 22, tzinfo=UTC), 15) == date(2026, 3, 17)  # Monday in Istanbul


def test_r_k6_reminders_at_half_time_and_one_day_before() -> None:
    start = at("2026-03-02 00:00")
    clock = Clock(start, 15, date(2026, 3, 17))
    assert reminder_due(clock, at("2026-03-09 23:59")) is None
    assert reminder_due(clock, at("2026-03-10 00:00")) is Reminder.HALF
    half = Clock(start, 15, date(2026, 3, 17), half_reminded=True)
    assert reminder_due(half, at("2026-03-16 08:59")) is None
    assert reminder_due(half, at("2026-03-16 09:00")) is Reminder.DAY
    assert reminder_due(clock, at("2026-03-16 09:00")) is Reminder.DAY  # the half is pointless by then
    both = Clock(start, 15, date(2026, 3, 17), half_reminded=True, day_reminded=True)
    assert reminder_due(both, at("2026-03-17 23:59")) is None
    assert reminder_due(clock, at("2026-03-18 00:00")) is None


def test_r_k6_a_holiday_moves_a_clock_forward_only() -> None:
    clock = Clock(at("2026-03-02 10:00"), 15, date(2026, 3, 17))
    assert moved_day(NONE, clock) is None
    assert moved_day(BusinessCalendar(frozenset({date(2026, 3, 17)})), clock) == date(2026, 3, 18)
    later = Clock(at("2026-03-02 10:00"), 15, date(2026, 3, 18))
    assert moved_day(NONE, later) is None


def test_r_k1_three_months_end_with_the_day() -> None:
    assert months_before(at("2026-05-31 10:00"), 3).date() == date(2026, 2, 28)
    assert months_before(at("2026-01-15 10:00"), 3).date() == date(2025, 10, 15)
    assert months_before(at("2026-03-15 10:00"), 3).date() == date(2025, 12, 15)
    assert first_day_in_time(at("2026-05-15 23:59"), 3) == date(2026, 2, 15)
    assert not is_too_late(at("2026-02-15 00:00"), at("2026-05-15 23:59"), 3)
    assert is_too_late(at("2026-02-14 23:59"), at("2026-05-15 00:00"), 3)


def test_r_k8_a_refusal_is_ignored_after_three_business_days() -> None:
    refused = at("2026-03-05 15:00")  # a Thursday: Friday, Monday, Tuesday
    assert not refusal_ignored(NONE, refused, at("2026-03-10 23:59"), 3)
    assert refusal_ignored(NONE, refused, at("2026-03-11 00:00"), 3)


@pytest.fixture
def asked(filed, brand, officer) -> Complaint:
    """The sender was asked at this moment."""
    return services.ask_defence(complaint=filed(brand=brand), actor=officer)


def deadline() -> ComplaintDeadline:
    return ComplaintDeadline.objects.order_by("-pk")[0]


def end_of(row: ComplaintDeadline) -> datetime:
    return datetime.combine(row.due_on + timedelta(days=1), datetime.min.time(), tzinfo=ISTANBUL)


def test_r_k6_each_reminder_goes_out_once_and_the_end_moves_the_case(asked, brand, clock) -> None:
    manager = MembershipFactory(provider=brand.provider, role="manager").user
    row = deadline()
    letters = OutboxMessage.objects.filter(to=manager.email)
    for moment, total in (
        (row.started_at + timedelta(days=1), 0),
        (row.started_at + (end_of(row) - row.started_at) / 2, 1),
        (end_of(row) - timedelta(hours=30), 2),
        (end_of(row) - timedelta(seconds=1), 2),
        (end_of(row), 3),  # and that it is over
    ):
        clock.move_to(moment)
        for _again in range(2):
            services.watch_clocks(now=moment)
        assert letters.count() == total, moment
    asked.refresh_from_db()
    assert asked.state == "defence_overdue"
    assert deadline().ran_out_at == end_of(row)
    assert ComplaintMove.objects.filter(name="run_out").count() == 1


def test_r_k6_a_late_answer_is_taken_and_marked(asked, brand, clock) -> None:
    clock.move_to(end_of(deadline()))
    services.watch_clocks()
    services.answer_complaint(complaint=asked, text="Geciktik.", actor=officer_of(brand))
    assert not ComplaintDefence.objects.get().in_time
    asked.refresh_from_db()
    assert asked.state == "defence_received"


def test_r_k6_an_answer_after_the_last_day_is_late_before_the_watch_comes_by(asked, brand, clock) -> None:
    clock.move_to(end_of(deadline()))
    services.answer_complaint(complaint=asked, text="Geciktik.", actor=officer_of(brand))
    assert not ComplaintDefence.objects.get().in_time
    row = deadline()
    assert (row.met_at, row.ran_out_at) == (None, end_of(row))
    assert services.watch_clocks() == 0


def test_r_k6_a_holiday_added_meanwhile_keeps_an_answer_in_time(asked, brand, clock) -> None:
    row = deadline()
    Holiday.objects.create(day=row.due_on, name="Deneme tatili")
    clock.move_to(end_of(row))
    services.answer_complaint(complaint=asked, text="Onayı vardı.", actor=officer_of(brand))
    assert ComplaintDefence.objects.get().in_time


def test_r_k6_an_answer_in_time_meets_the_clock(asked, brand) -> None:
    services.answer_complaint(complaint=asked, text="Onayı vardı.", actor=officer_of(brand))
    assert ComplaintDefence.objects.get().in_time
    assert deadline().met_at == timezone.now()
    assert services.watch_clocks(now=timezone.now() + timedelta(days=99)) == 0


def test_r_k6_a_changed_setting_moves_no_running_clock(asked, settings, filed, brand, officer) -> None:
    before = deadline().due_on
    settings.REGISTRY = settings.REGISTRY | {"DEFENCE_DAYS": 40}
    services.watch_clocks()
    assert deadline().due_on == before
    services.ask_defence(complaint=filed(brand=brand), actor=officer)
    assert deadline().due_on > before + timedelta(days=20)


def test_r_k6_a_holiday_that_is_added_later_moves_it_with_a_note(asked, clock) -> None:
    row = deadline()
    Holiday.objects.create(day=row.due_on, name="Deneme tatili")
    clock.move_to(end_of(row))  # the watch comes only now: nobody loses the day
    services.watch_clocks()
    moved = deadline()
    assert moved.due_on > row.due_on
    assert moved.first_due_on == row.due_on
    assert "Deneme tatili" in moved.moved_because
    assert moved.is_running
    assert AuditEntry.objects.filter(verb="complaint.clock_moved").count() == 1
    note = ComplaintMove.objects.get(name="move_clock")
    assert note.for_provider and note.for_complainant
    assert "Deneme tatili" in note.reason
    Holiday.objects.all().delete()
    services.watch_clocks()
    assert deadline().due_on == moved.due_on


def test_r_k6_more_time_is_asked_and_granted(asked, brand, officer) -> None:
    provider, before = officer_of(brand), deadline().due_on
    with pytest.raises(Invalid):
        services.ask_time(complaint=asked, days=16, reason="Arşiv", actor=provider)
    request = services.ask_time(complaint=asked, days=10, reason="Arşiv", actor=provider)
    with pytest.raises(WrongMoment):
        services.ask_time(complaint=asked, days=5, reason="Arşiv", actor=provider)
    services.answer_time_request(request=request, grant=True, answer="", actor=officer)
    row = deadline()
    assert row.days == 25 and row.due_on >= before + timedelta(days=10)
    with pytest.raises(WrongMoment):
        services.answer_time_request(request=request, grant=True, answer="", actor=officer)


def test_r_k6_time_that_is_granted_after_the_end_opens_the_case_again(asked, brand, officer, clock) -> None:
    request = services.ask_time(complaint=asked, days=5, reason="Arşiv", actor=officer_of(brand))
    clock.move_to(end_of(deadline()))
    services.watch_clocks()
    services.answer_time_request(request=request, grant=True, answer="", actor=officer)
    asked.refresh_from_db()
    assert asked.state == "defence_asked"
    assert [row.is_running for row in ComplaintDeadline.objects.order_by("pk")] == [False, True]


def test_r_k5_missing_information_comes_in_time_or_the_case_is_closed(filed, me, officer, clock) -> None:
    first, second = filed(), filed()
    for complaint in (first, second):
        services.ask_information(complaint=complaint, text="Ekran görüntüsü", actor=officer)
    services.give_information(complaint=first, text="Ekte", actor=me)
    clock.move_to(end_of(deadline()))
    services.watch_clocks()
    assert [row.state for row in Complaint.objects.order_by("pk")] == ["filed", "incomplete"]
    with pytest.raises(WrongMoment):
        services.give_information(complaint=second, text="Geç kaldım", actor=me)


def test_r_g5_stale_drafts_are_forgotten(draft, clock) -> None:
    draft()
    clock.shift(timedelta(days=29))
    assert services.forget_drafts() == 0
    clock.shift(timedelta(days=2))
    assert services.forget_drafts() == 1
    assert not Complaint.objects.exists()


def test_r_k6_the_watch_locks_nothing_that_is_not_due(filed, brand, officer) -> None:
    for _number in range(3):
        services.ask_defence(complaint=filed(brand=brand), actor=officer)
    with CaptureQueriesContext(connection) as queries:
        assert services.watch_clocks() == 0
    assert len(queries) <= 4
    assert not [one for one in queries if "FOR UPDATE" in one["sql"] or "SAVEPOINT" in one["sql"]]


def test_r_k6_a_clock_that_fails_stops_no_other(filed, brand, officer, clock, monkeypatch, caplog) -> None:
    first, second = (services.ask_defence(complaint=filed(brand=brand), actor=officer) for _number in range(2))
    clock.move_to(end_of(deadline()))
    whole = clock_service.remind_and_escalate

    def broken(complaint: Complaint, row: ComplaintDeadline, *, now: datetime) -> bool:
        if complaint.pk == first.pk:
            raise ValueError(complaint.address)
        return whole(complaint, row, now=now)

    monkeypatch.setattr(clock_service, "remind_and_escalate", broken)
    assert services.watch_clocks() == 1
    assert [row.state for row in Complaint.objects.order_by("pk")] == ["defence_asked", "defence_overdue"]
    assert "clock_not_watched" in caplog.text
    assert first.address not in caplog.text
    assert second.pk
