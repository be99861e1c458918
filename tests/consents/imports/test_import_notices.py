"""Whom an import tells (R-M1, R-M6): the provider's own notice as a column, and what is counted."""

from datetime import datetime
from typing import Any

import pytest

from consents.engine import chunks
from consents.models import ConsentEvent, Notice, NoticeBatch, NoticeCounter, StagedRow
from consents.selectors.import_notices import notices_of
from consents.services import import_runs, imports
from consents.services import notice_queue as queue
from iys_portal.core.calendar import ISTANBUL
from tests.consents.imports.conftest import Desk, Panel, verdicts

from .notice_files import CHECKED, HEADINGS, TODAY, YESTERDAY, Write, in_english, landlines, mails, texts, write

__all__ = ["in_english", "write"]


def by_recipient(batch: NoticeBatch) -> dict[str, tuple[str | None, int | None]]:
    """The own notices of a batch as the arrays hold them, by the address of the event at the same place."""
    whose = dict(ConsentEvent.objects.filter(event_id__in=batch.events).values_list("event_id", "recipient"))
    assert batch.own_notices_at is not None
    assert batch.own_notice_means is not None
    rows = zip(batch.events, batch.own_notices_at, batch.own_notice_means, strict=True)
    return {whose[event]: (local(at), means) for event, at, means in rows}


def local(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(ISTANBUL):%Y-%m-%d %H:%M}" if moment else None


def test_r_m1_the_own_notice_lands_beside_the_notice_in_the_order_of_its_events(desk: Desk, write: Write) -> None:
    rows = [
        *mails(3, own="24.11.2026 11:00", means="SMS", start=7),
        *mails(3),
        *texts(2, own="2026-11-24 12:30"),
        *mails(1, own="24.11.2026 12:00", start=5),
    ]
    item = desk.load(write(*rows))
    assert verdicts(item) == {"new": 9}
    found = {}
    for batch in NoticeBatch.objects.all():
        assert batch.events == sorted(batch.events)
        found |= by_recipient(batch)
    assert found == {
        **{f"kisi{n}@deneme.example": (None, None) for n in (0, 1, 2)},
        **{f"kisi{n}@deneme.example": ("2026-11-24 11:00", 2) for n in (7, 8, 9)},
        "kisi5@deneme.example": ("2026-11-24 12:00", 1),
        **{f"+9053212345{n:02d}": ("2026-11-24 12:30", 2) for n in (0, 1)},
    }
    assert item.apply_job_id is not None
    assert queue.unfold_all(item.apply_job_id) == 9
    told = {row.recipient: (local(row.own_notice_at), row.own_notice_means) for row in Notice.objects.all()}
    assert told == found


def test_r_m1_under_the_words_of_a_company_and_in_several_chunks(desk: Desk, write: Write, settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 500}
    words = "Alıcı,Kanal,Durum,Kaynak,İzin Tarihi,Bilgilendirme Tarihi,Bildirim Kanalı"
    rows = [row for n in range(1_200) for row in mails(1, own=f"24.11.2026 1{n % 5}:30" if n % 2 else "", start=n)]
    item = desk.load(write(*rows, headings=words))
    assert item.counts["notices"] == {"mail": 1_200}
    found: dict[str, tuple[str | None, int | None]] = {}
    for batch in NoticeBatch.objects.all():
        found |= by_recipient(batch)
    assert NoticeBatch.objects.count() > 1
    assert found == {
        f"kisi{n}@deneme.example": (f"2026-11-24 1{n % 5}:30", 1) if n % 2 else (None, None) for n in range(1_200)
    }


def test_r_m1_a_file_without_the_column_pays_nothing_for_it(desk: Desk, write: Write) -> None:
    rows = [row.rsplit(",", 2)[0] for row in mails(3)]
    item = desk.checked(write(*rows, headings=HEADINGS.rsplit(",", 2)[0]))
    assert set(StagedRow.objects.values_list("own_notice_at", "own_notice_means")) == {(None, None)}
    desk.apply(item)
    batch = NoticeBatch.objects.get()
    assert (batch.own_notices_at, batch.own_notice_means) == (None, None)


