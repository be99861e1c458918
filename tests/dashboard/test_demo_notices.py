"""The demonstration's notices and refusals: told in the past, refused in person, acted upon or forgotten."""

from collections import Counter
from datetime import datetime

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from consents.enums import NoticeState
from consents.models import Notice, NoticeBatch, NoticeCounter, RefusalAlert, RefusalCounter
from consents.services.demo import tell_in_the_past
from iys_portal.accounts.demo import STORE
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import NotAllowed
from iys_portal.core.mailbox import letters
from iys_portal.core.models import AuditEntry
from iys_portal.dashboard import demo
from tests.factories import BrandFactory

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=ISTANBUL)
TODAY = NOW.date()
DAYS = 9
WAITING = (NoticeState.WAITING, NoticeState.CLAIMED)
TOLD = tuple(state for state in NoticeState if state.sent)


pytestmark = pytest.mark.xdist_group("test_demo_notices")  # loaded once


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Loaded once; what a test does to it ends with the test."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEMO=True):
        cache.clear()
        yield demo.load(now=NOW, days=DAYS)
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(loaded, db, settings):
    settings.DEMO = True
    return loaded


def counted() -> Counter:
    """Counters of the days before today; of today some are told by rows that a chunk still holds folded."""
    found: Counter = Counter()
    for row in NoticeCounter.objects.filter(day__lt=TODAY):
        found[row.brand_id, row.means, row.state] += row.total
    return +found


def past_is_told() -> None:
    past = Notice.objects.filter(registered_at__date__lt=TODAY)
    assert not past.filter(state__in=WAITING).exists()
    states = Counter(past.values_list("state", flat=True))
    assert {*TOLD, NoticeState.UNDELIVERED, NoticeState.UNTELLABLE} <= set(states)
    assert states[NoticeState.ON_TIME] > sum(states.values()) / 2
    assert 0 < states[NoticeState.LATE] < states[NoticeState.ON_TIME] / 10
    assert counted() == Counter((notice.brand_id, notice.means, notice.state) for notice in past)
    assert not letters(), "nothing of the past is really sent"


def times_agree() -> None:
    for notice in Notice.objects.filter(state__in=TOLD):
        if notice.due_at <= notice.registered_at:
            expected = NoticeState.REGISTERED_LATER
        else:
            expected = NoticeState.ON_TIME if notice.sent_at < notice.due_at else NoticeState.LATE
        assert notice.state == expected
        assert notice.message_id
        assert notice.registered_at < notice.sent_at < NOW


def today_waits() -> None:
    waiting = [batch for batch in NoticeBatch.objects.all() if batch.unfolded < batch.total]
    assert waiting
    assert all(batch.registered_at == NOW for batch in waiting)


def refusals_are_there() -> None:
    alerts = list(RefusalAlert.objects.filter(brand__brand_code=STORE))
    assert 1 <= sum(alert.overdue(TODAY) for alert in alerts) <= 2
    assert any(alert.open and alert.due_on >= TODAY for alert in alerts)
    assert any(alert.open and alert.denied for alert in alerts)
    done = [alert for alert in alerts if alert.acknowledged_at]
    assert done
    assert all(alert.refused_at < alert.acknowledged_at < NOW and alert.acknowledged_name for alert in done)
    by_day = Counter((alert.provider_id, alert.due_on) for alert in RefusalAlert.objects.all() if alert.open)
    counters = {(c.provider_id, c.due_on): c.total for c in RefusalCounter.objects.filter(total__gt=0)}
    assert counters == dict(by_day)


def test_r_m5_r_r2_the_past_is_told_and_acted_upon_and_today_waits(demonstration):
    past_is_told()
    times_agree()
    today_waits()
    refusals_are_there()


def test_a_second_run_tells_and_refuses_nothing_again(demonstration):
    def stands() -> tuple:
        return (
            list(Notice.objects.order_by("pk").values_list("pk", "state", "sent_at", "message_id")),
            list(RefusalAlert.objects.order_by("pk").values_list("pk", "acknowledged_at")),
            counted(),
            AuditEntry.objects.count(),
        )

    before = stands()
    demo.load(now=NOW, days=DAYS)
    assert stands() == before


@pytest.mark.django_db
def test_a_real_company_s_notices_are_never_settled_like_this(settings):
    settings.DEMO = True
    with pytest.raises(NotAllowed):
        tell_in_the_past(BrandFactory(), moment=NOW, now=NOW)
    settings.DEMO = False
    brand = BrandFactory()
    brand.provider.is_demo = True
    with pytest.raises(NotAllowed):
        tell_in_the_past(brand, moment=NOW, now=NOW)
