"""R-L5: a message's recipients go when their time has come; the message, its counts and held addresses stay."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from consents.models import LegalHold, Message, MessageProblem, MessageRecipients, MessageRemoval
from consents.services import message_retention
from consents.services.holds import place_hold, release_hold
from consents.services.retention import POLICIES, due_before
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import years_before
from providers.models import Brand
from tests.consents.messages.conftest import says_no, taken
from tests.factories import staff


def addresses() -> set[str]:
    found = MessageRecipients.objects.values_list("recipients", flat=True)
    return {address for recipients in found for address in recipients}


@pytest.fixture
def old(writer: Actor, brand: Brand, released: Message) -> Message:
    """A registered message of more than three years ago, with a removal and a line that is no address."""
    says_no(brand)
    taken(writer, released)
    MessageProblem.objects.create(message_id=released.pk, line=9, problem=120, value="bozuk")
    Message.objects.filter(pk=released.pk).update(planned_at=years_before(timezone.now(), 4))
    return released


def hold(brand: Brand | None, recipient: str = "") -> LegalHold:
    now = timezone.now()
    return place_hold(actor=staff("admin"), recipient=recipient, brand=brand, reference="1", reason="Dava", now=now)


def test_r_l5_recipients_go_the_message_and_its_counts_stay(old: Message, washed: Callable[..., Message]) -> None:
    washed("yeni@firma.example")
    before = due_before(timezone.now())
    policy = next(policy for policy in POLICIES if policy.name == "messages_recorded")
    assert policy.count(before) == 1
    assert policy.erase(before) == 1
    assert addresses() == {"yeni@firma.example"}
    assert not MessageProblem.objects.exists()
    assert not MessageRemoval.objects.exists()
    old.refresh_from_db()
    assert (old.state, old.asked, old.removed_since) == ("released", 3, 1)
    assert policy.erase(before) == 0


def test_r_l5_what_a_case_uses_stays(old: Message, brand: Brand) -> None:
    before = due_before(timezone.now())
    whole = hold(brand)
    assert message_retention.erase_recipients(before) == 0
    release_hold(actor=staff("admin"), hold_id=whole.pk, now=timezone.now())
    case = hold(None, "ali@firma.example")
    assert message_retention.erase_recipients(before) == 1
    assert addresses() == {"ali@firma.example"}
    assert MessageRemoval.objects.get().recipient == "ali@firma.example"
    assert message_retention.erase_recipients(before) == 0
    release_hold(actor=staff("admin"), hold_id=case.pk, now=timezone.now())
    assert message_retention.erase_recipients(before) == 1
    assert addresses() == set()
