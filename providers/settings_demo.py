"""Settings of the demonstration's providers: company, brand profiles, requests in several states; plainly made up."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import Actor

from .demo import paper
from .enums import BrandValueKind as K
from .enums import Sector
from .models import Brand, Membership, Provider, ProviderRequest
from .services import asking, company, profiles, requests

REASON = "Bu ad başka bir şirketin tescilli markası; lütfen tescil belgesini ekleyin."
PERSON: dict[str, Any] = {"first_name": "Deniz", "last_name": "Örnek", "phone": "0532 000 00 00"}


def load_settings(provider: Provider, *, tax_number: str, tckn: str, now: datetime) -> bool:
    """Load what one provider would have set after its approval; False where it stands, or nobody could have."""
    manager = Membership.objects.filter(provider=provider, role="manager").order_by("pk").first()
    reviewer = User.objects.filter(staff_roles__contains=[StaffRole.REVIEWER]).order_by("pk").first()
    if manager is None or reviewer is None or ProviderRequest.objects.filter(provider=provider).exists():
        return False
    actor = actor_for(manager.user, provider_id=provider.pk, way="command")
    decider = actor_for(reviewer, way="command")
    with transaction.atomic():
        _company(provider, actor, decider, tax_number, tckn, now - timedelta(days=20))
        _brands(provider, actor, decider, now)
    return True


def _company(provider: Provider, actor: Actor, decider: Actor, tax_number: str, tckn: str, moment: datetime) -> None:
    registered: dict[str, Any] = {"title": provider.title, "mersis": provider.mersis, "tax_office": "Deneme"}
    domain = provider.email.partition("@")[2]
    asked = [
        asking.ask_company_change(actor=actor, tax_number=tax_number, now=moment, **registered),
        asking.ask_signatory_change(actor=actor, place=1, tckn=tckn, email=f"deniz@{domain}", now=moment, **PERSON),
    ]
    for request in asked:
        requests.accept_request(request=request, actor=decider, now=moment + timedelta(hours=5))
    company.change_contact(
        actor=actor,
        address="Deneme Mah. Uydurma Sok. No: 1",
        province="İstanbul",
        district="Kadıköy",
        phone="0532 000 00 01",
    )


def _brands(provider: Provider, actor: Actor, decider: Actor, now: datetime) -> None:
    """Profiles, a sub-brand that was refused, one that waits, and a change of the company that waits."""
    domain = provider.email.partition("@")[2]
    main = Brand.objects.get(provider=provider, is_main=True)
    short = domain.partition(".")[0].replace("-", "").upper()  # ASCII
    for brand in (main, *Brand.objects.filter(provider=provider, is_main=False)):
        names = [brand.short_name] if brand.short_name else [short]
        profiles.save_profile(
            actor=actor,
            brand=brand,
            sector=Sector.RETAIL,
            double_opt_in=brand.double_opt_in,
            values={
                K.SHORT_NAME: names,
                K.SENDER_NAME: [names[0][:11]],
                K.DOMAIN: [domain, f"posta.{domain}"],
                K.NUMBER: ["0532 000 00 02"],
                K.REFUSAL_URL: [f"https://{domain}/ret"],
            },
        )
    refused = asking.ask_sub_brand(actor=actor, name="Örnek Ayakkabı", now=now - timedelta(days=9))
    requests.refuse_request(request=refused, actor=decider, reason=REASON, now=now - timedelta(days=7))
    certificate = [("tescil.png", BytesIO(paper(provider.title, "marka tescil")))]
    asking.ask_sub_brand(actor=actor, name="Örnek Çocuk", files=certificate, now=now - timedelta(days=1))
    gazette = [("gazete.png", BytesIO(paper(provider.title, "gazete")))]
    asking.ask_company_change(
        actor=actor,
        title="Örnek Mağazacılık ve Ticaret A.Ş.",
        mersis=provider.mersis,
        tax_number="",
        tax_office="Örnek",
        note="Unvan değişikliği tescil edildi.",
        files=gazette,
        now=now - timedelta(hours=20),
    )
