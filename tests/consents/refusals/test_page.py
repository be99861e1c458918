"""The page of refusals to act upon (R-R2): most urgent first, counted down, acknowledged, downloaded."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from consents.models import RefusalAlert
from consents.selectors import refusals as selectors
from consents.selectors.refusals import Waiting, countdown, waiting
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import BusinessCalendar
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, staff

Refuse = Callable[..., RefusalAlert]
Browser = Callable[..., Client]
URL = "/retler/"


def addresses(response: object) -> list[str]:
    return [row.address for row in response.context["page"].rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("due", "tone", "days", "late"),
    [
        (date(2026, 11, 30), "info", "3", False),  # Wednesday to Friday, a weekend between
        (date(2026, 11, 27), "info", "2", False),
        (date(2026, 11, 26), "warning", "1", False),
        (date(2026, 11, 25), "warning", "", False),
        (date(2026, 11, 24), "danger", "1", True),
        (date(2026, 11, 20), "danger", "3", True),
    ],
)
def test_r_r2_the_countdown_knows_business_days(due: date, tone: str, days: str, late: bool) -> None:
    found = countdown(due, today=date(2026, 11, 25), calendar=BusinessCalendar())
    assert (found.tone, found.late) == (tone, late)
    assert "".join(sign for sign in found.words if sign.isdigit()) == days


def test_r_d1_an_added_holiday_shortens_what_is_left() -> None:
    calendar = BusinessCalendar(frozenset({date(2026, 11, 26)}))
    assert "1" in countdown(date(2026, 11, 27), today=date(2026, 11, 25), calendar=calendar).words


def test_r_r2_the_most_urgent_stand_first_with_what_is_known(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    say_no(brand, "bugun@firma.example", days=0)
    say_no(brand, "gecti@firma.example", days=8)
    say_no(brand, "vermedi@firma.example", days=1, denied=True)
    response = browser("officer").get(URL)
    assert addresses(response) == ["gecti@firma.example", "vermedi@firma.example", "bugun@firma.example"]
    rows = response.context["page"].rows
    assert [row.countdown.late for row in rows] == [True, False, False]
    assert [row.alert.denied for row in rows] == [False, True, False]
    page = response.content.decode()
    assert page.count('name="alert"') == 3
    assert page.count("#flag") == 1
    assert f"/izinler/{rows[0].alert.event_id}/" in page
    assert response.context["waiting"] == Waiting(open=3, overdue=1, today=0)


def test_a_click_acknowledges_the_ticked_ones(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    ticked, left = say_no(brand), say_no(brand, "veli@firma.example")
    officer = browser("officer")
    response = officer.post(f"{URL}islendi/", {"alert": [str(ticked.pk)]}, follow=True)
    assert response.redirect_chain == [(URL, 302)]
    assert addresses(response) == [left.recipient]
    done = officer.get(URL, {"tab": "done"})
    assert addresses(done) == [ticked.recipient]
    assert 'name="alert"' not in done.content.decode()


def test_all_keeps_the_filter_and_what_came_meanwhile(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    second = BrandFactory(provider=brand.provider)
    say_no(brand)
    other = say_no(second, "veli@firma.example")
    officer = browser("officer")
    query = f"?brand={brand.brand_code}"
    newest = officer.get(URL + query).context["page"].newest
    came = say_no(brand, "sonra@firma.example")
    response = officer.post(f"{URL}islendi/{query}", {"all": newest}, follow=True)
    assert response.redirect_chain == [(URL + query, 302)]
    assert {a.pk for a in RefusalAlert.objects.all() if a.open} == {other.pk, came.pk}


def test_taken_back_ones_stand_under_the_second_tab(
    brand: Brand, say_no: Refuse, browser: Browser, change_mind: Callable[..., int]
) -> None:
    alert = say_no(brand)
    change_mind(brand, alert.recipient)
    officer = browser("officer")
    assert officer.get(URL).context["page"].rows == []
    done = officer.get(URL, {"tab": "done"})
    assert addresses(done) == [alert.recipient]
    assert "#undo" in done.content.decode()


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_viewer_and_auditor_read_only(brand: Brand, say_no: Refuse, browser: Browser, role: str) -> None:
    alert = say_no(brand)
    client = browser(role)
    page = client.get(URL, {"brand": brand.brand_code}).content.decode()
    assert f"/izinler/{alert.event_id}/" in page
    assert 'name="alert"' not in page
    assert "disa-aktar" not in page
    assert client.post(f"{URL}islendi/", {"alert": [str(alert.pk)]}).status_code == 403
    assert client.post(f"{URL}disa-aktar/").status_code == 403
    alert.refresh_from_db()
    assert alert.open
    assert not AuditEntry.objects.filter(verb__startswith="refusal.").exists()


def test_r_g2_staff_see_masked_addresses_of_one_brand(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    alert = say_no(brand)
    admin = browser("admin")
    first = admin.get(URL)
    assert first.context["page"] is None
    assert first.context["waiting"].open == 1
    page = admin.get(URL, {"brand": brand.brand_code}).content.decode()
    assert alert.recipient not in page
    assert "a***@firma.example" in page
    assert admin.post(f"{URL}disa-aktar/").status_code == 422


def test_r_a1_a_stranger_sees_and_acknowledges_nothing(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    other = BrandFactory()
    alert = say_no(other)
    officer = browser("officer")
    assert officer.get(URL, {"brand": other.brand_code}).context["page"].rows == []
    assert officer.post(f"{URL}islendi/", {"alert": [str(alert.pk)]}).status_code == 404
    assert not AuditEntry.objects.filter(verb="refusal.acknowledged").exists()
    file = b"".join(officer.post(f"{URL}disa-aktar/").streaming_content)  # type: ignore[attr-defined]
    assert alert.recipient.encode() not in file


def test_r_g3_the_open_ones_as_a_file(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    say_no(brand, "=cmd@firma.example", days=8, denied=True)
    say_no(brand)
    officer = browser("officer")
    response = officer.post(f"{URL}disa-aktar/")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["recipient"] for row in rows] == ["'=cmd@firma.example", "ayse@firma.example"]
    assert rows[0] == rows[0] | {
        "type": "EPOSTA", "status": "RET", "source": "IYS_WEB", "brandCode": str(brand.brand_code),
        "refusedAt": "2026-11-16 15:00:00", "stopBy": "2026-11-19", "neverGiven": "1",
    }  # fmt: skip
    assert AuditEntry.objects.get(verb="refusal.exported").provider_id == brand.provider_id
    assert officer.get(f"{URL}disa-aktar/").status_code == 405


def test_pages_follow_each_other_in_both_directions(
    brand: Brand, officer: Actor, say_no: Refuse, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    for number in range(5):
        say_no(brand, f"kisi{number}@firma.example", days=number)
    expected = [alert.recipient for alert in RefusalAlert.objects.filter(acknowledged_at=None).order_by("due_on", "pk")]
    walked: list[str] = []
    place = ""
    pages = []
    for _ in range(3):
        page = selectors.open_page(officer, brand=None, now=as_of, after=place)
        pages.append(page)
        walked += [row.address for row in page.rows]
        place = page.after
    assert walked == expected
    assert place == ""
    assert pages[0].before == ""
    back = selectors.open_page(officer, brand=None, now=as_of, before=pages[2].before)
    assert [row.address for row in back.rows] == expected[2:4]
    assert back.before
    first = selectors.open_page(officer, brand=None, now=as_of, before=back.before)
    assert ([row.address for row in first.rows], first.before) == (expected[:2], "")


def test_an_old_or_forged_place_opens_the_first_page(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    say_no(brand)
    officer = browser("officer")
    for place in ("x", "2026-13-01_5", "2026-11-24_", "2026-11-24_%00"):
        assert len(officer.get(URL, {"after": place}).context["page"].rows) == 1


def test_the_menu_shows_how_many_are_open(brand: Brand, say_no: Refuse, browser: Browser) -> None:
    say_no(brand)
    say_no(brand, "veli@firma.example")
    say_no(BrandFactory())
    page = browser("viewer").get("/izinler/").content.decode()
    assert '<span class="count">2</span>' in page
    assert '<span class="count">' not in browser("auditor").get("/izinler/").content.decode()


def test_r_r2_the_counts_are_the_actor_s(brand: Brand, officer: Actor, say_no: Refuse, as_of: datetime) -> None:
    say_no(brand)
    say_no(brand, "veli@firma.example", days=8)
    say_no(BrandFactory(), days=4)
    today = as_of.date()
    assert waiting(officer, today=today) == Waiting(open=2, overdue=1, today=0)
    assert waiting(staff("auditor"), today=today).open == 3
    assert waiting(staff("auditor"), today=date(2026, 11, 27)).today == 1


def test_the_page_s_queries_do_not_grow_with_the_refusals(
    brand: Brand, say_no: Refuse, browser: Browser, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(20):
        say_no(brand, f"kisi{number}@firma.example")
    officer = browser("officer")
    officer.get(URL)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        officer.get(URL)
