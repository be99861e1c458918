"""R-S2, R-S3: the list that is taken, and who finds a message by an address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from consents.effective import Reason
from consents.message_downloads import removed_rows, since_rows
from consents.models import Consent, Message, MessageRemoval
from consents.selectors.messages import messages_of
from consents.services import message_watch, messages
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.messages.conftest import says_no, taken
from tests.factories import officer_of

Record = Callable[..., Consent]
Make = Callable[..., Message]


def test_r_s2_a_list_is_taken_without_who_refused_a_moment_ago(writer: Actor, brand: Brand, released: Message) -> None:
    assert taken(writer, released) == ["ali@firma.example", "veli@firma.example"]
    says_no(brand)
    assert taken(writer, released) == ["veli@firma.example"], "no seal, no watch was needed"
    released.refresh_from_db()
    assert (released.removed_since, released.allowed) == (1, 1)
    rows = list(since_rows(released))
    assert rows[1][0] == "ali@firma.example"
    assert rows[1][2] == Reason.REFUSED_BY_RECIPIENT.label
    assert sum(1 for _row in removed_rows(released)) == 2, "what was found at the check stays as it was"
    assert taken(writer, released) == ["veli@firma.example"]
    assert MessageRemoval.objects.count() == 1


def test_r_s2_a_consent_that_may_not_be_used_any_more_leaves_the_list_too(
    writer: Actor, record: Record, released: Message
) -> None:
    Consent.objects.filter(recipient="ali@firma.example").update(holds=2, hold_from=timezone.now())
    assert taken(writer, released) == ["veli@firma.example"]


def test_a_new_consent_does_not_bring_an_address_back(
    writer: Actor, brand: Brand, record: Record, released: Message
) -> None:
    record("ali@firma.example", status="RET", minutes=30)
    assert taken(writer, released) == ["veli@firma.example"]
    record("ali@firma.example", minutes=1)
    assert taken(writer, released) == ["veli@firma.example"]


def test_r_s2_the_list_is_given_from_registration_until_its_time_has_passed(
    writer: Actor, brand: Brand, record: Record, washed: Make
) -> None:
    record("ali@firma.example")
    message = washed("ali@firma.example")
    with pytest.raises(WrongMoment):
        taken(writer, message)
    messages.release(actor=writer, public_id=message.public_id)
    with pytest.raises(NotAllowed):
        taken(officer_of(brand, "viewer"), message)
    Message.objects.update(planned_at=timezone.now() - timedelta(hours=25))
    message_watch.watch(timezone.now())
    with pytest.raises(WrongMoment):
        taken(writer, message)
    message.refresh_from_db()
    assert (message.state, message.taken_at) == ("closed", None)
    assert not AuditEntry.objects.filter(verb="message.list_taken").exists()


def test_r_p7_a_suspended_providers_list_is_not_given(writer: Actor, brand: Brand, released: Message) -> None:
    brand.provider.state = "suspended"
    brand.provider.save()
    with pytest.raises(WrongMoment):
        taken(writer, released)


def test_r_s3_messages_are_found_by_address_with_the_consent_of_then(
    writer: Actor, brand: Brand, released: Message, washed: Make
) -> None:
    washed("ali@firma.example")  # not registered: nobody's record
    says_no(brand)
    taken(writer, released)
    found = {one.recipient: one for one in messages_of(["ali@firma.example", "yok@firma.example", "kimse@x.example"])}
    assert set(found) == {"ali@firma.example", "yok@firma.example"}
    ali = found["ali@firma.example"]
    assert (ali.message, ali.reason, ali.removed_reason) == (released, Reason.SENDABLE, Reason.REFUSED_BY_RECIPIENT)
    assert not ali.allowed
    assert ali.checked_at == released.wash_moment
    assert found["yok@firma.example"].reason is Reason.NO_RECORD
    assert messages_of([]) == []
