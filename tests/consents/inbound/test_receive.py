"""R-R4: a text message refuses, is answered, and is taken once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from consents.enums import Channel, InboundOutcome, RecipientType, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, InboundText, RefusalAlert
from consents.services import inbound
from consents.services.inbound import receive
from consents.services.recipients import ANYBODY
from iys_portal.core.enums import Means
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderState
from tests.factories import BrandFactory, ProviderFactory

from .conftest import PHONE


def answers() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("body", flat=True))


def nothing_was_refused() -> bool:
    verbs = AuditEntry.objects.exclude(verb="text.received")
    return not (ConsentEvent.objects.exists() or RefusalAlert.objects.exists() or verbs.exists())


class TestRefusing:
    def test_r_r4_calls_and_texts_of_the_brand_are_refused_for_both_types(self, brand, text, as_of):
        text("RET ORNEKMODA", moment=as_of)
        found = Consent.objects.filter(recipient=PHONE, brand_id=brand.pk)
        assert {(c.channel, c.recipient_type) for c in found} == {
            (channel, kind) for channel in (Channel.ARAMA, Channel.MESAJ) for kind in RecipientType
        }
        assert {(c.status, c.source, c.registered_at) for c in found} == {(Status.RET, Source.IYS_KISAMESAJ, as_of)}
        assert set(ConsentEvent.objects.values_list("way", flat=True)) == {WayIn.SMS}
        assert {alert.channel for alert in RefusalAlert.objects.all()} == {Channel.ARAMA, Channel.MESAJ}

    def test_r_r4_the_answer_names_brand_time_and_receipts(
        self, brand, text, as_of, django_capture_on_commit_callbacks, no_broker
    ):
        with django_capture_on_commit_callbacks(execute=True):
            row = text("RET 710011", moment=as_of)
        (message,) = OutboxMessage.objects.all()
        assert (message.to, message.means, message.cause) == (PHONE, Means.TEXT, f"inbound:{row.pk}")
        assert "Deneme Örnek Moda (710011)" in message.body
        assert "24.11.2026 15:00" in message.body
        events = ConsentEvent.objects.filter(recipient_type=RecipientType.BIREYSEL).values_list("event_id", flat=True)
        assert all(f"İYS-{event}" in message.body for event in events)
        assert "core.send_outbox" in no_broker

    def test_r_r4_a_second_time_it_says_since_when(self, brand, text, as_of):
        text("RET ORNEKMODA", moment=as_of)
        events = ConsentEvent.objects.count()
        row = text("RET ORNEKMODA", moment=as_of + timedelta(days=3))
        assert row.outcome == InboundOutcome.ALREADY_REFUSED
        assert ConsentEvent.objects.count() == events
        assert "24.11.2026 15:00" in answers()[1]
        assert "27.11.2026" not in answers()[1]

    @pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
    def test_r_r1_a_no_is_recorded_whatever_became_of_provider_and_brand(self, text, db, state):
        brand = BrandFactory(short_name="ESKI", provider=ProviderFactory(state=state), is_active=False)
        assert text("RET ESKI").outcome == InboundOutcome.REFUSED
        assert Consent.objects.filter(brand_id=brand.pk, status=Status.RET).count() == 4

    @pytest.mark.parametrize(
        "sender", ["05321234567", "905321234567", "5321234567", "+90 532 123 45 67", "00905321234567"]
    )
    def test_r_c3_the_sender_is_normalised(self, brand, text, sender):
        assert text("RET ORNEKMODA", sender=sender).sender == PHONE
        assert set(Consent.objects.values_list("recipient", flat=True)) == {PHONE}

    @pytest.mark.parametrize("sender", ["+491701234567", "+902121234567"])
    def test_r_z1_a_phone_that_gets_no_texts_is_obeyed_and_not_answered(self, brand, text, sender):
        assert text("RET ORNEKMODA", sender=sender).outcome == InboundOutcome.REFUSED
        assert Consent.objects.filter(recipient=sender, status=Status.RET).exists()
        assert not answers()

    def test_the_demonstrations_answers_stay_in_the_mailbox(self, text, db):
        BrandFactory(short_name="GOSTERI", provider=ProviderFactory(is_demo=True))
        BrandFactory(short_name="GERCEK")
        text("RET GOSTERI")
        text("RET GERCEK")
        assert list(OutboxMessage.objects.order_by("pk").values_list("to_mailbox", flat=True)) == [True, False]

    def test_r_g4_the_audit_log_names_the_text_and_no_number(self, brand, text):
        row = text("RET ORNEKMODA")
        entry = AuditEntry.objects.get(verb="text.received")
        assert (entry.target_type, entry.target_id) == ("consents.inboundtext", str(row.pk))
        assert entry.provider_id == brand.provider_id
        assert (entry.new["outcome"], entry.new["brand"], entry.new["answered"]) == ("REFUSED", 710_011, True)
        assert entry.way == "sms"
        for one in AuditEntry.objects.all():
            assert PHONE[3:] not in f"{one.target_id} {one.target_name} {one.old} {one.new} {one.actor_name}"

    def test_r_g4_the_log_names_no_number_and_no_words(self, brand, text, caplog):
        caplog.set_level("DEBUG")
        text("RET ORNEKMODA gizli")
        assert "text_received" in caplog.text
        assert "5321234567" not in caplog.text
        assert "gizli" not in caplog.text

    def test_an_answer_that_cannot_be_kept_takes_the_refusal_back(self, brand, text, monkeypatch):
        def fail(**_values: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(inbound, "post_text", fail)
        with pytest.raises(RuntimeError):
            text("RET ORNEKMODA")
        assert nothing_was_refused()
        assert not InboundText.objects.exists(), "so the gateway's next delivery is a first one"


class TestTwice:
    def test_r_r4_the_gateways_repeat_does_nothing(self, brand, as_of):
        values = {"actor": ANYBODY, "gateway_id": "G1", "sender": PHONE}
        first, new = receive(**values, text="RET ORNEKMODA", moment=as_of)
        before = ConsentEvent.objects.count(), AuditEntry.objects.count()
        again, newer = receive(**values, text="RET ORNEKMODA", moment=as_of + timedelta(hours=1))
        assert (new, newer, again) == (True, False, first)
        assert (ConsentEvent.objects.count(), AuditEntry.objects.count()) == before
        assert len(answers()) == 1

    def test_two_deliveries_at_once_are_one(self, committed_db):
        BrandFactory(short_name="ORNEKMODA")
        barrier, results = threading.Barrier(4), []

        def deliver() -> None:
            barrier.wait()
            try:
                results.append(receive(actor=ANYBODY, gateway_id="G1", sender=PHONE, text="RET ORNEKMODA")[1])
            finally:
                connection.close()

        threads = [threading.Thread(target=deliver) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [False, False, False, True]
        assert (InboundText.objects.count(), OutboxMessage.objects.count()) == (1, 1)
        assert ConsentEvent.objects.count() == 4


class TestNotUnderstood:
    def test_a_text_without_a_brand_gets_help(self, brand, text):
        text("Merhaba, bunu istemiyorum")
        (answer,) = answers()
        assert "RET" in answer
        assert nothing_was_refused()

    def test_an_unknown_brand_gets_kind_help_without_the_persons_words(self, brand, text):
        text("RET https://kotu.example/")
        (answer,) = answers()
        assert "kotu" not in answer, "a forged sender would get our text with somebody's words"
        assert nothing_was_refused()

    def test_several_of_a_name_are_listed_with_their_numbers(self, text, db):
        brands = [BrandFactory(short_name="YILDIZ") for _ in range(6)]
        text("RET YILDIZ")
        (answer,) = answers()
        assert all(f"RET {brand.brand_code}" in answer for brand in brands[:4])
        assert brands[0].provider.title in answer
        assert nothing_was_refused()

    def test_no_answer_is_a_command_when_it_is_echoed(self, brand, text):
        BrandFactory(short_name="YILDIZ"), BrandFactory(short_name="YILDIZ")
        for words in ("RET ORNEKMODA", "RET ORNEKMODA", "RET YOK", "RET YILDIZ", "ne?"):
            text(words)
        sent = answers()
        assert len(sent) == 5
        for answer in sent:
            assert text(answer).outcome == InboundOutcome.NOT_UNDERSTOOD

    def test_r_r4_two_machines_do_not_talk_for_ever(self, brand, text, settings, as_of):
        settings.REGISTRY = {**settings.REGISTRY, "INBOUND_ANSWERS_A_DAY": 3}
        for minute in range(5):
            text("Ofis dışındayım", moment=as_of + timedelta(minutes=minute))
        assert len(answers()) == 3
        text("Ofis dışındayım", sender="+905329999999", moment=as_of + timedelta(minutes=6))
        assert len(answers()) == 4, "the limit is one sender's"
        row = text("RET ORNEKMODA", moment=as_of + timedelta(minutes=7))
        assert row.outcome == InboundOutcome.REFUSED
        assert len(answers()) == 5, "a new refusal is always answered"
        text("RET ORNEKMODA", moment=as_of + timedelta(minutes=8))
        assert len(answers()) == 5
        text("Ofis dışındayım", moment=as_of + timedelta(days=1, minutes=9))
        assert len(answers()) == 6

    @pytest.mark.parametrize(
        "sender", ["BANKAM", "IYS PORTAL", "3500", "3400", "a@deneme.example", "12", "+905", "\x00"]
    )
    def test_r_r4_a_name_a_short_number_and_we_ourselves_are_neither_obeyed_nor_answered(self, brand, text, sender):
        assert text("RET ORNEKMODA", sender=sender).outcome == InboundOutcome.NO_PHONE
        assert nothing_was_refused()
        assert not answers()

    def test_r_r4_our_own_long_number_is_not_answered(self, brand, text, settings):
        settings.SMS_NUMBER = "0532 000 00 01"
        assert text("RET ORNEKMODA", sender="+905320000001").outcome == InboundOutcome.NO_PHONE
        assert not answers()

    def test_what_no_database_stores_is_no_reason_to_lose_a_refusal(self, brand, text):
        row = text("RET ORNEKMODA \x00\ud800 " + "x" * 2000)
        assert row.outcome == InboundOutcome.REFUSED
        assert len(row.text) == 500


def test_r_r1_the_refusal_holds_when_the_call_returns(brand, text):
    with time_machine.travel(timezone.now(), tick=False):
        row = text("RET ORNEKMODA")
        assert row.received_at == timezone.now()
        assert set(Consent.objects.values_list("registered_at", flat=True)) == {timezone.now()}
