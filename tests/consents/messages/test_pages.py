"""The pages of messages: written, checked while typing, washed, registered, downloaded (R-S2, R-G3)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.models import Consent, Message
from consents.services import messages
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand
from tests.consents.messages.conftest import MAIL, TEXT, run, says_no
from tests.factories import MembershipFactory

Record = Callable[..., Consent]
Make = Callable[..., Message]


def url(name: str, message: Message, *more: str) -> str:
    return reverse(f"consents:{name}", args=[message.public_id, *more])


def body(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


@pytest.fixture
def filled(brand: Brand) -> dict[str, Any]:
    at = timezone.localtime() + timedelta(days=2)
    return {
        "brand": brand.brand_code, "channel": "3", "recipient_type": "1", "purpose": "commercial", "reason": "",
        "subject": "Kış kampanyası", "text": MAIL, "html": "", "planned_at": f"{at:%Y-%m-%dT%H:%M}",
    }  # fmt: skip


def test_r_s2_a_message_goes_from_the_form_to_the_list_that_is_sent_to(
    panel: Client, record: Record, filled: dict[str, Any], brand: Brand
) -> None:
    record("ali@firma.example")
    record("veli@firma.example")
    answer = panel.post(reverse("consents:message_new"), filled)
    message = Message.objects.get()
    assert answer.url == url("message", message)  # type: ignore[attr-defined]
    assert message.state == "draft"
    pasted = {"pasted": "ali@firma.example\nveli@firma.example\nyok@firma.example\nbozuk"}
    panel.post(url("message_recipients", message), pasted)
    assert "message-progress" in body(panel.get(url("message", message)))
    assert panel.get(url("message_progress", message), headers={"HX-Request": "true"}).status_code == 200
    message.refresh_from_db()
    run(message)
    assert panel.get(url("message_progress", message), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = body(panel.get(url("message", message)))
    assert "bozuk" in page
    assert url("message_download", message, "allowed") not in page, "not before it is registered"
    assert panel.post(url("message_download", message, "allowed")).status_code == 409
    panel.post(url("message_release", message))
    says_no(brand)
    listed = body(panel.post(url("message_download", message, "allowed")))
    assert listed == "\ufeffrecipient\r\nveli@firma.example\r\n"
    removed = body(panel.post(url("message_download", message, "removed")))
    assert "yok@firma.example" in removed
    assert "ali@firma.example" in body(panel.post(url("message_download", message, "since")))
    assert "bozuk;H120" in body(panel.post(url("message_download", message, "problems")))
    taken = AuditEntry.objects.filter(verb="message.list_taken").order_by("pk")
    assert [entry.new["kind"] for entry in taken] == ["allowed", "removed", "since", "problems"]
    assert "@firma" not in str([entry.new for entry in AuditEntry.objects.all()])
    assert panel.post(url("message_download", message, "baska")).status_code == 404


def test_r_s2_what_is_missing_is_shown_while_the_text_is_written(panel: Client, filled: dict[str, Any]) -> None:
    check = reverse("consents:message_check")
    assert "kumas.example" not in body(panel.post(check, filled | {"text": ""}))
    said = body(panel.post(check, filled | {"text": "Kampanya"}))
    assert "Uydurma Kumaş Ticaret A.Ş." in said
    assert "0734567890400015" in said
    assert body(panel.post(check, filled)).count("checklist-line") == 5
    said = body(panel.post(check, filled | {"channel": "2", "text": TEXT + " ş"}))
    assert "UCS-2" in said
    assert panel.post(check, filled | {"brand": "1"}).status_code == 200
    assert not Message.objects.exists()


def test_a_wrong_form_keeps_what_was_typed(panel: Client, filled: dict[str, Any]) -> None:
    wrong: dict[str, dict[str, str]] = {
        "planned_at": {"planned_at": "2020-01-01T10:00"},
        "reason": {"purpose": "debt"},
        "html": {"channel": "2", "html": "<p>x</p>"},
    }
    for field, changes in wrong.items():
        answer = panel.post(reverse("consents:message_new"), filled | changes)
        assert answer.status_code == 422, field
        assert f'id="error_1_id_{field}"' in body(answer)
        assert MAIL.split("\n", maxsplit=1)[0] in body(answer)
    assert not Message.objects.exists()


def test_a_refused_list_is_said_beside_its_field(panel: Client, draft: Make) -> None:
    message = draft()
    for data in ({}, {"file": BytesIO(b"ad\nAli\n")}, {"file": BytesIO(b"a@b.example\n"), "pasted": "a@b.example"}):
        assert panel.post(url("message_recipients", message), data).status_code == 422
    message.refresh_from_db()
    assert message.state == "draft"
    assert not Job.objects.exists()


def test_a_draft_is_changed_and_a_registered_message_is_not(
    panel: Client, writer: Actor, draft: Make, washed: Make, filled: dict[str, Any]
) -> None:
    message = draft()
    assert panel.get(url("message_change", message)).status_code == 200
    panel.post(url("message_change", message), filled | {"subject": "Yeni konu"})
    message.refresh_from_db()
    assert message.subject == "Yeni konu"
    assert body(panel.post(url("message_check_of", message), {"text": ""})).count("checklist-line") == 5
    other = washed("yok@firma.example")
    messages.release(actor=writer, public_id=other.public_id)
    assert panel.get(url("message_change", other)).status_code == 302
    panel.post(url("message_version", other))
    assert Message.objects.filter(version=2, state="draft").count() == 1
    panel.post(url("message_cancel", other))
    other.refresh_from_db()
    assert other.state == "cancelled"


def test_r_a1_a_viewer_reads_and_takes_nothing(sign_in: Callable[..., Client], brand: Brand, released: Message) -> None:
    viewer = sign_in(MembershipFactory(provider=brand.provider, role="viewer").user, brand.provider)
    page = body(viewer.get(url("message", released)))
    assert '<form method="post" action="/iletiler/' not in page
    for act in ("message_download", "message_cancel", "message_version"):
        more = ["allowed"] if act == "message_download" else []
        assert viewer.post(url(act, released, *more)).status_code == 403
    assert not AuditEntry.objects.filter(verb="message.list_taken").exists()


def test_staff_see_messages_of_all_and_no_address(staff_panel: Client, washed: Make) -> None:
    message = washed("ali@firma.example", "bozuk-adres")
    assert message.subject in body(staff_panel.get(reverse("consents:messages")))
    page = body(staff_panel.get(url("message", message)))
    assert "bozuk-adres" not in page
    assert staff_panel.post(url("message_download", message, "removed")).status_code == 403


def test_the_list_is_narrowed_and_old_addresses_still_open(panel: Client, draft: Make, brand: Brand) -> None:
    draft(subject="Elektronik")
    draft(subject="Kısa", channel=2, text=TEXT)
    page = reverse("consents:messages")
    assert "Elektronik" in body(panel.get(page))
    found = body(panel.get(page, {"kanal": "2", "marka": str(brand.brand_code), "durum": "draft"}))
    assert "Kısa" in found
    assert "Elektronik" not in found
    assert "Elektronik" in body(panel.get(page, {"kanal": "x", "durum": "yok", "sayfa": "abc"}))
    assert panel.get(page, {"sayfa": "7"}).status_code == 200


def test_r_p7_a_suspended_provider_is_offered_nothing_but_calling_off(
    panel: Client, brand: Brand, released: Message
) -> None:
    brand.provider.state = "suspended"
    brand.provider.save()
    page = body(panel.get(url("message", released)))
    assert url("message_cancel", released) in page
    assert url("message_version", released) not in page
    assert panel.post(url("message_download", released, "allowed")).status_code in (403, 409)
    panel.post(url("message_cancel", released))
    released.refresh_from_db()
    assert released.state == "cancelled"
