"""The demonstration's settings of a provider."""

from collections import Counter

import pytest
from django.utils import timezone

from iys_portal.core.models import OutboxMessage
from providers.enums import RequestState as S
from providers.models import Company, CompanySignatory, ProviderRequest
from providers.settings_demo import load_settings
from tests.factories import UserFactory

from .conftest import make_house

NUMBERS = {"tax_number": "7000010000", "tckn": "99000000806"}


@pytest.mark.django_db
def test_the_demonstration_has_requests_in_several_states_and_a_second_run_adds_none() -> None:
    house = make_house(is_demo=True, email="izin@ornek-magaza.example")
    assert not load_settings(house.provider, now=timezone.now(), **NUMBERS)  # nobody reviews yet
    UserFactory(staff_roles=["reviewer"])
    assert load_settings(house.provider, now=timezone.now(), **NUMBERS)
    states = Counter(ProviderRequest.objects.values_list("state", flat=True))
    assert states == {S.ACCEPTED: 2, S.ASKED: 2, S.REFUSED: 1}
    assert Company.objects.get().tax_number == "7000010000"
    assert CompanySignatory.objects.get().full_name == "Deniz Örnek"
    assert not OutboxMessage.objects.filter(to_mailbox=False).exists()
    assert not load_settings(house.provider, now=timezone.now(), **NUMBERS)
