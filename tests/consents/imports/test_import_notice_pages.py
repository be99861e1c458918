"""Whom an import tells (R-M1, R-M6), on its page: the forecast before apply, what became of it, before an undo."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone, translation

from consents.enums import NoticeState
from consents.models import ConsentImport, Notice, NoticeBatch, NoticeCounter
from consents.selectors import import_notices
from consents.selectors.import_notices import notices_of, planned_of
from consents.services import notice_queue as queue
from iys_portal.accounts.models import User
from iys_portal.core.calendar import end_of_day
from iys_portal.core.enums import Means
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.imports.conftest import Desk, Panel, body
from tests.factories import BrandFactory, MembershipFactory

from .notice_files import APPLIED, CHECKED, YESTERDAY, Write, in_english, landlines, mails, texts, write

__all__ = ["in_english", "write"]


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
