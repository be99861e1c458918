"""Retention (R-L5): what expires, what a refusal keeps blocking, and that the chain still verifies."""

import json
import uuid
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consents import erased
from consents.effective import Reason, effective_status, judge
from consents.enums import Channel, EventKind, RecipientType, Source, Status
from consents.models import (
    BrandCounter,
    Consent,
    ConsentEvent,
    ErasedRefusal,
    LegalHold,
    Notice,
    NoticeLink,
    RetentionRun,
    Tombstone,
)
from consents.services import retention
from consents.services.holds import place_hold, release_hold
from consents.services.verification import verify_ledger
from iys_portal.core.calendar import years_before
from iys_portal.core.database import expiry_session
from iys_portal.core.enums import JobState
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand
from tests.consents.retention.steps import ALI, AYSE, CAN, everything, expire, own, reason, say, seal_all
from tests.factories import BrandFactory, staff


def test_r_l5_an_old_refusal_loses_its_address_and_keeps_blocking(refused: Brand) -> None:
    total = BrandCounter.objects.get(status=Status.RET).total
    before = {event.event_id for event in ConsentEvent.objects.filter(recipient=AYSE)}
    assert expire().counts["consents"] == 1
    assert AYSE not in everything()
    assert set(Consent.objects.values_list("recipient", flat=True)) == {ALI, CAN}
    erasure = ConsentEvent.objects.get(kind=EventKind.ERASURE)
    assert (erasure.recipient, erasure.version, erasure.status) == (erased.hash_of(AYSE).hex(), 3, Status.RET)
    assert {stone.number for stone in Tombstone.objects.all()} == before
    assert ErasedRefusal.objects.get().event_id == erasure.event_id
    assert BrandCounter.objects.get(status=Status.RET).total == total - 1
    assert reason(refused, AYSE) is Reason.REFUSED
    assert reason(refused, "baska@firma.example") is Reason.NO_RECORD


def test_r_l5_the_chain_verifies_before_and_after(refused: Brand) -> None:
    assert verify_ledger(states=True).whole
    expire()
    result = verify_ledger(states=True)
    assert (result.whole, result.erased) == (True, 2), result.flaws
    seal_all()
    assert verify_ledger(states=True).whole


def test_r_l5_a_dry_run_counts_and_erases_nothing(refused: Brand) -> None:
    events = ConsentEvent.objects.count()
    run = expire(applied=False)
    assert run.counts["consents"] == 1 and run.job.finished_at
    assert ConsentEvent.objects.count() == events
    assert not Tombstone.objects.exists()


def test_r_l5_a_link_that_was_made_late_goes_with_its_notice(refused: Brand, old: datetime) -> None:
    """After an outage a notice leaves days later, perhaps when its consent has ended already."""
    notice = Notice.objects.filter(recipient=AYSE).earliest("pk")
    NoticeLink.objects.create(
        token_hash=uuid.uuid4(),
        notice_id=notice.pk,
        recipient=AYSE,
        brand_id=refused.pk,
        registered_at=notice.registered_at,
        created_at=timezone.now(),
    )
    expire()
    assert not Notice.objects.filter(recipient=AYSE).exists()
    assert not NoticeLink.objects.filter(recipient=AYSE).exists()


@pytest.mark.parametrize("late, gone", [(timedelta(seconds=-1), 1), (timedelta(minutes=1), 0)])
def test_r_l5_not_before_three_years_have_passed(brand: Brand, late: timedelta, gone: int) -> None:
    moment = years_before(timezone.now(), 3) + late - timedelta(seconds=1)
    assert say(brand, AYSE, "RET", moment).accepted
    seal_all()
    assert expire().counts["consents"] == gone


def test_r_l5_a_consent_in_force_never_expires(brand: Brand, old: datetime) -> None:
    assert say(brand, ALI, "RET", old - timedelta(days=9)).accepted
    assert say(brand, ALI, "ONAY", old).accepted
    seal_all()
    assert expire().counts["consents"] == 0
    assert ConsentEvent.objects.count() == 2


def test_r_l5_what_is_not_sealed_yet_stays(brand: Brand, old: datetime) -> None:
    assert say(brand, AYSE, "RET", old).accepted
    expire()
    assert Consent.objects.filter(recipient=AYSE).exists()
    assert not Tombstone.objects.exists()


