"""Around midnight and with servers that fail (R-M1, R-M5): each notice ends in the right state, visibly."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from consents.enums import Lane, NoticeState
from consents.models import Notice, NoticeCounter
from consents.services import notice_queue
from consents.services import notices as sending
from iys_portal.core import mailbox
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.delivery import LEASE, Carrier, Refused, ServerDown, TryLater
from iys_portal.core.enums import Means

from .conftest import Teller, states
from .test_bulk import load, mails, rates

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 25, 0, 0, tzinfo=ISTANBUL)
S = NoticeState


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Exception | None]]:
    """What the mail server says: `server["says"]` is an exception, or None when it takes everything."""
    says: dict[str, Exception | None] = {"says": None}
    working = Carrier.send

    def send(self: Carrier, *arguments: object, **more: object) -> str:
        if says["says"] is not None:
            raise says["says"]
        return working(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Carrier, "send", send)
    return says


def late_evening(teller: Teller, seconds_before: int = 30) -> Teller:
    teller.moment = MIDNIGHT - timedelta(seconds=seconds_before)
    return teller


def on_day(state: S) -> list[str]:
    return [f"{c.day:%d.%m}" for c in NoticeCounter.objects.filter(state=state, total__gt=0)]


def test_r_m1_a_consent_at_23_59_30_is_told_the_same_day(teller: Teller) -> None:
    late_evening(teller)
    teller.record(teller.entry(hours=0))
    teller.send(at=MIDNIGHT - timedelta(seconds=1))
    assert states() == [S.ON_TIME]


def test_r_m1_the_same_one_after_midnight_is_late(teller: Teller) -> None:
    late_evening(teller)
    teller.record(teller.entry(hours=0))
    teller.send(at=MIDNIGHT)
    assert states() == [S.LATE]
    assert on_day(S.LATE) == ["24.11"], "counted on the day it belongs to"


def test_r_m1_registered_after_its_day_is_neither_on_time_nor_late(teller: Teller) -> None:
    teller.moment = MIDNIGHT + timedelta(seconds=1)
    teller.record(teller.entry(hours=1))
    teller.send()
    assert states() == [S.REGISTERED_LATER]


def test_r_m6_a_queue_that_is_still_full_at_midnight(teller: Teller, settings: pytest.FixtureRequest) -> None:
    rates(settings, mails=2)
    late_evening(teller, seconds_before=10)
    load(teller, *mails(40), at=MIDNIGHT - timedelta(hours=3))
    for half in range(-20, 30):
        at = MIDNIGHT + timedelta(seconds=half / 2)
        claimed, _ = notice_queue.claim(Lane.BULK, Means.MAIL, now=at)
        for one in claimed:
            notice_queue.settle(one, one.timing(at), answer="250", sent_at=at)
    on_time, late = states().count(S.ON_TIME), states().count(S.LATE)
    assert 18 <= on_time <= 22, "two a second for ten seconds"
    assert on_time + late == 40


def test_r_m5_a_server_that_is_down_until_ten_past(teller: Teller, server: dict[str, Exception | None]) -> None:
    late_evening(teller)
    teller.record(teller.entry(hours=0))
    server["says"] = ServerDown("Connection refused")
    for minute in range(10):
        assert teller.send(at=MIDNIGHT + timedelta(minutes=minute)) == 0
        assert states() == [S.WAITING]
    notice = Notice.objects.get()
    assert (notice.attempts, notice.answer) == (0, "Connection refused"), "not this notice's fault"
    fixed = notice.message_id
    server["says"] = None
    assert teller.send(at=MIDNIGHT + timedelta(minutes=10)) == 1
    assert states() == [S.LATE]
    assert mailbox.letters()[0].headers["Message-ID"] == fixed


def test_r_m5_one_outage_puts_the_whole_claim_back(teller: Teller, server: dict[str, Exception | None]) -> None:
    load(teller, *mails(20))
    server["says"] = ServerDown("421")
    assert teller.send(lane=Lane.BULK) == 0
    assert set(Notice.objects.values_list("state", "attempts")) == {(S.WAITING, 0)}
    server["says"] = None
    assert teller.send(lane=Lane.BULK, at=teller.moment + timedelta(minutes=2)) == 20


def test_r_m5_a_notice_that_breaks_the_line_leads_no_lane(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    working = Carrier.send

    def send(self: Carrier, parcel: object, **more: object) -> str:
        if parcel.to.startswith("kisi0@"):  # type: ignore[attr-defined]
            raise ServerDown("SMTPServerDisconnected", left=True)
        return working(self, parcel, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Carrier, "send", send)
    load(teller, *mails(4))
    moment = teller.moment
    sent = sum(teller.send(lane=Lane.BULK, at=moment + timedelta(seconds=5 * n)) for n in range(1, 3))
    assert sent == 3
    bad = Notice.objects.get(state=S.WAITING)
    assert bad.attempts == 1, "its try counts: it may be the cause"
    teller.send(lane=Lane.BULK, at=moment + timedelta(days=3, minutes=1))
    bad.refresh_from_db()
    assert bad.state == S.UNDELIVERED


def test_r_m5_for_now_is_tried_again_later_and_later(teller: Teller, server: dict[str, Exception | None]) -> None:
    teller.record(teller.entry())
    server["says"] = TryLater("451 greylisted")
    moment, waits = teller.moment, []
    for _ in range(3):
        teller.send(at=moment)
        notice = Notice.objects.get()
        assert notice.state == S.WAITING
        waits.append(notice.next_try_at - moment)
        moment = notice.next_try_at
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    server["says"] = None
    assert teller.send(at=moment) == 1


def test_r_m5_for_ever_is_undelivered_with_the_servers_words(
    teller: Teller, server: dict[str, Exception | None]
) -> None:
    teller.record(teller.entry())
    server["says"] = Refused("550 no such user")
    teller.send()
    notice = Notice.objects.get()
    assert (notice.state, notice.answer, notice.sent_at) == (S.UNDELIVERED, "550 no such user", None)
    assert teller.send(at=teller.moment + timedelta(days=1)) == 0


def test_r_m5_after_days_of_trying_it_is_undelivered(teller: Teller, server: dict[str, Exception | None]) -> None:
    teller.record(teller.entry())
    server["says"] = TryLater("452 full")
    teller.send(at=teller.moment + timedelta(days=2))
    assert states() == [S.WAITING]
    teller.send(at=teller.moment + timedelta(days=3, minutes=1))
    assert states() == [S.UNDELIVERED]


def test_r_m5_one_bad_address_does_not_hold_up_the_others(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    working = sending.Carrier.send

    def send(self: Carrier, parcel: object, **more: object) -> str:
        if parcel.to.startswith("kisi3@"):  # type: ignore[attr-defined]
            raise Refused("550")
        return working(self, parcel, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sending.Carrier, "send", send)
    load(teller, *mails(8))
    assert teller.send(lane=Lane.BULK) == 7
    assert sorted(states()) == [S.ON_TIME] * 7 + [S.UNDELIVERED]


def test_r_m5_a_lost_lease_records_nothing(teller: Teller) -> None:
    teller.record(teller.entry())
    (slow,), _ = notice_queue.claim(Lane.SINGLE, Means.MAIL, now=teller.moment)
    later = teller.moment + LEASE + timedelta(seconds=1)
    (quick,), _ = notice_queue.claim(Lane.SINGLE, Means.MAIL, now=later)
    assert quick.message_id == slow.message_id
    assert not notice_queue.settle(slow, S.ON_TIME, answer="250", sent_at=later)
    assert notice_queue.settle(quick, S.ON_TIME, answer="250", sent_at=later)


def test_r_m5_a_slow_server_gives_the_rest_back_before_the_lease_ends(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim that could outlive its lease would be sent a second time by another worker."""
    import time_machine

    load(teller, *mails(5))
    claimed, _ = notice_queue.claim(Lane.BULK, Means.MAIL, now=teller.moment)
    letters = sending._letters(claimed)
    with time_machine.travel(teller.moment + LEASE - timedelta(seconds=30), tick=False), Carrier() as carrier:
        assert sending._send_all(letters, carrier) == 0
    assert set(Notice.objects.values_list("state", "attempts")) == {(S.WAITING, 0)}
