"""R-S2: a refusal between the check and the planned time takes the address off the list, and the provider is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.engine.terms import terms_of_recipient
from consents.enums import Source, WayIn
from consents.models import Consent, Message
from consents.services import message_recipients, message_watch
from consents.services.recipients import ANYBODY
from consents.services.records import write_rows
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import Brand
from tests.consents.messages.conftest import run, says_no, taken, with_profile
from tests.consents.proof.conftest import seal_all

Record = Callable[..., Consent]
Make = Callable[..., Message]


@pytest.fixture(autouse=True)
def at_once(settings: Any) -> None:
    """What is written is sealed at once."""
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return with_profile()


def sealed_and_watched() -> None:
    seal_all()
    message_watch.watch(timezone.now())


@pytest.mark.parametrize("by_whom", ["recipient", "provider"])
def test_r_s2_the_watch_takes_off_whoever_refused_and_the_provider_is_told(
    writer: Actor, brand: Brand, record: Record, released: Message, by_whom: str
) -> None:
    taken(writer, released)
    if by_whom == "recipient":
        says_no(brand)
    else:
        record("ali@firma.example", status="RET", minutes=1)
    sealed_and_watched()
    released.refresh_from_db()
    assert released.removed_since == 1
    mail = OutboxMessage.objects.get(cause__startswith="message-removed-")
    assert "ali@" not in mail.body + mail.subject
    assert AuditEntry.objects.get(verb="message.recipients_removed").new["removed"] == 1
    sealed_and_watched()
    says_no(brand, "veli@firma.example")
    sealed_and_watched()
    released.refresh_from_db()
    assert (released.removed_since, released.allowed) == (2, 0)
    assert OutboxMessage.objects.filter(cause__startswith="message-removed-").count() == 1, "one mail for a list"


def test_a_refusal_during_the_check_is_not_lost(writer: Actor, brand: Brand, record: Record, draft: Make) -> None:
    record("ali@firma.example")
    message = message_recipients.wash_all(actor=writer, public_id=draft().public_id, publish=False)
    message = run(message)
    says_no(brand)
    sealed_and_watched()
    message.refresh_from_db()
    assert (message.state, message.removed_since) == ("ready", 1)


def say_yes_again(brand: Brand, address: str) -> None:
    """An event about somebody who may be written to: the recipient consents anew on the citizens' page."""
    row = {
        "recipient": address, "channel": 3, "recipient_type": 1, "status": 1, "source": int(Source.IYS_WEB),
        "consent_date": timezone.now().replace(microsecond=0), "retailer_code": None, "evidence": None,
        "own_notice_at": None, "own_notice_means": None,
    }  # fmt: skip
    terms = terms_of_recipient(brand.pk, moment=timezone.now(), actor=ANYBODY, way=WayIn.CITIZEN)
    assert all(outcome.accepted for outcome in write_rows(terms, [row]))


def test_r_p7_a_suspension_takes_nobody_off_for_good(writer: Actor, brand: Brand, released: Message) -> None:
    brand.provider.state = "suspended"
    brand.provider.save()
    says_no(brand)
    say_yes_again(brand, "veli@firma.example")
    sealed_and_watched()
    released.refresh_from_db()
    assert released.removed_since == 1, "the refusal, and nobody else"
    brand.provider.state = "active"
    brand.provider.save()
    assert taken(writer, released) == ["veli@firma.example"]
