"""Citizens' list and switch through the whole of Django (issue 7: 300 brands under 150 ms, a switch under 100 ms)."""

import itertools
import time
from collections.abc import Iterator
from datetime import datetime
from statistics import median

from django.test import Client
from django.urls import reverse

from consents.enums import Channel
from consents.models import Consent
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.core.actors import Actor
from providers.models import Brand, Provider

from .pages import median_of

SWITCHES = 30
SIZES = {300: "citizen.list.median_ms", 3_000: "citizen.list_3000.median_ms"}
MAIL, PHONE = "olcum-vatandas{}@posta.example", "+90532{:07d}"
_codes = itertools.count(910_000)


def measure(provider: Provider, *, actor: Actor, now: datetime) -> Iterator[tuple[str, float]]:
    """Yields (name, median milliseconds): the lists, then single switches in the shorter one."""
    for size, name in SIZES.items():
        client, phone = citizen(provider, size, actor=actor, now=now)
        yield name, median_of(client, reverse("consents:own"))
        if size == min(SIZES):
            yield "citizen.switch.median_ms", _switch(client, phone)
        yield f"citizen.no_to_{size}_ms", _everything(client)


def citizen(provider: Provider, brands: int, *, actor: Actor, now: datetime) -> tuple[Client, str]:
    """A citizen with consents of so many brands, by text message and every third by e-mail too."""
    mail, phone = MAIL.format(brands), PHONE.format(brands)
    moment = now.astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    rows = [
        Brand(provider=provider, brand_code=next(_codes), name=f"Ölçüm Marka {brands}-{n:04d}") for n in range(brands)
    ]
    for number, brand in enumerate(Brand.objects.bulk_create(rows)):
        entries = [Entry(phone, "MESAJ", "ONAY", "HS_WEB", "BIREYSEL", moment)]
        if not number % 3:
            entries.append(Entry(mail, "EPOSTA", "ONAY", "HS_MOBIL", "BIREYSEL", moment))
        outcomes = record_consents(actor=actor, brand=brand, entries=entries)
        assert all(outcome.accepted for outcome in outcomes), outcomes
    user = User.objects.create_citizen(language="tr")
    for address in (mail, phone):
        ProvenAddress.objects.create(user=user, address=address, proven_at=now)
    client = Client(headers={"accept-language": "tr"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, phone


def _switch(client: Client, phone: str) -> float:
    """From the press of the button to the answer, which comes after the commit."""
    found = Consent.objects.filter(recipient=phone, channel=Channel.MESAJ).order_by("brand_id")
    events = list(found.values_list("event_id", flat=True)[:SWITCHES])
    return _times(lambda event: client.post(reverse("consents:own-channel", args=[event])), events, status=302)


def _everything(client: Client) -> float:
    """No to everything, from the press of the button to the answer."""
    return _times(lambda _number: client.post(reverse("consents:own-everything")), [0], status=302)


def _times(act, over: list[int], *, status: int) -> float:  # type: ignore[no-untyped-def]
    times = []
    for one in over:
        began = time.monotonic()
        answer = act(one)
        times.append(time.monotonic() - began)
        assert answer.status_code == status, answer.status_code
    return median(times) * 1000
