"""R-K7: who waits for complaints that another officer joins gets the group as it stands then."""

import threading

from django.db import transaction

from complaints import services
from complaints.models import Complaint, ComplaintProposal
from iys_portal.accounts.scopes import actor_for
from providers.models import Brand
from tests.factories import BrandFactory, complaint_officer
from tests.threads import at_once

from .conftest import IDENTITY, citizen_with, values_for

WAIT = 0.3


def filed(brand: Brand, mail: str) -> Complaint:
    user = citizen_with(mail)
    actor = actor_for(user)
    row = services.start_draft(actor=actor, language="tr")
    values = values_for(user, address=mail, brand_id=brand.pk, sender="")
    services.save_message(complaint=row, values=values, actor=actor)
    services.save_identity(complaint=row, values=IDENTITY, remember=False, actor=actor)
    services.save_topics(complaint=row, topics=["no_consent"], actor=actor)
    return services.file_complaint(complaint=row, declared=True, actor=actor)


def test_r_k7_a_proposal_that_waits_for_a_joining_is_for_all_of_them(committed_db: str, own_queue: None) -> None:
    brand, officer, other = BrandFactory(is_main=True), complaint_officer("Ankara"), complaint_officer("Ankara")
    lead, case = filed(brand, "ayse@deneme.example"), filed(brand, "veli@deneme.example")
    joined = threading.Event()

    def join() -> None:
        with transaction.atomic():
            services.join_complaints(complaint=lead, tracking_number=case.tracking_number, actor=officer)
            joined.set()
            threading.Event().wait(WAIT)

    def propose() -> None:
        joined.wait()
        about = {"complaint": case, "outcome": "out_of_scope", "reason": "Ticari değil."}
        services.propose_decision(**about, together=True, actor=other)

    assert not at_once(join, propose)
    assert Complaint.objects.get(joined_to=lead) == case
    assert ComplaintProposal.objects.get(complaint=lead).shared_with.complaint == case
