"""Notices of files (R-M2, R-M5, R-M6, R-L6): unfolded as they are sent, steadily, fairly, called off by an undo."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
import time_machine

from consents.enums import Lane, NoticeKind, NoticeState
from consents.models import ConsentImport, Notice, NoticeBatch, NoticeCounter, NoticePace
from consents.services import import_runs, imports, notice_queue
from consents.services.records import record_consents
from iys_portal.celery import app
from iys_portal.core import mailbox
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means

from .conftest import LANDLINE, MOBILE, Teller, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list]]:
    tasks: list[tuple[str, list]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args=(), **_k: tasks.append((name, list(args))))
    return tasks


def load(teller: Teller, *addresses: str, moment: datetime | None = None, at: datetime | None = None) -> ConsentImport:
    moment = moment or teller.moment
    date = (at or moment - timedelta(hours=1)).astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
    lines = []
    for address in addresses:
        to, _, channel = address.partition(":")
        lines.append(f"{to},{channel or 'EPOSTA'},ONAY,HS_WEB,{date}")
    actor = teller.manager()
    with time_machine.travel(moment, tick=False):
        item = imports.upload_paste(
            actor=actor, brand=teller.brand, text="recipient,type,status,source,consentDate\n" + "\n".join(lines) + "\n"
        )
        return import_runs.run_here(item, actor=actor, moment=moment)


def undo(item: ConsentImport, teller: Teller, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        item = imports.start_undo(item, actor=teller.manager(), reason="yanlış liste", publish=False)
        import_runs.undo(item.undo_job_id)
    item.refresh_from_db()
    assert item.state == "undone"


def mails(count: int, *, of: str = "kisi") -> list[str]:
    return [f"{of}{n}@firma.example" for n in range(count)]


def counted() -> dict[str, int]:
    found: Counter[str] = Counter()
    for counter in NoticeCounter.objects.all():
        found[NoticeState(counter.state).name] += counter.total
    return {name: total for name, total in found.items() if total}


def rates(settings: pytest.FixtureRequest, *, mails: float, texts: float = 1e9) -> None:
    settings.REGISTRY = {
        **settings.REGISTRY, "NOTICE_MAILS_PER_SECOND": mails, "NOTICE_TEXTS_PER_SECOND": texts
    }  # fmt: skip


def test_r_m6_a_files_notices_wait_folded_and_are_counted(teller: Teller) -> None:
    item = load(teller, *mails(30), f"{MOBILE}:MESAJ", f"{MOBILE}:ARAMA", f"{LANDLINE}:ARAMA")
    assert not Notice.objects.exists()
    batches = {batch.means: batch for batch in NoticeBatch.objects.all()}
    assert {means: batch.total for means, batch in batches.items()} == {Means.MAIL: 30, Means.TEXT: 2}
    assert batches[Means.MAIL].events == sorted(batches[Means.MAIL].events)
    assert counted() == {"WAITING": 31, "UNTELLABLE": 1}
    assert NoticeBatch.objects.filter(job_id=item.apply_job_id).count() == 2


def test_r_m6_the_bulk_lane_sends_them_once(teller: Teller) -> None:
    load(teller, *mails(30), f"{MOBILE}:MESAJ", f"{MOBILE}:ARAMA", f"{LANDLINE}:ARAMA")
    assert teller.send() == 0, "they are not in the single lane"
    assert teller.send(lane=Lane.BULK) == 31
    assert teller.send(lane=Lane.BULK) == 0
    assert counted() == {"ON_TIME": 31, "UNTELLABLE": 1}
    assert len(mailbox.letters()) == 31
    assert {n.lane for n in Notice.objects.all()} == {Lane.BULK}


def test_a_second_unfolding_makes_no_second_notice(teller: Teller) -> None:
    load(teller, *mails(10))
    assert notice_queue.unfold(Means.MAIL) == 10
    NoticeBatch.objects.update(unfolded=0)  # as if a crash had lost the note of it
    notice_queue.unfold(Means.MAIL)
    assert Notice.objects.count() == 10


def test_r_m6_it_goes_at_a_steady_rate_over_all_workers(teller: Teller, settings: pytest.FixtureRequest) -> None:
    rates(settings, mails=10)
    load(teller, *mails(60))
    start, taken = teller.moment, []
    for tenth in range(60):  # two workers that ask ten times a second for three seconds
        now = start + timedelta(seconds=tenth // 2 / 10)
        claimed, pause = notice_queue.claim(Lane.BULK, Means.MAIL, now=now)
        assert not (claimed and pause)
        taken += [now] * len(claimed)
    assert 30 <= len(taken) <= 36
    assert max(Counter(taken).values()) <= 5, "no bursts"


def test_r_m6_a_single_notice_never_waits_for_bulk_ones(teller: Teller, settings: pytest.FixtureRequest) -> None:
    rates(settings, mails=0.001)
    load(teller, *mails(50))
    notice_queue.claim(Lane.BULK, Means.MAIL, now=teller.moment)
    record_consents(
        actor=teller.actor, brand=teller.brand, entries=[teller.entry("tek@firma.example")], moment=teller.moment
    )
    assert teller.send() == 1


def test_r_m6_a_small_file_does_not_wait_behind_a_large_one(
    teller: Teller, teller_of, settings: pytest.FixtureRequest
) -> None:
    from tests.factories import BrandFactory

    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 500}
    load(teller, *mails(2_000, of="cok"))
    small = teller_of(BrandFactory())
    load(small, *mails(5, of="az"))
    first = [notice_queue.unfold(Means.MAIL, limit=500) for _ in range(2)]
    assert first == [500, 5], "the first chunks of every file come before anybody's second"


class TestUndo:
    def test_r_l6_notices_that_wait_are_called_off(self, teller: Teller) -> None:
        item = load(teller, *mails(20))
        undo(item, teller, teller.moment + timedelta(minutes=5))
        assert set(states()) == {NoticeState.CANCELLED}
        assert counted() == {"CANCELLED": 20}
        assert teller.send(lane=Lane.BULK, at=teller.moment + timedelta(minutes=6)) == 0
        assert not mailbox.letters()

    def test_r_l6_people_who_were_told_get_a_correction(self, teller: Teller) -> None:
        item = load(teller, *mails(3), f"{MOBILE}:MESAJ")
        assert teller.send(lane=Lane.BULK) == 4
        undo(item, teller, teller.moment + timedelta(minutes=5))
        assert teller.send(lane=Lane.BULK, at=teller.moment + timedelta(minutes=6)) == 4
        corrections = Notice.objects.filter(kind=NoticeKind.CORRECTION)
        assert corrections.count() == 4
        assert {n.corrects for n in corrections} == set(
            Notice.objects.filter(kind=NoticeKind.CONFIRMATION).values_list("event_id", flat=True)
        )
        newest = mailbox.letters()[:4]
        assert all("Deneme Moda" in letter.text and "/i/" not in letter.text for letter in newest)
        assert counted() == {"ON_TIME": 8}

    def test_r_l6_what_is_on_its_way_is_corrected_once_it_arrived(self, teller: Teller) -> None:
        item = load(teller, *mails(1))
        (one,), _ = notice_queue.claim(Lane.BULK, Means.MAIL, now=teller.moment)
        undo(item, teller, teller.moment + timedelta(minutes=1))
        at = teller.moment + timedelta(minutes=2)
        assert teller.send(lane=Lane.BULK, at=at) == 0, "not before the first one is known to be out"
        assert notice_queue.settle(one, NoticeState.ON_TIME, answer="250", sent_at=at)
        assert teller.send(lane=Lane.BULK, at=at + timedelta(minutes=2)) == 1

    def test_r_l6_no_correction_of_what_never_went_out(self, teller: Teller) -> None:
        item = load(teller, *mails(1))
        (one,), _ = notice_queue.claim(Lane.BULK, Means.MAIL, now=teller.moment)
        undo(item, teller, teller.moment + timedelta(minutes=1))
        notice_queue.settle(one, NoticeState.UNDELIVERED, answer="550")
        assert teller.send(lane=Lane.BULK, at=teller.moment + timedelta(minutes=5)) == 0
        assert states() == [NoticeState.UNDELIVERED, NoticeState.CANCELLED]

    def test_r_l6_a_record_that_stays_keeps_its_notice(self, teller: Teller) -> None:
        item = load(teller, *mails(2))
        later = teller.moment + timedelta(minutes=1)
        teller.record(teller.entry("kisi0@firma.example", hours=0.5), moment=later)
        undo(item, teller, teller.moment + timedelta(minutes=5))
        by_address = {n.recipient: n.state for n in Notice.objects.filter(lane=Lane.BULK)}
        assert by_address == {"kisi0@firma.example": NoticeState.WAITING, "kisi1@firma.example": NoticeState.CANCELLED}


def test_the_pace_is_one_row_for_each_means(teller: Teller) -> None:
    load(teller, *mails(3), f"{MOBILE}:MESAJ")
    teller.send(lane=Lane.BULK)
    assert {pace.means for pace in NoticePace.objects.all()} == {Means.MAIL, Means.TEXT}


def test_an_apply_publishes_the_lane_after_its_commit(
    teller: Teller, published: list[tuple[str, list]], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        load(teller, *mails(2))
    assert ("consents.send_notices", [int(Lane.BULK), int(Means.MAIL)]) in published
