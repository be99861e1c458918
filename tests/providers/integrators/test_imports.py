"""Files of an integrator: foreign channels row by row, and a revocation while a file is under way (R-P12)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.engine import chunks
from consents.models import Consent, ConsentEvent, ConsentImport, ImportProblem
from consents.services import import_runs, imports
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand, IntegratorPerson
from providers.services import revoke_grant
from tests.factories import BrandFactory, IntegratorPersonFactory, actor_of, integrator_of, officer_of

pytestmark = pytest.mark.django_db
MAILS, PHONES = 6, 4


@pytest.fixture
def brand() -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def person(brand: Brand) -> IntegratorPerson:
    return integrator_of(brand, 3)


def text_of(mails: int = MAILS, phones: int = PHONES) -> str:
    at = f"{timezone.localtime() - timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
    rows = [f"kisi{n}@firma.example,EPOSTA,ONAY,HS_WEB,{at}" for n in range(mails)]
    rows += [f"+90532000000{n},MESAJ,ONAY,HS_WEB,{at}" for n in range(phones)]
    return "recipient,type,status,source,consentDate\n" + "\n".join(rows) + "\n"


def checked(actor: Actor, brand: Brand, text: str = "") -> ConsentImport:
    item = imports.upload_paste(actor=actor, brand=brand, text=text or text_of())
    return import_runs.run_here(item, actor=actor, apply_it=False)


def applied(item: ConsentImport, actor: Actor) -> ConsentImport:
    item = imports.start_apply(item, actor=actor, publish=False)
    assert item.apply_job_id is not None
    import_runs.apply(item.apply_job_id)
    item.refresh_from_db()
    return item


def test_r_p12_a_file_with_a_foreign_channel_is_refused_row_by_row(brand: Brand, person: IntegratorPerson) -> None:
    actor = actor_of(person.user, brand.provider)
    item = checked(actor, brand)
    assert item.dry_counts["codes"] == {"520": PHONES}
    assert item.dry_counts["verdicts"]["conflicting"] == PHONES
    item = applied(item, actor)
    assert item.counts["codes"] == {"520": PHONES}
    assert item.counts["verdicts"]["new"] == MAILS
    assert set(Consent.objects.values_list("channel", flat=True)) == {3}
    events = ConsentEvent.objects.values_list("actor_kind", "actor_id").order_by().distinct()
    assert list(events) == [(ActorKind.INTEGRATOR, person.user_id)]
    assert AuditEntry.objects.get(verb="import.applied").actor_name == actor.name


def test_r_p12_a_refused_row_keeps_nothing_of_what_stands(brand: Brand, person: IntegratorPerson) -> None:
    """The provider's own consent on that phone is not told to the integrator by a conflict."""
    own = checked(officer_of(brand), brand)
    applied(own, officer_of(brand))
    item = checked(actor_of(person.user, brand.provider), brand)
    details = ImportProblem.objects.filter(import_id=item.pk, problem=520).values_list("details", flat=True)
    assert len(details) == PHONES
    assert not any(key.startswith("former") for detail in details for key in detail)


def test_r_p12_revoked_between_check_and_apply_nothing_is_written(brand: Brand, person: IntegratorPerson) -> None:
    """Whoever presses apply: the actor of an earlier request finds its rows refused."""
    actor = actor_of(person.user, brand.provider)
    item = checked(actor, brand)
    revoke_grant(public_id=person.integrator.grants.get().public_id, actor=officer_of(brand, "manager"))
    item = applied(item, actor)
    assert item.counts["codes"] == {"520": MAILS + PHONES}
    assert not ConsentEvent.objects.exists()


def test_r_p12_a_running_import_stops_at_the_next_chunk(
    brand: Brand, person: IntegratorPerson, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 2, "IMPORT_WRITERS": 1}
    actor = actor_of(person.user, brand.provider)
    item = checked(actor, brand)
    manager, judge, done = officer_of(brand, "manager"), chunks.judge_chunk, []

    def judge_and_revoke(*args: Any, **kwargs: Any) -> Any:
        result = judge(*args, **kwargs)
        if len(done) == PHONES + 1:  # chunks of one address; phones come first
            revoke_grant(public_id=person.integrator.grants.get().public_id, actor=manager)
        done.append(result)
        return result

    monkeypatch.setattr(chunks, "judge_chunk", judge_and_revoke)
    item = applied(item, actor)
    assert len(done) > 1
    written = ConsentEvent.objects.count()
    assert written == 2
    assert item.counts["codes"] == {"520": MAILS + PHONES - written}


def test_r_p12_imports_are_seen_by_colleagues_and_by_the_provider(brand: Brand, person: IntegratorPerson) -> None:
    item = checked(actor_of(person.user, brand.provider), brand)
    own = checked(officer_of(brand), brand)
    colleague = IntegratorPersonFactory(integrator=person.integrator)
    for user in (person.user, colleague.user):
        assert list(ConsentImport.objects.visible_to(actor_of(user, brand.provider))) == [item]
    assert set(ConsentImport.objects.visible_to(officer_of(brand))) == {item, own}
    stranger = integrator_of(brand, 3)
    assert not ConsentImport.objects.visible_to(actor_of(stranger.user, brand.provider)).exists()


def test_r_p12_a_reader_uploads_nothing(brand: Brand) -> None:
    reader = actor_of(integrator_of(brand, 3, level="read").user, brand.provider)
    with pytest.raises(NotFound):
        imports.upload_paste(actor=reader.with_permission(Permission.CONSENT_IMPORT), brand=brand, text=text_of())
    assert not ConsentImport.objects.exists()


def test_r_p12_undo_ends_with_the_grants_and_stays_the_providers(brand: Brand) -> None:
    person = integrator_of(brand, 2, 3)
    actor = actor_of(person.user, brand.provider)
    item = applied(checked(actor, brand), actor)
    revoke_grant(public_id=person.integrator.grants.get(channel=2).public_id, actor=officer_of(brand, "manager"))
    actor, before = actor_of(person.user, brand.provider), Job.objects.count()
    with pytest.raises(WrongMoment):
        imports.start_undo(item, actor=actor, reason="Yanlış dosya", publish=False)
    assert Job.objects.count() == before
    item = imports.start_undo(item, actor=officer_of(brand), reason="Yanlış dosya", publish=False)
    assert item.undo_job_id is not None
    import_runs.undo(item.undo_job_id)
    assert not Consent.objects.exclude(status=3).exists()
