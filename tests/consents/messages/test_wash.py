"""R-S2: no consent, no send. The recipients of a message are checked by the one rule, in the background."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from consents.effective import Reason
from consents.enums import Channel, WishKind
from consents.message_downloads import problem_rows, removed_rows
from consents.models import Consent, Message, MessageProblem, MessageRecipients
from consents.selectors.messages import answers_of
from consents.selectors.wishes import Wanted
from consents.services import message_recipients, message_wash, messages
from consents.services.wishes import begin_wish
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand
from tests.consents.citizen.conftest import citizen_with
from tests.consents.messages.conftest import MAIL, TEXT, run, taken
from tests.factories import BrandFactory, actor_of, integrator_of, officer_of

Record = Callable[..., Consent]
Make = Callable[..., Message]


def told(message: Message) -> dict[str, Reason]:
    return {
        address: Reason(reason)
        for recipients, reasons in answers_of(message)
        for address, reason in zip(recipients, reasons, strict=True)
    }


def test_r_s2_the_list_is_parted_into_allowed_and_removed_with_reasons(record: Record, washed: Make) -> None:
    record("onay@firma.example")
    record("ret@firma.example", status="RET")
    record("kendi@firma.example", status="RET", own=True)
    record("kagit@firma.example", source="HS_ISLAK_IMZA")
    message = washed(
        "ONAY@firma.example", "ret@firma.example", "kendi@firma.example", "kagit@firma.example", "yok@firma.example",
        "onay@firma.example", "bozuk", "+905321234567",
    )  # fmt: skip
    assert told(message) == {
        "onay@firma.example": Reason.SENDABLE,
        "ret@firma.example": Reason.REFUSED,
        "kendi@firma.example": Reason.REFUSED_BY_RECIPIENT,
        "kagit@firma.example": Reason.EVIDENCE_MISSING,
        "yok@firma.example": Reason.NO_RECORD,
    }
    assert message.state == "ready"
    counts = {name: message.counts[name] for name in ("asked", "allowed", "removed", "malformed", "repeated")}
    assert counts == {"asked": 5, "allowed": 1, "removed": 4, "malformed": 2, "repeated": 1}
    assert sum(1 for _row in removed_rows(message)) == 1 + 4
    assert [row[:3] for row in problem_rows(message)][1:] == [["8", "bozuk", "H120"], ["9", "+905321234567", "H464"]]
    assert not message.file
    assert message.layout == {}
    assert AuditEntry.objects.filter(verb="message.washed").count() == 1


def test_r_z8_a_standing_wish_keeps_an_address_off_a_list_before_and_after_its_release(
    writer: Actor, record: Record, washed: Make
) -> None:
    for name in ("onay", "mola", "sonra"):
        record(f"{name}@firma.example")
    wishes("mola@firma.example")
    message = washed("onay@firma.example", "mola@firma.example", "sonra@firma.example")
    assert told(message)["mola@firma.example"] is Reason.STANDING_WISH
    message = messages.release(actor=writer, public_id=message.public_id)
    assert taken(writer, message) == ["onay@firma.example", "sonra@firma.example"]
    wishes("sonra@firma.example")
    assert taken(writer, message) == ["onay@firma.example"]


def wishes(address: str) -> None:
    """Whoever holds the address wants no e-mail from anybody."""
    begin_wish(actor=actor_of(citizen_with(address)), wanted=Wanted(WishKind.CHANNEL, channel=Channel.EPOSTA))


def test_r_s2_a_pasted_list_takes_lines_and_commas(writer: Actor, record: Record, draft: Make) -> None:
    record("onay@firma.example")
    message = draft()
    pasted = "onay@firma.example, yok@firma.example\nbozuk;onay@firma.example"
    message_recipients.wash_paste(actor=writer, public_id=message.public_id, text=pasted, publish=False)
    message.refresh_from_db()
    message = run(message)
    assert set(told(message)) == {"onay@firma.example", "yok@firma.example"}
    assert MessageProblem.objects.get().line == 3, "the third of the addresses that were pasted"


def test_r_s2_phones_are_read_in_their_many_spellings(writer: Actor, record: Record, washed: Make) -> None:
    record("+905321234567")
    message = washed("0532 123 45 67", "5321234567", "0212", channel=2, text=TEXT)
    assert told(message) == {"+905321234567": Reason.SENDABLE}
    assert (message.counts["repeated"], message.counts["malformed"]) == (1, 1)


def test_r_s2_everybody_who_agreed_on_the_channel(writer: Actor, record: Record, draft: Make, brand: Brand) -> None:
    record("onay@firma.example")
    record("kagit@firma.example", source="HS_ISLAK_IMZA")
    record("ret@firma.example", status="RET")
    record("+905321234567")
    record("baska@firma.example", of=BrandFactory(provider=brand.provider))
    message = message_recipients.wash_all(actor=writer, public_id=draft().public_id, publish=False)
    assert told(run(message)) == {
        "onay@firma.example": Reason.SENDABLE,
        "kagit@firma.example": Reason.EVIDENCE_MISSING,
    }


def test_r_s2_the_same_recipients_are_asked_again(writer: Actor, record: Record, washed: Make) -> None:
    record("onay@firma.example")
    message = washed("onay@firma.example", "sonra@firma.example", "bozuk")
    record("sonra@firma.example")
    message = message_recipients.wash_again(actor=writer, public_id=message.public_id, publish=False)
    message = run(message)
    assert set(told(message).values()) == {Reason.SENDABLE}
    assert (message.allowed, message.malformed) == (2, 1)
    assert MessageProblem.objects.filter(message_id=message.pk).count() == 1, "its lines stay"


def test_r_s2_a_text_that_fails_stays_a_draft(writer: Actor, draft: Make) -> None:
    message = draft(text="Kampanya!")
    with pytest.raises(Invalid, match=r"MERSİS|Ticaret"):
        message_recipients.wash_all(actor=writer, public_id=message.public_id)
    message.refresh_from_db()
    assert message.state == "draft"
    assert not Job.objects.exists()


def test_a_file_that_is_refused_leaves_nothing(writer: Actor, draft: Make, private_files: None) -> None:
    message = draft()
    for content in (b"", b"ad,soyad\nAli,Veli\n", b"\x00\x01\x02"):
        with pytest.raises(Invalid) as refused:
            message_recipients.wash_file(
                actor=writer, public_id=message.public_id, file=BytesIO(content), name="liste.csv"
            )
        assert refused.value.field == "file"
    message.refresh_from_db()
    assert (message.state, message.file.name, message.layout) == ("draft", "", {})
    assert not Job.objects.exists()
    assert not AuditEntry.objects.filter(verb="message.wash_started").exists()


def test_a_check_that_died_leaves_nothing_and_is_taken_up_again(
    writer: Actor, record: Record, draft: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    record("onay@firma.example")
    message = draft()
    content = BytesIO(b"recipient\nonay@firma.example\nyok@firma.example\n")
    message = message_recipients.wash_file(
        actor=writer, public_id=message.public_id, file=content, name="a.csv", publish=False
    )

    class Killed(BaseException):
        """As if the worker had been ended: nothing of the job is written any more."""

    def die(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(message_wash, "_copy", die)
        with pytest.raises(Killed):
            message_wash.wash(message.wash_job_id or 0)
    message.refresh_from_db()
    assert (message.state, bool(message.file)) == ("washing", True)
    assert not MessageRecipients.objects.exists()
    Job.objects.filter(pk=message.wash_job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    message = run(message)
    assert (message.state, message.allowed, message.removed) == ("ready", 1, 1)
    message_wash.wash(message.wash_job_id or 0)
    assert MessageRecipients.objects.count() == len(set(told(message)))


def test_a_check_can_be_stopped_and_a_broken_one_resumed(
    writer: Actor, draft: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = message_recipients.wash_all(actor=writer, public_id=draft().public_id, publish=False)
    with monkeypatch.context() as patch:
        patch.setattr(message_wash, "_of_brand", lambda _message: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            message_wash.wash(message.wash_job_id or 0)
    message.refresh_from_db()
    assert (message.state, message.wash_job.state if message.wash_job else "") == ("washing", JobState.FAILED)
    message_recipients.resume_wash(actor=writer, public_id=message.public_id)
    message_recipients.stop_wash(actor=writer, public_id=message.public_id)
    message = run(message)
    assert message.state == "draft"
    with pytest.raises(WrongMoment):
        message_recipients.stop_wash(actor=writer, public_id=message.public_id)


def test_r_p7_a_suspended_provider_writes_and_checks_nothing(writer: Actor, draft: Make, brand: Brand) -> None:
    message = draft()
    brand.provider.state = "suspended"
    brand.provider.save()
    for act in (message_recipients.wash_all, messages.release):
        with pytest.raises(WrongMoment):
            act(actor=writer, public_id=message.public_id)
    with pytest.raises(WrongMoment):
        messages.create_message(
            actor=writer, brand=brand, channel=3, subject="a", text=MAIL, planned_at=timezone.now() + timedelta(days=1)
        )
    assert Message.objects.get().state == "draft"
    assert messages.cancel(actor=writer, public_id=message.public_id).state == "cancelled"


def test_r_p12_integrators_and_strangers_have_no_part(draft: Make, brand: Brand) -> None:
    from tests.factories import actor_of

    message = draft()
    person = integrator_of(brand)
    outside = actor_of(person.user, brand.provider)
    assert not Message.objects.visible_to(outside).exists()
    strange: list[tuple[Any, type[Exception]]] = [
        (outside, NotFound),
        (officer_of(BrandFactory()), NotFound),
        (officer_of(brand, "viewer"), NotAllowed),
    ]
    for actor, refusal in strange:
        with pytest.raises(refusal):
            message_recipients.wash_all(actor=actor, public_id=message.public_id)
    assert not Job.objects.exists()


def test_r_g1_a_list_that_nobody_had_checked_to_the_end_is_forgotten(
    writer: Actor, draft: Make, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = BytesIO(b"recipient\nali@firma.example\n")
    message = message_recipients.wash_file(
        actor=writer, public_id=draft().public_id, file=content, name="a.csv", publish=False
    )
    later = timezone.now() + settings.REGISTRY["MESSAGE_FILE_KEEP"] + timedelta(hours=1)
    assert message_recipients.forget_old_files(later) == 0, "it still waits for its turn"
    with monkeypatch.context() as patch:
        patch.setattr(message_wash, "answer_numbers", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            message_wash.wash(message.wash_job_id or 0)
    assert message_recipients.forget_old_files(timezone.now()) == 0
    assert message_recipients.forget_old_files(later) == 1
    message.refresh_from_db()
    assert (message.state, message.file.name, message.layout) == ("draft", "", {})
