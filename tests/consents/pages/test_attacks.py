"""R-M7 under attack: a code serves one page, one time; hidden fields cannot be changed; nobody else frames the page."""

import uuid

import pytest
from django.conf import settings
from django.test import Client

from consents.enums import Channel, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, ConsentPage, ConsentPageAnswer, Evidence
from consents.page_visits import Visit, packed
from consents.services.consent_pages import change_page
from consents.services.recipients import ANYBODY, refuse
from iys_portal.accounts import services as accounts
from iys_portal.core.models import Document, OutboxMessage

from .conftest import DOMAIN, MAIL, PHONE, Visitor, citizens_notice, code_to

pytestmark = pytest.mark.django_db


def nothing_written() -> bool:
    tables = (ConsentEvent, Consent, ConsentPageAnswer, Evidence, Document)
    return not any(model.objects.exists() for model in tables)


def test_another_pages_code_is_worth_nothing(page_of) -> None:
    one, other = Visitor(page_of()), Visitor(page_of())
    one.ask()
    code = code_to(MAIL)
    other.ask()
    assert other.send("kod", code=code).status_code in (422, 409)
    assert ConsentPage.objects.get(pk=other.page.pk).proved == 0


def test_the_code_opens_no_account_and_a_sign_in_code_proves_nothing_here(visitor: Visitor) -> None:
    visitor.ask()
    with pytest.raises(accounts.CodeOver):
        accounts.prove_address(address=MAIL, code=code_to(MAIL))
    accounts.request_code(address=MAIL, language="tr", ip="192.0.2.9")
    assert visitor.send("kod", code=code_to(MAIL)).status_code in (422, 409)
    assert nothing_written()


def test_a_code_works_once(visitor: Visitor) -> None:
    visitor.ask()
    waiting, code = visitor.hidden(), code_to(MAIL)
    assert visitor.send("kod", code=code).status_code == 200
    again = visitor.client.post(visitor.url, waiting | {"adim": "kod", "code": code})
    assert again.status_code == 422
    assert 'name="channels"' not in again.content.decode()


def test_guessing_a_code_ends_after_three_tries(visitor: Visitor) -> None:
    visitor.ask()
    right = code_to(MAIL)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _try in range(settings.REGISTRY["CODE_TRIES"]):
        assert visitor.send("kod", code=wrong).status_code == 422
    assert visitor.send("kod", code=right).status_code == 422
    assert nothing_written()


def test_a_proof_answers_once_and_never_after_a_refusal(visitor: Visitor) -> None:
    """Whoever goes back in a shared browser after the person refused cannot give the consent once more."""
    visitor.prove()
    proven = visitor.hidden() | {"adim": "onay", "channels": ["EPOSTA"]}
    first = visitor.client.post(visitor.url, proven)
    refuse(
        actor=ANYBODY,
        recipient=MAIL,
        wanted={visitor.page.brand_id: [Channel.EPOSTA]},
        source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK,
    )
    before = ConsentEvent.objects.count()
    again = visitor.client.post(visitor.url, proven | {"channels": ["EPOSTA"]})
    assert (again.status_code, again.url) == (302, first.url)
    assert ConsentEvent.objects.count() == before
    assert Consent.objects.get(recipient_type=1).status == Status.RET
    assert ConsentPage.objects.get().answered == 1


def test_what_is_proven_after_an_answer_is_an_answer_of_its_own(visitor: Visitor) -> None:
    visitor.prove(MAIL)
    back = visitor.hidden()
    visitor.give("EPOSTA")
    visitor.answer = visitor.client.post(visitor.url, back | {"adim": "adres", "address": PHONE})
    visitor.send("kod", code=code_to(PHONE))
    visitor.give("MESAJ")
    assert {row.channel for row in Consent.objects.all()} == {Channel.MESAJ, Channel.EPOSTA}
    assert ConsentPageAnswer.objects.count() == 2


@pytest.mark.parametrize("ticked", [["ARAMA"], ["EPOSTA", "MESAJ"], ["HEPSI"], []])
def test_a_channel_that_fits_no_proven_address_cannot_be_ticked(visitor: Visitor, ticked: list[str]) -> None:
    visitor.prove(MAIL)
    assert visitor.give(*ticked).status_code == 422
    assert nothing_written()


def test_a_channel_that_the_page_does_not_offer_cannot_be_ticked(page_of) -> None:
    visitor = Visitor(page_of(channels=[Channel.MESAJ]))
    visitor.prove(PHONE)
    assert visitor.give("ARAMA").status_code == 422
    assert visitor.give("MESAJ", "ARAMA").status_code == 422
    assert nothing_written()


def test_an_address_that_reaches_no_offered_channel_gets_no_code(page_of) -> None:
    visitor = Visitor(page_of(channels=[Channel.MESAJ]))
    assert visitor.ask(MAIL).status_code == 422
    assert not OutboxMessage.objects.exists()


