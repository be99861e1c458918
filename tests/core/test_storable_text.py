"""The character NUL, which PostgreSQL stores in no text, reaches no page."""

import pytest
from django.test import Client

from iys_portal.core.models import AuditEntry


@pytest.fixture
def asking(db: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/ara/?ara=a%00b", "/ara/?a%00b=1", "/giris/%00", "/admin/login/?next=%00"])
def test_an_address_that_holds_it_is_refused_as_a_page(asking: Client, address: str) -> None:
    answer = asking.get(address)
    assert answer.status_code == (404 if "?" not in address else 400)
    assert "<h1" in answer.content.decode()


def test_a_form_that_holds_it_changes_nothing(asking: Client) -> None:
    before = AuditEntry.objects.count()
    for form in ({"ara": "Yanlış\0 oldu"}, {"ara\0": "Yanlış"}, {"ara": ["a", "b\0"]}):
        answer = asking.post("/ara/", form)
        assert (answer.status_code, "bozuktu" in answer.content.decode()) == (400, True)
    assert AuditEntry.objects.count() == before
    assert asking.post("/ara/", {"ara": "Yanlış oldu"}).status_code == 200


def test_programs_are_answered_in_their_own_form(asking: Client) -> None:
    answer = asking.get("/sps/1%00/brands?a=%00")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
