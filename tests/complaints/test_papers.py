"""R-K6: which of the complainant's files a sender reads: what shows the message, and what an officer shows."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from complaints.models import Complaint, ComplaintPaper
from complaints.selectors.cases import papers_of
from iys_portal.accounts.models import User
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from iys_portal.core.models import AuditEntry, Document
from providers.models import Brand
from tests.consents.evidence.papers import pdf, picture
from tests.factories import MembershipFactory, complaint_officer, officer_of

from .conftest import upload

CARD = ("kimlik.jpg", picture())
"""An identity card, as somebody photographs it."""


@pytest.fixture
def case(draft: Callable[..., Complaint], brand: Brand, me: Actor, officer: Actor) -> Complaint:
    """Filed with a picture and a document; more was asked for and came; then the sender was asked."""
    complaint = draft(brand=brand)
    files = [upload("ekran.jpg", picture(width=320)), upload("belge.pdf", pdf())]
    services.add_evidence(complaint=complaint, files=files, actor=me)
    services.file_complaint(complaint=complaint, declared=True, actor=me)
    services.ask_information(complaint=complaint, text="Kimliğiniz", actor=officer)
    services.add_evidence(complaint=complaint, files=[upload(*CARD)], actor=me)
    services.give_information(complaint=complaint, text="Ekte", actor=me)
    return services.ask_defence(complaint=complaint, actor=officer)


@pytest.fixture
def sender(sign_in: Callable[..., Client], brand: Brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="manager").user)


def of(complaint: Complaint, name: str) -> ComplaintPaper:
    return ComplaintPaper.objects.get(complaint=complaint, name=name)


def got(sender: Client, paper: ComplaintPaper) -> int:
    answer = sender.get(f"/sikayetler/{paper.complaint.public_id}/dosya/{paper.public_id}/")
    b"".join(answer)  # reads the file to its end
    return answer.status_code


def test_r_k6_what_came_as_an_answer_and_documents_are_hidden(case, brand, sender, me, officer) -> None:
    assert [paper.name for paper in papers_of(case, officer_of(brand))] == ["ekran.jpg"]
    assert len(papers_of(case, officer)) == len(papers_of(case, me)) == 3
    assert [got(sender, of(case, name)) for name in ("ekran.jpg", "belge.pdf", "kimlik.jpg")] == [200, 404, 404]


def test_r_k6_the_officer_shows_and_hides_each_file(case, brand, officer, sign_in) -> None:
    desk, base = sign_in(User.objects.get(pk=officer.id)), f"/sikayet-masasi/{case.public_id}/"
    paper = of(case, "belge.pdf")
    assert 'islem/show-paper/"' in desk.get(base).content.decode()
    for act, seen, verb in (("show", True, "shown"), ("hide", False, "hidden")):
        for _again in range(2):  # a second click is ordinary
            assert desk.post(f"{base}islem/{act}-paper/", {"paper": str(paper.public_id)}).status_code == 302
        assert (paper in papers_of(case, officer_of(brand))) is seen
        assert AuditEntry.objects.filter(verb=f"complaint.paper_{verb}").count() == 1
    assert desk.post(f"{base}islem/show-paper/", {"paper": "yok"}).status_code == 404


def test_r_k6_only_whoever_decides_shows_and_only_the_complainants(case, brand, me) -> None:
    services.answer_with_papers(
        complaint=case, text="Onay vardı", files=[upload("onay.pdf", pdf())], actor=officer_of(brand)
    )
    paper, theirs = of(case, "belge.pdf"), of(case, "onay.pdf")
    for actor in (me, officer_of(brand), complaint_officer("İzmir")):
        with pytest.raises(NotFound):
            services.show_paper(complaint=case, paper_id=str(paper.public_id), shown=True, actor=actor)
    with pytest.raises(NotFound):
        services.show_paper(
            complaint=case, paper_id=str(theirs.public_id), shown=False, actor=complaint_officer("Ankara")
        )


def test_r_k7_the_sender_reads_the_decision_and_takes_its_pdf(case, brand, sender, officer) -> None:
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(brand))
    services.begin_decision(complaint=case, actor=officer)
    proposal = services.propose_decision(complaint=case, outcome="violation", reason="Onay yok.", actor=officer)
    page = f"/sikayetler/{case.public_id}/"
    assert "sikayet-karari" not in sender.get(page).content.decode()
    services.confirm_decision(complaint=case, proposal_id=proposal.pk, actor=complaint_officer("Ankara"))
    for paper in Document.objects.filter(subject_id=str(case.public_id), state="waiting"):
        documents.render(paper.pk)
    assert "Onay yok." in (text := sender.get(page).content.decode())
    assert f"sikayet-karari/{case.public_id}/" in text
    assert b"".join(sender.post(f"/sikayet-karari/{case.public_id}/").streaming_content).startswith(b"%PDF-")


def test_r_k5_one_bad_file_keeps_the_answer_from_being_sent(filed, brand, citizen, officer, sign_in) -> None:
    complaint = filed(brand=brand)
    services.ask_information(complaint=complaint, text="Kimliğiniz", actor=officer)
    page, url = sign_in(citizen), f"/sikayetlerim/{complaint.public_id}/eksik-bilgi/"
    good, bad = SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.pdf", b"MZ program")
    assert page.post(url, {"answer": "Ekte", "files": [good, bad]}).status_code == 422
    assert not ComplaintPaper.objects.exists()
    complaint.refresh_from_db()
    assert complaint.state == "missing_information"
    good.seek(0)
    assert page.post(url, {"answer": "Ekte", "files": [good]}).status_code == 302
    paper = ComplaintPaper.objects.get()
    assert (paper.for_complainant, paper.for_provider) == (True, False)
    complaint.refresh_from_db()
    assert complaint.state == "filed"
