"""R-D2: what the engine answered, or would have, on each day of the known history, for both sizes; and the banner."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse

from consents.deadlines import Announcement
from consents.models import Consent, ConsentEvent, DeadlineExtension, Notice
from consents.selectors.deadlines import banner_of, preview_of
from consents.services.deadlines import AnnouncedAlready, announce_deadline
from consents.services.records import Entry, record_consents
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry, Job, OutboxMessage
from providers.enums import ProviderState
from providers.models import LARGE_FROM
from tests.factories import BrandFactory, MembershipFactory, ProviderFactory, UserFactory, officer_of, staff

OPEN = None
LARGE, SMALL = "31.12.2020", "31.05.2021"
URL = "admin:consents_deadlineextension_announce"


def at(*numbers):
    return datetime(*numbers, tzinfo=ISTANBUL)


def of_size(large, **values):
    return BrandFactory(provider=ProviderFactory(declared_consents=LARGE_FROM + int(large), **values))


def say(brand, moment, *, status="ONAY", given="2018-03-01 10:00:00", strict=False):
    """One record at a moment; None where it was taken, else code and sentence."""
    entry = Entry("ayse@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", given)
    with time_machine.travel(moment, tick=False):
        outcome = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=moment, strict=strict)[
            0
        ]
    return None if outcome.accepted else (outcome.problem.code, outcome.problem.sentence(**outcome.values))


TRAVELS = [
    (at(2020, 5, 15, 12), OPEN, OPEN),
    (at(2020, 7, 15, 12), OPEN, OPEN),  # postponed to 31 August
    (at(2020, 9, 15, 12), OPEN, OPEN),  # postponed to 1 December
    (at(2020, 11, 30, 12), OPEN, OPEN),
    (at(2020, 12, 1, 23, 59), OPEN, OPEN),
    (at(2020, 12, 2, 0, 0), OPEN, OPEN),  # by size from now on
    (at(2020, 12, 31, 23, 59, 59), OPEN, OPEN),
    (at(2021, 1, 1, 0, 0), LARGE, OPEN),
    (at(2021, 1, 20, 12), LARGE, OPEN),
    (at(2021, 5, 31, 23, 59, 59), LARGE, OPEN),
    (at(2021, 6, 1, 0, 0), LARGE, SMALL),
    (at(2021, 6, 15, 12), LARGE, SMALL),
    (at(2026, 11, 24, 15), LARGE, SMALL),
]


@pytest.mark.django_db
@pytest.mark.parametrize("moment, large, small", TRAVELS)
@pytest.mark.parametrize("strict", [False, True])
def test_r_d2_the_engines_verdict_on_an_old_consent_on_each_day(moment, large, small, strict):
    for is_large, until in ((True, large), (False, small)):
        brand = of_size(is_large)
        answer = say(brand, moment, strict=strict)
        if until is OPEN:
            assert answer is None
            assert Consent.objects.filter(brand_id=brand.pk).count() == 1
        else:
            code, sentence = answer
            assert code == "R-D2"
            assert until in sentence
            assert not ConsentEvent.objects.filter(brand_id=brand.pk).exists()
            assert not Notice.objects.filter(brand_id=brand.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [at(2021, 1, 1, 0, 0), at(2026, 11, 24, 15)])
def test_r_d2_a_refusal_and_a_fresh_consent_are_taken_after_the_deadline(moment):
    brand = of_size(large=True)
    assert say(brand, moment, status="RET", given="2018-03-01 10:00:00") is None
    fresh = f"{moment:%Y-%m-%d} 00:00:00"
    assert say(of_size(large=True), moment, given=fresh) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment, until",
    [(at(2020, 6, 2, 12), "01.06.2020"), (at(2020, 9, 1, 12), "31.08.2020"), (at(2020, 12, 2, 12), "01.12.2020")],
)
def test_r_d2_without_its_postponement_each_deadline_would_have_passed(moment, until):
    later = DeadlineExtension.objects.filter(until__gt=datetime.strptime(until, "%d.%m.%Y"))
    later.delete()
    code, sentence = say(of_size(large=False), moment)
    assert code == "R-D2"
    assert until in sentence


@pytest.mark.django_db
def test_r_d2_a_postponement_for_one_size_opens_it_for_that_size_alone():
    now = at(2026, 11, 24, 15)
    announce_deadline(
        actor=staff("admin"),
        announced_on=date(2026, 11, 24),
        until=date(2026, 12, 31),
        reference="1",
        size_class="large",
    )
    assert say(of_size(large=True), now) is None
    assert say(of_size(large=False), now)[0] == "R-D2"
    assert "31.12.2026" in say(of_size(large=True), at(2027, 1, 4, 12))[1]


def banner(brand, *moment):
    return banner_of(officer_of(brand, "viewer"), now=at(*moment))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment, large, small",
    [
        ((2020, 1, 3), None, None),
        ((2020, 5, 20, 12), (True, 12, "2020-06-01"), (True, 12, "2020-06-01")),
        ((2020, 12, 2, 12), (True, 29, "2020-12-31"), (True, 180, "2021-05-31")),
        ((2020, 12, 31, 23, 59), (True, 0, "2020-12-31"), (True, 151, "2021-05-31")),
        ((2021, 1, 1), (False, 0, "2020-12-31"), (True, 150, "2021-05-31")),
        ((2021, 2, 15, 23), (False, 0, "2020-12-31"), (True, 105, "2021-05-31")),
        ((2021, 2, 16), None, (True, 104, "2021-05-31")),
        ((2021, 7, 15, 23), None, (False, 0, "2021-05-31")),
        ((2021, 7, 16), None, None),
        ((2026, 11, 24, 12), None, None),
    ],
)
def test_r_d2_the_banner_counts_the_days_while_it_is_open_or_people_check(moment, large, small):
    for is_large, expected in ((True, large), (False, small)):
        found = banner(of_size(is_large), *moment)
        assert (found and (found.open, found.days_left, found.until.isoformat())) == expected


@pytest.mark.django_db
def test_r_d2_the_banner_names_a_late_change():
    found = banner(of_size(large=True), 2020, 12, 2, 12)
    assert (found.former, found.postponed, found.check_until) == (date(2020, 12, 1), True, date(2021, 2, 15))
    assert banner(of_size(large=True), 2020, 12, 20, 12).former is None
    announce_deadline(actor=SYSTEM, announced_on=date(2020, 12, 3), until=date(2020, 12, 10), reference="2")
    sooner = banner(of_size(large=False), 2020, 12, 3, 12)
    assert (sooner.former, sooner.postponed, sooner.days_left) == (date(2021, 5, 31), False, 7)


@pytest.mark.django_db
def test_r_d2_everybody_concerned_sees_the_banner_and_nobody_else(sign_in):
    one, other = of_size(large=False), of_size(large=False)
    announce_deadline(
        actor=staff("admin"),
        announced_on=date(2026, 11, 24),
        until=date(2026, 12, 4),
        check_until=date(2027, 1, 15),
        reference="Karar 2026/9",
        provider=one.provider,
        reason="Yeni katılan",
    )
    with time_machine.travel(at(2026, 11, 24, 15), tick=False):
        for role in ("manager", "officer", "viewer"):
            client = sign_in(MembershipFactory(provider=one.provider, role=role).user, one.provider)
            page = client.get(reverse("dashboard:overview")).content.decode()
            assert "04.12.2026" in page
            assert "15.01.2027" in page
            assert "Karar 2026/9" in page
        client = sign_in(MembershipFactory(provider=one.provider, role="officer").user, one.provider)
        for name in ("consents:imports", "consents:import_new"):
            assert 'id="initial-deadline"' in client.get(reverse(name)).content.decode()
        client = sign_in(MembershipFactory(provider=other.provider, role="officer").user, other.provider)
        for name in ("dashboard:overview", "consents:imports"):
            assert 'id="initial-deadline"' not in client.get(reverse(name)).content.decode()
        client = sign_in(UserFactory(staff_roles=["admin"]))
        assert 'id="initial-deadline"' not in client.get(reverse("dashboard:overview")).content.decode()


@pytest.fixture
def admin(sign_in):
    with time_machine.travel(at(2026, 11, 24, 15), tick=False):
        yield sign_in(UserFactory(staff_roles=["admin"]))


FORM = {
    "scope": "all",
    "iys_code": "",
    "until": "2026-12-31",
    "check_until": "2027-02-15",
    "announced_on": "2026-11-24",
    "reference": "Duyuru 2026/1",
    "reason": "",
}


def nothing_announced():
    assert DeadlineExtension.objects.count() == 5
    assert not AuditEntry.objects.filter(verb__startswith="deadline").exists()
    assert not Job.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_r_d2_the_first_click_shows_whom_it_concerns_and_writes_nothing(admin):
    of_size(large=True, title="Büyük A.Ş.")
    of_size(large=False, title="Küçük A.Ş.")
    of_size(large=False, title="Kapalı A.Ş.", state=ProviderState.CLOSED)
    answer = admin.post(reverse(URL), FORM | {"preview": "1"})
    preview = answer.context["preview"]
    assert (preview.total, preview.large, preview.small, preview.shortened, preview.without_effect) == (2, 1, 1, 0, 0)
    assert [(one.provider.title, one.now, one.then) for one in preview.named] == [
        ("Büyük A.Ş.", date(2020, 12, 31), date(2026, 12, 31)),
        ("Küçük A.Ş.", date(2021, 5, 31), date(2026, 12, 31)),
    ]
    nothing_announced()


@pytest.mark.django_db
def test_r_d2_the_second_click_announces_once(admin):
    hidden = FORM | {"announce": "1"}
    assert admin.post(reverse(URL), hidden).status_code == 302
    deadline = DeadlineExtension.objects.latest("pk")
    assert (deadline.until, deadline.check_until, deadline.size_class) == (date(2026, 12, 31), date(2027, 2, 15), "")
    entry = AuditEntry.objects.get(verb="deadline.announced")
    assert (entry.new["until"], entry.way) == ("2026-12-31", "web")
    again = admin.post(reverse(URL), hidden, HTTP_REFERER="http://testserver/")
    assert again.status_code == 302
    assert DeadlineExtension.objects.count() == 6
    assert AuditEntry.objects.filter(verb="deadline.announced").count() == 1
    page = admin.get(reverse("admin:consents_deadlineextension_changelist")).content.decode()
    assert page.count("field-until") == 6  # the history stays visible


@pytest.mark.django_db
def test_r_d2_a_window_for_one_provider_is_announced_with_its_reason(admin):
    brand = of_size(large=False)
    window = FORM | {"scope": "one", "iys_code": str(brand.provider.iys_code), "announce": "1"}
    answer = admin.post(reverse(URL), window)
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    nothing_announced()
    assert admin.post(reverse(URL), window | {"reason": "Yeni katılan"}).status_code == 302
    assert say(brand, at(2026, 11, 24, 15)) is None
    assert say(of_size(large=False), at(2026, 11, 24, 15))[0] == "R-D2"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"scope": "one"}, "iys_code"),
        ({"scope": "one", "iys_code": "1"}, "iys_code"),
        ({"iys_code": "600000"}, "iys_code"),
        ({"until": "2026-11-01"}, "__all__"),
        ({"check_until": "2026-12-30"}, "check_until"),
        ({"reference": ""}, "reference"),
        ({"until": "yarın"}, "until"),
        ({"scope": "medium"}, "scope"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "announce"])
def test_r_d2_an_announcement_that_does_not_hold_says_so_at_its_field(admin, changes, field, step):
    answer = admin.post(reverse(URL), FORM | changes | {step: "1"})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert answer.context["preview"] is None
    nothing_announced()


@pytest.mark.django_db
def test_r_d2_the_preview_warns_of_lost_days_and_of_announcements_without_effect(admin):
    brand = of_size(large=False)
    announce_deadline(actor=SYSTEM, announced_on=date(2026, 11, 23), until=date(2027, 3, 1), reference="1")
    sooner = admin.post(reverse(URL), FORM | {"preview": "1"}).context["preview"]
    assert (sooner.total, sooner.shortened, sooner.named[0].provider) == (1, 1, brand.provider)
    dated_back = admin.post(reverse(URL), FORM | {"announced_on": "2026-11-20", "preview": "1"}).context["preview"]
    assert (dated_back.without_effect, dated_back.named[0].then) == (1, date(2027, 3, 1))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "reviewer", "complaint_officer"])
def test_r_d2_who_may_not_change_reference_data_announces_nothing(sign_in, role):
    client = sign_in(UserFactory(staff_roles=[role]))
    assert client.get(reverse(URL)).status_code == 403
    assert client.post(reverse(URL), FORM | {"announce": "1"}).status_code == 403
    nothing_announced()


@pytest.mark.django_db
def test_r_d2_the_same_announcement_twice_is_one():
    values = {"announced_on": date(2026, 11, 24), "until": date(2026, 12, 31), "reference": "1"}
    announce_deadline(actor=SYSTEM, **values)
    with pytest.raises(AnnouncedAlready):
        announce_deadline(actor=SYSTEM, **values | {"reference": "2"})
    assert DeadlineExtension.objects.count() == 6
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db
def test_r_d2_the_number_of_queries_of_a_preview_does_not_grow(django_assert_num_queries):
    for number in range(30):
        of_size(large=bool(number % 2))
    with django_assert_num_queries(3):
        preview = preview_of(Announcement(date(2026, 11, 24), date(2026, 12, 31), None), now=at(2026, 11, 24, 12))
    assert (preview.total, len(preview.named), preview.left_out) == (30, 20, 10)
