"""R-K8 to R-K10: what is counted of complaints, who sees which numbers, what stands out, and what fines may be."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import services
from complaints.enums import BrandSignal, Outcome
from complaints.models import (
    Complaint,
    ComplaintBrandCell,
    ComplaintCell,
    ComplaintChange,
    ComplaintFact,
    ComplaintSignal,
)
from complaints.selectors.signals import brand_signals, numbers_of, signals_of
from complaints.selectors.statistics import Asked, _brand_counts, _brand_sums, fines_on, statistics_of
from complaints.services.signals import count_and_judge, judge_all
from complaints.services.statistics import count_changes, recount
from complaints.signals import BrandNumbers, Limits, standing
from complaints.tasks import judge_brands
from consents.models import Message
from iys_portal.celery import app
from iys_portal.core.actors import Actor
from iys_portal.core.errors import DomainError
from providers.models import Brand
from tests.factories import BrandFactory, complaint_officer, officer_of, staff

LIMITS = Limits(days=90, least=10, per_10_000=5.0, silent_least=3)


def asked(**more: Any) -> Asked:
    """The year of the tests' clock, and what else is asked for."""
    now = timezone.localdate()
    return Asked(now.replace(month=1, day=1), now.replace(month=12, day=1), **more)


def of_brands(read: Callable[..., Any], **more: Any) -> list[tuple[int, ...]]:
    """The list of brands as an admin gets it by one of its two ways: key, and the figures."""
    rows, key = read(staff("admin"), asked(**more))
    return sorted(
        (row[key] or 0, row["n_total"], row["n_open"], row["n_violation"], row["n_no_violation"]) for row in rows
    )


def decide(complaint: Complaint, outcome: str, province: str = "Ankara") -> None:
    services.begin_decision(complaint=complaint, actor=complaint_officer(province))
    proposal = services.propose_decision(
        complaint=complaint, outcome=outcome, reason="Kayıtlara göre.", actor=complaint_officer(province)
    )
    services.confirm_decision(complaint=complaint, proposal_id=proposal.pk, actor=complaint_officer(province))


def test_r_k10_totals_are_exact_after_any_moves(filed, brand: Brand, me: Actor, clock) -> None:
    """Random moves in random order, counted now and then: always what counting from nothing gives."""
    chance = random.Random(7)
    officers = [complaint_officer("Ankara"), complaint_officer("Ankara")]
    answering = officer_of(brand)
    acts: list[Callable[[Complaint], Any]] = [
        lambda one: services.ask_defence(complaint=one, actor=officers[0]),
        lambda one: services.answer_complaint(complaint=one, text="Onay vardı.", actor=answering),
        lambda one: services.withdraw_complaint(complaint=one, actor=me),
        lambda one: services.send_on(complaint=one, province="İzmir", reason="Orada oturuyor", actor=officers[0]),
        lambda one: services.find_sender(complaint=one, brand=brand, actor=officers[0]),
        lambda one: decide(one, chance.choice(Outcome.values)),
        lambda _one: services.watch_clocks(),
        lambda _one: count_changes(),
    ]
    made = 0
    cases = [filed(**({"brand": brand} if number % 2 else {})) for number in range(5)]
    for _step in range(32):
        clock.shift(timedelta(hours=chance.randint(1, 30)))
        try:
            chance.choice(acts)(Complaint.objects.get(pk=chance.choice(cases).pk))
            made += 1
        except DomainError:
            continue
    assert made > 10
    count_changes()
    assert not ComplaintChange.objects.exists()
    assert ComplaintFact.objects.count() == len(cases)
    assert recount().equal
    for more in ({}, {"topic": "no_consent"}, {"topic": "night"}, {"channel": 3}, {"outcome": "open"},
                 {"outcome": "violation"}, {"outcome": "withdrawn", "channel": 3, "topic": "no_consent"}):  # fmt: skip
        assert of_brands(_brand_sums, **more) == of_brands(_brand_counts, **more)
    ComplaintCell.objects.filter(topic="").update(total=7)
    assert recount().cells
    ComplaintBrandCell.objects.filter(topic="").update(open=7)
    assert recount().brands
    with pytest.raises(SystemExit, match="1"):
        call_command("recount_complaints")
    with pytest.raises(SystemExit, match="0"):
        call_command("recount_complaints", "--mend")
    assert recount().equal


