"""How messages reach a receiver: signed, in order, again after failures, once more after a crash, and not for ever."""

from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from consents.enums import WebhookEvent, WebhookMessageState, WebhookState
from consents.models import Webhook, WebhookMessage, WebhookTry
from consents.services import webhook_sending
from consents.services.webhook_feed import announce, follow
from consents.services.webhook_sending import claim, deliver, forget, pause_after
from consents.services.webhooks import (
    change_webhook,
    remove_webhook,
    rotate_secret,
    send_again,
    switch_webhook,
    try_webhook,
)
from iys_portal.accounts.models import User
from iys_portal.core import outgoing
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderState
from providers.models import Provider
from tests.factories import BrandFactory, officer_of
from tests.receivers import slow

from .conftest import bodies, ids, record, say_no, signed_with

REGISTRY = settings.REGISTRY


def test_a_message_is_signed_so_that_its_receiver_can_tell(brand, made, hook, send):
    webhook = made(brand)
    record(brand, "ayse")
    assert send() == 1
    (call,) = hook.taken
    assert signed_with(webhook.shown, call)
    assert not signed_with("whsec_" + "A" * 43 + "=", call)
    assert abs(int(call.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 30
    assert call.headers["content-type"] == "application/json; charset=utf-8"
    (message,) = WebhookMessage.objects.all()
    assert (message.state, message.tries.get().status) == ("sent", 204)
    assert send() == 0
    assert len(hook.taken) == 1


def test_after_a_failure_the_same_message_comes_again_before_the_next(brand, made, hook, send):
    made(brand)
    hook.answers.extend([500, 307])
    record(brand, "ayse")
    assert send() == 0
    say_no(brand, "ayse")
    assert send() == 0, "its pause is not over"
    assert len(hook.taken) == 1
    assert send(after=6) == 0
    assert send(after=40) == 2
    assert [body["type"] for body in bodies(hook)] == ["consent.recorded"] * 3 + ["consent.refused"]
    first, second, third, other = ids(hook)
    assert first == second == third != other
    assert [one.status for one in WebhookTry.objects.order_by("pk")] == [500, 307, 204, 204]
    assert Webhook.objects.get().failing_since is None


def test_a_slow_receiver_counts_as_failed_and_goes_among_its_like(brand, made, hook, send, monkeypatch):
    monkeypatch.setattr(webhook_sending, "post", partial(outgoing.post, seconds=0.3))
    made(brand)
    hook.answers.append(slow(2))
    record(brand, "ayse")
    assert send() == 0
    assert WebhookTry.objects.get().failure == "timeout"
    assert claim(slow=False, limit=9, now=timezone.now() + timedelta(minutes=1)) == []
    assert len(claim(slow=True, limit=9, now=timezone.now() + timedelta(minutes=1))) == 1


def test_pauses_grow_and_fill_three_days():
    pauses = [pause_after(number) for number in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(seconds=10)
    tries = 1
    while sum(pauses[:tries], timedelta()) < REGISTRY["WEBHOOK_GIVE_UP"]:
        tries += 1
    assert 10 < tries < 30


def test_a_message_is_given_up_after_its_time_with_a_mail_and_the_next_has_its_turn(brand, made, hook, send):
    webhook = made(brand)
    hook.always = 503
    record(brand, "ayse")
    send()
    say_no(brand, "ayse")
    send(after=6)
    past = timezone.now() + timedelta(minutes=1)
    WebhookMessage.objects.filter(event="consent.recorded").update(give_up_at=past)
    assert send(after=60) == 0
    first, second = WebhookMessage.objects.order_by("pk")
    assert (first.state, second.state) == (WebhookMessageState.FAILED, WebhookMessageState.WAITING)
    mails = list(OutboxMessage.objects.filter(cause__contains=":failed:").values_list("to", flat=True))
    assert sorted(mails) == sorted({brand.provider.email, User.objects.get(pk=webhook.made_by).email})
    hook.always = 204
    assert send(after=120) == 1
    second.refresh_from_db()
    assert second.state == WebhookMessageState.SENT


@pytest.mark.parametrize("left", ["company", "registry"])
def test_who_left_the_company_reads_nothing_of_its_webhooks(brand, made, hook, send, left):
    webhook = made(brand)
    maker = User.objects.get(pk=webhook.made_by)
    if left == "company":
        maker.memberships.all().delete()
    else:
        User.objects.filter(pk=maker.pk).update(is_active=False)
    hook.always = 410
    record(brand, "ayse")
    send()
    assert [mail.to for mail in OutboxMessage.objects.filter(cause__contains=":stopped:")] == [brand.provider.email]


def test_r_g4_what_caused_a_mail_names_no_address(brand, made, hook, send):
    made(brand)
    hook.always = 410
    record(brand, "ayse")
    send()
    causes = list(OutboxMessage.objects.filter(cause__contains=":stopped:").values_list("cause", flat=True))
    assert len(causes) == 2
    assert not any("@" in cause for cause in causes)


def test_a_receiver_that_takes_nothing_for_days_is_stopped_and_goes_on_where_it_stopped(brand, made, hook, send):
    webhook = made(brand)
    hook.always = 500
    record(brand, "ayse")
    send()
    assert Webhook.objects.get().state == WebhookState.ON
    long_ago = timezone.now() - REGISTRY["WEBHOOK_STOP_AFTER"]
    Webhook.objects.update(failing_since=long_ago)
    send(after=6)
    assert Webhook.objects.get().state == WebhookState.STOPPED
    assert AuditEntry.objects.filter(verb="webhook.stopped").count() == 1
    assert OutboxMessage.objects.filter(cause__contains=":stopped:", subject__contains=webhook.host).exists()
    record(brand, "fatma")
    calls = len(hook.taken)
    assert send(after=100_000) == 0
    assert len(hook.taken) == calls
    hook.always = 204
    switch_webhook(public_id=webhook.public_id, actor=webhook.actor, on=True, now=timezone.now())
    assert send(after=1) == 2
    told = [one["recipient"] for body in bodies(hook)[-2:] for one in body["data"]["changes"]]
    assert told == ["ayse@firma.example", "fatma@firma.example"]


def test_410_stops_at_once(brand, made, hook, send):
    webhook = made(brand)
    hook.always = 410
    record(brand, "ayse")
    send()
    assert Webhook.objects.get().state == WebhookState.STOPPED
    assert "410" in OutboxMessage.objects.filter(cause__contains=":stopped:").first().body
    with pytest.raises(WrongMoment):
        try_webhook(public_id=webhook.public_id, actor=webhook.actor, now=timezone.now())
    assert send(after=100_000) == 0
    assert len(hook.taken) == 1


def test_a_crash_after_the_send_repeats_it_with_the_same_id(brand, made, hook, send, monkeypatch):
    made(brand)
    record(brand, "ayse")
    note = webhook_sending.note

    def dies(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(webhook_sending, "note", dies)
    with pytest.raises(KeyboardInterrupt):
        send()
    monkeypatch.setattr(webhook_sending, "note", note)
    assert send() == 0, "the dead worker's lease holds"
    assert send(after=webhook_sending.LEASE.total_seconds() + 1) == 1
    first, second = ids(hook)
    assert first == second


def test_two_workers_never_have_one_receiver(brand, made, hook, send):
    made(brand)
    record(brand, "ayse")
    assert claim(slow=False, limit=9, now=timezone.now()) == [], "nothing waits yet"
    follow(now=timezone.now())
    (mine,) = claim(slow=False, limit=9, now=timezone.now())
    assert claim(slow=False, limit=9, now=timezone.now()) == []
    # The lease ran out and another took over: the first sends nothing more.
    later = timezone.now() + webhook_sending.LEASE + timedelta(seconds=1)
    (other,) = claim(slow=False, limit=9, now=later)
    assert deliver(mine) == 0
    assert hook.taken == []
    assert deliver(other) == 1
    assert len(hook.taken) == 1


def test_both_secrets_sign_until_the_overlap_is_over(brand, made, hook, send):
    webhook = made(brand)
    rotated = rotate_secret(public_id=webhook.public_id, actor=webhook.actor, now=timezone.now())
    assert rotated.secret != webhook.shown
    record(brand, "ayse")
    send()
    assert signed_with(webhook.shown, hook.taken[0])
    assert signed_with(rotated.secret, hook.taken[0])
    forget(now=timezone.now() + REGISTRY["WEBHOOK_OVERLAP"] + timedelta(minutes=1))
    assert Webhook.objects.get().former_secret is None
    record(brand, "fatma")
    send()
    assert not signed_with(webhook.shown, hook.taken[1])
    assert signed_with(rotated.secret, hook.taken[1])


def test_secrets_are_encrypted_at_rest(brand, made):
    webhook = made(brand)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM consents_webhook WHERE id = %s", [webhook.pk])
        (stored,) = cursor.fetchone()
    assert webhook.shown not in stored
    assert Webhook.objects.get().secret == webhook.shown
    assert webhook.shown not in str(list(AuditEntry.objects.values_list("new", flat=True)))


def test_a_message_of_the_log_is_sent_again_with_its_id(brand, made, hook, send):
    webhook = made(brand)
    record(brand, "ayse")
    send()
    message = WebhookMessage.objects.get()
    again = {"public_id": webhook.public_id, "message_id": message.pk, "now": timezone.now()}
    with pytest.raises(NotFound):
        send_again(actor=officer_of(BrandFactory(), role="manager"), **again)
    send_again(actor=webhook.actor, **again)
    assert send(after=1) == 1
    first, second = ids(hook)
    assert first == second
    assert [one.number for one in WebhookTry.objects.order_by("pk")] == [1, 1]


def test_a_test_is_sent_and_says_so(brand, made, hook, send):
    webhook = made(brand, ("import.finished",))
    try_webhook(public_id=webhook.public_id, actor=webhook.actor, now=timezone.now())
    with pytest.raises(WrongMoment):
        try_webhook(public_id=webhook.public_id, actor=webhook.actor, now=timezone.now())
    assert send(after=1) == 1
    (body,) = bodies(hook)
    assert (body["type"], body["data"]) == ("test", {"iysCode": 700_001})


def test_what_waits_for_a_webhook_that_is_removed_is_not_sent(brand, made, hook, send):
    webhook = made(brand)
    record(brand, "ayse")
    hook.answers.append(500)
    send()
    remove_webhook(public_id=webhook.public_id, actor=webhook.actor, now=timezone.now())
    assert send(after=100) == 0
    assert (len(hook.taken), Webhook.objects.get().secret) == (1, "")


def test_the_log_is_kept_thirty_days(brand, made, hook, send):
    made(brand)
    record(brand, "ayse")
    send()
    assert forget(now=timezone.now() + timedelta(days=29)) == 0
    assert forget(now=timezone.now() + timedelta(days=31)) == 2
    assert not WebhookTry.objects.exists()


def test_r_p7_a_closed_provider_is_told_nothing_and_changes_nothing(brand, made, hook, send):
    webhook = made(brand)
    record(brand, "ayse")
    follow(now=timezone.now())
    message = WebhookMessage.objects.get()
    say_no(brand, "ayse")
    Provider.objects.filter(pk=brand.provider_id).update(state=ProviderState.CLOSED)
    announce(WebhookEvent.IMPORT, provider_id=brand.provider_id, now=timezone.now())
    assert send() == 0
    assert hook.taken == []
    assert list(WebhookMessage.objects.all()) == [message]

    before = Webhook.objects.values().get()
    about = {"public_id": webhook.public_id, "actor": webhook.actor, "now": timezone.now()}
    acts = [
        partial(change_webhook, url=hook.url, events=["import.finished"]),
        partial(switch_webhook, on=True),
        try_webhook,
        partial(send_again, message_id=message.pk),
    ]
    for act in acts:
        with pytest.raises(WrongMoment) as refused:
            act(**about)
        assert refused.value.code == "provider-closed"
    assert (Webhook.objects.values().get(), WebhookMessage.objects.count()) == (before, 1)
    switch_webhook(**about, on=False)
    assert not Webhook.objects.get().is_on


def test_r_p7_a_provider_that_is_closed_meanwhile_gets_no_further_message(brand, made, hook):
    made(brand)
    record(brand, "ayse")
    say_no(brand, "ayse")
    follow(now=timezone.now())
    (claimed,) = claim(slow=False, limit=9, now=timezone.now())
    Provider.objects.filter(pk=brand.provider_id).update(state=ProviderState.CLOSED)
    assert deliver(claimed) == 0
    assert hook.taken == []


def test_r_p7_a_suspended_provider_is_still_told_and_changes_nothing(brand, made, hook, send):
    webhook = made(brand)
    record(brand, "ayse")
    Provider.objects.filter(pk=brand.provider_id).update(state=ProviderState.SUSPENDED)
    assert send() == 1
    with pytest.raises(WrongMoment):
        change_webhook(
            public_id=webhook.public_id, actor=webhook.actor, url=hook.url, events=["refusal.wish"], now=timezone.now()
        )
    assert "consent.refused" in Webhook.objects.get().events
