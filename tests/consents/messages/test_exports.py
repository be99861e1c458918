"""Messages as files: the list, and one message's recipients, which never leave stale (R-G3, R-S2, R-S3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.enums import ExportKind
from consents.models import ExportFile, Message
from consents.services.exports import take_export
from consents.services.messages import close_past
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.exports.steps import made
from tests.consents.queries.test_exports import ordered, table
from tests.factories import BrandFactory, officer_of, staff

from .conftest import says_no

Washed = Callable[..., Message]
PEOPLE = ["ali@firma.example", "veli@firma.example", "yok@firma.example"]


def results(item: ExportFile) -> dict[str, str]:
    return {row["recipient"]: f"{row['result']} {row['code']}" for row in table(item)}


def test_r_g3_the_list_of_messages_with_its_numbers(writer: Actor, brand: Brand, released: Message) -> None:
    (row,) = table(made(ordered(writer, ExportKind.MESSAGES)))
    assert (row["subject"], row["state"], row["brandCode"]) == ("Kış kampanyası", "RELEASED", str(brand.brand_code))
    assert [row[name] for name in ("asked", "allowed", "removed")] == ["3", "2", "1"]
    assert not table(made(ordered(writer, ExportKind.MESSAGES, shown={"durum": "draft"})))
    assert not table(made(ordered(officer_of(BrandFactory()), ExportKind.MESSAGES)))
    assert len(table(made(ordered(staff("admin"), ExportKind.MESSAGES)))) == 1


def test_r_s3_recipients_with_their_answers(panel: Client, released: Message) -> None:
    page = reverse("consents:message", args=[released.public_id])
    url = reverse("consents:message_export", args=[released.public_id, "csv"])
    assert url in panel.get(page).content.decode()
    assert panel.post(url).status_code == 302
    item = made(ExportFile.objects.get())
    assert item.rows == 3
    expected = {PEOPLE[0]: "ALLOWED SENDABLE", PEOPLE[1]: "ALLOWED SENDABLE", PEOPLE[2]: "REMOVED NO_RECORD"}
    assert results(item) == expected


def test_r_s2_whoever_refused_before_it_was_made_is_removed_in_it(
    writer: Actor, brand: Brand, released: Message
) -> None:
    says_no(brand)
    item = made(ordered(writer, ExportKind.RECIPIENTS, of=released))
    assert results(item)[PEOPLE[0]] == "REMOVED REFUSED_BY_RECIPIENT"
    assert take_export(actor=writer, public_id=item.public_id, now=timezone.now()).taken_at
    released.refresh_from_db()
    assert released.taken_at is not None
    verbs = AuditEntry.objects.filter(verb__in=("export.taken", "message.list_taken")).values_list("verb", flat=True)
    assert sorted(verbs) == ["export.taken", "message.list_taken"]


def test_r_s2_a_list_is_not_given_once_somebody_refused_since(writer: Actor, brand: Brand, released: Message) -> None:
    item = made(ordered(writer, ExportKind.RECIPIENTS, of=released))
    says_no(brand)
    with pytest.raises(WrongMoment, match="yeniden"):
        take_export(actor=writer, public_id=item.public_id, now=timezone.now())
    assert not AuditEntry.objects.filter(verb="export.taken").exists()
    again = made(ordered(writer, ExportKind.RECIPIENTS, of=released))
    take_export(actor=writer, public_id=again.public_id, now=timezone.now())


def test_r_s3_after_its_time_the_record_stays_as_it_was(writer: Actor, brand: Brand, released: Message) -> None:
    close_past(released.planned_at + timedelta(days=30))
    item = made(ordered(writer, ExportKind.RECIPIENTS, of=Message.objects.get(pk=released.pk)))
    says_no(brand)
    take_export(actor=writer, public_id=item.public_id, now=timezone.now())
    assert results(item)[PEOPLE[0]] == "ALLOWED SENDABLE"
    released.refresh_from_db()
    assert released.taken_at is None


def test_r_s2_nothing_leaves_before_the_message_is_registered(panel: Client, writer: Actor, washed: Washed) -> None:
    message = washed("ali@firma.example")
    url = reverse("consents:message_export", args=[message.public_id, "csv"])
    assert url not in panel.get(reverse("consents:message", args=[message.public_id])).content.decode()
    with pytest.raises(WrongMoment):
        ordered(writer, ExportKind.RECIPIENTS, of=message)
    assert not ExportFile.objects.exists()


def test_r_a1_staff_list_and_the_auditor_does_not(released: Message) -> None:
    item = made(ordered(staff("admin"), ExportKind.RECIPIENTS, of=released))
    assert item.rows == 3
    with pytest.raises(NotAllowed):
        ordered(staff("auditor"), ExportKind.RECIPIENTS, of=released)


def test_the_list_is_exported_as_filtered(panel: Client, released: Message, draft: Washed) -> None:
    draft(subject="Taslak")
    panel.post(reverse("consents:messages_export", args=["csv"]) + "?durum=draft")
    item = made(ExportFile.objects.get())
    assert [row["subject"] for row in table(item)] == ["Taslak"]
