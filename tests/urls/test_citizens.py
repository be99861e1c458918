"""Citizens' own pages and acts: another citizen finds nothing, everybody else is refused (R-A1)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from complaints.services import start_draft
from consents.models import ConsentEvent
from tests.factories import (
    BrandFactory,
    actor_of,
)

from .steps import a_citizen, browser_in_role, browser_of, complaint_address, own_address
from .tables import OF_ANY_BRAND, OF_COMPLAINT, OWN_ACTS, OWN_OBJECTS, PROVIDER_ROLES, STAFF_ROLES


@pytest.mark.parametrize("name", sorted(OF_ANY_BRAND))
def test_a_brand_and_me_is_every_citizens_and_nobody_elses_page(filled: dict[str, Any], name: str) -> None:
    url = reverse(name, args=[filled["brand"].pk])
    citizen = browser_of(a_citizen("veli@firma.example"))
    answer = citizen.get(url)
    assert answer.status_code == 200
    assert b"ali@firma.example" not in (answer.getvalue() if answer.streaming else answer.content)
    assert citizen.post(url).status_code == 405
    for role in ("manager", "admin"):
        assert browser_in_role(role, filled["brand"]).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_r_a1_own_rows_are_the_citizens_alone_and_changed_by_post_only(filled: dict[str, Any]) -> None:
    citizen = a_citizen("ali@firma.example")
    own, stranger = browser_of(citizen), browser_of(a_citizen("veli@firma.example"))
    others = [browser_in_role(role, filled["brand"]) for role in ("manager", "admin")]
    for name in sorted(OWN_OBJECTS | OWN_ACTS):
        url = own_address(name, filled, citizen)
        before = ConsentEvent.objects.count()
        if name in OWN_OBJECTS:
            assert stranger.post(url, {"name": "x"}).status_code == 404, name
        assert [other.post(url).status_code for other in others] == [403, 403], name
        assert Client().post(url).status_code == 302, name
        assert own.get(url).status_code == 405, name
        assert ConsentEvent.objects.count() == before, name


@pytest.mark.django_db
def test_r_a1_a_complaint_is_its_citizens_alone() -> None:
    citizen, brand = a_citizen("ali@firma.example"), BrandFactory(is_main=True)
    complaint = start_draft(actor=actor_of(citizen), language="tr")
    own, stranger = browser_of(citizen), browser_of(a_citizen("veli@firma.example"))
    others = {role: browser_in_role(role, brand) for role in (*PROVIDER_ROLES, *STAFF_ROLES)}
    for name, method in OF_COMPLAINT.items():
        url, gets = complaint_address(name, complaint), method == "GET"
        assert (stranger.get if gets else stranger.post)(url).status_code == 404, name
        for role, client in others.items():
            assert (client.get if gets else client.post)(url).status_code == 403, (name, role)
        assert Client().get(url).status_code == 302, name
        assert own.get(url).status_code in ((200, 302) if gets else (405,)), name
        assert Complaint.objects.get().state == "draft", name
