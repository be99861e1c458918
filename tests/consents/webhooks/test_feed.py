"""What receivers are told: everything of theirs, once, in order, and no address that is not theirs to know."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consents.enums import Channel, PushState
from consents.models import ConsentEvent, PushConnection, RefusalAlert, Webhook, WebhookMark, WebhookMessage
from consents.services import push, webhook_feed, webhook_sending
from consents.services.webhooks import make_webhook
from iys_portal.accounts.permissions import Permission
from tests.factories import BrandFactory, officer_of
from tests.receivers import until
from tests.threads import at_once, held_open

from .conftest import ALL, bodies, record, say_no


def run_until(true, *, run=webhook_sending.run, seconds=20):
    """Tests beside this one have transactions open in the same server: the ledger is final when those have ended."""

    def tried():
        run()
        return true()

    until(tried, seconds=seconds)


def positions(hook):
    return [one["position"] for body in bodies(hook) for one in body["data"]["changes"]]


def test_r_r2_a_refusal_is_told_with_the_day_by_which_to_stop(brand, made, hook, send):
    made(brand)
    record(brand, "ayse")
    say_no(brand, "ayse")
    send()
    told = bodies(hook)[1]
    alert = RefusalAlert.objects.get()
    assert told["type"] == "consent.refused"
    (change,) = [one for one in told["data"]["changes"] if one["recipientType"] == "BIREYSEL"]
    assert change["stopBy"] == alert.due_on.isoformat()
    assert (change["recipient"], change["status"], change["brandCode"]) == (
        "ayse@firma.example",
        "RET",
        brand.brand_code,
    )
    assert told["data"]["iysCode"] == 700_001


def test_r_g1_an_address_that_the_provider_never_recorded_is_not_told(brand, made, hook, send):
    made(brand)
    say_no(brand, "yabanci")
    record(BrandFactory(), "yabanci")
    send()
    told = [one for body in bodies(hook) for one in body["data"]["changes"]]
    assert len(told) == 2
    assert all("recipient" not in one and one["transactionId"] for one in told)
    assert b"yabanci" not in hook.taken[0].body


def test_each_webhook_is_told_what_it_chose_of_its_own_brands(brand, made, hook, send):
    sub = BrandFactory(provider=brand.provider)
    other = BrandFactory()
    made(brand, ("consent.refused",), brands=[sub])
    for one in (brand, sub, other):
        record(one, "ayse")
        say_no(one, "ayse")
    send()
    assert [one["brandCode"] for body in bodies(hook) for one in body["data"]["changes"]] == [sub.brand_code] * 2
    assert {body["type"] for body in bodies(hook)} == {"consent.refused"}


def test_many_changes_go_together_in_order_and_what_has_no_room_stays_in_the_ledger(brand, made, hook, send, settings):
    made(brand)
    settings.REGISTRY = {**settings.REGISTRY, "WEBHOOK_BATCH": 3, "WEBHOOK_AHEAD": 2}
    record(brand, *(f"kisi{n}" for n in range(10)))
    hook.answers.append(500)
    send()
    assert WebhookMessage.objects.count() == 2
    for turn in range(1, 6):
        send(after=turn * 10)
    events = list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True))
    assert positions(hook)[3:] == events
    assert [len(body["data"]["changes"]) for body in bodies(hook)] == [3, 3, 3, 3, 1]


def test_an_event_that_was_erased_is_not_told(brand, made, hook, send, monkeypatch):
    made(brand)
    record(brand, "ayse")
    webhook_feed.follow(now=timezone.now())
    WebhookMessage.objects.update(refs=[10**12])
    assert send() == 1
    assert hook.taken == []
    assert WebhookMessage.objects.get().state == "empty"


def test_what_breaks_for_one_receiver_stops_no_other(brand, made, hook, send, monkeypatch):
    broken, _good = made(brand), made(brand)
    write = webhook_feed._write

    def breaks(webhook_id, **more):
        if webhook_id == broken.pk:
            raise ValueError
        return write(webhook_id, **more)

    monkeypatch.setattr(webhook_feed, "_write", breaks)
    record(brand, "ayse")
    send()
    assert len(hook.taken) == 1


def test_nothing_is_looked_through_for_a_receiver_that_pauses(brand, made, hook, send):
    made(brand)
    record(brand, "ayse")
    hook.answers.append(500)
    send()
    start = Webhook.objects.get().cursor
    record(brand, "fatma")
    assert webhook_feed.follow(now=timezone.now()) == 0
    assert (Webhook.objects.get().cursor, WebhookMessage.objects.count()) == (start, 1)
    assert send(after=6) == 2
    assert [one["recipient"] for body in bodies(hook)[1:] for one in body["data"]["changes"]] == [
        "ayse@firma.example",
        "fatma@firma.example",
    ]


def test_the_mark_is_locked_only_where_something_is_new(brand, django_assert_num_queries):
    record(brand, "ayse")
    last = ConsentEvent.objects.latest("event_id").event_id
    WebhookMark.objects.create(pk=1, event=last, final=last)
    with django_assert_num_queries(2) as queries:
        assert webhook_feed.advance() == last
    assert not any("FOR UPDATE" in one["sql"] for one in queries)
    record(brand, "fatma")
    with CaptureQueriesContext(connection) as queries:
        webhook_feed.advance()
    assert any("FOR UPDATE" in one["sql"] for one in queries)


def test_push_has_the_form_of_the_national_interface(brand, made, hook, send):
    made(brand, ("import.finished",))
    actor = officer_of(brand, role="manager").with_permission(Permission.PUSH_KEEP)
    values = {"url": hook.url, "username": "Api123", "password": "3Kn.ls"}
    (made_,) = push.connect_all(actor=actor, brand=brand, wanted=[(Channel.EPOSTA, values)], now=timezone.now())
    Webhook.objects.filter(push=made_).update(cursor=webhook_feed.advance())
    record(brand, "ayse")
    say_no(brand, "ayse")
    say_no(BrandFactory(provider=brand.provider), "ayse")
    send(after=1)
    test, own = bodies(hook)
    assert test["list"][0]["recipient"] == "pushtest@iys.org.tr"
    keys = {"iysCode", "brandCode", "consentDate", "creationDate", "source", "recipient", "recipientType", "status"}
    assert all(set(one) == keys | {"type", "transactionId"} for one in own["list"])
    assert {(one["source"], one["status"], one["brandCode"]) for one in own["list"]} == {
        ("IYS_WEB", "RET", brand.brand_code)
    }
    assert hook.taken[0].headers["authorization"] == "Basic QXBpMTIzOjNLbi5scw=="
    hook.always = 401
    say_no(brand, "fatma")
    send(after=2)
    assert PushConnection.objects.get().state == PushState.FAILED
    push.disconnect(actor=actor, brand=brand, channel=Channel.EPOSTA, now=timezone.now(), **values)
    calls = len(hook.taken)
    assert send(after=1000) == 0
    assert len(hook.taken) == calls


def test_a_new_receiver_is_told_nothing_of_before(quick, brand, hook, send):
    """Of a push connection as of a webhook; no seal was made yet."""
    record(brand, "ayse")
    say_no(brand, "ayse")
    actor = officer_of(brand, role="manager").with_permission(Permission.PUSH_KEEP)
    values = {"url": hook.url, "username": "Api123", "password": "3Kn.ls"}
    push.connect_all(actor=actor, brand=brand, wanted=[(Channel.EPOSTA, values)], now=timezone.now())
    make_webhook(actor=actor, url=hook.url, events=ALL, now=timezone.now())
    assert send(after=1) == 1
    assert bodies(hook)[0]["list"][0]["recipient"] == "pushtest@iys.org.tr"
    say_no(brand, "fatma")
    assert send(after=1) == 2


def test_r_l2_events_that_commit_out_of_order_are_told_once_each_in_their_order(committed_db, hook):
    brand = BrandFactory(is_main=True)
    actor = officer_of(brand, role="manager")
    make_webhook(actor=actor, url=hook.url, events=ALL, now=timezone.now())
    other = BrandFactory(provider=brand.provider)
    with held_open(lambda: record(brand, "yavas")) as commit:
        record(other, "hizli1", "hizli2")
        webhook_sending.run()
        assert hook.taken == [], "whoever took a lower number may still write it"
        commit()
    run_until(lambda: len(positions(hook)) >= 3)
    record(brand, "son")
    run_until(lambda: len(positions(hook)) >= 4)
    events = list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True))
    assert positions(hook) == events
    assert len(events) == 4


def test_a_receiver_that_hangs_holds_up_no_other_and_two_workers_send_once(committed_db, hook, settings):
    settings.REGISTRY = {**settings.REGISTRY, "WEBHOOK_WORKERS": 2}
    hanging, good = BrandFactory(is_main=True), BrandFactory(is_main=True)

    def wait(line, stop):
        until(lambda: len(hook.taken) >= 4, seconds=3)
        line.sendall(b"HTTP/1.1 204 X\r\n\r\n")

    hook.answers.append(wait)
    for one in (hanging, good):
        actor = officer_of(one, role="manager")
        make_webhook(actor=actor, url=hook.url, events=ALL, now=timezone.now())
    record(hanging, "ayse")
    record(good, "ayse")
    say_no(good, "ayse")
    record(good, "fatma")
    failures: list[BaseException] = []

    def twice():
        failures.extend(at_once(webhook_sending.run, webhook_sending.run))

    run_until(
        lambda: len(hook.taken) >= 4, run=lambda: failures.extend(at_once(webhook_sending.run, webhook_sending.run))
    )
    assert failures == []
    assert len(hook.taken) == 4
    assert len({call.headers["webhook-id"] for call in hook.taken}) == 4
    assert Webhook.objects.filter(lease=None).count() == 2