@pytest.fixture
def year(filed, brand: Brand, clock) -> list[Complaint]:
    """Three about the brand, one of them sent on to İzmir and one answered and decided; one about nobody known."""
    cases = [filed(brand=brand), filed(brand=brand), filed(brand=brand), filed()]
    services.send_on(complaint=cases[1], province="İzmir", reason="Orada", actor=complaint_officer("Ankara"))
    services.ask_defence(complaint=cases[0], actor=complaint_officer("Ankara"))
    clock.shift(timedelta(days=4))
    services.answer_complaint(complaint=cases[0], text="Onay vardı.", actor=officer_of(brand))
    clock.shift(timedelta(days=3))
    decide(Complaint.objects.get(pk=cases[0].pk), "violation")
    count_changes()
    return cases


def test_r_k10_each_sees_the_numbers_of_its_own(year: list[Complaint], brand: Brand) -> None:
    every = statistics_of(staff("admin"), asked())
    assert (every.total.total, every.total.violation, every.total.open) == (4, 1, 3)
    assert every.medians == {"answer": 4, "decision": 7}
    lines = {table.key: [(line.name, line.figures.total) for line in table.lines] for table in every.tables}
    assert lines["province"] == [("Ankara", 3), ("İzmir", 1)]
    assert lines["brand"] == [("Deneme Moda", 3), ("Kayıtlı olmayan gönderenler", 1)]
    assert statistics_of(complaint_officer("İzmir"), asked()).total.total == 1
    own = statistics_of(officer_of(brand), asked())
    assert own.total.total == 1  # of the others the sender was not told
    assert statistics_of(officer_of(BrandFactory()), asked()).total.total == 0
    assert statistics_of(staff("reviewer"), asked()).total.total == 0


@pytest.mark.parametrize(
    "more, total",
    [
        ({"province": "İzmir"}, 1),
        ({"channel": 3}, 4),
        ({"channel": 1}, 0),
        ({"topic": "no_consent"}, 4),
        ({"topic": "night"}, 0),
        ({"outcome": "violation"}, 1),
        ({"outcome": "open"}, 3),
    ],
)
def test_r_k10_totals_and_facts_answer_alike(year: list[Complaint], brand: Brand, more: Any, total: int) -> None:
    every = statistics_of(staff("admin"), asked(**more))
    assert every.total.total == total
    ComplaintFact.objects.filter(brand=None).update(brand=brand)
    of_brand = statistics_of(staff("admin"), asked(brand=brand, **more))
    assert (of_brand.total, of_brand.medians, of_brand.outcomes) == (every.total, every.medians, every.outcomes)
    assert [table for table in of_brand.tables if table.key != "brand"] == [
        table for table in every.tables if table.key != "brand"
    ]


@pytest.mark.parametrize(
    "numbers, kinds",
    [
        (BrandNumbers(complaints=9, size=10, asked=0, in_time=0), set()),  # too few, however small it is
        (BrandNumbers(complaints=10, size=20_000, asked=0, in_time=0), set()),  # exactly the rate
        (BrandNumbers(complaints=11, size=20_000, asked=0, in_time=0), {BrandSignal.UNUSUAL}),
        (BrandNumbers(complaints=10, size=0, asked=0, in_time=0), {BrandSignal.UNUSUAL}),
        (BrandNumbers(complaints=900, size=2_000_000, asked=0, in_time=0), set()),
        (BrandNumbers(complaints=1, size=10, asked=2, in_time=0), set()),
        (BrandNumbers(complaints=1, size=10, asked=3, in_time=0), {BrandSignal.SILENT}),
        (BrandNumbers(complaints=1, size=10, asked=9, in_time=1), set()),
    ],
)
def test_r_k10_what_is_unusual_depends_on_size(numbers: BrandNumbers, kinds: set[BrandSignal]) -> None:
    assert standing(numbers, LIMITS) == kinds


