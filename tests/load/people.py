"""Opens sessions and makes files for the scenario, in the measured server's settings: `python -m tests.load.people`.

Reads a made registry (`iys_portal/bench/registry.py`); writes the file that LOAD_PEOPLE names.
"""

import json
import os
from pathlib import Path
from typing import Any

import django

OFFICERS, CITIZENS, OPEN, FILES, FILE_ROWS = 40, 400, 40, 12, 50_000


def main() -> None:
    django.setup()
    from django.utils import timezone

    from consents.enums import Channel
    from consents.models import Consent
    from iys_portal.bench import files, registry
    from providers.models import Provider

    now, target = timezone.now(), Path(os.environ["LOAD_PEOPLE"])
    measured = registry.measured()
    loaded = measured.brands.get(brand_code=100_000 + registry.EMPTY)
    providers = [measured, *Provider.objects.exclude(pk=measured.pk).order_by("pk")[: OFFICERS - 1]]
    mails = Consent.objects.filter(channel=Channel.EPOSTA, brand_id=measured.brands.order_by("brand_code")[0].pk)
    addresses = list(mails.order_by("recipient").values_list("recipient", flat=True)[:5_000])
    paths = [
        files.write_csv(target.parent / f"dosya{n}.csv", files.rows(FILE_ROWS, seed=7_000 + n, now=now))
        for n in range(FILES)
    ]
    people: dict[str, Any] = {
        "officers": [_officer(provider, n) for n, provider in enumerate(providers)],
        "citizens": [_citizen(address, now) for address in addresses[:: len(addresses) // CITIZENS][:CITIZENS]],
        "addresses": addresses,
        "api": _program(loaded),
        "files": [str(path) for path in paths],
    }
    assert any(citizen["open"] for citizen in people["citizens"])
    target.write_text(json.dumps(people), encoding="utf-8")


def _officer(provider: Any, number: int) -> dict[str, Any]:
    from iys_portal.accounts.models import User
    from iys_portal.accounts.scopes import SESSION_KEY
    from providers.models import Membership

    user = User.objects.create_user(f"gorevli{number}@kisi.example", full_name=f"Görevli {number}")
    Membership.objects.create(user=user, provider=provider, role="officer")
    values = {"second_factor_given": True, SESSION_KEY: provider.pk}
    return {"session": _session(user, **values), "brand": provider.brands.order_by("brand_code")[0].pk}


def _citizen(address: str, now: Any) -> dict[str, Any]:
    from consents.models import Consent
    from iys_portal.accounts.models import ProvenAddress, User

    user = User.objects.create_citizen(language="tr")
    ProvenAddress.objects.create(user=user, address=address, proven_at=now)
    open_ones = Consent.objects.filter(recipient=address, status=1).values_list("event_id", flat=True)
    return {"session": _session(user), "open": list(open_ones[:OPEN])}


def _session(user: Any, **values: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session.update(values)
    session.save()
    return str(session.session_key)


def _program(brand: Any) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client

    from iys_portal.accounts.roles import PROVIDER_PERMISSIONS
    from iys_portal.core.actors import Actor, ActorKind
    from providers.services.keys import make_key

    actor = Actor(
        kind=ActorKind.USER, id=1, name="Yük", permissions=frozenset(PROVIDER_PERMISSIONS["manager"]),  # type: ignore[index]
        provider_id=brand.provider_id,
    )  # fmt: skip
    made = make_key(actor=actor, name="Yük", scopes=["record", "query"])
    body = {"grant_type": "password", "username": made.key.username, "password": made.secret}
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    answer = client.post("/oauth2/token", body, content_type="application/json", secure=True)
    base = f"/sps/{brand.provider.iys_code}/brands/{brand.brand_code}"
    return {"base": base, "brand": brand.brand_code, "token": answer.json()["access_token"]}


if __name__ == "__main__":
    main()
