"""Complaints of the demonstration: one waits for the sender's answer, one is answered and asked about, one is about an
unknown sender.
"""

from datetime import datetime, timedelta

from iys_portal.accounts.hooks import read_address
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for, citizen_actor
from iys_portal.core.actors import Actor
from providers.models import Brand, Membership

from .models import Complaint
from .services import (
    MessageValues,
    answer_complaint,
    ask_defence,
    ask_sender,
    file_complaint,
    save_identity,
    save_message,
    save_topics,
    start_draft,
)

PROVINCE, DISTRICT = "Ankara", "Çankaya"
IDENTITY = {
    "kind": "consumer",
    "full_name": "Örnek Vatandaş",
    "tckn": "10000000146",
    "province": PROVINCE,
    "district": DISTRICT,
    "residence": "Örnek Mah. 1. Sok. No: 1",
}


def load_complaints(*, phone: str, officer: User, brand: Brand, now: datetime) -> int:
    """File them where the citizen has none yet; returns how many. The officer decides for the citizen's il."""
    citizen = _citizen(phone, now)
    if Complaint.objects.filter(citizen=citizen).exists():
        return 0
    if officer.province != PROVINCE:
        officer.province = PROVINCE
        officer.save(update_fields=["province"])
    asked = _file(citizen, now - timedelta(days=4), brand=brand, topic="after_refusal", text="Hafta sonu indirimi")
    ask_defence(complaint=asked, actor=actor_for(officer), now=now - timedelta(days=2))
    _file(citizen, now - timedelta(days=1), brand=None, topic="no_consent", text="Kredi fırsatı, hemen başvurun")
    _answered(citizen, actor_for(officer), brand, now)
    return 3


def _answered(citizen: User, officer: Actor, brand: Brand, now: datetime) -> None:
    """Answered in time; the officer wants to know one thing more."""
    case = _file(citizen, now - timedelta(days=9), brand=brand, topic="no_consent", text="Üyelere özel fiyatlar")
    ask_defence(complaint=case, actor=officer, now=now - timedelta(days=8))
    member = Membership.objects.select_related("user").filter(provider=brand.provider).order_by("pk")[:1].get()
    sender = actor_for(member.user, provider_id=brand.provider_id)
    text = "Onay mağazamızda imzalı formla alınmıştır."
    answer_complaint(complaint=case, text=text, actor=sender, now=now - timedelta(days=4))
    ask_sender(complaint=case, text="Formun taramasını ekler misiniz?", actor=officer, now=now - timedelta(days=1))


def _citizen(phone: str, now: datetime) -> User:
    """The account that the first code opens, a little earlier."""
    address = read_address(phone) or phone
    proven = ProvenAddress.objects.select_related("user").filter(address=address).first()
    if proven is None:
        user = User.objects.create_citizen(language="tr")
        proven = ProvenAddress.objects.create(user=user, address=address, proven_at=now)
    return proven.user


def _file(citizen: User, at: datetime, *, brand: Brand | None, topic: str, text: str) -> Complaint:
    actor, address = citizen_actor(citizen.pk), ProvenAddress.objects.filter(user=citizen).order_by("pk")[:1].get()
    values = MessageValues(
        address_id=address.pk,
        channel=2 if address.is_phone else 3,
        brand_id=brand.pk if brand else None,
        sender="" if brand else "FIRSAT KREDI",
        message_at=at - timedelta(hours=5),
        subject="",
        text=text,
        operator="other" if address.is_phone else "",
    )
    draft = start_draft(actor=actor, language=citizen.language, now=at)
    save_message(complaint=draft, values=values, actor=actor, now=at)
    save_identity(complaint=draft, values=IDENTITY, remember=True, actor=actor, now=at)
    save_topics(complaint=draft, topics=[topic], actor=actor, now=at)
    return file_complaint(complaint=draft, declared=True, actor=actor, now=at)