@pytest.mark.parametrize("of", ["address", "brand", "both"])
def test_r_l5_a_legal_hold_keeps_the_records(refused: Brand, of: str) -> None:
    hold = place_hold(
        actor=staff("admin"),
        recipient="" if of == "brand" else AYSE,
        brand=None if of == "address" else refused,
        reference="2026/15",
        reason="Dava",
        now=timezone.now(),
    )
    expire()
    assert Consent.objects.filter(recipient=AYSE).exists()
    assert AYSE not in json.dumps(list(AuditEntry.objects.values_list("new", flat=True)))
    release_hold(actor=staff("admin"), hold_id=hold.pk, now=timezone.now())
    expire()
    assert not Consent.objects.filter(recipient=AYSE).exists()


def test_r_l5_a_hold_elsewhere_keeps_nothing_here(refused: Brand) -> None:
    other = BrandFactory()
    place_hold(actor=staff("admin"), recipient=AYSE, brand=other, reference="1", reason="1", now=timezone.now())
    assert LegalHold.objects.count() == 1
    assert expire().counts["consents"] == 1


def test_r_c10_after_expiry_the_refusal_is_judged_as_if_it_stood(refused: Brand, old: datetime) -> None:
    expire()
    events = ConsentEvent.objects.count()
    earlier = say(refused, AYSE, "ONAY", old - timedelta(days=1), strict=True)
    assert earlier.problem is not None and not earlier.accepted
    again = say(refused, AYSE, "RET", old - timedelta(days=1))
    assert again.verdict.name == "UNCHANGED"
    assert ConsentEvent.objects.count() == events
    assert ErasedRefusal.objects.count() == 1


def test_r_l5_a_later_consent_goes_on_under_the_address(refused: Brand) -> None:
    expire()
    outcome = say(refused, AYSE, "ONAY", timezone.now() - timedelta(minutes=1))
    assert (outcome.verdict.name, outcome.version) == ("CHANGED", 4)
    assert not ErasedRefusal.objects.exists()
    assert reason(refused, AYSE) is Reason.SENDABLE
    assert BrandCounter.objects.get(status=Status.ONAY).total == 2
    seal_all()
    assert verify_ledger(states=True).whole


def test_r_c15_the_recipients_own_refusal_still_asks_for_evidence(brand: Brand, old: datetime) -> None:
    assert say(brand, AYSE, "ONAY", old - timedelta(days=1)).accepted
    assert own(brand, AYSE, "RET", old).accepted
    seal_all()
    expire()
    assert ErasedRefusal.objects.get().source == Source.IYS_WEB
    assert reason(brand, AYSE) is Reason.REFUSED_BY_RECIPIENT
    refused = say(brand, AYSE, "ONAY", timezone.now() - timedelta(minutes=1))
    assert refused.problem is not None and refused.problem.number == 515
    tacir = (AYSE, brand.pk, Channel.EPOSTA, RecipientType.TACIR)
    assert judge([tacir], now=timezone.now()) == [Reason.REFUSED_OTHER_TYPE]


def test_r_s4_a_forgotten_refusal_counts_for_the_other_type_in_lists_too(brand: Brand, old: datetime) -> None:
    assert own(brand, AYSE, "RET", old).accepted
    seal_all()
    expire()
    assert say(brand, AYSE, "ONAY", timezone.now() - timedelta(minutes=1), kind="TACIR").accepted
    listed = Consent.objects.annotate(effective=effective_status(timezone.now())).get(recipient=AYSE)
    assert listed.effective == Reason.REFUSED_OTHER_TYPE
    assert judge([listed.key], now=timezone.now()) == [Reason.REFUSED_OTHER_TYPE]


def test_r_z5_the_recipient_may_agree_anew(brand: Brand, old: datetime) -> None:
    assert own(brand, AYSE, "RET", old).accepted
    seal_all()
    expire()
    assert own(brand, AYSE, "ONAY", timezone.now() - timedelta(minutes=1)).accepted
    assert reason(brand, AYSE) is Reason.SENDABLE
    assert Consent.objects.get().version == 3
    # … and when that ends and expires, the hash blocks again.
    assert own(brand, AYSE, "RET", timezone.now()).accepted
    assert Consent.objects.get().version == 4


def test_r_l5_a_cancelled_record_leaves_no_hash(refused: Brand, old: datetime) -> None:
    Consent.objects.filter(recipient=AYSE).update(status=Status.IPTAL)
    BrandCounter.objects.create(brand_id=refused.pk, channel=3, recipient_type=1, status=Status.IPTAL, holds=0, total=1)
    expire()
    assert not ErasedRefusal.objects.exists()
    assert erased.hash_of(AYSE).hex() not in everything()
    assert AYSE not in everything()


