"""A brand with a webhook, its recipients' acts, and a real receiver."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consents.enums import Channel, Source, WayIn
from consents.models import Webhook
from consents.services import webhook_feed, webhook_sending
from consents.services.recipients import ANYBODY, refuse
from consents.services.records import Entry, record_consents
from consents.services.webhooks import make_webhook
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.factories import BrandFactory, officer_of
from tests.receivers import Receiver, Taken

ALL = ("consent.recorded", "consent.refused", "consent.given", "refusal.wish", "import.finished")


def signed_with(secret: str, call: Taken) -> bool:
    """The few lines of a receiver (docs/webhooks.md), apart from the code that signs."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join([call.headers["webhook-id"].encode(), call.headers["webhook-timestamp"].encode(), call.body])
    mine = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(one == f"v1,{mine}" for one in call.headers["webhook-signature"].split(" "))


def bodies(hook: Receiver) -> list[Any]:
    return [json.loads(call.body) for call in hook.taken]


def ids(hook: Receiver) -> list[str]:
    return [call.headers["webhook-id"] for call in hook.taken]


def record(brand: Brand, *names: str, status: str = "ONAY") -> None:
    """The provider records consents."""
    at = (timezone.now().astimezone(ISTANBUL) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    entries = [Entry(f"{name}@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", at) for name in names]
    outcomes = record_consents(actor=officer_of(brand), brand=brand, entries=entries)
    assert all(one.verdict < 4 for one in outcomes), outcomes


def say_no(brand: Brand, name: str) -> None:
    """A recipient refuses in person."""
    refuse(
        actor=ANYBODY, recipient=f"{name}@firma.example", wanted={brand.pk: [Channel.EPOSTA]}, source=Source.IYS_WEB,
        way=WayIn.CITIZEN,
    )  # fmt: skip


def listening(brand: Brand, *events: str, **more: Any) -> Webhook:
    """A webhook as it stands in the database, told these events; its receiver is never called."""
    now = timezone.now()
    given = {"provider": brand.provider, "url": "https://alici.example/", "secret": "whsec_AAAA", "cursor": 0}
    return Webhook.objects.create(
        events=list(events), state_at=now, next_try_at=now, made_at=now, made_by=1, **given | more
    )


@pytest.fixture
def hook(settings: Any) -> Iterator[Receiver]:
    """A receiver at the one local port that is open."""
    with Receiver() as found:
        settings.LOCAL_TARGET_PORT = found.port
        yield found


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(is_main=True, provider__iys_code=700_001)


@pytest.fixture
def quick(monkeypatch: Any) -> None:
    """The ledger of one open transaction counts as final; what is final, the tests that commit show."""

    def given() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(pg_sequence_last_value('consents_event_number'), 0)")
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(webhook_feed, "advance", given)


@pytest.fixture
def made(quick: None, hook: Receiver) -> Callable[..., Webhook]:
    """`made(brand, events=…)`: a webhook to the receiver; `secret` is on it as it was shown."""

    def make(brand: Brand, events: tuple[str, ...] = ALL, *, url: str = "", brands: Any = ()) -> Webhook:
        actor = officer_of(brand, role="manager")
        found = make_webhook(actor=actor, url=url or hook.url, events=events, brands=brands, now=timezone.now())
        Webhook.objects.filter(pk=found.webhook.pk).update(cursor=webhook_feed.advance())
        found.webhook.actor, found.webhook.shown = actor, found.secret  # type: ignore[attr-defined]
        return found.webhook

    return make


@pytest.fixture
def send() -> Callable[..., int]:
    """`send(after=seconds)`: follow and tell every receiver what is due then, as one worker; how many were taken."""

    def act(*, after: float = 0) -> int:
        now = timezone.now() + timedelta(seconds=after)
        webhook_feed.follow(now=now)
        found = [one for slow in (False, True) for one in webhook_sending.claim(slow=slow, limit=9, now=now)]
        return sum(webhook_sending.deliver(one) for one in found)

    return act
