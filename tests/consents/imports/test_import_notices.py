"""Whom an import tells (R-M1, R-M6): the provider's own notice as a column, the forecast, what became of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone, translation

from consents.engine import chunks
from consents.enums import NoticeState
from consents.models import ConsentEvent, ConsentImport, Notice, NoticeBatch, NoticeCounter, StagedRow
from consents.selectors import import_notices
from consents.selectors.import_notices import notices_of, planned_of
from consents.services import import_runs, imports
from consents.services import notice_queue as queue
from iys_portal.accounts.models import User
from iys_portal.core.calendar import ISTANBUL, end_of_day
from iys_portal.core.enums import Means
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.imports.conftest import Desk, Panel, body, verdicts
from tests.factories import BrandFactory, MembershipFactory

HEADINGS = "recipient,type,status,source,consentDate,ownNoticeDate,ownNoticeChannel"
TODAY, YESTERDAY = "2026-11-24 10:00:00", "2026-11-23 10:00:00"
LANDLINE = "+902123334455"
Write = Callable[..., Path]
CHECKED, APPLIED = frozenset({"apply"}), frozenset({"undo"})


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared as the code has them; the catalogue is a matter of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file of rows, each its cells with commas; under other headings where they are named."""

    def make(*rows: str, headings: str = HEADINGS) -> Path:
        path = tmp_path / "liste.csv"
        path.write_text("\n".join([headings, *rows]) + "\n")
        return path

    return make


def mails(count: int, *, at: str = TODAY, own: str = "", means: str = "", start: int = 0) -> list[str]:
    return [f"kisi{n}@deneme.example,EPOSTA,ONAY,HS_WEB,{at},{own},{means}" for n in range(start, start + count)]


def texts(count: int, *, at: str = TODAY, own: str = "", means: str = "") -> list[str]:
    return [f"+9053212345{n:02d},MESAJ,ONAY,HS_MOBIL,{at},{own},{means}" for n in range(count)]


def landlines(count: int, *, at: str = TODAY) -> list[str]:
    return [f"+9021233344{n:02d},ARAMA,ONAY,HS_CAGRI_MERKEZI,{at},," for n in range(count)]


def by_recipient(batch: NoticeBatch) -> dict[str, tuple[str | None, int | None]]:
    """The own notices of a batch as the arrays hold them, by the address of the event at the same place."""
    whose = dict(ConsentEvent.objects.filter(event_id__in=batch.events).values_list("event_id", "recipient"))
    assert batch.own_notices_at is not None
    assert batch.own_notice_means is not None
    rows = zip(batch.events, batch.own_notices_at, batch.own_notice_means, strict=True)
    return {whose[event]: (local(at), means) for event, at, means in rows}


def local(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(ISTANBUL):%Y-%m-%d %H:%M}" if moment else None


# The column.


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


# The page before apply.


def checked(panel: Panel, write: Write, rows: Iterable[str]) -> ConsentImport:
    User.objects.update(language="en")
    panel.upload(write(*rows))
    panel.columns()
    return panel.run("check")


def wait_for(brand: Brand, *, means: int, total: int) -> None:
    NoticeCounter.objects.create(
        brand_id=brand.pk, day="2026-11-24", means=means, state=NoticeState.WAITING, total=total
    )


def test_r_m6_the_page_says_before_apply_who_is_told_and_until_when(panel: Panel, write: Write) -> None:
    checked(panel, write, [*mails(30), *texts(40), *mails(4, at=YESTERDAY, start=50), *landlines(2)])
    page = body(panel.get("import"))
    assert page.count("34 e-mails and 40 text messages will go out; the last at about 15:00.") == 2  # and in the dialog
    assert "miss midnight" not in page
    assert f"4 are about consents whose day is over: the panel says “{NoticeState.REGISTERED_LATER.label}”." in page
    assert "2 numbers cannot be told by text, for example landlines." in page


def test_r_m6_the_page_says_how_many_miss_midnight_and_what_helps(panel: Panel, write: Write) -> None:
    # Nine hours are left: 3,240,000 mails; other brands' waiting ones go first.
    wait_for(BrandFactory(), means=1, total=3_239_990)
    wait_for(BrandFactory(), means=2, total=5)
    checked(panel, write, mails(30))
    page = body(panel.get("import"))
    assert "30 e-mails will go out; the last at about 25.11.2026 00:00." in page
    assert page.count("20 would miss midnight.") == 2
    assert "Load the file earlier" in page
    assert "Own notice: when" in page


def test_r_m6_what_was_sent_or_called_off_waits_no_more(panel: Panel, write: Write) -> None:
    for state in set(NoticeState) - {NoticeState.WAITING}:
        NoticeCounter.objects.create(brand_id=panel.brand.pk, day="2026-11-24", means=1, state=state, total=50_000_000)
    item = checked(panel, write, mails(30))
    found = notices_of(item, CHECKED, now=panel.moment)
    assert found is not None
    assert found.forecast is not None
    assert found.forecast.ends_at == panel.moment + timedelta(seconds=0.3)


def test_r_m6_a_check_of_yesterday_has_no_midnight_left_to_miss(panel: Panel, write: Write, now: Any) -> None:
    item = checked(panel, write, mails(30))
    wait_for(panel.brand, means=1, total=50_000_000)
    found = notices_of(item, CHECKED, now=end_of_day(panel.moment.date()))
    assert found is not None
    assert found.forecast is not None
    assert (found.forecast.missing, found.forecast.later) == (0, 30)


