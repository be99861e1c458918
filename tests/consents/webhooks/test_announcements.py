"""What receivers are told besides the ledger; imports and complaints: see their own tests."""

import json

from django.utils import timezone

from consents.enums import Channel, WishKind
from consents.models import RefusalAlert, Webhook, WebhookMessage
from consents.selectors.wishes import Wanted
from consents.services.webhook_bodies import outgoing_of
from consents.services.wishes import begin_wish
from tests.consents.citizen.conftest import citizen_with
from tests.factories import BrandFactory, actor_of

from .conftest import listening, record


def test_r_z8_a_wish_that_overrules_a_consent_is_told_to_who_holds_one(brand):
    sub = BrandFactory(provider=brand.provider)
    record(brand, "ayse")
    record(sub, "ayse")
    told, of_sub = listening(brand, "refusal.wish"), listening(brand, "refusal.wish", brands=[sub.pk])
    listening(brand, "consent.refused")
    listening(BrandFactory(), "refusal.wish")
    begin_wish(
        actor=actor_of(citizen_with("ayse@firma.example")), wanted=Wanted(WishKind.CHANNEL, channel=Channel.EPOSTA)
    )
    alerts = {alert.brand_id: alert for alert in RefusalAlert.objects.all()}
    messages = list(WebhookMessage.objects.order_by("webhook", "pk"))
    assert [(one.webhook, one.event, one.refs) for one in messages if one.webhook == of_sub] == [
        (of_sub, "refusal.wish", [alerts[sub.pk].pk])
    ]
    assert {ref for one in messages if one.webhook == told for ref in one.refs} == {one.pk for one in alerts.values()}
    assert {one.webhook for one in messages} == {told, of_sub}
    body = json.loads(outgoing_of(Webhook.objects.get(pk=of_sub.pk), messages[-1], now=timezone.now()).body)
    (wish,) = body["data"]["wishes"]
    assert (wish["brandCode"], wish["recipient"], wish["stopBy"]) == (
        sub.brand_code,
        "ayse@firma.example",
        alerts[sub.pk].due_on.isoformat(),
    )