def test_r_k10_signals_begin_and_end_with_the_numbers(filed, brand: Brand, clock, settings) -> None:
    settings.REGISTRY = settings.REGISTRY | {"UNUSUAL_LEAST": 2, "SILENT_LEAST": 1}
    cases = [filed(brand=brand), filed(brand=brand)]
    assert count_and_judge() == 1
    assert [one.label for one in signals_of(cases)[cases[0].pk]] == ["Onaysız", "Olağan dışı sayıda şikâyet"]
    assert count_and_judge() == 0
    services.ask_defence(complaint=cases[0], actor=complaint_officer("Ankara"))
    clock.shift(timedelta(days=40))
    services.watch_clocks()
    assert count_and_judge() == 1
    assert {row.kind for row in ComplaintSignal.objects.filter(ended_at=None)} == {"unusual", "silent"}
    clock.shift(timedelta(days=60))
    assert judge_all() == 2  # nothing of the last ninety days is left
    assert not brand_signals([brand.pk])
    assert ComplaintSignal.objects.filter(ended_at__isnull=False).count() == 2


def test_only_brands_of_which_something_stands_are_locked(filed, brand: Brand, settings) -> None:
    filed(brand=brand)
    filed(brand=BrandFactory())
    count_changes()
    with CaptureQueriesContext(connection) as queries:
        assert judge_all() == 0
    assert not any("FOR NO KEY UPDATE" in one["sql"] for one in queries)
    settings.REGISTRY = settings.REGISTRY | {"UNUSUAL_LEAST": 1}
    assert judge_all() == 2
    settings.REGISTRY = settings.REGISTRY | {"UNUSUAL_LEAST": 10}
    assert judge_all() == 2  # what stood is looked at again, and ends
    assert not ComplaintSignal.objects.filter(ended_at=None).exists()


def test_r_k10_the_size_of_a_brand_is_that_of_its_messages(brand: Brand, as_of) -> None:
    """Recipients of what was registered within the days."""
    by = {"created_at": as_of, "created_by": 1, "created_name": "Deneme", "channel": 3, "subject": "K", "text": "K"}
    out = by | {"state": "released", "released_at": as_of, "released_by": 1, "released_name": "D", "washed_at": as_of}
    for counts in ({"allowed": 700, "asked": 900}, {"allowed": 50}, {}):
        Message.objects.create(brand=brand, planned_at=as_of, counts=counts, **out)
    Message.objects.create(brand=brand, planned_at=as_of - timedelta(days=91), counts={"allowed": 9_000}, **out)
    Message.objects.create(brand=brand, planned_at=as_of, counts={"allowed": 9_000}, **by)
    assert numbers_of([brand.pk], days=90, now=as_of)[brand.pk].size == 750


def test_r_k10_every_brand_is_judged_by_night() -> None:
    entry = app.conf.beat_schedule["complaints-brands"]
    assert (entry["task"], entry["schedule"].hour, entry["schedule"].minute) == (judge_brands.name, {4}, {30})


def test_r_k9_the_amounts_of_a_day(db: None) -> None:
    found = {one.breach: (one.least, one.most, one.times) for one in fines_on(date(2026, 6, 1))}
    assert found == {
        "no_consent": (2_859, 14_309, 10),
        "sender_hidden": (2_859, 28_620, 1),
        "not_stopped": (5_723, 42_930, 1),
    }
    assert fines_on(date(2025, 12, 31)) == []
