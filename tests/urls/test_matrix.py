"""Every address × every role (style 14), strangers (R-A1), and that looking changes nothing (style 17)."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from consents.models import ConsentEvent
from tests.factories import (
    BrandFactory,
    IntegratorPersonFactory,
    integrator_of,
)

from .steps import a_citizen, address, browser_in_role, browser_of, names
from .tables import (
    CITIZEN,
    ELSEWHERE,
    EVERYBODY,
    NOTED,
    OBJECTS,
    OF_ANY_BRAND,
    OF_APPLICATION,
    OF_COMPLAINT,
    OF_REGISTER,
    OPEN_PAGES,
    OWN_ACTS,
    OWN_OBJECTS,
    PAGES,
    PROVIDER_ROLES,
    STAFF_ROLES,
    WRITING,
)


def test_every_address_stands_in_the_matrix() -> None:
    unknown = {name for name in names(get_resolver()) if not ELSEWHERE.match(name)} - set(PAGES) - set(OBJECTS)
    assert (
        not unknown
        - OWN_OBJECTS
        - OWN_ACTS
        - OF_ANY_BRAND
        - set(OPEN_PAGES)
        - set(OF_APPLICATION)
        - set(OF_REGISTER)
        - set(OF_COMPLAINT)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted({*EVERYBODY, CITIZEN}))
def test_r_a1_each_role_gets_its_pages_and_no_other(role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True))
    for name, allowed in PAGES.items():
        expected = 200 if role in allowed else 403
        if (role, name) == (CITIZEN, "dashboard:overview"):
            expected = 302  # the site's own address leads to the citizen's page
        assert client.get(reverse(name)).status_code == expected, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_nobody_sees_a_page_without_signing_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    door = "/vatandas/giris/" if PAGES[name] == {CITIZEN} else "/accounts/login/"
    assert door in response.url  # type: ignore[attr-defined]


def test_r_a1_another_providers_object_is_not_found(filled: dict[str, Any]) -> None:
    stranger = browser_in_role("manager", BrandFactory(is_main=True))
    before = ConsentEvent.objects.count()
    for name, method in OBJECTS.items():
        ask = stranger.get if method == "GET" else stranger.post
        assert ask(address(name, filled)).status_code == 404, name
        assert ConsentEvent.objects.count() == before, name


def test_r_p12_an_integrator_without_grants_there_finds_nothing(filled: dict[str, Any]) -> None:
    """The one of the provider's other brand: what is not opened is not there, or not its to do."""
    stranger = browser_of(integrator_of(BrandFactory(provider=filled["brand"].provider)).user, filled["brand"])
    before = ConsentEvent.objects.count()
    for name, method in OBJECTS.items():
        ask = stranger.get if method == "GET" else stranger.post
        closed = (404,) if name.startswith(("consents:detail", "consents:import")) else (403, 404)
        assert ask(address(name, filled)).status_code in closed, name
        assert ConsentEvent.objects.count() == before, name


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*PROVIDER_ROLES, "reviewer", "complaint_officer", "auditor"])
def test_r_p12_the_register_is_kept_by_registry_admins_alone(role: str) -> None:
    brand, person = BrandFactory(is_main=True), IntegratorPersonFactory()
    client = browser_in_role(role, brand)
    for name, method in OF_REGISTER.items():
        more: list[Any] = []
        if "invitation-" in name:
            more = [uuid.uuid4()]
        elif name.endswith(("person-end", "move")):
            more = [person.pk] if name.endswith("end") else ["suspend"]
        url = reverse(name, args=[person.integrator.public_id, *more])
        reads = method == "GET" and role in STAFF_ROLES
        assert (client.get if method == "GET" else client.post)(url).status_code == (200 if reads else 403), name
    person.refresh_from_db()
    assert (person.ended_at, person.integrator.state) == (None, "active")


def test_changes_are_made_by_post_only(filled: dict[str, Any]) -> None:
    client = browser_of(filled["manager"], filled["brand"])
    for name in (name for name, method in OBJECTS.items() if method == "POST"):
        assert client.get(address(name, filled)).status_code in (405, 302), name


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(filled: dict[str, Any], method: str) -> None:
    client = browser_of(filled["manager"], filled["brand"])
    citizen = browser_of(a_citizen("ali@firma.example"))
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    urls = [reverse(name) for name in PAGES] + [address(name, filled) for name, how in OBJECTS.items() if how == "GET"]
    with connection.execute_wrapper(watch):
        for url in urls:
            if method == "head" and url.endswith(("/logo/", "/belge/")):
                continue  # the test client drops the open file unclosed
            answer = getattr(client, method)(url)
            if answer.streaming:
                assert b"".join(answer.streaming_content)  # and closes the file
            assert answer.status_code in (200, 204, 302, 403, 405), url
        for name in sorted(name for name, allowed in PAGES.items() if allowed == {CITIZEN}):
            assert getattr(citizen, method)(reverse(name)).status_code == 200
        assert getattr(citizen, method)(reverse("consents:own-one", args=[filled["brand"].pk])).status_code == 200
        assert getattr(citizen, method)(reverse("consents:own-wishes") + "?wish=PAUSE-7").status_code == 200
    assert not written
