"""A provider's people choose among their brands; staff, who see thousands, name one (R-A1)."""

import re

import pytest
from django.forms import ChoiceField
from django.test import Client
from django.urls import reverse

from consents.brand_choice import BrandChoice
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, actor_of, staff

pytestmark = pytest.mark.django_db


def test_a_providers_people_choose_among_theirs_alone() -> None:
    own, strange = BrandFactory(name="Çınar Giyim"), BrandFactory()
    choice = BrandChoice(actor_of(MembershipFactory(provider=own.provider, role="viewer").user))
    field = choice.field()
    assert isinstance(field, ChoiceField)
    assert [value for value, _label in field.choices] == ["", str(own.brand_code)]
    assert choice.named(str(own.brand_code)) == own
    assert choice.named(str(strange.brand_code)) is None and choice.named("Çınar Giyim") is None


def test_staff_name_a_brand_by_its_number_or_its_whole_name() -> None:
    brand = BrandFactory(name="Çınar Giyim")
    twins = [BrandFactory(name="İkiz"), BrandFactory(name="ikiz")]
    choice = BrandChoice(staff("auditor"))
    assert not choice.brands and choice.several
    assert choice.named(str(brand.brand_code)) == choice.named("ÇINAR giyim") == brand
    assert [choice.named(text) for text in ("İkiz", "Çınar", "999999999", "9" * 30, "", None)] == [None] * 6
    assert choice.named(str(twins[1].brand_code)) == twins[1]


def test_staffs_form_does_not_grow_with_the_registry(django_assert_max_num_queries) -> None:
    BrandFactory.create_batch(5)
    actor = staff("admin")
    with django_assert_max_num_queries(0):
        BrandChoice(actor).field()


PAGES = ("consents:list", "consents:refusals", "consents:notices", "consents:reports", "consents:exports")


@pytest.mark.parametrize("page", PAGES)
def test_a_company_of_several_brands_narrows_each_list_to_one(panel: Client, brand: Brand, page: str) -> None:
    second = BrandFactory(provider=brand.provider, name="Deniz Ev")
    shown = panel.get(reverse(page)).content.decode()
    assert 'name="brand"' in shown and f'<option value="{second.brand_code}">Deniz Ev</option>' in shown


@pytest.mark.parametrize("page", PAGES)
def test_a_company_of_one_brand_has_nothing_to_choose(panel: Client, page: str) -> None:
    assert 'name="brand"' not in panel.get(reverse(page)).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_staff_name_a_brand_above_each_list(staff_panel: Client, page: str) -> None:
    assert re.search(r'<input [^>]*name="brand"', staff_panel.get(reverse(page)).content.decode())
