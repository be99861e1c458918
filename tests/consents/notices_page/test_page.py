"""The page of notices (R-M5): counts of the last days from the counters, and what went wrong."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from consents.enums import Lane, NoticeKind, NoticeState
from consents.forms.lists import TROUBLE
from consents.models import Notice, NoticeCounter
from consents.selectors import notice_page
from consents.selectors.notice_page import ADVICE, SHOWN, counts, hidden, sums, trouble_page
from iys_portal.core.calendar import ISTANBUL, end_of_day
from iys_portal.core.enums import Means
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory, officer_of, staff

S = NoticeState
URL = "/bildirimler/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def panel(sign_in: Callable[..., Client], brand: Brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="viewer").user, brand.provider)


def count(brand: Brand, state: S, total: int, *, day: date, means: Means = Means.MAIL) -> None:
    NoticeCounter.objects.create(brand_id=brand.pk, day=day, means=means, state=state, total=total)


def notice(
    brand: Brand,
    number: int,
    state: S,
    moment: datetime,
    *,
    recipient: str = "ayse@firma.example",
    answer: str | None = None,
    own: datetime | None = None,
) -> Notice:
    """A notice that is settled, with its counter."""
    means = Means.MAIL if "@" in recipient else Means.TEXT
    found, _ = NoticeCounter.objects.get_or_create(
        brand_id=brand.pk, day=moment.astimezone(ISTANBUL).date(), means=means, state=state, defaults={"total": 0}
    )
    NoticeCounter.objects.filter(pk=found.pk).update(total=found.total + 1)
    return Notice.objects.create(
        event_id=number, kind=NoticeKind.CONFIRMATION, lane=Lane.SINGLE, means=means, state=state, brand_id=brand.pk,
        recipient=recipient, registered_at=moment, due_at=end_of_day(moment.date()), next_try_at=moment, attempts=2,
        message_id=f"<n.{number}@iys-portal.example>", answer=answer, sent_at=moment if state.sent else None,
        own_notice_at=own, own_notice_means=Means.TEXT if own else None,
    )  # fmt: skip


def test_r_m5_every_state_is_counted_by_means_and_explained(brand: Brand, as_of: datetime) -> None:
    today = as_of.date()
    for total, state in enumerate(SHOWN, start=1):
        count(brand, state, total, day=today)
    count(brand, S.ON_TIME, 40, day=today, means=Means.TEXT)
    count(brand, S.ON_TIME, 100, day=today - timedelta(days=29))
    count(brand, S.ON_TIME, 9000, day=today - timedelta(days=30))
    count(BrandFactory(), S.LATE, 500, day=today)
    found = counts(officer_of(brand), now=as_of)
    assert [line.state for line in found.states] == list(SHOWN)
    on_time = found.states[1]
    assert (on_time.state, on_time.mails, on_time.texts, on_time.total) == (S.ON_TIME, 102, 40, 142)
    assert found.of(S.LATE) == 3
    assert set(ADVICE) == set(SHOWN)
    assert sums(officer_of(brand), now=as_of)[S.ON_TIME] == 142


def test_staff_see_all_providers_brands_with_most_failures_first(brand: Brand, as_of: datetime) -> None:
    worse = BrandFactory()
    count(brand, S.ON_TIME, 900, day=as_of.date())
    count(worse, S.UNDELIVERED, 2, day=as_of.date())
    found = counts(staff("auditor"), now=as_of)
    assert [line.brand for line in found.brands] == [worse, brand]
    assert found.total == 902
    assert dict(found.brands[1].cells)[S.ON_TIME] == 900


def test_more_brands_than_fit_are_counted_only(as_of: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_page, "BRANDS", 2)
    for _ in range(5):
        count(BrandFactory(), S.ON_TIME, 1, day=as_of.date())
    found = counts(staff("admin"), now=as_of)
    assert (len(found.brands), found.left_out, found.total) == (2, 3, 5)


def test_r_m5_the_list_holds_what_went_wrong_newest_first(brand: Brand, as_of: datetime) -> None:
    second = BrandFactory(provider=brand.provider)
    for number, (of, state) in enumerate(
        [(brand, S.LATE), (second, S.UNDELIVERED), (brand, S.ON_TIME), (brand, S.UNTELLABLE), (second, S.CANCELLED),
         (brand, S.REGISTERED_LATER), (BrandFactory(), S.LATE)], start=1
    ):  # fmt: skip
        notice(of, number, state, as_of)
    actor = officer_of(brand)
    page = trouble_page(actor, brands=[brand, second], states=TROUBLE)
    assert [row.notice.event_id for row in page.rows] == [6, 4, 2, 1]
    late = trouble_page(actor, brands=[brand], states=[S.LATE])
    assert [row.notice.event_id for row in late.rows] == [1]


def test_r_a1_another_provider_s_notices_are_not_listed(brand: Brand, as_of: datetime) -> None:
    other = BrandFactory()
    notice(other, 1, S.LATE, as_of)
    assert trouble_page(officer_of(brand), brands=[other], states=TROUBLE).rows == []
    assert trouble_page(staff("admin"), brands=[other], states=TROUBLE).rows != []


def test_pages_follow_each_other_in_both_directions(
    brand: Brand, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_page, "PAGE", 2)
    for number in range(1, 6):
        notice(brand, number, S.LATE if number % 2 else S.UNDELIVERED, as_of)
    actor = officer_of(brand)

    def page(**place: str) -> tuple[list[int], str, str]:
        found = trouble_page(actor, brands=[brand], states=TROUBLE, **place)
        return [row.notice.event_id for row in found.rows], found.before, found.after

    assert page() == ([5, 4], "", "4")
    assert page(after="4") == ([3, 2], "3", "2")
    assert page(after="2") == ([1], "1", "")
    assert page(before="1") == ([3, 2], "3", "2")
    assert page(before="3") == ([5, 4], "", "4")
    assert page(after="x") == ([5, 4], "", "4")


def test_the_page_shows_times_tries_answer_and_own_notice(panel: Client, brand: Brand, as_of: datetime) -> None:
    own = as_of - timedelta(hours=2)
    notice(brand, 71, S.REGISTERED_LATER, as_of, answer="250 queued as 71", own=own)
    page = panel.get(URL, {"state": "REGISTERED_LATER"}).content.decode()
    for text in ("ayse@firma.example", "/izinler/71/", "24.11.2026 15:00", "250 queued as 71", "24.11.2026 13:00"):
        assert text in page
    assert "ayse@firma.example" not in panel.get(URL, {"state": "UNDELIVERED"}).content.decode()


def test_r_g2_staff_choose_a_brand_and_see_masked_addresses(
    sign_in: Callable[..., Client], brand: Brand, as_of: datetime
) -> None:
    notice(brand, 71, S.UNDELIVERED, as_of, answer="550 <Ayse@firma.example>: no such user")
    client = sign_in(UserFactory(staff_roles=["admin"]))
    assert client.get(URL).context["page"] is None
    page = client.get(URL, {"brand": brand.brand_code}).content.decode()
    assert "ayse@firma.example" not in page.lower()
    assert "a***@firma.example" in page
    assert "550" in page


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("550 <AYSE@firma.example> and ayse@firma.example", "550 <a***@firma.example> and a***@firma.example"),
        ("250 Ok", "250 Ok"),
        ("", ""),
    ],
)
def test_r_g2_an_address_in_an_answer_is_masked(answer: str, shown: str) -> None:
    assert hidden(answer, "ayse@firma.example") == shown


def test_an_empty_page_and_unknown_filters_open(panel: Client) -> None:
    assert panel.get(URL, {"state": "WAITING", "brand": "1", "after": "-5"}).status_code == 200


def test_the_page_s_queries_do_not_grow_with_the_notices(
    panel: Client, brand: Brand, as_of: datetime, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(1, 30):
        notice(BrandFactory(provider=brand.provider), number, S.LATE, as_of)
    panel.get(URL)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        panel.get(URL)
