"""The overview (R-A4): numbers from the counters, one provider's or, for staff, all."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consents.enums import Channel, NoticeState, RecipientType, Status, Verdict
from consents.models import BrandCounter, BrandDay, ConsentImport, NoticeCounter, RefusalCounter
from consents.services.queries import ask
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.models import Job
from iys_portal.dashboard.first_steps import SHOWN_FOR, first_steps
from iys_portal.dashboard.selectors import overview
from providers.models import Brand, Provider
from tests.factories import BrandFactory, MembershipFactory, UserFactory, actor_of, integrator_of, officer_of, staff


def count(brand: Brand, total: int, *, channel: int = 3, status: int = 1, holds: int = 0) -> None:
    BrandCounter.objects.create(
        brand_id=brand.pk, channel=channel, recipient_type=1, status=status, holds=holds, total=total
    )


def waiting(brand: Brand, state: str, **job: int) -> ConsentImport:
    now = timezone.now()
    work = Job.objects.create(
        task="t", title="t", state="running", actor_kind=1, actor_id=1, actor_name="x", created_at=now, **job
    )
    return ConsentImport.objects.create(
        provider=brand.provider, brand=brand, state=state, file_name=f"{state}.csv", sha256="0" * 64,
        actor_id=1, actor_name="x", created_at=now, check_job=work,
    )  # fmt: skip


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def panel(sign_in: Callable[..., Client], brand: Brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="manager").user, brand.provider)


def tiles(page: object) -> list[int]:
    return [tile.value for tile in page.tiles]  # type: ignore[attr-defined]


def test_r_a4_a_provider_sees_its_own_numbers_and_staff_all(brand: Brand) -> None:
    other = BrandFactory()
    count(brand, 100)
    count(brand, 7, status=2)
    count(brand, 5, holds=2)
    count(brand, 3, holds=1)
    count(other, 1000)
    now = timezone.now()
    assert tiles(overview(officer_of(brand), now=now)) == [108, 7, 0, 0, 5, 3, 0, 0, 0]
    assert tiles(overview(staff("admin"), now=now))[2:] == [1108, 7, 0, 0, 5, 3, 0, 0]
    assert [line.brand for line in overview(officer_of(brand), now=now).brands] == [brand]


def test_the_table_has_brands_by_size_and_channels_in_order(brand: Brand) -> None:
    second = BrandFactory(provider=brand.provider)
    count(brand, 5, channel=1)
    count(second, 9, channel=2)
    count(second, 2, channel=2, status=2)
    page = overview(officer_of(brand), now=timezone.now())
    assert [line.brand for line in page.brands] == [second, brand]
    assert page.sums == [(Channel.ARAMA, 5, 0), (Channel.MESAJ, 9, 2), (Channel.EPOSTA, 0, 0)]


def test_the_chart_has_thirty_days_in_istanbul_with_zeros(brand: Brand) -> None:
    now = timezone.now()
    today = now.astimezone(ISTANBUL).date()

    def day(when: date, status: Status, verdict: Verdict, total: int) -> None:
        BrandDay.objects.create(brand_id=brand.pk, day=when, channel=3, status=status, verdict=verdict, total=total)

    day(today, Status.ONAY, Verdict.NEW, 4)
    day(today, Status.ONAY, Verdict.RENEWED, 2)
    day(today, Status.ONAY, Verdict.UNCHANGED, 50)
    day(today - timedelta(days=29), Status.RET, Verdict.NEW, 3)
    day(today - timedelta(days=30), Status.RET, Verdict.NEW, 9)
    chart = overview(officer_of(brand), now=now).chart
    consents, refusals = (series["values"] for series in chart["series"])
    assert len(chart["labels"]) == len(consents) == 30
    assert consents == [0] * 29 + [6]
    assert refusals == [3] + [0] * 29


def test_imports_that_run_or_wait_are_shown_with_their_progress(brand: Brand) -> None:
    waiting(brand, "checking", done=25, total=100)
    waiting(brand, "checked")
    waiting(brand, "applied")
    waiting(BrandFactory(), "checked")
    page = overview(officer_of(brand), now=timezone.now())
    assert {(line.item.state, line.percent) for line in page.imports} == {("checking", 25), ("checked", None)}
    assert tiles(page)[6] == 1


def test_a_new_provider_is_told_what_to_do_first(panel: Client, brand: Brand) -> None:
    page = panel.get("/").content.decode()
    assert "/izinler/ornek.csv" in page
    assert "first-steps" in page
    count(brand, 1)
    Provider.objects.update(created_at=timezone.now() - SHOWN_FOR)
    assert "first-steps" not in panel.get("/").content.decode()


def test_the_number_of_queries_does_not_grow_with_brands_and_imports(
    panel: Client, brand: Brand, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(20):
        count(BrandFactory(provider=brand.provider), 1_000_000)
        waiting(brand, "checked")
    panel.get("/")
    with django_assert_max_num_queries(22):  # type: ignore[attr-defined]
        panel.get("/")
    Provider.objects.update(created_at=timezone.now() - SHOWN_FOR)
    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        panel.get("/")


def test_the_overview_needs_a_sign_in(client: Client) -> None:
    assert client.get("/").status_code == 302


def test_the_gallery_is_for_staff(panel: Client, sign_in: Callable[..., Client]) -> None:
    assert panel.get("/staff/gallery/").status_code == 403
    assert sign_in(UserFactory(staff_roles=["auditor"])).get("/staff/gallery/").status_code == 200
    assert actor_of(UserFactory(staff_roles=["auditor"])).may("gallery.view")


@pytest.mark.django_db
def test_r_a1_an_integrators_user_sees_no_numbers_before_a_grant(sign_in):
    brand = BrandFactory(is_main=True)
    member = MembershipFactory(provider=brand.provider, role="integrator")
    response = sign_in(member.user, brand.provider).get("/")
    assert response.status_code == 200
    assert "overview" not in response.context


def notices(brand: Brand, total: int, state: NoticeState, *, days: int = 0) -> None:
    day = timezone.now().astimezone(ISTANBUL).date() - timedelta(days=days)
    NoticeCounter.objects.create(brand_id=brand.pk, day=day, means=Means.MAIL, state=state, total=total)


def refused(brand: Brand, total: int, *, in_days: int) -> None:
    day = timezone.now().astimezone(ISTANBUL).date() + timedelta(days=in_days)
    RefusalCounter.objects.create(provider_id=brand.provider_id, due_on=day, total=total)


def test_r_a4_the_tile_of_notices_counts_failures_and_names_the_rest(brand: Brand) -> None:
    notices(brand, 4, NoticeState.LATE)
    notices(brand, 3, NoticeState.UNDELIVERED)
    notices(brand, 50, NoticeState.REGISTERED_LATER)
    notices(brand, 1200, NoticeState.ON_TIME)
    notices(brand, 60, NoticeState.WAITING)
    notices(brand, 1000, NoticeState.LATE, days=30)
    notices(BrandFactory(), 100, NoticeState.LATE)
    tile = overview(officer_of(brand), now=timezone.now()).tiles[3]
    assert (tile.value, tile.tone, tile.url) == (7, "warning", "/bildirimler/")
    assert "1.200" in str(tile.hint)
    assert "60" in str(tile.hint)
    everybodys = overview(staff("admin"), now=timezone.now()).tiles
    assert [one.value for one in everybodys if one.url == "/bildirimler/"] == [107]


@pytest.mark.parametrize(
    ("due", "tone", "hinted"),
    [((), "", []), ((3,), "info", []), ((0, 3), "warning", ["5"]), ((-1, 0), "danger", ["5", "5"])],
)
def test_r_a4_the_tile_of_refusals_is_as_urgent_as_they_are(
    brand: Brand, due: tuple[int, ...], tone: str, hinted: list[str]
) -> None:
    for days in due:
        refused(brand, 5, in_days=days)
    refused(BrandFactory(), 100, in_days=-5)
    tile = overview(officer_of(brand), now=timezone.now()).tiles[2]
    assert (tile.value, tile.tone, tile.url) == (5 * len(due), tone, "/retler/")
    assert [sign for sign in str(tile.hint) if sign.isdigit()] == hinted


def steps_of(actor: Actor, *, recorded: bool = False, after: timedelta = timedelta(0)) -> dict[str, bool]:
    found = first_steps(actor, recorded=recorded, now=timezone.now() + after)
    return {step.view: step.done for step in found}


def test_a_new_company_is_led_through_its_first_hour(brand: Brand) -> None:
    manager = officer_of(brand, "manager")
    todo = ["providers:brands", "providers:people", "consents:import_new", "consents:record", "consents:query_new"]
    assert steps_of(manager) == dict.fromkeys(todo, False)
    officer = officer_of(brand)
    assert steps_of(manager)["providers:people"]
    assert list(steps_of(officer)) == todo[2:]
    waiting(brand, "checked")
    assert steps_of(officer, recorded=True) == {
        "consents:import_new": True, "consents:record": True, "consents:query_new": False
    }  # fmt: skip
    assert steps_of(officer, recorded=True, after=SHOWN_FOR) == {}
    assert steps_of(officer, after=SHOWN_FOR) != {}


def test_the_first_hour_is_the_companys_own_peoples(brand: Brand) -> None:
    assert steps_of(officer_of(brand, "viewer")) == {}
    assert steps_of(actor_of(integrator_of(brand).user, brand.provider)) == {}
    assert steps_of(staff("admin")) == {}


def test_steps_that_are_all_done_are_shown_no_longer(brand: Brand, panel: Client) -> None:
    assert "İlk adımlarınız" not in panel.get("/").content.decode()  # still the welcome
    count(brand, 1)
    assert "İlk adımlarınız" in panel.get("/").content.decode()
    officer = officer_of(brand)
    waiting(brand, "checked")
    ask(
        actor=officer,
        brand=brand,
        channel=Channel.EPOSTA,
        addresses=["ali@firma.example"],
        recipient_type=RecipientType.BIREYSEL,
    )
    assert steps_of(officer, recorded=True) == {}
