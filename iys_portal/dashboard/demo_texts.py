"""The demonstration's consent texts (R-C18): each brand has one in use, the store a second version and a draft."""

from datetime import date, datetime, timedelta

from consents.enums import Channel
from consents.models import ConsentText
from consents.selectors.texts import current_texts
from consents.services import texts
from consents.text_rules import BY_PERSON
from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand, Provider

from .demo_people import person_of

BEFORE, RENEWED = 120, 12  # days before today: when the first version began, and the store's second one

FIRST = """{brand} tarafından; kampanya, indirim ve yeniliklerden haberdar edilmem için e-posta, kısa mesaj (SMS) ve \
telefonla arama yoluyla tarafıma ticari elektronik ileti gönderilmesine onay veriyorum.

Bu onayı dilediğim zaman, gerekçe göstermeden ve ücretsiz olarak geri alabilirim; her iletideki ret bağlantısını \
kullanmam yeterlidir."""
SECOND = """{brand} ({company}) bana aşağıda işaretlediğim kanallardan (e-posta, kısa mesaj, telefonla arama) \
kampanya ve indirimlerini duyuran ticari elektronik ileti gönderebilir; buna onay veriyorum.

Onay vermem bir mal veya hizmet almamın koşulu değildir. Dilediğim zaman, gerekçe göstermeden, ücretsiz olarak \
reddedebilirim: her iletideki bağlantıdan, iletiye RET yazarak ya da İYS üzerinden."""


def load_texts(providers: list[Provider], *, renewed: tuple[int, ...], now: datetime) -> None:
    """Write and publish what is missing. Brands whose number is in `renewed` get a second version and a draft."""
    today = now.astimezone(ISTANBUL).date()
    for brand in Brand.objects.filter(provider__in=providers, consent_texts=None).select_related("provider"):
        manager = person_of(brand.provider_id, ProviderRole.MANAGER)
        if manager is None:
            continue
        _publish(brand, manager, title="Üyelik formu", words=FIRST, valid_from=today - timedelta(days=BEFORE))
        if brand.brand_code in renewed:
            _publish(brand, manager, title="Üyelik formu", words=SECOND, valid_from=today - timedelta(days=RENEWED))
            _draft(brand, manager, title="Kasa formu (kâğıt)", words=SECOND, valid_from=today)


def text_of_day(brand: Brand, moment: datetime) -> int | None:
    """The number of the brand's text on that day."""
    found = current_texts(brand.pk, [Channel.EPOSTA], moment.astimezone(ISTANBUL).date())
    return found[Channel.EPOSTA].pk if found else None


def _draft(brand: Brand, manager: Actor, *, title: str, words: str, valid_from: date) -> ConsentText:
    return texts.create_draft(
        actor=manager,
        brand=brand,
        channels=list(Channel),
        title=title,
        text=words.format(brand=brand.name, company=brand.provider.title),
        valid_from=valid_from,
    )


def _publish(brand: Brand, manager: Actor, *, title: str, words: str, valid_from: date) -> None:
    draft = _draft(brand, manager, title=title, words=words, valid_from=valid_from)
    texts.publish(actor=manager, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])
