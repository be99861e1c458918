"""R-K7: the acts of the desk through its page: each once, what is refused, and a stranger."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from complaints import services
from complaints.models import Complaint, ComplaintNote
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.factories import complaint_officer, officer_of

Act = Callable[..., int]


@pytest.fixture
def act(sign_in: Callable[..., Client], officer: Actor) -> Act:
    """`act(case, "take", …)`: the answer's status; what is typed is given with the prefix of its form."""
    page = sign_in(User.objects.get(pk=officer.id))

    def post(case: Complaint, name: str, **typed: object) -> int:
        data = {key.replace("__", "-"): value for key, value in typed.items()}
        return page.post(f"/sikayet-masasi/{case.public_id}/islem/{name}/", data).status_code

    return post


def state(case: Complaint) -> str:
    return Complaint.objects.get(pk=case.pk).state


def test_r_k7_from_the_desk_to_the_decision(act: Act, filed, brand: Brand, officer: Actor) -> None:
    case = filed(brand=brand)
    assert act(case, "take") == 302
    assert Complaint.objects.get(pk=case.pk).taken_by_id == officer.id
    assert act(case, "note", note__text=" ") == 422
    assert act(case, "note", note__text="Aranacak") == 302
    assert ComplaintNote.objects.get().text == "Aranacak"
    assert act(case, "ask-information", ask__text="") == 422
    assert act(case, "ask-information", ask__text="Ekran") == 302
    assert state(case) == "missing_information"
    assert act(case, "go-on", go__text="") == 422
    assert act(case, "go-on", go__text="Yeterli") == 302
    assert act(case, "ask-defence") == 302
    services.ask_time(complaint=case, days=5, reason="Arşiv", actor=officer_of(brand))
    assert act(case, "refuse", time__text="Yeterli süre var") == 302
    assert act(case, "grant") == 404  # nothing is asked for any more
    services.ask_time(complaint=case, days=5, reason="Arşiv", actor=officer_of(brand))
    assert act(case, "grant") == 302
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(brand))
    assert act(case, "begin") == 302
    assert act(case, "propose", outcome="yok", reason="x") == 422
    assert act(case, "propose", outcome="violation", reason="") == 422
    assert act(case, "propose", outcome="violation", reason="Onay yok.") == 302
    assert state(case) == "under_decision"
    assert act(case, "confirm", proposal="x") != 302
    assert state(case) == "under_decision"


@pytest.mark.parametrize(("name", "label"), [("note", "Not"), ("ask-information", "İstenen bilgi")])
def test_a_form_that_is_refused_comes_back_as_it_was(
    filed, officer: Actor, sign_in: Callable[..., Client], name: str, label: str
) -> None:
    case, page = filed(), sign_in(User.objects.get(pk=officer.id))
    form = re.compile(rf'<form[^>]*islem/{name}/".*?<label[^>]*>\s*(.*?)\s*<', re.DOTALL)
    address = f"/sikayet-masasi/{case.public_id}/"
    before = form.search(page.get(address).content.decode())
    after = form.search(page.post(f"{address}islem/{name}/").content.decode())
    assert before and after and before[1] == after[1] == label


def test_r_k7_a_sender_is_named_and_the_case_judged_anew(act: Act, filed, brand: Brand, record) -> None:
    record(brand, "RET", 20)
    case = filed(sender=brand.name)
    Complaint.objects.filter(pk=case.pk).update(brand=None, sender_given=brand.name, after_refusal=False, held={})
    assert act(case, "ask-defence") == 422  # nobody to ask
    assert act(case, "find-sender", sender__brand_code="1") == 422
    assert act(case, "find-sender", sender__brand_code=str(brand.brand_code)) == 302
    case = Complaint.objects.get(pk=case.pk)
    assert (case.brand, case.after_refusal, case.without_consent) == (brand, True, True)
    assert case.held["consents"]
    assert act(case, "ask-defence") == 302
    assert act(case, "find-sender", sender__brand_code=str(brand.brand_code)) != 302  # it was asked


def test_r_k7_a_case_is_handed_to_a_colleague_of_the_il(act: Act, filed, brand: Brand) -> None:
    case, other, far = filed(brand=brand), complaint_officer("Ankara"), complaint_officer("İzmir")
    for wrong in ("", str(far.id)):
        assert act(case, "hand-over", hand__officer=wrong) == 422
    assert act(case, "hand-over", hand__officer=str(other.id)) == 302
    assert Complaint.objects.get(pk=case.pk).taken_by_id == other.id


def test_r_k7_a_case_that_is_sent_on_leaves_the_desk(act: Act, filed, brand: Brand) -> None:
    case = filed(brand=brand)
    assert act(case, "send-on", send__province="Ankara", send__reason="x") == 422
    assert act(case, "send-on", send__province="İzmir", send__reason="") == 422
    assert act(case, "send-on", send__province="İzmir", send__reason="Oturduğu il") == 302
    assert act(case, "take") == 404


def test_r_a1_a_stranger_finds_nothing_and_unknown_acts_are_none(act: Act, filed, brand: Brand, sign_in) -> None:
    case = filed(brand=brand)
    assert act(case, "yok") == 404
    stranger = sign_in(User.objects.get(pk=complaint_officer("İzmir").id))
    acts = ("take", "ask-defence", "ask-information", "go-on", "grant", "refuse", "send-on", "note", "begin", "propose",
            "confirm", "join", "part", "object", "court", "end-contest",
            "find-sender", "hand-over", "show-paper", "hide-paper")  # fmt: skip
    for name in acts:
        assert stranger.post(f"/sikayet-masasi/{case.public_id}/islem/{name}/").status_code == 404, name
    assert state(case) == "filed"


def test_a_proposal_s_number_that_is_none_confirms_nothing(act: Act, filed, brand: Brand) -> None:
    case = filed(brand=brand)
    assert [act(case, "confirm", proposal=text) for text in ("", "x", "9" * 5000)] == [409, 409, 409]
    assert state(case) == "filed"
