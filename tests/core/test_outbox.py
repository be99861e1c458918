"""The outbox: written with its cause, sent once, tried again, given up in the end."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from iys_portal.celery import app
from iys_portal.core import mailbox, outbox
from iys_portal.core.delivery import LEASE, Carrier, ServerDown, TryLater
from iys_portal.core.enums import DocumentState, OutboxState
from iys_portal.core.errors import Invalid
from iys_portal.core.models import Document, OutboxMessage


@pytest.fixture(autouse=True)
def backend(settings, monkeypatch):
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
    monkeypatch.setattr(app, "send_task", lambda *_a, **_k: None)


def post(cause: str = "deneme:1", **values: Any) -> OutboxMessage:
    defaults = {"to": "kisi@deneme.example", "subject": "Konu\nsatır", "body": "Gövde: ğüşıöç"}
    return outbox.post(cause=cause, **defaults | values)


@pytest.fixture
def broken(monkeypatch):
    def refuse(_carrier: Carrier, _message: OutboxMessage) -> str:
        raise TryLater("451")

    monkeypatch.setattr(outbox, "_send", refuse)


@pytest.mark.django_db
class TestSending:
    def test_a_mail_arrives_and_its_body_is_forgotten(self):
        message = post()
        assert outbox.send_due() == 1
        (letter,) = mailbox.letters()
        assert (letter.to, letter.subject, letter.text.strip()) == (
            "kisi@deneme.example",
            "Konu satır",
            "Gövde: ğüşıöç",
        )
        message.refresh_from_db()
        assert (message.state, message.body, message.attempts) == (OutboxState.SENT, "", 1)
        assert outbox.send_due() == 0

    def test_a_paper_that_cannot_be_read_holds_nothing_behind_it_up(self):
        paper = Document.objects.create(
            kind="deneme", template_version=1, number="DNM-1", data={}, subject_type="deneme", subject_id="1",
            language="tr", state=DocumentState.READY, file="documents/yok.pdf", sha256="0" * 64, size=1,
            rendered_at=timezone.now(), actor_kind=0, actor_id=0, created_at=timezone.now(),
        )  # fmt: skip
        first, second = post(document=paper), post("deneme:2")
        assert outbox.send_due() == 1
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, first.answer) == (OutboxState.WAITING, "document unreadable")
        assert second.state == OutboxState.SENT

    def test_the_same_cause_is_one_mail(self):
        assert post() == post(body="anders")
        assert outbox.send_due() == 1

    def test_what_is_rolled_back_is_never_sent(self):
        @transaction.atomic
        def act() -> None:
            post()
            raise Invalid

        with pytest.raises(Invalid):
            act()
        assert outbox.send_due() == 0

    def test_a_subject_holds_no_second_header(self):
        post(subject="Konu\r\nBcc: baska@deneme.example")
        outbox.send_due()
        assert mailbox.letters()[0].subject == "Konu Bcc: baska@deneme.example"


@pytest.mark.django_db
class TestFailing:
    def test_it_is_tried_again_later_and_later(self, broken):
        message = post()
        waits = []
        moment = timezone.now()
        for _ in range(3):
            with time_machine.travel(moment, tick=False):
                assert outbox.send_due() == 0
                message.refresh_from_db()
                assert outbox.send_due() == 0, "not before its time"
            waits.append(message.next_try_at - moment)
            moment = message.next_try_at
        assert message.state == OutboxState.WAITING
        assert message.attempts == 3
        assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]

    def test_an_outage_costs_no_try(self, monkeypatch):
        def down(_carrier: Carrier, _message: OutboxMessage) -> str:
            raise ServerDown("Connection refused")

        monkeypatch.setattr(outbox, "_send", down)
        first, second = post(), post("deneme:2")
        start = timezone.now()
        for minute in range(3 * outbox.MAX_ATTEMPTS):
            with time_machine.travel(start + timedelta(minutes=minute), tick=False):
                assert outbox.send_due() == 0
        for message in (first, second):
            message.refresh_from_db()
            assert (message.state, message.attempts) == (OutboxState.WAITING, 0)
            assert message.body, "still there to be sent"

    def test_a_mail_that_breaks_the_line_is_given_up_in_the_end(self, monkeypatch):
        def breaks(_carrier: Carrier, _message: OutboxMessage) -> str:
            raise ServerDown("SMTPServerDisconnected", left=True)

        monkeypatch.setattr(outbox, "_send", breaks)
        message, moment = post(), timezone.now()
        for _ in range(outbox.MAX_ATTEMPTS):
            with time_machine.travel(moment, tick=False):
                outbox.send_due()
            message.refresh_from_db()
            moment = message.next_try_at
        assert message.state == OutboxState.FAILED

    def test_in_the_end_it_is_undelivered(self, broken):
        message = post()
        moment = timezone.now()
        for _ in range(outbox.MAX_ATTEMPTS):
            with time_machine.travel(moment, tick=False):
                outbox.send_due()
            message.refresh_from_db()
            moment = message.next_try_at
        assert message.state == OutboxState.FAILED
        with time_machine.travel(moment + timedelta(days=1)):
            assert outbox.send_due() == 0

    def test_a_crash_after_the_claim_sends_again_under_the_same_id(self, monkeypatch):
        class Killed(BaseException):
            pass

        message = post()
        working = outbox._send

        def send_and_die(carrier: Carrier, row: OutboxMessage) -> str:
            working(carrier, row)
            raise Killed

        monkeypatch.setattr(outbox, "_send", send_and_die)
        start = timezone.now()
        with time_machine.travel(start, tick=False), pytest.raises(Killed):
            outbox.send_due()
        monkeypatch.setattr(outbox, "_send", working)
        with time_machine.travel(start + LEASE / 2, tick=False):
            assert outbox.send_due() == 0, "the claim still holds"
        with time_machine.travel(start + LEASE * 1.1, tick=False):
            assert outbox.send_due() == 1
        assert len(mailbox.letters()) == 1, "the same message id twice is one mail for the reader"
        message.refresh_from_db()
        assert message.state == OutboxState.SENT


@pytest.mark.usefixtures("committed_db")
def test_several_workers_send_each_mail_once(monkeypatch):
    for number in range(60):
        post(f"deneme:{number}")
    sent, lock, barrier = [], threading.Lock(), threading.Barrier(4)

    def note(_carrier: Carrier, message: OutboxMessage) -> str:
        assert not connection.in_atomic_block, "no transaction is open while the network is used"
        with lock:
            sent.append(message.pk)
        return "250"

    monkeypatch.setattr(outbox, "_send", note)

    def work() -> None:
        barrier.wait()
        outbox.send_due()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == 60
