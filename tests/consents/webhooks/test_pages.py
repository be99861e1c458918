"""Webhooks in the panel."""

from django.urls import reverse

from consents.models import Webhook, WebhookMessage
from tests.factories import MembershipFactory, UserFactory


def test_a_manager_sets_a_webhook_up_tries_it_and_reads_its_log(brand, quick, hook, send, sign_in):
    user = UserFactory()
    MembershipFactory(user=user, provider=brand.provider, role="manager")
    browser = sign_in(user, brand.provider)
    assert "Henüz webhook yok" in browser.get(reverse("consents:webhooks")).content.decode()
    values = {"url": "http://10.0.0.1/", "events": ["consent.refused"]}
    refused = browser.post(reverse("consents:webhook_new"), values)
    assert (refused.status_code, Webhook.objects.count()) == (422, 0)
    assert "https ile başlamalı" in refused.content.decode()

    answer = browser.post(reverse("consents:webhook_new"), values | {"url": hook.url})
    webhook = Webhook.objects.get()
    assert webhook.secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    page = reverse("consents:webhook", args=[webhook.public_id])
    assert webhook.secret not in browser.get(page).content.decode()

    hook.answers.append(500)
    browser.post(reverse("consents:webhook_test", args=[webhook.public_id]))
    send()
    shown = browser.get(page).content.decode()
    assert "500" in shown
    assert "tarihinden beri hiçbir ileti almıyor" in shown
    message = WebhookMessage.objects.get()
    browser.post(reverse("consents:webhook_again", args=[webhook.public_id, message.pk]))
    assert send() == 1
    assert "204" in browser.get(page).content.decode()

    rotated = browser.post(reverse("consents:webhook_rotate", args=[webhook.public_id])).content.decode()
    former, webhook = webhook.secret, Webhook.objects.get()
    assert webhook.secret in rotated
    assert (webhook.former_secret, webhook.secret == former) == (former, False)

    change = reverse("consents:webhook_change", args=[webhook.public_id])
    assert "checked" in browser.get(change).content.decode()
    browser.post(change, {"url": hook.url + "2", "events": ["consent.given"], "brands": [brand.pk]})
    browser.post(reverse("consents:webhook_off", args=[webhook.public_id]))
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events, webhook.brands) == (hook.url + "2", ["consent.given"], [brand.pk])
    assert webhook.state == "off"
    browser.post(reverse("consents:webhook_on", args=[webhook.public_id]))
    webhook.refresh_from_db()
    assert webhook.state == "on"
    browser.post(reverse("consents:webhook_remove", args=[webhook.public_id]))
    assert browser.get(page).status_code == 404
    assert "Henüz webhook yok" in browser.get(reverse("consents:webhooks")).content.decode()
