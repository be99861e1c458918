"""R-K7: the officer's page, its acts, four eyes, and the decision as each side reads it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, ComplaintPaper
from complaints.selectors.decisions import decision_for
from complaints.selectors.desk import open_proposal
from consents.models import ConsentEvent
from iys_portal.accounts.models import User
from iys_portal.core import documents
from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, Document
from tests.factories import complaint_officer, officer_of

from .conftest import IDENTITY, MAIL, TCKN


def test_r_k7_proposed_by_one_confirmed_by_another_read_by_both(filed, brand, me, officer, settings) -> None:
    settings.REGISTRY = settings.REGISTRY | {"COMPLAINT_FOUR_EYES": True}
    case = filed(brand=brand)
    services.ask_defence(complaint=case, actor=officer)
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(brand))
    services.begin_decision(complaint=case, actor=officer)
    proposal = services.propose_decision(complaint=case, outcome="violation", reason="Onay yok.", actor=officer)
    about = {"complaint": case, "proposal_id": proposal.pk}
    with pytest.raises(NotAllowed):
        services.confirm_decision(actor=officer, **about)
    with pytest.raises(NotFound):
        services.confirm_decision(actor=complaint_officer("İzmir"), **about)
    decision = services.confirm_decision(actor=complaint_officer("Ankara"), **about)
    case = Complaint.objects.select_related("brand__provider").get(pk=case.pk)
    assert (case.state, decision.proposed_by) == ("violation", officer.id)
    mine, theirs = decision_for(case, me), decision_for(case, officer_of(brand))
    assert mine and theirs and mine.paper != theirs.paper
    assert IDENTITY["full_name"] in str(mine.paper.data)
    for secret in (TCKN, mine.paper.data["person"]["tckn"], IDENTITY["full_name"], IDENTITY["residence"]):
        assert secret not in str(theirs.paper.data)
    documents.render(mine.paper.pk)
    assert Document.objects.get(pk=mine.paper.pk).state == "ready"


def test_r_k5_a_complaint_that_is_withdrawn_leaves_no_open_proposal(filed, brand, me, officer) -> None:
    case = filed()
    services.begin_decision(complaint=case, actor=officer)
    services.propose_decision(complaint=case, outcome="violation", reason="Onay yok.", actor=officer)
    services.withdraw_complaint(complaint=case, actor=me)
    assert open_proposal(case) is None


def fill(case: Complaint, *, papers: int) -> None:
    for number in range(papers):
        ComplaintPaper.objects.create(
            complaint=case, side=("complainant", "provider")[number % 2], kind="paper", name=f"belge {number}.pdf",
            file=f"complaints/{number}", content_type="application/pdf", size=1, sha256=f"{number:064x}",
            added_at=case.filed_at, added_by=1,
        )  # fmt: skip


def test_r_k7_the_page_masks_and_is_audited(filed, brand, officer, record, sign_in) -> None:
    for number in range(200):
        record(brand, ("ONAY", "RET")[number % 2], 60 - number / 4)
    case = filed(brand=brand)
    fill(case, papers=20)
    client, url = sign_in(User.objects.get(pk=officer.id)), f"/sikayet-masasi/{case.public_id}/"
    client.get("/sikayet-masasi/")  # a session's first page keeps the session's own books
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url).content.decode()
    assert MAIL not in page and TCKN not in page
    assert len(queries) < 25, "\n".join(q["sql"][:90] for q in queries)
    assert page.count("/dosya/") == 20
    services.ask_defence(complaint=case, actor=officer)
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(brand))
    services.begin_decision(complaint=case, actor=officer)
    services.propose_decision(complaint=case, outcome="violation", reason="Onay yok.", actor=officer)
    with CaptureQueriesContext(connection) as queries:
        assert "Onay yok." in client.get(url).content.decode()
    assert len(queries) < 25, "\n".join(q["sql"][:90] for q in queries)
    assert ConsentEvent.objects.count() == 200
    assert AuditEntry.objects.filter(verb="complaint.read").exists()
    shown = client.post(f"{url}goster/").content.decode()
    assert MAIL in shown and TCKN in shown
    assert AuditEntry.objects.filter(verb="complaint.identity_shown").exists()
    assert case.tracking_number in client.get("/sikayet-masasi/").content.decode()
    other = sign_in(User.objects.get(pk=complaint_officer("İzmir").id))
    assert other.get(url).status_code == 404
