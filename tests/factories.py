"""Rows for tests. Names and addresses are plainly made up."""

import hashlib
from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core import documents
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.enums import DocumentState
from iys_portal.core.models import Document
from providers.enums import ProviderKind
from providers.models import (
    Agreement,
    AgreementFile,
    Application,
    Brand,
    Integrator,
    IntegratorGrant,
    IntegratorPerson,
    Membership,
    Provider,
    Retailer,
    Signatory,
)
from tests.consents.evidence.papers import pdf

PASSWORD = "uzun-ve-uydurma-parola-1"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"kisi{n}@deneme.example")
    full_name = factory.Sequence(lambda n: f"Deneme Kişi {n}")

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **_kwargs: object) -> None:
        self.set_password(extracted or PASSWORD)  # type: ignore[attr-defined]
        if create:
            self.save()  # type: ignore[attr-defined]


class ProviderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Provider

    iys_code = factory.Sequence(lambda n: 600_000 + n)
    title = factory.Sequence(lambda n: f"Deneme Ticaret {n} A.Ş.")
    mersis = factory.Sequence(lambda n: f"{n:016d}")
    email = factory.Sequence(lambda n: f"iletisim{n}@firma.example")


class BrandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Brand

    provider = factory.SubFactory(ProviderFactory)
    brand_code = factory.Sequence(lambda n: 700_000 + n)
    name = factory.Sequence(lambda n: f"Deneme Marka {n}")


class RetailerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Retailer

    brand = factory.SubFactory(BrandFactory)
    code = factory.Sequence(lambda n: f"B{n:04d}")
    name = factory.Sequence(lambda n: f"Deneme Bayi {n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    provider = factory.SubFactory(ProviderFactory)
    role = "officer"


class IntegratorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Integrator

    title = factory.Sequence(lambda n: f"Deneme Entegratör {n} A.Ş.")
    tax_number = factory.Sequence(lambda n: f"{9_990_000_000 + n}")
    authorisation_number = factory.Sequence(lambda n: f"DENE-{n:05d}")
    authorised_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    authorised_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=335))
    email = factory.Sequence(lambda n: f"iletisim{n}@entegrator.example")


class IntegratorPersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IntegratorPerson

    integrator = factory.SubFactory(IntegratorFactory)
    user = factory.SubFactory(UserFactory)
    added_at = factory.LazyFunction(timezone.now)


class IntegratorGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IntegratorGrant

    integrator = factory.SubFactory(IntegratorFactory)
    brand = factory.SubFactory(BrandFactory)
    channel = 3
    level = "write"
    granted_at = factory.LazyFunction(timezone.now)
    granted_by = 1
    granted_by_name = "Deneme Yönetici"


def integrator_of(brand: Brand, *channels: int, level: str = "write", **flags: bool) -> IntegratorPerson:
    """A new person of a new integrator with some of the brand's channels, e-mail unless named."""
    person = IntegratorPersonFactory()
    for channel in channels or (3,):
        IntegratorGrantFactory(integrator=person.integrator, brand=brand, channel=channel, level=level, **flags)
    return person


def actor_of(user: User, provider: Provider | None = None) -> Actor:
    """The user as actor, for one provider or as staff."""
    return actor_for(user, provider_id=provider.pk if provider else None)


def officer_of(brand: Brand, role: str = "officer") -> Actor:
    """A new person of the brand's provider, as actor."""
    member = MembershipFactory(provider=brand.provider, role=role)
    return actor_of(member.user, brand.provider)


def staff(*roles: str) -> Actor:
    """A new person of the registry, as actor."""
    return actor_of(UserFactory(staff_roles=list(roles)))


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A draft of a legal entity, with what its first steps ask."""

    class Meta:
        model = Application

    number = factory.Sequence(lambda n: f"BSV-DENE-{n:04d}")
    kind = ProviderKind.LEGAL_ENTITY
    title = factory.Sequence(lambda n: f"Başvuran Ticaret {n} A.Ş.")
    mersis = "0734567890400015"
    tax_office = "Deneme"
    tax_number = "7345678904"
    address = "Deneme Mah. 1. Sok. No: 1"
    province = "Ankara"
    district = "Çankaya"
    email = factory.Sequence(lambda n: f"izin{n}@basvuran.example")
    created_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("created_at")


class SignatoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Signatory

    application = factory.SubFactory(ApplicationFactory)
    place = 1
    first_name = "Deneme"
    last_name = "Yetkili"
    phone = "+905320000000"
    email = "yetkili@basvuran.example"
    tckn = "10000000146"
    tckn_hash = factory.LazyAttribute(lambda row: keyed_hash(row.tckn, purpose="tckn"))


def signed_agreement(application: Application) -> AgreementFile:
    """A signed file of an agreement in force; its bytes are any PDF."""
    content, now = pdf(), timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    document = Document(
        number=documents.new_number("providers.agreement"),
        kind="providers.agreement",
        language="tr",
        template_version=1,
        data={},
        subject_type="providers.application",
        subject_id=str(application.public_id),
        state=DocumentState.READY,
        sha256=digest,
        size=len(content),
        actor_kind=ActorKind.SYSTEM,
        actor_id=0,
        created_at=now,
        rendered_at=now,
    )
    document.file.save("agreement.pdf", ContentFile(content), save=False)
    document.save()
    agreement = Agreement.objects.create(
        application=application,
        version=1,
        text_version=1,
        document=document,
        fingerprint="0" * 64,
        issued_at=now,
    )
    kept = AgreementFile(agreement=agreement, stage="signed", sha256=digest, size=len(content), pages=1, kept_at=now)
    kept.file.save("agreement.pdf", ContentFile(content), save=False)
    kept.save()
    return kept


def complaint_officer(province: str = "Ankara") -> Actor:
    """An officer who decides the complaints of one il."""
    return actor_of(UserFactory(staff_roles=["complaint_officer"], province=province))
