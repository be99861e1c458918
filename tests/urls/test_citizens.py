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


@pytest.mark.parametrize("name", sorted(OWN_OBJECTS | OWN_ACTS))
def test_r_a1_own_rows_are_the_citizens_alone(filled: dict[str, Any], name: str) -> None:
    url = own_address(name, filled, a_citizen("ali@firma.example"))
    before = ConsentEvent.objects.count()
    if name in OWN_OBJECTS:
        stranger = browser_of(a_citizen("veli@firma.example"))
        assert stranger.post(url, {"name": "x"}).status_code == 404
    for role in ("manager", "admin"):
        assert browser_in_role(role, filled["brand"]).post(url).status_code == 403
    assert Client().post(url).status_code == 302
    assert ConsentEvent.objects.count() == before


@pytest.mark.parametrize("name", sorted(OWN_OBJECTS | OWN_ACTS))
def test_own_acts_are_made_by_post_only(filled: dict[str, Any], name: str) -> None:
    citizen = a_citizen("ali@firma.example")
    assert browser_of(citizen).get(own_address(name, filled, citizen)).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OF_COMPLAINT))
def test_r_a1_a_complaint_is_its_citizens_alone(name: str) -> None:
    citizen, brand = a_citizen("ali@firma.example"), BrandFactory(is_main=True)
    complaint = start_draft(actor=actor_of(citizen), language="tr")
    url, gets = complaint_address(name, complaint), OF_COMPLAINT[name] == "GET"
    stranger = browser_of(a_citizen("veli@firma.example"))
    assert (stranger.get if gets else stranger.post)(url).status_code == 404
    for role in (*PROVIDER_ROLES, *STAFF_ROLES):
        client = browser_in_role(role, brand)
        assert (client.get if gets else client.post)(url).status_code == 403, role
    assert Client().get(url).status_code == 302
    assert browser_of(citizen).get(url).status_code in ((200, 302) if gets else (405,))
    assert Complaint.objects.get().state == "draft"