@pytest.mark.parametrize(
    ("own", "means", "number"),
    [
        ("dün", "", 516),
        ("2026-11-25 10:00:00", "", 517),
        ("2026-11-23 10:00:00", "", 518),
        ("2026-11-24 11:00:00", "güvercin", 519),
    ],
)
def test_r_m1_a_wrong_own_notice_is_malformed_and_nothing_of_its_row_is_written(
    desk: Desk, write: Write, own: str, means: str, number: int
) -> None:
    item = desk.load(write(*mails(1, own=own, means=means), *mails(1, start=9)))
    assert verdicts(item) == {"new": 1, "malformed": 1}
    assert item.counts["codes"] == {str(number): 1}
    assert list(ConsentEvent.objects.values_list("recipient", flat=True)) == ["kisi9@deneme.example"]
    assert NoticeBatch.objects.get().total == 1


def test_r_m1_a_refusal_is_recorded_whatever_stands_in_the_column(desk: Desk, write: Write) -> None:
    row = f"ayse@deneme.example,EPOSTA,RET,HS_WEB,{TODAY},dün,güvercin"
    assert verdicts(desk.load(write(row))) == {"new": 1}
    assert not NoticeBatch.objects.exists()


def test_r_m1_rows_to_mend_bring_the_column_back(panel: Panel, write: Write) -> None:
    panel.upload(write(*mails(1, own="dün"), *mails(1, start=9)))
    panel.columns()
    item = panel.run("check")
    text = b"".join(panel.download("problems.csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("recipient;type;status;source;consentDate;ownNoticeDate;ownNoticeChannel")
    assert "R-M1" in text.splitlines()[1]
    assert item.dry_counts["codes"] == {"516": 1}


# How many are told.


def test_r_m6_dry_run_and_apply_count_whom_they_tell(desk: Desk, write: Write) -> None:
    rows = [
        *mails(5),
        *mails(2, at=YESTERDAY, start=20),
        *texts(3),
        *landlines(2),
        *[row.replace("+902123334", "+902123335") for row in landlines(1, at=YESTERDAY)],
        f"kagit@deneme.example,EPOSTA,ONAY,HS_ISLAK_IMZA,{TODAY},,",
        f"ret@deneme.example,EPOSTA,RET,HS_WEB,{TODAY},,",
    ]
    item = desk.checked(write(*rows))
    expected = {"mail": 5, "mail_later": 2, "text": 3, "untellable": 3}
    assert item.dry_counts["notices"] == expected
    assert not NoticeBatch.objects.exists()
    assert not NoticeCounter.objects.exists()
    item = desk.apply(item)
    assert item.counts["notices"] == expected
    assert sum(NoticeBatch.objects.values_list("total", flat=True)) == sum(expected.values())


def test_r_m6_one_text_a_phone_names_all_its_channels(desk: Desk, write: Write) -> None:
    rows = [f"+905321234567,{channel},ONAY,HS_WEB,{TODAY},," for channel in ("MESAJ", "ARAMA")]
    assert desk.checked(write(*rows)).dry_counts["notices"] == {"text": 1}


def test_r_m2_what_stands_already_is_told_of_no_more(desk: Desk, write: Write) -> None:
    path = write(*mails(4))
    desk.load(path)
    item = desk.checked(path)
    assert item.dry_counts["notices"] == {}
    found = notices_of(item, CHECKED, now=desk.moment)
    assert found is not None
    assert found.planned.total == 0
    assert found.headline.startswith("No notices go out")


def test_r_m6_a_job_that_died_in_the_middle_counts_what_it_had_done(
    desk: Desk, write: Write, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 500, "IMPORT_WRITERS": 1}
    item = desk.checked(write(*mails(1_600)))
    judge, done = chunks.judge_chunk, []

    def dies(*arguments: Any, **options: Any) -> Any:
        if len(done) == 2:
            raise RuntimeError("the machine went down")
        done.append(judge(*arguments, **options))
        return done[-1]

    monkeypatch.setattr(chunks, "judge_chunk", dies)
    with pytest.raises(RuntimeError):
        desk.apply(item)
    monkeypatch.undo()
    item.refresh_from_db()
    assert item.state == "applying"
    imports.resume(item, actor=desk.actor)
    import_runs.apply(item.apply_job_id)
    item.refresh_from_db()
    assert item.counts["notices"] == {"mail": 1_600}
    assert sum(NoticeBatch.objects.values_list("total", flat=True)) == 1_600
