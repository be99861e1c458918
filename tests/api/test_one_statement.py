"""A status call is answered in the statement that finds its key, and tells only whom it may (ADR 25)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consents.enums import Channel, RecipientType
from consents.selectors.api import status_of
from providers.enums import ProviderState
from tests.factories import BrandFactory

from .conftest import Program, codes

ADDRESS = "ayse@alici.example"
ASKED = {"recipient": ADDRESS, "recipientType": "BIREYSEL", "type": "EPOSTA"}


@pytest.fixture
def recorded(program: Program, entry: Any) -> Program:
    assert program.post("consents", entry(ADDRESS)).status_code == 200
    return program


def test_a_status_call_is_one_statement(recorded: Program) -> None:
    recorded.post("consents/status", ASKED)  # the use of the key is noted
    with CaptureQueriesContext(connection) as asked:
        answer = recorded.post("consents/status", ASKED)
    assert answer.json()["recipient"] == ADDRESS
    assert len(asked) == 1, [query["sql"][:80] for query in asked]


@pytest.mark.parametrize("state", ProviderState.values)
@pytest.mark.parametrize("status", ["ONAY", "RET"])
def test_it_answers_as_the_rule_does_alone(recorded: Program, entry: Any, brand: Any, status: str, state: str) -> None:
    """R-S4: whatever the provider's state, which the one statement has at hand already."""
    if status == "RET":
        assert recorded.post("consents", entry(ADDRESS, status="RET", minutes=30)).status_code == 200
    brand.provider.state = state
    brand.provider.save()
    key = (ADDRESS, brand.pk, Channel.EPOSTA.value, RecipientType.BIREYSEL.value)
    answer = recorded.post("consents/status", ASKED)
    if state == ProviderState.CLOSED:
        assert codes(answer) == ["H521"]
    else:
        assert answer.json() == (status_of(key, now=timezone.now()) or {})
        assert answer.json() if status == "RET" or state == ProviderState.ACTIVE else not answer.json()


@pytest.mark.parametrize("body", [ASKED, {"recipient": ""}, [1], "no JSON"])
def test_what_is_wrong_with_a_call_is_told_to_whom_may_ask(program: Program, make: Any, brand: Any, body: Any) -> None:
    nobody = Program(brand)
    assert codes(nobody.post("consents/status", body)) == ["H351"]
    other = BrandFactory(is_main=True)
    assert codes(Program(other, program.token).post("consents/status", body)) == ["H353"]
    recorder = Program(brand).sign_in(make(scopes=("record",)))
    assert codes(recorder.post("consents/status", body)) == ["H363"]
