"""Rows for tests. Names and addresses are plainly made up."""

import factory

from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import Actor
from providers.models import Brand, Membership, Provider, Retailer

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
    brand_code = factory.Sequence(lambda n: 600_000 + n)
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
