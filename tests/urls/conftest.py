"""A provider with one of everything, and an application."""

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from consents.enums import Channel, RecipientType
from consents.models import ConsentEvent, DayFile
from consents.services import imports
from consents.services.key_freeze import freeze_key
from consents.services.messages import create_message
from consents.services.proofs import issue_evidence
from consents.services.queries import ask
from consents.services.records import Entry, record_consents
from consents.services.texts import create_draft
from iys_portal.core.actors import Actor
from providers.models import Application, Brand
from providers.services import add_document, applicant_of
from providers.services.asking import ask_sub_brand
from providers.services.keys import make_key
from providers.services.profiles import keep_logo
from tests.consents.evidence.papers import keep_file, pdf, picture
from tests.consents.exports.steps import a_file
from tests.factories import (
    ApplicationFactory,
    BrandFactory,
    IntegratorGrantFactory,
    MembershipFactory,
    RetailerFactory,
    actor_of,
    signed_agreement,
)

from .steps import a_page, a_webhook
from .tables import DAY


def a_freeze(actor: Actor, brand: Brand) -> uuid.UUID:
    now = timezone.now()
    key = make_key(actor=actor, name="Çalınan", scopes=["record"]).key
    about: dict[str, Any] = {"since": now - timedelta(hours=1), "until": now, "now": now, "reason": "Çalındı"}
    return freeze_key(actor=actor, brand=brand, username=key.username, **about).public_id


@pytest.fixture
def filled(db: None) -> dict[str, Any]:
    """A brand with a consent, an import and people; and the arguments that lead to each of them."""
    brand = BrandFactory(is_main=True)
    manager = MembershipFactory(provider=brand.provider, role="manager")
    actor = actor_of(manager.user, brand.provider)
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    record_consents(
        actor=actor, brand=brand, entries=[Entry("ali@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", now)]
    )
    text = f"recipient,type,status,source,consentDate\nveli@firma.example,EPOSTA,ONAY,HS_WEB,{now}\n"
    item = imports.upload_paste(actor=actor, brand=brand, text=text)
    event = ConsentEvent.objects.get()
    scan = keep_file(actor=actor, brand=brand, file=BytesIO(pdf()), name="form.pdf")
    other = MembershipFactory(provider=brand.provider, role="viewer")
    draft = create_draft(
        actor=actor, brand=brand, channels=[3], title="Üyelik", text="Metin", valid_from=timezone.localdate()
    )
    keep_logo(actor=actor, brand=brand, file=BytesIO(picture()))
    day_file = DayFile.objects.create(
        brand=brand, day=timezone.localdate(), rows=1, size=1, sha384="0" * 96, first_sha384="0" * 96,
        file="day_files/0", made_at=timezone.now(), first_event=1, last_event=1,
    )  # fmt: skip
    return {
        "brand": brand,
        "manager": manager.user,
        "query": ask(
            actor=actor,
            brand=brand,
            channel=Channel.EPOSTA,
            recipient_type=RecipientType.BIREYSEL,
            addresses=["ali@firma.example"],
        ).public_id,
        "event": event.event_id,
        "import": item.public_id,
        "scan": scan.pk,
        "text": draft.pk,
        "page": a_page(actor, brand).public_id,
        "message": create_message(
            actor=actor,
            brand=brand,
            channel=3,
            subject="Kampanya",
            text="Metin",
            planned_at=timezone.now() + DAY,
            html="<p>Metin</p>",
        ).public_id,
        "document": issue_evidence(actor=actor, event_id=event.event_id, whole=False, now=timezone.now()).public_id,
        "day_file": day_file.pk,
        "export": a_file(actor).public_id,
        "member": other.pk,
        "dealer": RetailerFactory(brand=brand).pk,
        "webhook": a_webhook(brand),
        "freeze": a_freeze(actor, brand),
        "key": make_key(actor=actor, name="Deneme", scopes=["query"]).key.public_id,
        "request": ask_sub_brand(
            actor=actor, name="Alt", files=[("a.pdf", BytesIO(pdf()))], now=timezone.now()
        ).public_id,
        "grant": IntegratorGrantFactory(brand=brand),
    }


@pytest.fixture
def application(db: None) -> Application:
    row = ApplicationFactory()
    brand = row.brands.create(name="Deneme")
    actor = applicant_of(row)
    add_document(application=row, actor=actor, kind="gazette", files=[("a.pdf", BytesIO(pdf()))])
    row.brand_pk = brand.pk
    row.signed_id = signed_agreement(row).public_id
    return row
