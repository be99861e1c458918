"""The demonstration's messages (R-S2): one that is registered, one whose text is not complete, one without consents."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from consents.enums import Channel, MessagePurpose
from consents.models import Message
from consents.services import message_recipients, message_wash, messages
from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

from .demo_people import person_of

MAIL = """Kışa özel indirim başladı: seçili ürünlerde yüzde otuza varan kampanya.

{title}, MERSİS {mersis}
Tel: 0212 000 00 00
Artık almak istemiyorsanız: https://ornek-magaza.example/ret"""
TEXT = "Hafta sonuna özel kampanya başladı! Bilgi: www.ornek-magaza.example"
DELIVERY = "Siparişiniz kargoya verildi; yarın 10.00-14.00 arasında teslim edilecek."


def load_messages(brand: Brand) -> None:
    """Write them once, planned for tomorrow by the real clock; later calls find them."""
    actor = person_of(brand.provider_id, ProviderRole.OFFICER, way="web")
    if actor is None or Message.objects.filter(brand=brand).exists():
        return
    tomorrow = datetime.combine(timezone.now().astimezone(ISTANBUL).date() + timedelta(days=1), time(10), ISTANBUL)
    sender = {"title": brand.provider.title, "mersis": brand.provider.mersis}
    mail = messages.create_message(
        actor=actor, brand=brand, channel=Channel.EPOSTA, subject="Kış kampanyası", text=MAIL.format(**sender),
        planned_at=tomorrow,
    )  # fmt: skip
    mail = message_recipients.wash_all(actor=actor, public_id=mail.public_id, publish=False)
    assert mail.wash_job_id is not None
    message_wash.wash(mail.wash_job_id)
    messages.release(actor=actor, public_id=mail.public_id)
    delivery = messages.create_message(
        actor=actor, brand=brand, channel=Channel.MESAJ, subject="Teslimat bilgisi", text=DELIVERY,
        purpose=MessagePurpose.DELIVERY, reason="Siparişin teslim zamanı", planned_at=tomorrow,
    )  # fmt: skip
    messages.release(actor=actor, public_id=delivery.public_id)
    messages.create_message(
        actor=actor, brand=brand, channel=Channel.MESAJ, subject="Hafta sonu", text=TEXT,
        planned_at=tomorrow + timedelta(days=2),
    )  # fmt: skip
