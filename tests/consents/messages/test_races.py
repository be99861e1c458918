"""Messages with several hands at once: each act happens once."""

import pytest

from consents.models import Message, MessageRemoval
from consents.services import messages
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.messages.conftest import says_no, taken, with_profile
from tests.threads import at_once

HANDS = 4


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return with_profile()


def test_several_who_take_the_list_record_a_refusal_once(writer: Actor, brand: Brand, released: Message) -> None:
    says_no(brand)
    lists: list[list[str]] = []
    assert not at_once(*[lambda: lists.append(taken(writer, released))] * HANDS)
    assert lists == [["veli@firma.example"]] * HANDS
    assert MessageRemoval.objects.count() == 1
    released.refresh_from_db()
    assert released.removed_since == 1
    assert AuditEntry.objects.filter(verb="message.list_taken").count() == HANDS


def test_several_who_begin_the_next_version_find_one(writer: Actor, released: Message) -> None:
    found: list[int] = []

    def begin() -> None:
        found.append(messages.begin_version(actor=writer, public_id=released.public_id).version)

    assert not at_once(*[begin] * HANDS)
    assert found == [2] * HANDS
    assert Message.objects.count() == 2
