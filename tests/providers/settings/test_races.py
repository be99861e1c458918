"""Two clicks and two claims at once."""

import pytest

from iys_portal.core.errors import FieldsInvalid, WrongMoment
from iys_portal.core.models import OutboxMessage
from providers.enums import BrandValueKind as K
from providers.models import Brand, ProviderRequest
from providers.services import asking, requests
from providers.services.profiles import save_profile
from tests.factories import staff
from tests.threads import at_once

from .conftest import NOW, House, make_house


@pytest.fixture
def house(committed_db: str, own_queue: None) -> House:
    return make_house()


def test_r_p11_two_acceptances_at_once_open_one_brand(house: House) -> None:
    request, reviewer = asking.ask_sub_brand(actor=house.actor, name="Alt", now=NOW), staff("reviewer")

    def accept() -> None:
        requests.accept_request(request=ProviderRequest.objects.get(pk=request.pk), actor=reviewer, now=NOW)

    failures = at_once(accept, accept)
    assert [type(failure) for failure in failures] == [WrongMoment]
    assert Brand.objects.filter(name="Alt").count() == 1
    assert OutboxMessage.objects.filter(cause__endswith=":accepted").count() == 1


def test_sub_brands_that_are_accepted_at_once_get_numbers_of_their_own(house: House) -> None:
    reviewer = staff("reviewer")
    asked = [asking.ask_sub_brand(actor=house.actor, name=f"Alt {n}", now=NOW) for n in range(3)]
    works = [
        lambda request=request: requests.accept_request(request=request, actor=reviewer, now=NOW) for request in asked
    ]
    assert at_once(*works) == []
    assert len(set(Brand.objects.values_list("brand_code", flat=True))) == 4


@pytest.mark.parametrize("kind", [K.SHORT_NAME, K.SENDER_NAME])
def test_a_name_that_two_providers_claim_at_once_is_ones(house: House, kind: str) -> None:
    rival = make_house()

    def claim(whose: House) -> None:
        save_profile(
            actor=whose.actor, brand=whose.brand, sector="", double_opt_in=False, values={kind: ["AAA", "YILDIZ"]}
        )

    failures = at_once(lambda: claim(house), lambda: claim(rival))
    assert [type(failure) for failure in failures] == [FieldsInvalid]
