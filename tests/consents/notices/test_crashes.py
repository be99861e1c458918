"""Real workers, really killed, and a real mail server (R-M5): no notice is lost; a second copy bears the same id."""

import functools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from consents.enums import Lane, NoticeState
from consents.models import Notice
from consents.services.records import Entry, record_consents
from iys_portal.celery import app, express_queue
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from providers.models import Brand
from tests.factories import BrandFactory, officer_of
from tests.mail_servers import MailServer
from tests.started import start
from tests.workers import celery_worker, environment, until

pytestmark = pytest.mark.processes
S = NoticeState
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%settled AS%'
"""


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def brand(committed_db: str, own_queue: None) -> Brand:
    return BrandFactory()


def tell(brand: Brand, *addresses: str) -> None:
    at = timezone.now().astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
    entries = [Entry(address, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at) for address in addresses]
    outcomes = record_consents(actor=officer_of(brand), brand=brand, entries=entries)
    assert all(outcome.accepted for outcome in outcomes)


def publish() -> None:
    app.send_task("consents.send_notices", args=[int(Lane.SINGLE), int(Means.MAIL)])


def states() -> list[int]:
    return list(Notice.objects.order_by("event_id").values_list("state", flat=True))


def waiting(sql: str = "{}") -> list[tuple]:
    """Sessions whose record of a notice waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(WAITING))
        return cursor.fetchall()


def all_sent() -> bool:
    return all(NoticeState(state).sent for state in states())


def resumed() -> bool:
    """What the timetable does, until everything is out."""
    publish()
    return all_sent()


@pytest.mark.soak
def test_r_m5_killed_between_claim_and_send(committed_db: str, brand: Brand, mails: MailServer, tmp_path: Path) -> None:
    with socket.socket() as silent:  # takes connections and never greets
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        env = environment(committed_db, tmp_path, EMAIL_URL=url, SEND_LEASE_SECONDS="6")
        with celery_worker(env) as worker:
            tell(brand, "bir@firma.example", "iki@firma.example")
            until(lambda: states() == [S.CLAIMED] * 2, what="the claim")
            worker.kill()
    fixed = list(Notice.objects.order_by("event_id").values_list("message_id", flat=True))
    env = environment(committed_db, tmp_path, SEND_LEASE_SECONDS="6", **mails.environment())
    with celery_worker(env):
        until(resumed, what="the second worker's end")
    assert sorted(mail.to for mail in mails.taken) == ["bir@firma.example", "iki@firma.example"]
    assert sorted(mail.message_id for mail in mails.taken) == sorted(fixed)


@pytest.mark.soak
def test_r_m5_killed_after_the_servers_250_and_before_the_record(
    committed_db: str, brand: Brand, mails: MailServer, tmp_path: Path
) -> None:
    arrived, locked = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        assert locked.wait(30)

    mails.before_answer = hold
    env = environment(committed_db, tmp_path, SEND_LEASE_SECONDS="6", **mails.environment())
    params = {**connection.get_connection_params(), "dbname": committed_db}
    params = {name: params[name] for name in ("dbname", "host", "user", "port", "password") if params.get(name)}
    with celery_worker(env) as worker, psycopg.connect(**params) as other:
        tell(brand, "bir@firma.example")
        assert arrived.wait(30)
        other.execute("SELECT 1 FROM consents_notice FOR UPDATE")  # the record will have to wait
        locked.set()
        until(lambda: bool(waiting()), what="the record's wait")
        worker.kill()
        # Its session would still finish the statement that it had sent.
        waiting("SELECT pg_terminate_backend(pid) FROM ({}) waiting")
        until(lambda: not waiting(), what="the end of its session")
    assert states() == [S.CLAIMED], "the server has it, nobody knows"
    with celery_worker(env):
        until(resumed, what="the second worker's end")
    assert len(mails.taken) == 2
    assert len({mail.message_id for mail in mails.taken}) == 1, "the reader's program knows the second copy"


@pytest.mark.soak
def test_r_m5_a_worker_killed_again_and_again_loses_none(
    committed_db: str, brand: Brand, mails: MailServer, tmp_path: Path
) -> None:
    tell(brand, *(f"kisi{n}@firma.example" for n in range(15)))
    env = environment(committed_db, tmp_path, SEND_LEASE_SECONDS="3", **mails.environment())

    def reached(count: int) -> bool:
        return len(mails.mails) >= count or resumed()

    for count in (3, 8):
        with celery_worker(env) as worker:
            publish()
            until(functools.partial(reached, count), what="some mails")
            worker.kill()
    with celery_worker(env):
        until(resumed, what="the last worker's end")
    assert {mail.to for mail in mails.taken} == {f"kisi{n}@firma.example" for n in range(15)}
    assert len({mail.message_id for mail in mails.taken}) == 15


@pytest.mark.soak
def test_r_m5_an_emptied_broker_loses_none(committed_db: str, brand: Brand, mails: MailServer, tmp_path: Path) -> None:
    tell(brand, "bir@firma.example")
    broker = redis.Redis.from_url(django_settings.REDIS_URL)
    assert broker.delete(express_queue(), app.conf.task_default_queue), "there was a task to lose"
    env = environment(committed_db, tmp_path, **mails.environment())
    with celery_worker(env):
        beat = start("celery", "-A", "iys_portal", "beat", "--pidfile=", "-s", str(tmp_path / "beat"), env=env)
        try:
            until(all_sent, what="the timetable's sweep")
        finally:
            beat.kill()
    assert [mail.to for mail in mails.taken] == ["bir@firma.example"]
