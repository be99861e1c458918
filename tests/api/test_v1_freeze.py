"""What one key wrote in a time is held back, for every reader, until a manager lifts it (ADR 22; R-S4, R-L6)."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from consents.effective import Reason, effective_status, judge
from consents.engine import answers as engine
from consents.engine.answers import answers
from consents.enums import Channel
from consents.models import Consent, ConsentEvent, KeyFreeze
from consents.selectors.moments import of_address
from consents.services import key_undo, message_recipients, message_watch, messages, webhook_feed
from consents.services.key_freeze import freeze_key, lift_freeze
from iys_portal.core.errors import NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import ApiKey
from providers.services.keys import make_key
from tests.consents.messages.conftest import MAIL, run, with_profile
from tests.factories import BrandFactory, MembershipFactory, officer_of

from .conftest import V1, Program
from .test_consents import ask, refuse_in_person
from .test_v1 import codes, consent

FROZEN, YES = Reason.FROZEN, Reason.SENDABLE
ADDRESS = "ad@firma.example"
PAGE = reverse("dashboard:developer_freezes")


@pytest.fixture
def manager(brand):
    return officer_of(brand, role="manager")


def write(program, *names, **more):
    for name in names:
        answer = program.post("consents", consent(f"{name}@firma.example", **more))
        assert answer.status_code == 200, answer.content


def freeze(v1, bad, **more):
    body = {"key": bad.key.username, "since": (timezone.now() - timedelta(hours=1)).isoformat(), "reason": "Çalındı"}
    return v1.post("freezes", {**body, **more})


def everywhere(brand, recipient=ADDRESS, now=None):
    """The reason by every way of R-S4 over the present state; they agree."""
    now, key = now or timezone.now(), (recipient, brand.pk, 3, 1)
    about = {"brand": brand, "channel": Channel.EPOSTA, "recipient_type": 1, "now": now}
    stored = Consent.objects.filter(pk=key).annotate(effective=effective_status(now))
    found = {*judge([key], now=now), *answers([recipient], **about), *(Reason(row.effective) for row in stored)}
    found |= {one.known.reason for one in of_address(officer_of(brand), recipient, now)}
    assert len(found) == 1, found
    return found.pop()


def test_r_s4_what_a_frozen_key_wrote_is_not_sendable_for_any_reader(v1, bad, brand, monkeypatch):
    write(bad, "ad", "iki")
    write(v1, "baska")
    assert everywhere(brand) is YES
    told = freeze(v1, bad)
    assert (told.status_code, told.json()["lifted_at"]) == (200, None)
    assert [everywhere(brand, f"{name}@firma.example") for name in ("ad", "iki", "baska", "yok")] == [
        FROZEN, FROZEN, YES, Reason.NO_RECORD,
    ]  # fmt: skip
    monkeypatch.setattr(engine, "FEW", 1)  # a long list asks first what it has to look for
    many = ["ad@firma.example", "baska@firma.example"]
    about = {"brand": brand, "channel": 3, "recipient_type": 1, "now": timezone.now()}
    assert answers(many, **about) == [FROZEN, YES]
    asked = v1.post("queries", {"channel": "EPOSTA", "recipients": many}).json()
    assert [(row["answer"], row["reason"]) for row in asked["answers"]] == [
        ("NOT_ALLOWED", "FROZEN"), ("SENDABLE", "SENDABLE"),
    ]  # fmt: skip
    compatible = Program(brand, v1.token)
    assert ask(compatible).json() == ask(compatible, "yok@firma.example").json() == {}, "as without a record"
    assert ask(compatible, "baska@firma.example").json()["status"] == "ONAY"
    listed = compatible.post("consents/BIREYSEL/status/EPOSTA", {"recipients": many}).json()
    assert listed["list"] == ["baska@firma.example"]


def test_r_s4_a_freeze_ends_with_its_lifting_and_the_past_is_still_told(v1, bad, brand, manager):
    write(bad, "ad")
    item = KeyFreeze.objects.get(public_id=freeze(v1, bad).json()["id"])
    during = timezone.now()
    lift_freeze(actor=manager, public_id=item.public_id, now=during + timedelta(seconds=1))
    after = during + timedelta(seconds=2)
    assert (everywhere(brand, now=during), everywhere(brand, now=after)) == (FROZEN, YES)
    assert everywhere(brand, now=item.frozen_at - timedelta(microseconds=1)) is YES
    told = v1.get(f"freezes/{item.public_id}").json()
    assert told["lifted_at"]
    with pytest.raises(WrongMoment):
        lift_freeze(actor=manager, public_id=item.public_id, now=after)
    verbs = AuditEntry.objects.filter(target_id=str(bad.key.pk), verb__startswith="key.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["key.frozen", "key.freeze_lifted"]


def test_r_s4_a_freeze_holds_back_no_refusal(v1, bad, brand):
    write(bad, "ad")
    write(bad, "ad", status="RET", minutes=30)
    write(bad, "sonra")
    freeze(v1, bad)
    assert everywhere(brand) is Reason.REFUSED
    refuse_in_person(brand, "sonra@firma.example")
    assert everywhere(brand, "sonra@firma.example") is Reason.REFUSED_BY_RECIPIENT


def test_r_s4_only_the_time_counts_and_who_wrote_later_is_free(v1, bad, brand):
    write(bad, "once", "ad")
    between = timezone.now()
    write(bad, "sonra")
    freeze(v1, bad, until=between.isoformat())
    assert everywhere(brand) is FROZEN
    assert everywhere(brand, "sonra@firma.example") is YES
    write(v1, "once", minutes=10)
    assert everywhere(brand, "once@firma.example") is YES, "somebody else's later consent stands"


def test_r_s4_a_state_that_an_undo_brings_back_is_still_frozen(v1, bad, brand, settings, monkeypatch):
    settings.REGISTRY = {**settings.REGISTRY, "UNDO_SETTLE": timedelta(0)}
    monkeypatch.setattr(webhook_feed, "advance", lambda: webhook_feed.given()[0])
    monkeypatch.setattr(webhook_feed, "passed", lambda horizon: True)
    write(bad, "ad", minutes=60)
    start = timezone.now()
    write(v1, "ad", minutes=10)
    freeze(v1, bad, until=start.isoformat())
    assert everywhere(brand) is YES
    last = ConsentEvent.objects.order_by("version").last()
    begun = key_undo.start_key_undo(
        actor=officer_of(brand, role="manager"), brand=brand, username=last_key(last).username,
        since=start - timedelta(hours=1), until=timezone.now(), reason="Yanlış", now=timezone.now(), publish=False,
    )  # fmt: skip
    key_undo.undo(begun.job_id)
    assert everywhere(brand) is FROZEN
    begun = key_undo.start_key_undo(
        actor=officer_of(brand, role="manager"), brand=brand, username=bad.key.username,
        since=start - timedelta(hours=1), until=timezone.now(), reason="Çalındı", now=timezone.now(), publish=False,
    )  # fmt: skip
    key_undo.undo(begun.job_id)


def last_key(event):
    return ApiKey.objects.get(pk=event.actor_id)


def test_r_s4_an_undo_takes_back_what_is_frozen_and_a_new_consent_is_free(v1, bad, brand, settings, monkeypatch):
    settings.REGISTRY = {**settings.REGISTRY, "UNDO_SETTLE": timedelta(0)}
    monkeypatch.setattr(webhook_feed, "advance", lambda: webhook_feed.given()[0])
    monkeypatch.setattr(webhook_feed, "passed", lambda horizon: True)
    same = consent(ADDRESS)
    assert bad.post("consents", same).status_code == 200
    freeze(v1, bad)
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    v1.post("undos", {"key": bad.key.username, "since": since, "reason": "Çalındı"})
    key_undo.undo(key_undo.KeyUndo.objects.get().job_id)
    assert everywhere(brand) is Reason.CANCELLED
    assert v1.post("consents", same).status_code == 200
    assert everywhere(brand) is YES, "the very same consent by somebody else is not what was undone"


@pytest.mark.django_db
def test_r_s2_a_frozen_consent_leaves_a_list_for_a_time_only():
    """Wash, and a list that was washed and registered before."""
    brand = with_profile()
    writer, manager = officer_of(brand), officer_of(brand, role="manager")
    made = key_of(brand)
    program = V1(brand).sign_in(made)
    write(program, "ad", "iki")
    registered, later = (washed(writer, brand, "ad@firma.example", "iki@firma.example") for _turn in range(2))
    registered = messages.release(actor=writer, public_id=registered.public_id)
    now = timezone.now()
    item = freeze_key(
        actor=manager, brand=brand, username=made.key.username, since=now - timedelta(hours=1), until=now,
        reason="Çalındı", now=now,
    )  # fmt: skip
    assert taken(writer, registered) == []
    assert washed(writer, brand, "ad@firma.example").counts["removed"] == 1
    lift_freeze(actor=manager, public_id=item.public_id, now=timezone.now())
    assert taken(writer, registered) == ["ad@firma.example", "iki@firma.example"], "nobody was taken off for good"
    assert later.counts["allowed"] == 2


def key_of(brand):
    return make_key(actor=officer_of(brand, role="manager"), name="Deneme", scopes=("record",))


def washed(writer, brand, *addresses):
    message = messages.create_message(
        actor=writer, brand=brand, channel=3, subject="Kış", text=MAIL, planned_at=timezone.now() + timedelta(days=2)
    )
    content = BytesIO("\n".join(["recipient", *addresses]).encode())
    about = {"actor": writer, "public_id": message.public_id, "file": content, "name": "liste.csv"}
    return run(message_recipients.wash_file(**about, publish=False))


def taken(writer, message):
    message = message_watch.take_list(actor=writer, public_id=message.public_id)
    return [address for part in message_watch.allowed_now(message, now=timezone.now()) for address in part]


def test_who_may_not_freeze_and_what_may_not_be_frozen(v1, bad, brand, make, manager):
    write(bad, "ad")
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    assert codes(freeze(v1, bad, until=soon)) == ["freeze-time"]
    assert codes(freeze(v1, bad, since=soon)) == ["freeze-time"]
    assert codes(freeze(v1, bad, reason=" ")) == ["reason"]
    assert freeze(v1, bad, key="yok").status_code == 404
    assert codes(freeze(V1(brand).sign_in(make(channels=(3,))), bad)) == ["freeze"]
    assert freeze(V1(brand).sign_in(make(("query",))), bad).status_code == 403
    brand.provider.state = "suspended"
    brand.provider.save()
    assert codes(freeze(v1, bad)) == ["H520"]
    assert not KeyFreeze.objects.exists()
    assert not AuditEntry.objects.filter(verb="key.frozen").exists()


def test_r_a1_a_freeze_is_lifted_by_its_own_managers_only(v1, bad, brand):
    write(bad, "ad")
    number = freeze(v1, bad).json()["id"]
    with pytest.raises(NotFound):
        lift_freeze(actor=officer_of(BrandFactory(), role="manager"), public_id=number, now=timezone.now())
    with pytest.raises(NotAllowed):
        lift_freeze(actor=officer_of(brand), public_id=number, now=timezone.now())
    assert v1.call("DELETE", f"freezes/{number}").status_code == 405
    assert everywhere(brand) is FROZEN


def test_a_manager_freezes_and_lifts_in_the_developers_corner(bad, brand, sign_in):
    write(bad, "ad")
    member = MembershipFactory(provider=brand.provider, role="manager")
    page = sign_in(member.user)
    since = timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    form = {"username": bad.key.username, "brand": brand.brand_code, "since": since, "reason": "Çalındı"}
    assert page.post(PAGE, form).status_code == 422, "the box is not ticked"
    for far in ("0001-01-01T00:00:00", "9999-12-31T23:59:59"):
        assert page.post(PAGE, {**form, "since": far, "sure": "on"}).status_code == 422
    assert not KeyFreeze.objects.exists()
    assert page.post(PAGE, {**form, "sure": "on"}).status_code == 302
    item = KeyFreeze.objects.get()
    assert everywhere(brand) is FROZEN
    shown = page.get(PAGE).content.decode()
    assert "Çalındı" in shown and str(item.public_id) in shown
    event = ConsentEvent.objects.get()
    assert "Çalındı" in page.get(reverse("consents:detail", args=[event.event_id])).content.decode()
    lift = reverse("dashboard:developer_lift", args=[item.public_id])
    assert [page.post(lift).status_code for _turn in range(2)] == [302, 302]
    item.refresh_from_db()
    assert (item.lifted_by, everywhere(brand)) == (member.user.pk, YES)
