"""Messages: a brand with its people and its profile, words that hold, and one message that waits for its list."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from consents.enums import Channel, Source, WayIn
from consents.models import Consent, Message
from consents.services import message_recipients, message_wash, message_watch, messages
from consents.services.recipients import ANYBODY, refuse
from iys_portal.core.actors import Actor
from providers.models import Brand, BrandValue
from tests.consents.panel.conftest import officer, panel, record, staff_panel  # noqa: F401
from tests.factories import BrandFactory, ProviderFactory, officer_of

TITLE, MERSIS = "Uydurma Kumaş Ticaret A.Ş.", "0734567890400015"
MAIL = (
    f"Kış kampanyası başladı: seçili ürünlerde indirim.\n\n{TITLE}, MERSİS {MERSIS}\nTel: 0212 000 00 00\n"
    "Artık almak istemiyorsanız: https://kumas.example/ret"
)
TEXT = f"Kumas kampanya! Bilgi 0850 000 00 00. Mersis {MERSIS}. RET yaz 3232'ye gonder."
CALL = f"Merhaba, {TITLE} adına arıyoruz. Bir kampanya tanıtımı için; istemiyorsanız 9'u tuşlayarak reddedebilirsiniz."


@pytest.fixture
def brand(db: None) -> Brand:
    return with_profile()


def with_profile() -> Brand:
    provider = ProviderFactory(title=TITLE, mersis=MERSIS)
    brand = BrandFactory(provider=provider, is_main=True, name="Kumaş")
    for kind, value in (("refusal_url", "https://kumas.example/ret"), ("refusal_sms", "3232")):
        BrandValue.objects.create(brand=brand, kind=kind, value=value, key=value)
    return brand


@pytest.fixture
def writer(brand: Brand) -> Actor:
    """A compliance officer of the brand's provider."""
    return officer_of(brand)


@pytest.fixture
def draft(writer: Actor, brand: Brand) -> Callable[..., Message]:
    """`draft(text=…)`: an e-mail of the brand, planned for the day after tomorrow."""

    def make(**values: Any) -> Message:
        about: dict[str, Any] = {
            "brand": brand,
            "channel": 3,
            "subject": "Kış kampanyası",
            "text": MAIL,
            "planned_at": timezone.now() + timedelta(days=2),
        }
        return messages.create_message(actor=writer, **about | values)

    return make


@pytest.fixture
def washed(writer: Actor, draft: Callable[..., Message]) -> Callable[..., Message]:
    """`washed("ali@firma.example", …)`: a message whose recipients were checked in this process."""

    def make(*addresses: str, **values: Any) -> Message:
        message = draft(**values)
        content = BytesIO("\n".join(["recipient", *addresses]).encode())
        message = message_recipients.wash_file(
            actor=writer, public_id=message.public_id, file=content, name="liste.csv", publish=False
        )
        return run(message)

    return make


def run(message: Message) -> Message:
    """Do the check's job here."""
    assert message.wash_job_id is not None
    message_wash.wash(message.wash_job_id)
    message.refresh_from_db()
    return message


def lines_of(parts: Iterator[list[str]]) -> list[str]:
    return sorted(address for part in parts for address in part)


def says_no(brand: Brand, address: str = "ali@firma.example") -> None:
    """The recipient refuses the brand's e-mails by a link."""
    refuse(
        actor=ANYBODY,
        recipient=address,
        wanted={brand.pk: [Channel.EPOSTA]},
        source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK,
    )


def taken(writer: Actor, message: Message) -> list[str]:
    """The list, as whoever takes it now gets it."""
    message = message_watch.take_list(actor=writer, public_id=message.public_id)
    return lines_of(message_watch.allowed_now(message, now=timezone.now()))


@pytest.fixture
def released(writer: Actor, record: Callable[..., Consent], washed: Callable[..., Message]) -> Message:  # noqa: F811
    """A registered message to two who agreed and one who did not."""
    record("ali@firma.example")
    record("veli@firma.example")
    message = washed("ali@firma.example", "veli@firma.example", "yok@firma.example")
    return messages.release(actor=writer, public_id=message.public_id)
