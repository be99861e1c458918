"""Browsers in each role, and the addresses of filled-in objects."""

import uuid
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from complaints.models import Complaint
from consents.enums import WebhookEvent, WishKind
from consents.models import ConsentPage, Webhook, WebhookMessage
from consents.selectors.wishes import Wanted
from consents.services.consent_pages import create_page
from consents.services.own_data import start_own_data
from consents.services.texts import create_draft, publish
from consents.services.webhook_feed import message_of
from consents.services.wishes import begin_wish
from consents.text_rules import BY_PERSON
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import SESSION_KEY, actor_for
from providers.models import Application, Brand
from tests.factories import (
    MembershipFactory,
    UserFactory,
    actor_of,
    integrator_of,
)

from .tables import CITIZEN, STAFF_ROLES


def names(resolver: URLResolver | Any, space: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, (*space, *([pattern.namespace] if pattern.namespace else [])))
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join((*space, pattern.name))


def browser_of(user: User, brand: Brand | None = None) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_given"] = True
    if brand is not None:
        session[SESSION_KEY] = brand.provider_id
    session.save()
    return client


def a_citizen(address: str) -> User:
    user = User.objects.create_citizen(language="tr")
    ProvenAddress.objects.create(user=user, address=address, proven_at=timezone.now())
    return user


def browser_in_role(role: str, brand: Brand) -> Client:
    if role == CITIZEN:
        return browser_of(a_citizen("ali@firma.example"))
    if role in STAFF_ROLES:
        return browser_of(UserFactory(staff_roles=[role]))
    if role == "integrator":
        return browser_of(integrator_of(brand).user, brand)
    return browser_of(MembershipFactory(provider=brand.provider, role=role).user, brand)


def a_webhook(brand: Brand) -> WebhookMessage:
    """A webhook of the brand's provider, by a message in its log."""
    now = timezone.now()
    webhook = Webhook.objects.create(
        provider=brand.provider,
        url="https://alici.example/",
        events=["import.finished"],
        secret="whsec_AAAA",
        state_at=now,
        cursor=0,
        next_try_at=now,
        made_at=now,
        made_by=1,
    )
    message = message_of(webhook, WebhookEvent.IMPORT, now=now)
    message.save()
    return message


def a_page(actor: Any, brand: Brand) -> ConsentPage:
    """A consent page of the brand."""
    draft = create_draft(
        actor=actor, brand=brand, channels=[3], title="Sayfa", text=page_words(brand), valid_from=timezone.localdate()
    )
    text = publish(actor=actor, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])
    return create_page(actor=actor, text=text, channels=[3], languages=["tr"], title="Haberler")


def page_words(brand: Brand) -> str:
    return (
        f"{brand.name} bana e-posta yoluyla ticari elektronik ileti gönderebilir; onay veriyorum. "
        "Dilediğim zaman, gerekçe göstermeden reddedebilirim."
    )


def address(name: str, filled: dict[str, Any]) -> str:
    if name in ("consents:evidence_file", "consents:evidence_preview"):
        return reverse(name, args=[filled["scan"]])
    if name.startswith("documents:"):
        return reverse(name, args=[filled["document"]])
    if name.startswith(("consents:detail", "consents:refuse", "consents:proof", "consents:evidence_complete")):
        return reverse(name, args=[filled["event"]])
    if name.startswith("consents:export_"):
        return reverse(name, args=[filled["export"]])
    if name == "consents:day_file":
        return reverse(name, args=[filled["day_file"]])
    if name.startswith("consents:page"):
        return reverse(name, args=[filled["page"], *(["svg"] if name.endswith("qr") else [])])
    if name.startswith("consents:text"):
        return reverse(name, args=[filled["text"]])
    if name == "consents:webhook_again":
        return reverse(name, args=[filled["webhook"].webhook.public_id, filled["webhook"].pk])
    if name.startswith("consents:webhook"):
        return reverse(name, args=[filled["webhook"].webhook.public_id])
    if name.startswith("providers:invitation"):
        return reverse(name, args=[uuid.uuid4()])
    if name.startswith("providers:request"):
        return reverse(name, args=[filled["request"]])
    if name.startswith("providers:brand"):
        return reverse(name, args=[filled["brand"].brand_code])
    if name.startswith("providers:dealer"):
        return reverse(name, args=[filled["dealer"]])
    if name == "dashboard:developer_lift":
        return reverse(name, args=[filled["freeze"]])
    if name == "providers:key-revoke":
        return reverse(name, args=[filled["key"]])
    if name == "providers:grant-revoke":
        return reverse(name, args=[filled["grant"].public_id])
    if name in ("dashboard:integrator_acts", "providers:grants-revoke"):
        return reverse(name, args=[filled["grant"].integrator.public_id])
    if name.startswith("providers:member"):
        return reverse(name, args=[filled["member"]])
    if name.startswith("consents:query"):
        return reverse(name, args=[filled["query"], *(["csv"] if name.endswith(("download", "export")) else [])])
    if name == "consents:message_download":
        return reverse(name, args=[filled["message"], "allowed"])
    if name == "consents:message_export":
        return reverse(name, args=[filled["message"], "csv"])
    if name.startswith("consents:message"):
        return reverse(name, args=[filled["message"]])
    if name == "consents:import_download":
        return reverse(name, args=[filled["import"], "result.csv"])
    return reverse(name, args=[filled["import"]])


def a_passkey(citizen: User) -> Authenticator:
    data = {"name": "Telefon", "credential": {}}
    return Authenticator.objects.create(user=citizen, type=Authenticator.Type.WEBAUTHN, data=data)


def own_address(name: str, filled: dict[str, Any], citizen: User) -> str:
    numbers = {
        "consents:own-channel": filled["event"],
        "consents:own-denied": filled["event"],
        "consents:own-everywhere": "EPOSTA",
        "consents:own-give": filled["brand"].pk,
        "consents:own-never": filled["brand"].pk,
        "consents:own-brand": filled["brand"].pk,
        "consents:own-address": citizen.addresses.get().pk,
        "consents:own-newly-mine": citizen.addresses.get().pk,
        "accounts:own-address-remove": citizen.addresses.get().pk,
        "accounts:own-passkey": a_passkey(citizen).pk,
        "accounts:own-passkey-remove": a_passkey(citizen).pk,
        "consents:own-evidence": filled["event"],
        "consents:own-receipt": filled["event"],
    }
    if name == "consents:own-data-file":
        return reverse(name, args=[start_own_data(actor=actor_for(citizen)).public_id, "json"])
    if name.startswith("consents:own-wish"):
        (wish,) = begin_wish(actor=actor_of(citizen), wanted=Wanted(WishKind.PAUSE, days=7))
        return reverse(name, args=[wish.made_together])
    return reverse(name, args=[numbers[name]] if name in numbers else [])


def complaint_address(name: str, complaint: Complaint) -> str:
    return reverse(name, args=[complaint.public_id, *(["ileti"] if name.endswith("step") else [])])


def application_address(name: str, row: Application) -> str:
    more: dict[str, list[Any]] = {
        "step": ["sirket"],
        "document": [row.documents.get().public_id],
        "document-page": [row.documents.get().public_id, 1],
        "document-remove": [row.documents.get().public_id],
        "brand-remove": [row.brand_pk],
        "agreement-file": [row.signed_id],
    }
    return reverse(name, args=[row.public_id, *more.get(name.partition("application-")[2], [])])
