"""How far an integrator's people reach: what was granted, while it stands, and not a row more (R-P12, R-A1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consents.enums import Channel
from consents.filters import ConsentFilterForm, read_filters
from consents.models import BrandCounter, Consent, ConsentEvent, DayFile, Evidence, Notice, RefusalAlert
from consents.selectors import pages
from consents.services.records import Entry, record_consents
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.scopes import actor_for, scopes_of
from iys_portal.accounts.selectors import needs_second_factor
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.models import AuditEntry
from providers.enums import GrantChannel
from providers.models import Brand, IntegratorPerson, Membership, Retailer
from tests.factories import (
    BrandFactory,
    IntegratorGrantFactory,
    IntegratorPersonFactory,
    MembershipFactory,
    RetailerFactory,
    actor_of,
    integrator_of,
    officer_of,
)

pytestmark = pytest.mark.django_db
MAIL, PHONE = "ali@firma.example", "+905320000000"


def acting(person: IntegratorPerson, brand: Brand) -> Actor:
    return actor_of(person.user, brand.provider)


def entry(address: str, channel: str, *, status: str = "ONAY", minutes: int = 5) -> Entry:
    at = timezone.localtime() - timedelta(minutes=minutes)
    return Entry(address, channel, status, "HS_WEB", "BIREYSEL", f"{at:%Y-%m-%d %H:%M:%S}")


@pytest.fixture
def brand() -> Brand:
    """A brand with a consent on each channel, and a sub-brand with one more."""
    brand = BrandFactory(is_main=True)
    other = BrandFactory(provider=brand.provider)
    officer = officer_of(brand)
    record_consents(
        actor=officer,
        brand=brand,
        entries=[entry(MAIL, "EPOSTA"), entry(PHONE, "MESAJ"), entry(PHONE, "ARAMA")],
    )
    record_consents(actor=officer, brand=other, entries=[entry(MAIL, "EPOSTA")])
    return brand


def test_grant_channels_are_the_channels_of_consents() -> None:
    assert [(one.value, one.name, one.label) for one in GrantChannel] == [
        (one.value, one.name, one.label) for one in Channel
    ]


def test_r_p12_lists_hold_granted_brands_and_channels_only(brand: Brand) -> None:
    actor = acting(integrator_of(brand, 2), brand)
    keys = {(row.brand_id, row.channel) for row in Consent.objects.visible_to(actor)}
    assert keys == {(brand.pk, Channel.MESAJ)}
    assert {row.channel for row in ConsentEvent.objects.visible_to(actor)} == {Channel.MESAJ}
    assert {row.channel for row in BrandCounter.objects.visible_to(actor)} == {Channel.MESAJ}
    assert list(Brand.objects.visible_to(actor)) == [brand]


def test_r_p12_a_page_of_consents_is_filled_from_granted_channels(brand: Brand) -> None:
    actor = acting(integrator_of(brand, 2), brand)
    form = ConsentFilterForm({}, actor=actor)
    filters = read_filters(actor, form, "")
    assert pages.keys_of(filters) == [(PHONE, brand.pk, Channel.MESAJ, 1)]
    page = pages.page_of(filters, base=pages.everything(actor))
    assert [row.channel for row in page.rows] == [Channel.MESAJ]


def test_r_p12_what_names_no_channel_or_is_the_providers_own_is_not_there(brand: Brand) -> None:
    actor = acting(integrator_of(brand, 1, 2, 3), brand)
    MembershipFactory(provider=brand.provider)
    RetailerFactory(brand=BrandFactory(provider=brand.provider))
    officer = officer_of(brand)
    assert Notice.objects.visible_to(officer).exists()
    for model in (Notice, RefusalAlert, Evidence, Membership, Retailer, DayFile):
        assert not model.objects.visible_to(actor).exists(), model
    assert not AuditEntry.objects.visible_to(actor).exists()


def test_r_p12_reconciliation_opens_day_files_where_every_channel_has_it(brand: Brand) -> None:
    DayFile.objects.create(
        brand=brand, day=timezone.localdate(), rows=1, size=1, sha384="0" * 96, first_sha384="0" * 96,
        file="day_files/0", made_at=timezone.now(), first_event=1, last_event=1,
    )  # fmt: skip
    part = acting(integrator_of(brand, 1, 2, level="read", reconciliation=True), brand)
    whole = acting(integrator_of(brand, 1, 2, 3, level="read", reconciliation=True), brand)
    assert not DayFile.objects.visible_to(part).exists()
    assert not part.may(Permission.CONSENT_RECONCILE)
    assert DayFile.objects.visible_to(whole).count() == 1
    assert whole.may(Permission.CONSENT_RECONCILE)


@pytest.mark.parametrize(
    ("level", "may", "may_not"),
    [
        ("read", {"CONSENT_VIEW", "CONSENT_QUERY", "QUERY_VIEW"}, {"CONSENT_RECORD", "CONSENT_IMPORT"}),
        ("write", {"CONSENT_VIEW", "CONSENT_QUERY", "QUERY_VIEW", "CONSENT_RECORD", "CONSENT_IMPORT"}, set()),
    ],
)
def test_r_p12_access_gives_its_rights_and_no_more(level: str, may: set[str], may_not: set[str], brand: Brand) -> None:
    actor = acting(integrator_of(brand, level=level), brand)
    assert all(actor.may(Permission[name]) for name in may)
    never = {
        "CONSENT_EXPORT",
        "PROVIDER_USERS",
        "PROVIDER_SETTINGS",
        "PROVIDER_VIEW",
        "PROVIDER_PROFILE",
        "EVIDENCE_COMPLETE",
    }
    never |= {"CONSENT_RECONCILE", "COMPLAINT_ANSWER"}
    assert not any(actor.may(Permission[name]) for name in may_not | never)
    complaints = acting(integrator_of(brand, level=level, complaints=True), brand)
    assert complaints.may(Permission.COMPLAINT_ANSWER)


def test_r_p12_the_actor_names_the_integrator(brand: Brand) -> None:
    person = integrator_of(brand)
    actor = acting(person, brand)
    assert actor.kind is ActorKind.INTEGRATOR
    assert actor.id == person.user_id
    assert actor.name == f"{person.user} · {person.integrator}"


@pytest.mark.parametrize("end", ["revoked", "suspended", "closed", "expired", "not yet", "left"])
def test_r_p12_access_ends_at_once(end: str, brand: Brand) -> None:
    person = integrator_of(brand)
    assert scopes_of(person.user)[0].provider_id == brand.provider_id
    integrator, today = person.integrator, timezone.localdate()
    if end == "revoked":
        integrator.grants.update(revoked_at=timezone.now(), revoked_by=1)
    elif end in ("suspended", "closed"):
        integrator.state = end
        integrator.save()
    elif end == "expired":
        integrator.authorised_until = today - timedelta(days=1)
        integrator.save()
    elif end == "not yet":
        integrator.authorised_from = today + timedelta(days=1)
        integrator.save()
    else:
        IntegratorPerson.objects.filter(pk=person.pk).update(ended_at=timezone.now(), ended_by=1)
    assert not [scope for scope in scopes_of(person.user) if scope.provider_id is not None]
    actor = actor_for(person.user, provider_id=brand.provider_id)
    assert actor.provider_id is None
    assert not actor.may(Permission.CONSENT_VIEW)
    assert not Consent.objects.visible_to(actor).exists()


def test_r_p12_the_last_day_of_the_authorisation_counts(brand: Brand) -> None:
    person = integrator_of(brand)
    person.integrator.authorised_until = timezone.localdate()
    person.integrator.save()
    assert acting(person, brand).may(Permission.CONSENT_RECORD)


def test_r_a2_people_of_integrators_need_a_second_factor_even_before_a_grant(brand: Brand) -> None:
    assert needs_second_factor(integrator_of(brand, level="read").user)
    assert needs_second_factor(IntegratorPersonFactory().user)


def test_r_a2_one_person_switches_between_the_providers_that_granted(brand: Brand) -> None:
    person, second = integrator_of(brand, 2), BrandFactory()
    IntegratorGrantFactory(integrator=person.integrator, brand=second, level="read")
    assert {scope.provider_id for scope in scopes_of(person.user)} == {brand.provider_id, second.provider_id}
    there = acting(person, second)
    assert there.bound is not None
    assert there.bound.reads == {(second.pk, 3)}
    assert not there.bound.writes


def test_r_p12_who_belongs_to_the_provider_acts_as_that(brand: Brand) -> None:
    person = integrator_of(brand)
    MembershipFactory(provider=brand.provider, user=person.user, role="viewer")
    actor = acting(person, brand)
    assert (actor.kind, actor.bound) == (ActorKind.USER, None)


def test_a_membership_with_the_integrators_role_alone_opens_nothing(brand: Brand) -> None:
    member = MembershipFactory(provider=brand.provider, role="integrator")
    actor = actor_of(member.user, brand.provider)
    assert actor.permissions == {Permission.PANEL_VIEW}
    assert not Consent.objects.visible_to(actor).exists()
    assert not Brand.objects.visible_to(actor).exists()


def test_r_p12_a_row_of_another_channel_is_refused_and_tells_nothing_of_it(brand: Brand) -> None:
    actor = acting(integrator_of(brand, 3), brand)
    before = ConsentEvent.objects.count()
    entries = [entry("veli@firma.example", "EPOSTA"), entry(PHONE, "MESAJ", status="RET", minutes=1)]
    good, bad = record_consents(actor=actor, brand=brand, entries=entries)
    assert good.verdict.written
    assert bad.problem is not None
    assert bad.problem.code == "R-P12"
    assert not {"status", "source"} & {name for name, value in bad.values.items() if value not in ("", "–")}
    assert ConsentEvent.objects.count() == before + 1
    event = ConsentEvent.objects.get(recipient="veli@firma.example")
    assert (event.actor_kind, event.actor_id) == (ActorKind.INTEGRATOR, actor.id)
    noted = AuditEntry.objects.get(verb="integrator.recorded")
    assert noted.new == {"events": [event.event_id]}
    assert noted.actor_name == actor.name


def test_r_p12_read_access_and_other_brands_write_nothing(brand: Brand) -> None:
    before = ConsentEvent.objects.count()
    reader = acting(integrator_of(brand, level="read"), brand).with_permission(Permission.CONSENT_RECORD)
    elsewhere = BrandFactory(provider=brand.provider)
    writer = acting(integrator_of(brand), brand)
    for actor, where in ((reader, brand), (writer, elsewhere)):
        (outcome,) = record_consents(actor=actor, brand=where, entries=[entry("ece@firma.example", "EPOSTA")])
        assert outcome.problem is not None
        assert outcome.problem.code == "R-P12"
    assert ConsentEvent.objects.count() == before
    assert not AuditEntry.objects.filter(verb="integrator.recorded").exists()
