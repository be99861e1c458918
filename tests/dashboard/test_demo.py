"""The demonstration: through the engine, made up throughout, the same on every run."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings

from consents.enums import Hold, Source, Status
from consents.models import BrandCounter, BrandDay, Consent, ConsentEvent, ConsentImport, RecipientQuery
from consents.services.demo import backdate_import
from consents.states import ImportState
from iys_portal.accounts.demo import STORE
from iys_portal.core.actors import ActorKind
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import JobState
from iys_portal.core.errors import NotAllowed
from iys_portal.core.models import AuditEntry, Job
from iys_portal.dashboard import demo
from iys_portal.dashboard.demo_files import Generator, email_of, official_file, phone_of
from providers.models import Brand, Membership, Provider, Retailer

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=ISTANBUL)
DAYS = 5


pytestmark = pytest.mark.xdist_group("test_demo")  # loaded once


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


def fingerprint():
    return list(
        ConsentEvent.objects.order_by("recipient", "brand_id", "channel", "recipient_type", "version").values_list(
            "recipient", "channel", "version", "status", "source", "consent_date", "registered_at"
        )
    )


def test_every_screen_has_something_to_show(demonstration):
    assert set(Provider.objects.values_list("is_demo", flat=True)) == {True}
    assert Brand.objects.count() == 5
    assert Brand.objects.filter(double_opt_in=True).count() == 1
    assert Retailer.objects.count() == 17
    assert Membership.objects.exists()
    states = set(ConsentImport.objects.values_list("state", flat=True))
    assert states == {ImportState.APPLIED, ImportState.CHECKED, ImportState.UNDONE}
    assert ConsentImport.objects.filter(by_registry=True).count() == 1
    by_integrator = ConsentImport.objects.get(apply_job__actor_kind=ActorKind.INTEGRATOR)
    assert by_integrator.counts["codes"].keys() == {"520"}, "R-P12: calls were not granted"
    assert by_integrator.counts["verdicts"]["new"]
    holds = set(Consent.objects.values_list("holds", flat=True))
    assert {0, Hold.AWAITING_CONFIRMATION, Hold.EVIDENCE_MISSING} <= holds
    assert set(Consent.objects.values_list("status", flat=True)) == set(Status)
    assert ConsentEvent.objects.filter(source__in=[Source.IYS_WEB, Source.IYS_EPOSTA]).exists()
    messy = ConsentImport.objects.get(file_name="bayi-listesi-karisik.csv")
    assert min(messy.dry_counts["verdicts"][name] for name in ("new", "late", "malformed")) > 0


def test_days_of_the_month_are_told_apart(demonstration):
    assert BrandDay.objects.values("day").distinct().count() == DAYS + 1
    days = {moment.astimezone(ISTANBUL).date() for moment in ConsentImport.objects.values_list("created_at", flat=True)}
    assert len(days) == DAYS + 1
    assert BrandCounter.objects.aggregate(total=Sum("total"))["total"] == Consent.objects.count()


def test_nobody_real_is_in_it(demonstration):
    for address in Consent.objects.values_list("recipient", flat=True):
        assert address.endswith(".example") or address.startswith(("+90500", "+90212999")), address
    assert not Provider.objects.exclude(mersis__startswith="0000000000").exists()


def test_a_second_run_changes_nothing(demonstration):
    before = fingerprint(), AuditEntry.objects.count(), ConsentImport.objects.count()
    again = demo.load(now=NOW, days=DAYS)
    assert again.imports == 0
    assert (fingerprint(), AuditEntry.objects.count(), ConsentImport.objects.count()) == before


def test_what_a_killed_run_left_is_loaded_again(demonstration):
    item = ConsentImport.objects.get(file_name="moda-bekleyen.csv")
    ConsentImport.objects.filter(pk=item.pk).update(state=ImportState.UPLOADED)
    assert demo.load(now=NOW, days=DAYS).imports == 1
    item.refresh_from_db()
    assert item.state == ImportState.DISCARDED


def test_work_that_failed_goes_on_in_the_background(demonstration):
    item = ConsentImport.objects.get(file_name="havalimani-standi.csv")
    ConsentImport.objects.filter(pk=item.pk).update(state=ImportState.APPLYING)
    Job.objects.filter(pk=item.apply_job_id).update(state=JobState.FAILED)
    assert demo.load(now=NOW, days=DAYS).imports == 0
    assert Job.objects.get(pk=item.apply_job_id).state == JobState.QUEUED


def test_the_same_seed_and_moment_give_the_same_bytes():
    first, second = (official_file(Generator("x", NOW).consents(range(50))) for _ in range(2))
    assert first == second
    assert first != official_file(Generator("y", NOW).consents(range(50)))


def test_people_have_one_address_each():
    assert len({email_of(person) for person in range(10_000)}) == 10_000
    assert phone_of(1) == "+905000000001"


@pytest.mark.django_db
def test_it_is_refused_outside_the_demonstration(settings):
    settings.DEMO, before = False, Provider.objects.count()
    with pytest.raises(CommandError):
        call_command("load_demo")
    with pytest.raises(NotAllowed):
        demo.load()
    assert Provider.objects.count() == before


def test_only_the_demonstrations_imports_are_given_other_times(demonstration):
    item = ConsentImport.objects.select_related("provider").filter(provider__iys_code=STORE)[0]
    item.provider.is_demo = False
    with pytest.raises(NotAllowed):
        backdate_import(item, moment=NOW)


def test_r_s1_the_store_asked_before_sending(demonstration):
    listed, single = RecipientQuery.objects.order_by("pk")
    assert listed.answered and single.answered
    assert listed.counts["10"] and listed.malformed
    assert single.total == 1
