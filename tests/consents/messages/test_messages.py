"""R-S2, R-S3: a message's way from draft to the record, its versions, and what the database holds of it."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consents.models import Consent, Message
from consents.services import message_recipients, messages
from consents.states import MessageState
from consents.transitions import MESSAGE
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.messages.conftest import MAIL, TEXT, run
from tests.factories import officer_of

Record = Callable[..., Consent]
Make = Callable[..., Message]


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "move"), list(itertools.product(MessageState, MESSAGE.transitions)))
def test_a_message_moves_as_its_table_says(state: MessageState, move: str, brand: Brand) -> None:
    message, transition = Message(brand=brand, state=state), MESSAGE.transitions[move]
    actor = officer_of(brand) if transition.permission else SYSTEM
    if state in transition.sources:
        MESSAGE.move(message, move, actor)
        assert message.state == transition.target
    else:
        with pytest.raises(WrongMoment):
            MESSAGE.move(message, move, actor)
    viewer = officer_of(brand, "viewer")
    with pytest.raises(NotAllowed):
        MESSAGE.check(Message(brand=brand, state=state), move, viewer)


def test_r_s2_a_message_is_registered_once_its_recipients_were_checked(
    writer: Actor, record: Record, washed: Make, draft: Make
) -> None:
    record("onay@firma.example")
    waiting = draft(subject="Bekler")
    with pytest.raises(WrongMoment):
        messages.release(actor=writer, public_id=waiting.public_id)
    message = washed("onay@firma.example")
    messages.release(actor=writer, public_id=message.public_id)
    messages.release(actor=writer, public_id=message.public_id)
    message.refresh_from_db()
    assert message.state == "released"
    assert message.released_by == writer.id
    assert set(message.checklist["found"]) == {"sender", "mersis", "contact", "refusal", "commercial"}
    assert AuditEntry.objects.filter(verb="message.released").count() == 1
    with pytest.raises(WrongMoment):
        messages.change_message(actor=writer, public_id=message.public_id, changes={"text": "Başka"})
    message.refresh_from_db()
    assert message.text == MAIL


def test_r_s2_a_changed_text_that_fails_is_a_draft_again(writer: Actor, record: Record, washed: Make) -> None:
    record("onay@firma.example")
    message = washed("onay@firma.example")
    messages.change_message(actor=writer, public_id=message.public_id, changes={"subject": "Başka konu"})
    message.refresh_from_db()
    assert message.state == "ready"
    messages.change_message(actor=writer, public_id=message.public_id, changes={"text": "Kampanya!"})
    message.refresh_from_db()
    assert message.state == "draft"
    with pytest.raises(WrongMoment):
        messages.release(actor=writer, public_id=message.public_id)


def test_r_s2_the_time_of_a_message_lies_ahead(writer: Actor, draft: Make, washed: Make) -> None:
    with pytest.raises(FieldsInvalid) as refused:
        draft(planned_at=timezone.now() - timedelta(minutes=1))
    assert list(refused.value.errors) == ["planned_at"]
    assert not Message.objects.exists()
    message = washed("yok@firma.example")
    Message.objects.update(planned_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Invalid) as late:
        messages.release(actor=writer, public_id=message.public_id)
    assert late.value.field == "planned_at"


def test_r_s2_a_message_that_needs_no_consent_is_recorded_with_its_reason_and_not_washed(
    writer: Actor, draft: Make
) -> None:
    with pytest.raises(FieldsInvalid):
        draft(purpose="delivery", text="Siparişiniz yarın teslim edilecek.")
    words = {"subject": "Teslimat", "text": "Siparişiniz yarın teslim edilecek."}
    message = draft(purpose="delivery", reason="Siparişin teslimi", **words)
    with pytest.raises(WrongMoment):
        message_recipients.wash_all(actor=writer, public_id=message.public_id)
    messages.change_message(actor=writer, public_id=message.public_id, changes={"text": "Büyük indirim!"})
    with pytest.raises(Invalid):
        messages.release(actor=writer, public_id=message.public_id)
    messages.change_message(actor=writer, public_id=message.public_id, changes={"text": "Siparişiniz yolda."})
    message = messages.release(actor=writer, public_id=message.public_id)
    assert (message.state, message.reason, message.counts) == ("released", "Siparişin teslimi", {})
    assert AuditEntry.objects.get(verb="message.recorded").new["purpose"] == "delivery"


def test_r_s3_a_change_of_a_registered_message_is_a_new_version(writer: Actor, record: Record, washed: Make) -> None:
    record("onay@firma.example")
    first = washed("onay@firma.example", "yok@firma.example")
    assert messages.begin_version(actor=writer, public_id=first.public_id) == first, "it is in work itself"
    messages.release(actor=writer, public_id=first.public_id)
    second = messages.begin_version(actor=writer, public_id=first.public_id)
    assert messages.begin_version(actor=writer, public_id=first.public_id) == second
    changes = {"text": MAIL.replace("Kış", "Yaz")}
    messages.change_message(actor=writer, public_id=second.public_id, changes=changes)
    second = run(message_recipients.wash_again(actor=writer, public_id=second.public_id, publish=False))
    first.refresh_from_db()
    assert first.state == "released", "the registered one holds until the next one is registered"
    second = messages.release(actor=writer, public_id=second.public_id)
    first.refresh_from_db()
    assert (first.state, first.text, first.allowed) == ("replaced", MAIL, 1)
    assert (second.version, second.allowed, second.removed) == (2, 1, 1)


def test_a_message_can_be_called_off_until_its_time_has_passed(writer: Actor, washed: Make) -> None:
    message = washed("yok@firma.example")
    messages.release(actor=writer, public_id=message.public_id)
    messages.cancel(actor=writer, public_id=message.public_id)
    message = messages.cancel(actor=writer, public_id=message.public_id)
    assert (message.state, message.released_by) == ("cancelled", writer.id)
    other = washed("yok@firma.example")
    messages.release(actor=writer, public_id=other.public_id)
    Message.objects.filter(pk=other.pk).update(planned_at=timezone.now() - timedelta(hours=25))
    assert messages.close_past(timezone.now()) == 1
    assert messages.close_past(timezone.now()) == 0
    with pytest.raises(WrongMoment):
        messages.cancel(actor=writer, public_id=other.public_id)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("message_reason_without_consent", {"reason": "Teslimat"}),
        ("message_reason_without_consent", {"purpose": "debt"}),
        ("message_html_of_mails", {"channel": 2, "html": "<p>x</p>"}),
        ("message_text_given", {"text": ""}),
        ("message_created_at_with_by", {"created_name": ""}),
        ("message_released_at_with_by", {"released_by": 1}),
        ("message_registered_is_released", {"state": "released", "washed_at": timezone.now()}),
        ("message_cancelled_at_with_by", {"state": "cancelled"}),
        ("message_taken_at_with_by", {"taken_by": 1}),
        ("message_commercial_is_washed", {"state": "ready"}),
        ("message_washing_has_job", {"state": "washing"}),
        ("message_first_replaces_none", {"version": 2}),
    ],
)
def test_the_database_holds_what_belongs_together(draft: Make, constraint: str, changes: dict[str, Any]) -> None:
    message = draft()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changes)


def test_one_version_of_a_message_is_worked_on(draft: Make) -> None:
    first, second = draft(), draft()
    with pytest.raises(IntegrityError, match=r"message_one_version_in_work|message_version_once"), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(series=first.series)
    with pytest.raises(IntegrityError, match="message_one_version_in_work"), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(series=first.series, version=2, replaces=first)


def test_a_text_message_has_no_html(draft: Make) -> None:
    with pytest.raises(FieldsInvalid):
        draft(channel=2, text=TEXT, html="<p>x</p>")
