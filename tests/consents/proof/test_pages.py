"""The public pages of the seals (R-L3): for everybody, and about nobody."""

import json
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from consents.models import ConsentEvent, LedgerSeal
from consents.selectors.proofs import inclusion_of
from consents.services.verification import verify_ledger

from .conftest import seal_all


def test_r_l3_seals_are_public_and_name_no_address(people: Callable[..., None]) -> None:
    people("ayse", "fatma")
    seal_all()
    visitor = Client()
    page = visitor.get(reverse("consents:seals"))
    seal = LedgerSeal.objects.get()
    assert seal.hash_hex in page.content.decode()
    kept = visitor.get(reverse("consents:seal", args=[seal.number]))
    for answer in (page, kept):
        assert answer.status_code == 200
        assert "@firma.example" not in answer.content.decode()
    assert verify_ledger(kept=json.loads(kept.content)).whole


def test_pages_lead_through_the_whole_chain(people: Callable[..., None]) -> None:
    people(*(f"kisi{n}" for n in range(120)))  # four a seal
    seal_all()
    visitor, url, seen = Client(), reverse("consents:seals"), set()
    for _ in range(5):
        page = visitor.get(url)
        seen |= {seal.number for seal, _stamp in page.context["page"].seals}
        if not page.context["page"].older:
            break
        url = f"{reverse('consents:seals')}?once={page.context['page'].older}"
    assert seen == set(range(1, LedgerSeal.objects.count() + 1))
    newer = visitor.get(f"{reverse('consents:seals')}?once={page.context['page'].newer}")
    assert newer.context["page"].seals


def test_an_empty_chain_and_a_wrong_number_are_answered_kindly(committed_db: str) -> None:
    visitor = Client()
    assert visitor.get(reverse("consents:seals")).status_code == 200
    assert visitor.get(reverse("consents:seals"), {"once": "9" * 30}).status_code == 200
    assert visitor.get(reverse("consents:seal", args=[7])).status_code == 404


def test_r_l3_every_event_has_a_proof_of_its_own(people: Callable[..., None]) -> None:
    people(*(f"kisi{n}" for n in range(11)))
    assert inclusion_of(ConsentEvent.objects.first().event_id) is None, "not sealed yet"
    seal_all()
    for event in ConsentEvent.objects.all():
        proof = inclusion_of(event.event_id)
        assert proof is not None
        assert proof.holds
        assert proof.as_json()["root"] == proof.seal.events_root_hex
    assert inclusion_of(10**9) is None
