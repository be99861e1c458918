"""The demonstration's consent page (R-M7): the store asks for its newsletter, by a poster in its shops."""

from datetime import datetime

from consents.enums import Channel
from consents.models import ConsentPage
from consents.selectors.texts import current_texts
from consents.services.consent_pages import create_page, domains_of
from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

from .demo_people import person_of

TITLE = "Kampanyalardan haberdar olun"
PURPOSE = "Kampanya ve indirimleri size bildirmek için onayınızı istiyoruz."


def load_page(brand: Brand, *, now: datetime) -> None:
    """Make the page once; a second run finds it."""
    manager = person_of(brand.provider_id, ProviderRole.MANAGER)
    texts = current_texts(brand.pk, list(Channel), now.astimezone(ISTANBUL).date())
    if manager is None or Channel.EPOSTA not in texts or ConsentPage.objects.filter(brand=brand).exists():
        return
    text = texts[Channel.EPOSTA]
    create_page(
        actor=manager,
        text=text,
        channels=text.channels,
        languages=list(ConsentPage.Language.values),
        title=TITLE,
        purpose=PURPOSE,
        frame_domains=domains_of(brand)[:1],
    )