def test_r_l5_the_roles_can_do_what_they_are_for_and_no_more(refused: Brand) -> None:
    call = "SELECT consents_expire('{}', '{}', '{}', '{}', '3 years', now(), '', '', '', '')"
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(call)
    with pytest.raises(Exception, match=r"permission denied|append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consents_consentevent")
    for statement in ("DELETE FROM consents_consentevent", "SELECT * FROM consents_consent", "CREATE TABLE x (a int)"):
        with expiry_session() as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)
    with expiry_session() as session, pytest.raises(psycopg.Error, match="a year at least"):
        session.execute(call.replace("3 years", "1 day"))


def test_r_l5_a_wrong_caller_erases_nothing_that_is_not_due(refused: Brand) -> None:
    consents = list(Consent.objects.exclude(recipient=AYSE))
    assert retention._expire(consents) == []
    assert Consent.objects.count() == 3


FIRST = "(SELECT min(number) FROM consents_tombstone)"


@pytest.mark.parametrize(
    "tamper, kind",
    [
        (f"UPDATE consents_tombstone SET leaf = sha256('x') WHERE number = {FIRST}", "changed"),
        (f"DELETE FROM consents_tombstone WHERE number = {FIRST}", "missing"),
        (
            "INSERT INTO consents_tombstone (tree, number, leaf, erased_at, erasure)"
            " SELECT 1, event_id, sha256('x'), now(), 1 FROM consents_consentevent WHERE kind = 1 LIMIT 1",
            "erasure",
        ),
        ("DELETE FROM consents_erasedrefusal", "state"),
        ("UPDATE consents_erasedrefusal SET version = version + 1", "state"),
    ],
)
def test_r_l5_tampering_with_what_is_left_is_found(refused: Brand, tamper: str, kind: str) -> None:
    expire()
    seal_all()
    superuser = {**connection.settings_dict, "USER": "postgres"}
    with psycopg.connect(host=superuser["HOST"], user="postgres", dbname=superuser["NAME"], autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        session.execute(tamper)
    assert kind in {flaw.kind for flaw in verify_ledger(states=True).flaws}


def test_r_l5_a_run_that_dies_is_taken_up_again(refused: Brand, monkeypatch: pytest.MonkeyPatch, old: datetime) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_expire", die)
        with pytest.raises(Killed):
            expire()
    assert Consent.objects.filter(recipient=AYSE).exists()
    assert not Notice.objects.filter(recipient=AYSE).exists()
    job = RetentionRun.objects.get().job
    retention.run(job.pk)
    assert Consent.objects.filter(recipient=AYSE).exists()  # the lease still runs
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    retention.run(job.pk)
    assert AYSE not in everything()
    run = RetentionRun.objects.get()
    assert (run.job.state, run.counts["consents"]) == (JobState.DONE, 1)
    assert AuditEntry.objects.filter(verb="retention.finished").count() == 1


def test_a_second_delivery_of_a_run_does_nothing(refused: Brand) -> None:
    run = expire()
    retention.run(run.job_id)
    assert AuditEntry.objects.filter(verb="retention.finished").count() == 1


def test_without_the_role_nothing_expires_by_night(refused: Brand, settings: Any) -> None:
    settings.DATABASE_EXPIRY = None
    retention.run_nightly(timezone.now())
    assert not RetentionRun.objects.exists()


def test_r_l5_a_file_meets_the_forgotten_refusal_in_its_dry_run_too(refused: Brand, tmp_path: Path) -> None:
    expire()
    lines = ["recipient,type,status,source,consentDate"]
    for address, at in ((AYSE, "2020-01-01 10:00:00"), (AYSE.replace("ayse", "yeni"), "")):
        at = at or timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
        lines.append(f"{address},EPOSTA,ONAY,HS_WEB,{at}")
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for apply in ([], ["--apply"]):
        out = StringIO()
        with redirect_stdout(out):
            call_command("import_consents", str(path), "--brand", str(refused.brand_code), "--json", *apply)
        said = json.loads(out.getvalue())
        assert (said["verdicts"]["conflicting"], said["verdicts"]["new"]) == (1, 1), said
        assert said["problems"][0]["line"] == 2
    assert ErasedRefusal.objects.count() == 1
    assert not Consent.objects.filter(recipient=AYSE).exists()
