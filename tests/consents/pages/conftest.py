"""An open consent page of a brand with a published text, and a visitor who reads codes from the outbox."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consents.enums import Channel
from consents.models import ConsentPage, ConsentText
from consents.services.consent_pages import create_page
from consents.services.texts import create_draft, publish
from consents.text_rules import BY_PERSON
from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.models import PrivacyNotice
from iys_portal.core.actors import Actor
from iys_portal.core.models import OutboxMessage
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue
from tests.consents.texts.conftest import words
from tests.factories import BrandFactory, officer_of

MAIL, PHONE = "ayse@deneme.example", "+905321234567"
DOMAIN = "deneme-moda.example"
ALL = (Channel.ARAMA, Channel.MESAJ, Channel.EPOSTA)


def citizens_notice() -> PrivacyNotice:
    """The privacy notice for citizens; one that is published already is taken."""
    known = PrivacyNotice.objects.filter(audience=NoticeAudience.CITIZEN, language="tr").order_by("-version").first()
    return known or PrivacyNotice.objects.create(
        audience=NoticeAudience.CITIZEN, version=1, language="tr", title="Aydınlatma metni", text="## Kim\n\nBiz.",
        published_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def clock(as_of: datetime) -> Any:
    """All of a test happens at one moment, which it may shift."""
    cache.clear()
    with time_machine.travel(as_of, tick=False) as travel:
        yield travel


@pytest.fixture
def brand(db: None) -> Brand:
    brand = BrandFactory(name="Deneme Moda", is_main=True, provider__title="Deneme Ticaret A.Ş.")
    BrandValue.objects.create(brand=brand, kind=BrandValueKind.DOMAIN, value=DOMAIN, key=DOMAIN)
    citizens_notice()
    return brand


@pytest.fixture
def manager(brand: Brand) -> Actor:
    return officer_of(brand, "manager")


@pytest.fixture
def text(brand: Brand, manager: Actor) -> ConsentText:
    draft = create_draft(
        actor=manager, brand=brand, channels=ALL, title="Üyelik formu", text=words(*ALL), valid_from=date(2026, 1, 1)
    )
    return publish(actor=manager, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])


@pytest.fixture
def page_of(text: ConsentText, manager: Actor) -> Callable[..., ConsentPage]:
    """`page_of(channels=…)`: an open page of the brand."""

    def make(**values: Any) -> ConsentPage:
        default = {"text": text, "channels": ALL, "languages": ["tr", "en"], "title": "Haberler"}
        return create_page(actor=manager, **default | values)

    return make


@dataclass
class Visitor:
    """A browser on a page: it sends what the page's form holds, and knows nothing else."""

    page: ConsentPage
    embedded: bool = False
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    answer: Any = None

    @property
    def url(self) -> str:
        return f"/onay/{self.page.public_id}/{'gomulu/' if self.embedded else ''}"

    @property
    def html(self) -> str:
        return str(self.answer.content.decode())

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's first form."""
        form = re.search(r"<form method=\"post\".*?</form>", self.html, re.S)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0] if form else ""))

    def open(self) -> Any:
        self.answer = self.client.get(self.url)
        return self.answer

    def send(self, step: str, **fields: Any) -> Any:
        self.answer = self.client.post(self.url, self.hidden() | {"adim": step} | fields)
        return self.answer

    def ask(self, address: str = MAIL) -> Any:
        if self.answer is None:
            self.open()
        return self.send("adres", address=address)

    def prove(self, address: str = MAIL) -> Any:
        self.ask(address)
        assert self.answer.status_code == 200, self.html
        return self.send("kod", code=code_to(address))

    def give(self, *channels: str) -> Any:
        return self.send("onay", channels=list(channels))


def code_to(address: str) -> str:
    """The six digits of the newest code that went to an address."""
    message = OutboxMessage.objects.filter(to=address).order_by("-pk")[0]
    found = re.search(r"\b(\d{6})\b", message.body)
    assert found, message.body
    return found[1]


@pytest.fixture
def visitor(page_of: Callable[..., ConsentPage]) -> Visitor:
    return Visitor(page_of())
