"""Figures of notices: mails handed to a local SMTP server, a single one beside a full bulk lane, a refusal by link."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median

from django.db import connection
from django.utils import timezone

from consents.enums import Lane
from consents.models import Notice, NoticeBatch
from consents.services import notice_queue
from consents.services.links import refuse_by_link
from consents.services.records import Entry, record_consents
from iys_portal.accounts.services import request_code
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.models import OutboxMessage
from providers.models import Brand

from . import files

MAILS = 3_000
BULK = 100_000
SINGLES = 10
WITHDRAWALS = 200
QUEUE = "iys-bench"
QUICK = {"NOTICE_MAILS_PER_SECOND": "100000"}


@contextmanager
def mail_server() -> Iterator[dict[str, str]]:
    """A local SMTP server in a process of its own that takes everything; yields the environment of its senders."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}", "CELERY_QUEUE": QUEUE}
    finally:
        server.kill()
        server.wait()


def mails_per_second(workers: int, environment: dict[str, str]) -> float:
    """Mails a second that this many sender processes render and hand over together."""
    command = [sys.executable, "-m", "iys_portal.bench.run_notices"]
    running = [
        subprocess.Popen(command, env=environment | QUICK, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    results = [json.loads(process.communicate()[0]) for process in running]
    seconds = max(r["ended"] for r in results) - min(r["began"] for r in results)
    return sum(r["sent"] for r in results) / seconds


def mail_file(folder: Path, rows: int, *, seed: int, now: datetime) -> Path:
    """A file of new e-mail consents."""
    at = now.astimezone(ISTANBUL).replace(tzinfo=None, microsecond=0).isoformat(sep=" ")
    made: list[tuple[str, ...]] = [
        (f"kisi.{seed}-{number}@alici.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at) for number in range(rows)
    ]
    return files.write_csv(folder / f"mails-{seed}.csv", made)


def beside_bulk(brand: Brand, actor: Actor, environment: dict[str, str]) -> tuple[float, float]:
    """Longest seconds until the server has the mail of a recorded consent, and a sign-in code; bulk is being sent."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "iys_portal",
        "worker",
        "-Q",
        f"{QUEUE}-express",
        "--concurrency=4",
    ]
    worker = subprocess.Popen(
        command, env=environment | QUICK, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    told = Notice.objects.filter(lane=Lane.BULK, sent_at__isnull=False)
    before = told.count()
    try:
        publish(Lane.BULK)
        while told.count() == before:  # until the worker has started
            time.sleep(0.2)
        waits = [(single(brand, actor, number), code(number)) for number in range(SINGLES)]
        left = NoticeBatch.objects.filter(brand_id=brand.pk).order_by("-pk")[0]
        assert left.unfolded < left.total, "the bulk lane was empty before the last single one"
        singles, codes = zip(*waits, strict=True)
        return max(singles), max(codes)
    finally:
        worker.kill()
        worker.wait()


def publish(lane: Lane) -> None:
    """What the timetable does every five seconds."""
    from iys_portal.celery import app

    app.send_task("consents.send_notices", args=[int(lane), int(Means.MAIL)], queue=f"{QUEUE}-express")


def single(brand: Brand, actor: Actor, number: int) -> float:
    at = timezone.now().astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry(f"yaninda{number}@alici.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    moment = timezone.now()
    outcome = record_consents(actor=actor, brand=brand, entries=[entry], moment=moment)[0]
    publish(Lane.SINGLE)
    while (sent := Notice.objects.values_list("sent_at", flat=True).get(event_id=outcome.event_id or 0)) is None:
        time.sleep(0.05)
    return (sent - moment).total_seconds()


def code(number: int) -> float:
    """Seconds from asking for a sign-in code to its mail in the server's hands (R-Z1)."""
    from iys_portal.celery import app

    began = timezone.now()
    asked = request_code(address=f"giris{number}.{began:%H%M%S}@alici.example", language="tr", ip=f"192.0.{number}.1")
    app.send_task("core.send_outbox", queue=f"{QUEUE}-express")  # the bench's worker listens to a queue of its own
    mails = OutboxMessage.objects.filter(cause=f"one_time_code:{asked.public_id}").values_list("sent_at", flat=True)
    while (sent := mails.get()) is None:
        time.sleep(0.05)
    return (sent - began).total_seconds()


def withdrawals() -> float:
    """Median milliseconds of a committed refusal by link."""
    claimed: list[notice_queue.Claimed] = []
    while len(claimed) < WITHDRAWALS:
        more, _ = notice_queue.claim(Lane.BULK, Means.MAIL, now=timezone.now())
        if not more:
            time.sleep(0.05)
        claimed += more
    times = []
    for one in claimed[:WITHDRAWALS]:
        began = time.monotonic()
        refuse_by_link(one.token, channel="EPOSTA")
        times.append(time.monotonic() - began)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consents_notice SET state = 8, sent_at = NULL WHERE state = 2")
    return median(times) * 1000