def test_r_m6_in_turkish_too_numbers_have_their_dots(desk: Desk) -> None:
    with translation.override("tr"):
        assert "12.480" in planned_of({"mail": 12_480, "text": 2_100}).what


# The page after apply, and before an undo.


def sent(item: ConsentImport, count: int, state: NoticeState) -> None:
    """Unfold the import's next notices (texts are taken first where both wait) and leave them in this state."""
    means = NoticeBatch.objects.filter(job_id=item.apply_job_id, unfolded__lt=F("total")).order_by("-means")
    known = set(Notice.objects.values_list("pk", flat=True))
    assert queue.unfold(Means(means[0].means), limit=count) == count
    done = NoticeState.CLAIMED < state < NoticeState.UNDELIVERED
    new = Notice.objects.exclude(pk__in=known).filter(job_id=item.apply_job_id)
    assert new.update(state=state, sent_at=timezone.now() if done else None) == count


def standings(item: ConsentImport) -> dict[str, int]:
    found = import_notices.standings_of(item, planned_of(item.counts["notices"]))
    return {str(standing.label): standing.total for standing in found}


def test_r_m5_after_apply_the_page_counts_where_the_notices_stand(desk: Desk, write: Write) -> None:
    item = desk.load(write(*mails(12), *landlines(3)))
    assert standings(item) == {"Waiting": 12, "Cannot be told by text": 3}
    for count, state in ((3, 7), (2, 3), (1, 4), (1, 5), (1, 6), (2, 1), (1, 2)):
        sent(item, count, NoticeState(state))
    assert standings(item) == {
        "Waiting": 2 + 1 + 4,
        "On time": 2,
        "Late": 1,
        "Registered later": 1,
        "Undelivered": 1,
        "Cannot be told by text": 3,
    }


def test_r_m5_other_imports_notices_are_not_counted(desk: Desk, write: Write) -> None:
    item = desk.load(write(*mails(5)))
    other = desk.load(write(*mails(5, start=50)))
    sent(item, 5, NoticeState.ON_TIME)
    assert standings(item) == {"On time": 5}
    assert standings(other) == {"Waiting": 5}


def test_r_m6_a_large_import_is_not_counted_at_every_look(
    panel: Panel, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(panel, write, mails(6))
    panel.post("import_apply")
    panel.run("apply")
    page = body(panel.get("import"))
    assert "6 e-mails were put on the way." in page
    assert "Where the notices stand now" in page
    monkeypatch.setattr(import_notices, "COUNTED", 5)
    monkeypatch.setattr(import_notices, "standings_of", None)
    page = body(panel.get("import"))
    assert "6 e-mails were put on the way." in page
    assert "There are too many to count here" in page


def undo_says(item: ConsentImport, desk: Desk) -> str:
    found = notices_of(item, APPLIED, now=desk.moment)
    assert found is not None
    return found.correction


def test_r_l6_the_question_before_an_undo_says_who_gets_a_correction(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = desk.load(write(*mails(9)))
    assert undo_says(item, desk).startswith("Nobody was told")
    sent(item, 1, NoticeState.ON_TIME)
    assert undo_says(item, desk) == "1 person was told already and will get a correction."
    for state in (NoticeState.LATE, NoticeState.CLAIMED, NoticeState.UNDELIVERED, NoticeState.WAITING):
        sent(item, 1, state)
    assert undo_says(item, desk) == "3 people were told already and will get a correction."
    desk_undone = desk.undo(item)
    assert Notice.objects.filter(job_id=desk_undone.undo_job_id, corrects__isnull=False).count() == 3


def test_r_l6_of_a_large_import_only_the_first_notices_are_looked_at(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_notices, "LOOKED_AT", 4)
    item = desk.load(write(*mails(9)))
    sent(item, 4, NoticeState.ON_TIME)
    assert undo_says(item, desk) == "4 people were told already and will get a correction."
    sent(item, 1, NoticeState.ON_TIME)
    assert undo_says(item, desk) == "At least 4 people were told already and will get a correction."


def test_r_l6_the_dialog_shows_it(panel: Panel, write: Write) -> None:
    checked(panel, write, mails(3))
    panel.post("import_apply")
    item = panel.run("apply")
    sent(item, 2, NoticeState.ON_TIME)
    assert "2 people were told already and will get a correction." in body(panel.get("import"))


def test_r_a1_r_m6_looking_writes_nothing_and_strangers_see_nothing(
    panel: Panel, write: Write, sign_in: Callable[..., Client]
) -> None:
    item = checked(panel, write, mails(3))
    before = AuditEntry.objects.count()
    panel.get("import")
    assert AuditEntry.objects.count() == before
    stranger = MembershipFactory()
    response = sign_in(stranger.user, stranger.provider).get(panel.url("import", item))
    assert response.status_code == 404


def test_r_m6_an_import_of_before_notices_shows_its_report_as_ever(panel: Panel, write: Write) -> None:
    item = checked(panel, write, mails(3))
    del item.dry_counts["notices"]
    item.save()
    response = panel.get("import")
    assert response.context["notices"] is None
    assert "Who will be told" not in body(response)


def test_r_a1_the_registry_sees_the_same_over_all(registry: Panel, write: Write) -> None:
    item = checked(registry, write, mails(3))
    assert item.by_registry
    assert "3 e-mails will go out" in body(registry.get("import"))
