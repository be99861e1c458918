"""Graceful overload: the queue grows, pages stay usable, single refusals are never behind bulk work (R-R1, R-M6).

A real worker with one place, a large import in it and others behind it; beside it people refuse, and a notice leaves.
Nothing is timed: what counts is that each was done while the import was still at work.
"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consents.enums import NoticeState, Status, WayIn
from consents.models import Consent, ConsentEvent, ConsentImport, Notice
from consents.services import imports
from consents.services.records import Entry, Outcome, record_consents
from consents.services.verification import verify_ledger
from consents.states import ImportState
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, actor_of
from tests.mail_servers import MailServer
from tests.trust.registry import seal_all
from tests.workers import celery_worker, environment, until

ROWS, BEHIND, BEFORE = 150_000, 4, 20
pytestmark = [pytest.mark.soak, pytest.mark.processes]


def write(path: Path, start: int, rows: int) -> Path:
    at = (timezone.localtime()).strftime("%Y-%m-%d 00:00:00")
    with path.open("w", encoding="utf-8") as file:
        file.write("recipient,type,status,source,recipientType,consentDate\n")
        file.writelines(f"{address(n)},EPOSTA,ONAY,HS_WEB,BIREYSEL,{at}\n" for n in range(start, start + rows))
    return path


def uploaded(path: Path, *, actor: Actor, brand: Brand) -> ConsentImport:
    with path.open("rb") as file:
        item = imports.upload(actor=actor, brand=brand, file=file, name=path.name)
    return imports.start_check(item, actor=actor)


def say(brand: Brand, actor: Actor, recipient: str, status: str, source: str, **more: Any) -> Outcome:
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry(recipient, "EPOSTA", status, source, "BIREYSEL", at)
    (outcome,) = record_consents(actor=actor, brand=brand, entries=[entry], **more)
    assert outcome.accepted, outcome
    return outcome


def address(number: int) -> str:
    return f"kisi{number:07d}@firma.example"


def refuse(brand: Brand, actor: Actor, recipient: str) -> None:
    """The recipient's own refusal."""
    say(brand, actor, recipient, "RET", "IYS_WEB", registry=True, way=WayIn.CITIZEN)


def state_of(item: ConsentImport) -> str:
    return str(ConsentImport.objects.values_list("state", flat=True).get(pk=item.pk))


@pytest.mark.usefixtures("own_queue")
def test_r_r1_single_refusals_are_never_behind_a_large_import(
    committed_db: str, tmp_path: Path, settings: Any, client: Client
) -> None:
    brand = BrandFactory()
    member = MembershipFactory(provider=brand.provider, role="officer")
    actor = actor_of(member.user, brand.provider)
    settings.PRIVATE_ROOT = tmp_path / "private"
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_given"] = True
    session.save()
    large = write(tmp_path / "large.csv", 0, ROWS)
    small = [write(tmp_path / f"small{n}.csv", ROWS + n * 100, 100) for n in range(BEHIND)]
    with MailServer() as mails:
        env = environment(committed_db, tmp_path / "private", **mails.environment())
        with celery_worker(env, queues=[""], concurrency=1), celery_worker(env, queues=["-express"]):
            item = uploaded(large, actor=actor, brand=brand)
            until(lambda: state_of(item) == ImportState.CHECKED, seconds=120, what="the large file's check")
            item.refresh_from_db()
            refused = [address(ROWS - 1 - number) for number in range(BEFORE)]
            for one in refused:  # after the check: the import meets these
                refuse(brand, actor, one)
            item = imports.start_apply(item, actor=actor)
            behind = [uploaded(path, actor=actor, brand=brand) for path in small]
            running = Job.objects.filter(pk=item.apply_job_id, state=JobState.RUNNING, done__gt=0)
            until(running.exists, seconds=60, what="the large import's first chunk")

            pages = 0
            single = "tek@firma.example"
            told = Notice.objects.filter(recipient=single, state=NoticeState.ON_TIME)
            say(brand, actor, single, "ONAY", "HS_WEB")
            told_meanwhile = False
            for number in range(0, 15_000, 7):  # people of the first chunk, who have been told
                refuse(brand, actor, address(number))
                page = client.get("/izinler/")
                if not running.exists():
                    break
                assert page.status_code == 200
                pages += 1
                refused.append(address(number))
                told_meanwhile = told_meanwhile or told.exists()
            waiting = [one for one in behind if state_of(one) == ImportState.CHECKING]

            assert pages >= 5, "refusals and pages, one after the other, within one import"
            assert told_meanwhile, "a single notice left while the file was still being written"
            until(lambda: all(state_of(one) == ImportState.CHECKED for one in behind), seconds=120, what="the backlog")
            until(lambda: state_of(item) == ImportState.APPLIED, seconds=120, what="the end of the import")
    item.refresh_from_db()
    print(f"overload.refusals {pages}; behind the import at its end: {len(waiting)}")  # noqa: T201
    stands = Consent.objects.filter(brand_id=brand.pk, recipient__in=refused)
    assert {row.status for row in stands} == {Status.RET} and stands.count() == len(refused), "no 'no' was lost"
    assert item.counts["verdicts"]["conflicting"] == BEFORE, "what was refused since the check stays refused"
    taken = sum(item.counts["verdicts"][name] for name in ("new", "changed", "renewed"))
    assert ConsentEvent.objects.filter(brand_id=brand.pk, job_id=item.apply_job_id).count() == taken
    seal_all()
    assert verify_ledger(states=True).whole
