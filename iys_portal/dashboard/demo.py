"""The demonstration, so that every screen shows life on the first start: providers, people, a month of consents.

All consents come through the engine, from made-up files that are loaded as of the days they tell of. A second
run finds what is there and loads only what is missing.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from complaints.demo import load_complaints
from complaints.desk_demo import load_desk
from consents.enums import Channel, Source, WayIn
from consents.models import ConsentImport, RefusalAlert
from consents.selectors.imports import present_job
from consents.services import import_runs, imports
from consents.services.demo import backdate_import, tell_in_the_past
from consents.services.recipients import refuse
from consents.services.records import Entry, record_consents
from consents.services.refusals import acknowledge
from consents.states import ImportState as S
from iys_portal.accounts.demo import ACCOUNTS, AIRLINE, BOOKSHOP, CITIZEN, STORE, load_accounts
from iys_portal.accounts.enums import ProviderRole, StaffRole
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import JobState
from iys_portal.core.errors import NotAllowed
from providers.demo import load_applications, load_integrators
from providers.enums import ProviderKind
from providers.models import Brand, Provider, Retailer
from providers.services import reference
from providers.settings_demo import load_settings

from . import demo_files as files
from .demo_files import Generator
from .demo_messages import load_messages
from .demo_pages import load_page
from .demo_people import person_of
from .demo_plan import AIRLINE_PEOPLE, DAYS, FASHION, HOME, STORE_A_DAY, Step, plan
from .demo_queries import load_queries
from .demo_texts import load_texts, text_of_day

COMPLAINT_OFFICER = "sikayet@iys-demo.example"
COMPLAINT_OFFICERS = (COMPLAINT_OFFICER, "sikayet2@iys-demo.example", "izmir@iys-demo.example")
BY_HAND_PEOPLE = 9000
# Refusals of the last days are open; of older ones the provider forgot those of one day. By days ago.
STILL_OPEN = 3
OVERDUE = {STORE: 7, AIRLINE: 8}
NEVER_GIVEN = ((STORE, 2), (AIRLINE, 14))
RECIPIENT = Actor(kind=ActorKind.RECIPIENT, id=0, name="Alıcı", way="citizen")
BY_PAGE = (Source.IYS_WEB, WayIn.CITIZEN)
BY_LINK = (Source.IYS_EPOSTA, WayIn.MAIL_LINK)
BY_TEXT = (Source.IYS_KISAMESAJ, WayIn.SMS)

PROVIDERS: tuple[dict[str, Any], ...] = (
    {
        "iys_code": STORE,
        "title": "Örnek Mağazacılık A.Ş.",
        "main_brand": "Örnek Mağaza",
        "mersis": "0000000000700001",
        "email": "izin@ornek-magaza.example",
        "city": "İstanbul",
        "declared_consents": 210_000,
    },
    {
        "iys_code": AIRLINE,
        "title": "Deneme Havayolları A.Ş.",
        "main_brand": "Deneme Havayolları",
        "mersis": "0000000000700002",
        "email": "izin@deneme-hava.example",
        "city": "Antalya",
        "declared_consents": 95_000,
    },
    {
        "iys_code": BOOKSHOP,
        "title": "Kurgu Kitabevi",
        "kind": ProviderKind.NATURAL_PERSON,
        "mersis": "0000000000700003",
        "email": "izin@kurgu-kitap.example",
        "city": "İzmir",
        "declared_consents": 800,
    },
)
BRANDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (STORE, {"brand_code": FASHION, "name": "Örnek Moda", "short_name": "ORNEKMODA"}),
    (STORE, {"brand_code": HOME, "name": "Örnek Ev", "short_name": "ORNEKEV", "double_opt_in": True}),
)
CITIES = ("İstanbul", "Ankara", "İzmir", "Bursa", "Antalya", "Konya", "Trabzon", "Gaziantep")
RETAILERS = {STORE: ("MG", "Örnek Mağaza", 12), BOOKSHOP: ("KK", "Kurgu Kitabevi", 5)}


@dataclass(frozen=True)
class Loaded:
    """What a run did."""

    providers: int
    accounts: int
    imports: int


def load(*, now: datetime | None = None, days: int = DAYS) -> Loaded:
    """Load what is missing of the demonstration. Raises `NotAllowed` unless `settings.DEMO`."""
    if not settings.DEMO:
        raise NotAllowed(code="demo")
    providers = load_providers()
    people = load_accounts()
    load_texts(providers, renewed=(STORE,), now=now or timezone.now())
    load_applications(now=now or timezone.now())
    store = next(provider for provider in providers if provider.iys_code == STORE)
    load_settings(store, tax_number="7000010000", tckn="99000000806", now=now or timezone.now())
    load_integrators(now=now or timezone.now())
    count = sum(_load_step(step, now or timezone.now()) for step in plan(days))
    load_queries(Brand.objects.select_related("provider").get(brand_code=STORE))
    load_messages(Brand.objects.get(brand_code=STORE))
    load_page(Brand.objects.get(brand_code=STORE), now=now or timezone.now())
    load_complaints(
        phone=CITIZEN,
        officer=User.objects.get(email=COMPLAINT_OFFICER),
        brand=Brand.objects.select_related("provider").get(brand_code=FASHION),
        now=now or timezone.now(),
    )
    load_desk(
        officers=[User.objects.get(email=email) for email in COMPLAINT_OFFICERS],
        brand=Brand.objects.select_related("provider").get(brand_code=FASHION),
        now=now or timezone.now(),
    )
    return Loaded(providers=len(providers), accounts=len(people), imports=count)


def load_providers() -> list[Provider]:
    """The three companies with their brands and dealers."""
    found = [
        Provider.objects.filter(iys_code=fields["iys_code"]).first()
        or reference.create_provider(actor=SYSTEM, is_demo=True, **fields)
        for fields in PROVIDERS
    ]
    owner = {provider.iys_code: provider for provider in found}
    for code, fields in BRANDS:
        if not Brand.objects.filter(brand_code=fields["brand_code"]).exists():
            reference.create_brand(actor=SYSTEM, provider=owner[code], **fields)
    for code, (letters, name, total) in RETAILERS.items():
        brand = Brand.objects.select_related("provider").get(brand_code=code)
        wanted = {f"{letters}{number:03d}": CITIES[number % len(CITIES)] for number in range(1, total + 1)}
        known = set(brand.retailers.values_list("code", flat=True))
        missing = [
            Retailer(brand=brand, code=dealer, name=f"{name} {city} {dealer[-2:]}", city=city)
            for dealer, city in wanted.items()
            if dealer not in known
        ]
        reference.create_retailers(actor=SYSTEM, retailers=missing)
    return found


def _load_step(step: Step, now: datetime) -> bool:
    """Load one file unless an earlier run did; True when it was loaded now.

    What a killed run left before its apply is discarded and loaded again. Begun work goes on in the background:
    the sweeper finds a dead worker's job, and a failed one is put back into the queue here.
    """
    brand = Brand.objects.select_related("provider").get(brand_code=step.brand)
    actor = _actor_of(step, brand)
    if actor is None:
        return False
    item = ConsentImport.objects.filter(brand=brand, file_name=step.name).order_by("-pk").first()
    if item is not None and item.state != step.final and item.state in (S.UPLOADED, S.CHECKED, S.FAILED):
        item = imports.discard(item, actor=actor)
    if item is not None and item.state in (S.CHECKING, S.APPLYING, S.UNDOING):
        job = present_job(item)
        if job is not None and job.state == JobState.FAILED:
            imports.resume(item, actor=actor)
        return False
    if item is not None and item.state != S.DISCARDED and (item.state != S.APPLIED or step.final == S.APPLIED):
        return False
    moment = _moment(step.days_ago, now)
    dealers = brand.retailers.filter(is_active=True).order_by("code").values_list("code", flat=True)
    make = Generator(f"{step.brand}/{step.name}", moment, retailers=list(dealers))
    if item is None or item.state == S.DISCARDED:
        item = _load_file(step, make, brand=brand, actor=actor)
    if step.final == S.UNDONE:
        item = imports.start_undo(item, actor=actor, reason="Yanlış dosya yüklendi", publish=False)
        import_runs.undo(item.undo_job_id)  # type: ignore[arg-type]
    if step.days_ago:
        tell_in_the_past(brand, job_id=item.apply_job_id, moment=moment, now=now)
        backdate_import(item, moment=moment)
        _recipients_refuse(step, make, brand=brand, actor=actor, moment=moment + timedelta(hours=3))
        _record_by_hand(step, make, brand=brand, actor=actor, moment=moment + timedelta(hours=1), now=now)
    return True


def _load_file(step: Step, make: Generator, *, brand: Brand, actor: Actor) -> ConsentImport:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / step.name
        path.write_bytes(step.content(make))
        return import_runs.load_file(
            actor=actor,
            brand=brand,
            path=path,
            name=step.name,
            moment=make.moment,
            apply_it=step.final != S.CHECKED,
            reason="Firma panele giremiyor, yazıyla istedi" if step.by_registry else "",
            reference="DENEME-2026/17" if step.by_registry else "",
            constants=step.constants,
            wide_no=step.wide_no,
            text_version_id=text_of_day(brand, make.moment),
        )


def _moment(days_ago: int, now: datetime) -> datetime:
    """Three in the afternoon of that day, or now."""
    if not days_ago:
        return now
    day = now.astimezone(ISTANBUL).date() - timedelta(days=days_ago)
    return datetime.combine(day, time(15), tzinfo=ISTANBUL)


def _recipients_refuse(step: Step, make: Generator, *, brand: Brand, actor: Actor, moment: datetime) -> None:
    """R-R1: now and then people refuse in person, and the provider has to act upon it (R-R2): mostly it did in time."""
    first = {STORE: 0, AIRLINE: AIRLINE_PEOPLE}.get(step.brand)
    if first is None or "formlari" in step.name:
        return
    individuals = [person for person in range(first, first + STORE_A_DAY) if person % 11]
    for row in make.consents(make.random.sample(individuals, 2)):
        source, way = make.random.choice(_ways_of(row))
        refuse(
            actor=RECIPIENT,
            recipient=row.recipient,
            wanted={brand.pk: [Channel[row.channel]]},
            source=source,
            way=way,
            denied=(step.brand, step.days_ago) in NEVER_GIVEN,
            moment=moment,
        )
    if step.days_ago > STILL_OPEN and step.days_ago != OVERDUE[step.brand]:
        found = RefusalAlert.objects.filter(brand=brand, refused_at=moment, taken_back_at=None, acknowledged_at=None)
        acknowledge(actor=actor, alerts=list(found.values_list("pk", flat=True)), moment=moment + timedelta(hours=17))


def _ways_of(row: files.Row) -> tuple[tuple[Source, WayIn], ...]:
    """How somebody with this address can refuse; a landline writes no texts."""
    if row.channel == "EPOSTA":
        return BY_PAGE, BY_LINK
    return (BY_PAGE, BY_TEXT) if row.recipient.startswith("+905") else (BY_PAGE,)


def _record_by_hand(
    step: Step, make: Generator, *, brand: Brand, actor: Actor, moment: datetime, now: datetime
) -> None:
    """The bookshop types a few in."""
    if step.brand != BOOKSHOP:
        return
    first = BY_HAND_PEOPLE + 10 * step.days_ago
    entries = [_entry(row, moment - timedelta(minutes=30)) for row in make.consents(range(first, first + 3))]
    with transaction.atomic():  # no sender sees these notices before they are settled
        text = text_of_day(brand, moment)
        record_consents(actor=actor, brand=brand, entries=entries, way=WayIn.FORM, moment=moment, text_version_id=text)
        tell_in_the_past(brand, moment=moment, now=now)


def _entry(row: files.Row, at: datetime) -> Entry:
    return Entry(
        recipient=row.recipient,
        type=row.channel,
        status=row.status,
        source=row.source,
        recipient_type=row.recipient_type,
        consent_date=f"{at.astimezone(ISTANBUL):%Y-%m-%d %H:%M:%S}",
    )


def _actor_of(step: Step, brand: Brand) -> Actor | None:
    """Who loads a file; nobody where the person has left or the integrator's access is closed meanwhile (R-P12)."""
    if step.by_registry:
        return _registry_admin()
    if not step.by_integrator:
        officer, manager = ProviderRole.OFFICER, ProviderRole.MANAGER
        return person_of(brand.provider_id, officer) or person_of(brand.provider_id, manager)
    person = User.objects.get(email=next(account.email for account in ACCOUNTS if account.integrator))
    actor = actor_for(person, provider_id=brand.provider_id, way="command")
    writes = actor.bound is not None and bool(actor.bound.channels_of(brand.pk))
    return actor if writes and actor.provider_id == brand.provider_id else None


def _registry_admin() -> Actor:
    user = User.objects.filter(staff_roles__contains=[StaffRole.ADMIN]).order_by("pk")[0]
    return actor_for(user, way="command")