def test_changed_hidden_fields_are_worth_nothing(visitor: Visitor, page_of) -> None:
    visitor.prove()
    token = visitor.hidden()["v"]
    stranger = Visit(page_version=1, notice_id=1, read_at=visitor.page.created_at, nonce=uuid.uuid4())
    changed = [token[:-6] + "AAAAAA", token[1:], "", "{}", packed(page_of().public_id, stranger)]
    for value in changed:
        answer = visitor.client.post(visitor.url, {"adim": "onay", "v": value, "channels": ["EPOSTA"]})
        assert answer.status_code == 422, value
    assert nothing_written()


def test_a_visit_of_another_page_is_worth_nothing(page_of) -> None:
    one, other = Visitor(page_of()), Visitor(page_of())
    one.prove()
    answer = one.client.post(other.url, one.hidden() | {"adim": "onay", "channels": ["EPOSTA"]})
    assert answer.status_code == 422
    assert nothing_written()


def test_a_visit_ends_after_half_an_hour(visitor: Visitor, clock) -> None:
    visitor.prove()
    clock.shift(1801)
    assert visitor.give("EPOSTA").status_code == 422
    assert nothing_written()


def test_what_changed_since_it_was_read_is_read_again(visitor: Visitor, manager) -> None:
    visitor.prove()
    change_page(actor=manager, page_id=visitor.page.pk, changes={"purpose": "Başka bir amaç."})
    assert visitor.give("EPOSTA").status_code == 409
    assert "Başka bir amaç." in visitor.html
    assert nothing_written()


def test_the_privacy_notice_that_was_shown_has_to_be_the_one_in_force(visitor: Visitor) -> None:
    visitor.open()
    answer = visitor.client.post(visitor.url, {"adim": "adres", "bildirim": "0", "address": MAIL})
    assert answer.status_code == 422
    assert not OutboxMessage.objects.exists()


def test_codes_to_one_address_are_limited_over_all_pages(page_of) -> None:
    limit = settings.REGISTRY["CODES_PER_HOUR"]
    answers = [Visitor(page_of()).ask().status_code for _page in range(limit + 1)]
    assert answers == [200] * limit + [429]
    assert OutboxMessage.objects.count() == limit


def test_codes_from_one_network_are_limited_as_for_sign_in(page_of, settings) -> None:
    settings.REGISTRY = settings.REGISTRY | {"CODES_PER_NETWORK_HOUR": 2}
    page = page_of()
    answers = [Visitor(page).ask(f"kisi{n}@deneme.example").status_code for n in range(3)]
    assert answers == [200, 200, 429]


def test_known_and_unknown_addresses_get_the_same_answer(page_of, django_assert_num_queries) -> None:
    citizens_notice()
    visitor = Visitor(page_of())
    visitor.prove(MAIL)
    visitor.give("EPOSTA")
    pages = [Visitor(page_of()), Visitor(page_of())]
    for one in pages:
        one.open()
    bodies = []
    for one, address in zip(pages, (MAIL, "yeni@deneme.example"), strict=True):
        one.ask(address)
        body = one.html.replace(address, "").replace(one.hidden()["v"], "")
        bodies.append(body.replace(one.page.public_id, ""))
    assert bodies[0] == bodies[1]


def test_only_the_brands_own_sites_frame_the_embedded_page(page_of) -> None:
    client = Client()
    page = page_of(frame_domains=[DOMAIN])
    framed = client.get(f"/onay/{page.public_id}/gomulu/")
    assert "X-Frame-Options" not in framed.headers
    policy = framed.headers["Content-Security-Policy"]
    assert f"frame-ancestors https://{DOMAIN} https://*.{DOMAIN}" in policy
    assert "script-src 'self'" in policy
    plain = client.get(f"/onay/{page.public_id}/")
    assert plain.headers["X-Frame-Options"] == "DENY"
    nobody = client.get(f"/onay/{page_of().public_id}/gomulu/")
    assert nobody.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in nobody.headers["Content-Security-Policy"]


def test_the_whole_way_goes_inside_a_frame_without_a_cookie(page_of) -> None:
    visitor = Visitor(page_of(frame_domains=[DOMAIN]), embedded=True)
    visitor.prove()
    assert visitor.give("EPOSTA").status_code == 302
    assert "/gomulu/makbuz/" in visitor.answer.url
    receipt = visitor.client.get(visitor.answer.url)
    assert receipt.status_code == 200
    assert "X-Frame-Options" not in receipt.headers
    assert not visitor.client.cookies


def test_opening_and_asking_by_get_changes_nothing(visitor: Visitor) -> None:
    visitor.client.get(visitor.url, {"adim": "onay", "channels": "EPOSTA"})
    assert nothing_written()
    assert not OutboxMessage.objects.exists()


def test_a_receipt_is_found_at_its_own_page_only(page_of) -> None:
    visitor, other = Visitor(page_of()), page_of()
    visitor.prove()
    visitor.give("EPOSTA")
    number = ConsentPageAnswer.objects.get().number
    assert visitor.client.get(f"/onay/{other.public_id}/makbuz/{number}/").status_code == 404
    assert visitor.client.get(f"/onay/{visitor.page.public_id}/makbuz/OSM-0000-0000-0000-0000/").status_code == 404
