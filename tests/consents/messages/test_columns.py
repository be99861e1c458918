"""Which column of a message's list holds the addresses: shown, chosen, known again (R-S2)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.models import Consent, Message
from consents.services import message_recipients, message_watch, messages
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.storage import private_path

from .conftest import run

TWO = b"Ad,E-posta,Yetkili\nAli,ali@firma.example,veli@firma.example\n"
Draft = Callable[..., Message]


def send(panel: Client, message: Message, content: bytes = TWO) -> Any:
    url = reverse("consents:message_recipients", args=[message.public_id])
    return panel.post(url, {"file": SimpleUploadedFile("liste.csv", content)})


def choose(panel: Client, message: Message, column: str) -> Any:
    return panel.post(reverse("consents:message_column", args=[message.public_id]), {"column": column})


def page_of(panel: Client, message: Message) -> str:
    return panel.get(reverse("consents:message", args=[message.public_id])).content.decode()


def test_r_s2_the_chosen_column_is_checked_and_known_again(
    panel: Client, record: Callable[..., Consent], draft: Draft
) -> None:
    record("veli@firma.example")
    message = draft()
    assert send(panel, message).status_code == 302
    message.refresh_from_db()
    assert (message.state, message.wash_job, message.waits_for_column) == ("draft", None, True)
    assert "Yetkili – veli@firma.example" in page_of(panel, message)
    assert choose(panel, message, "7").status_code == 422
    assert choose(panel, message, "2").status_code == 302
    message.refresh_from_db()
    assert message.layout["sample"] == []
    message = run(message)
    assert (message.state, message.allowed, message.removed) == ("ready", 1, 0)
    again = draft()
    send(panel, again)
    assert "“Yetkili”" in page_of(panel, again)
    assert message_recipients.address_column(Message.objects.get(pk=again.pk)).remembered


def test_the_recognised_column_is_shown_before_the_check(panel: Client, draft: Draft) -> None:
    message = draft()
    send(panel, message, b"Ad,E-posta\nAli,ali@firma.example\n")
    assert "“E-posta” tanındı" in page_of(panel, message)
    message.refresh_from_db()
    assert message.wash_job is None


def test_a_list_that_waits_can_be_given_up(panel: Client, draft: Draft) -> None:
    message = draft()
    send(panel, message)
    message.refresh_from_db()
    path = private_path(message.file.name)
    assert path.exists()
    for _click in range(2):
        panel.post(reverse("consents:message_drop_list", args=[message.public_id]))
    message.refresh_from_db()
    assert (str(message.file), message.layout) == ("", {})
    assert "birak" not in page_of(panel, message)
    assert choose(panel, message, "1").status_code == 302
    assert Message.objects.get(pk=message.pk).wash_job is None


def test_a_list_without_any_address_is_refused(writer: Actor, draft: Draft) -> None:
    message = draft()
    with pytest.raises(Invalid, match="adres"):
        message_recipients.wash_file(
            actor=writer, public_id=message.public_id, file=BytesIO(b"Ad,Kod\nAli,A1\n"), name="a.csv", look=True
        )
    assert not Message.objects.get(pk=message.pk).file


def test_a_choice_without_a_list_is_refused(writer: Actor, draft: Draft) -> None:
    with pytest.raises(WrongMoment):
        message_recipients.choose_column(actor=writer, public_id=draft().public_id, column=0)


def test_r_g1_a_list_that_nobody_went_on_with_is_forgotten(
    writer: Actor, draft: Draft, settings: Any, released: Message
) -> None:
    message = draft()
    message_recipients.wash_file(
        actor=writer, public_id=message.public_id, file=BytesIO(TWO), name="liste.csv", look=True
    )
    keep = settings.REGISTRY["MESSAGE_FILE_KEEP"]
    message_watch.watch(timezone.now() + keep - timedelta(minutes=1))
    assert Message.objects.get(pk=message.pk).file
    message_watch.watch(timezone.now() + keep + timedelta(minutes=1))
    message.refresh_from_db()
    assert (str(message.file), message.layout, message.state) == ("", {}, "draft")


def test_everybody_instead_gives_a_waiting_list_up(writer: Actor, draft: Draft) -> None:
    message = draft()
    about: dict[str, Any] = {"actor": writer, "public_id": message.public_id}
    message_recipients.wash_file(**about, file=BytesIO(TWO), name="liste.csv", look=True)
    message = message_recipients.wash_all(**about, publish=False)
    assert (str(message.file), message.state) == ("", "washing")
    assert messages.may_write(writer)


def test_r_g1_nothing_of_a_list_stays_when_taking_it_breaks_off(
    writer: Actor, draft: Draft, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_values: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(message_recipients, "start_job", broken)
    content = BytesIO(b"E-posta\nali@firma.example\n")
    with pytest.raises(RuntimeError):
        message_recipients.wash_file(actor=writer, public_id=draft().public_id, file=content, name="liste.csv")
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]
