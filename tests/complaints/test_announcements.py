"""What a sender's programs are told of complaints: number and state, nothing of the person (R-G1)."""

from collections.abc import Callable

from django.utils import timezone

from complaints import services
from complaints.enums import ContestKind
from complaints.models import Complaint
from complaints.models.complaints import DECIDED
from complaints.services.moves import _TOLD
from complaints.transitions import COMPLAINT
from consents.models import WebhookMessage
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.consents.webhooks.conftest import listening
from tests.factories import BrandFactory

from .test_decisions import decide, heard

ASKED, DECIDED_EVENT = "complaint.asked", "complaint.decided"


def test_every_end_of_a_case_is_told() -> None:
    """By the table of moves: each that leads to a decision, and the correction of one."""
    ends = {name for name, move in COMPLAINT.transitions.items() if move.target in DECIDED}
    assert {name for name, event in _TOLD.items() if event == DECIDED_EVENT} == ends | {"withdraw", "correct"}


def test_r_g1_the_sender_s_programs_follow_a_case(
    filed: Callable[..., Complaint], brand: Brand, officer: Actor, me: Actor
) -> None:
    listening(brand, ASKED, DECIDED_EVENT)
    listening(BrandFactory(), ASKED, DECIDED_EVENT)
    unasked = filed(brand=brand)
    services.withdraw_complaint(complaint=unasked, actor=me)
    assert not WebhookMessage.objects.exists()
    case = heard(filed(brand=brand), officer)
    decide(case, officer)
    case.refresh_from_db()
    decide(case, officer, reason="Tarih 2 Mayıs.")
    services.open_contest(
        complaint=case, kind=ContestKind.OBJECTION, side="provider", raised_on=timezone.localdate(),
        reference="2026/1", reason="Kabul etmiyoruz.", actor=officer,
    )  # fmt: skip
    services.end_contest(complaint=case, outcome="stands", result="Reddedildi.", actor=officer)
    told = list(WebhookMessage.objects.order_by("pk"))
    assert [(one.event, one.data["move"], one.data["state"]) for one in told] == [
        (ASKED, "ask_defence", "defence_asked"),
        (DECIDED_EVENT, "decide_violation", "violation"),
        (DECIDED_EVENT, "correct", "violation"),
        (DECIDED_EVENT, "stands_violation", "violation"),
    ]
    for one in told:
        assert set(one.data) == {"complaint", "brandCode", "move", "state"}
        assert (one.data["complaint"], one.data["brandCode"], one.refs) == (case.tracking_number, brand.brand_code, [])
