"""A complaint's number in the portal's search box (R-A1)."""

from collections.abc import Callable

from complaints.models import Complaint
from iys_portal.core.actors import Actor
from iys_portal.dashboard.search import search
from providers.models import Brand
from tests.complaints.conftest import citizen_with
from tests.factories import BrandFactory, actor_of, officer_of, staff


def urls(actor: Actor, text: str) -> list[str]:
    return [hit.url for part in search(actor, text) if part.icon == "complaint" for hit in part.hits]


def test_r_a1_a_number_leads_each_side_to_its_own_page_and_strangers_nowhere(
    filed: Callable[..., Complaint], me: Actor, officer: Actor, brand: Brand
) -> None:
    case = filed(brand=brand)
    typed = case.tracking_number.lower().replace("-", "")
    assert urls(me, typed) == [f"/sikayetlerim/{case.public_id}/"]
    assert urls(officer, typed) == urls(staff("auditor"), typed) == [f"/sikayet-masasi/{case.public_id}/"]
    for stranger in (actor_of(citizen_with("baska@firma.example")), officer_of(BrandFactory()), staff("reviewer")):
        assert urls(stranger, typed) == []
    assert urls(officer_of(brand), typed) == []  # nobody has asked it yet
