"""R-S1, R-S4: a list is answered by the same rule as one address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents import erased
from consents.effective import Reason, judge
from consents.engine.answers import answers
from consents.enums import Channel, RecipientType, Status
from consents.models import Consent, ErasedRefusal
from providers.models import Brand

Record = Callable[..., Consent]


def both(brand: Brand, addresses: list[str], recipient_type: RecipientType) -> list[Reason]:
    """The list's answers, which are those of the single question."""
    now = timezone.now()
    keys = [(address, brand.pk, int(Channel.EPOSTA), int(recipient_type)) for address in addresses]
    listed = answers(addresses, brand=brand, channel=Channel.EPOSTA, recipient_type=recipient_type, now=now)
    assert listed == judge(keys, now=now)
    return listed


@pytest.fixture
def addresses(record: Record) -> list[str]:
    """One of each answer, in no order."""
    record("onay@firma.example")
    record("ret@firma.example", status="RET")
    record("kendi@firma.example", status="RET", own=True)
    record("tacir@firma.example", recipient_type="TACIR")
    record("iki@firma.example", recipient_type="TACIR")
    record("iki@firma.example", status="RET", own=True)
    record("kagit@firma.example", source="HS_ISLAK_IMZA")
    record("iptal@firma.example")
    Consent.objects.filter(recipient="iptal@firma.example").update(status=Status.IPTAL)
    record("bekler@firma.example")
    Consent.objects.filter(recipient="bekler@firma.example").update(holds=1)
    names = ("tacir", "onay", "iptal", "yok", "ret", "kendi", "iki", "kagit", "bekler", "onay")
    return [f"{name}@firma.example" for name in names]


def test_r_s4_a_list_is_answered_as_one_address_is(brand: Brand, addresses: list[str]) -> None:
    assert both(brand, addresses, RecipientType.BIREYSEL) == [
        Reason.NO_RECORD,
        Reason.SENDABLE,
        Reason.CANCELLED,
        Reason.NO_RECORD,
        Reason.REFUSED,
        Reason.REFUSED_BY_RECIPIENT,
        Reason.REFUSED_BY_RECIPIENT,
        Reason.EVIDENCE_MISSING,
        Reason.AWAITING_CONFIRMATION,
        Reason.SENDABLE,
    ]
    found = dict(zip(addresses, both(brand, addresses, RecipientType.TACIR), strict=True))
    assert found["tacir@firma.example"] is Reason.SENDABLE
    assert found["iki@firma.example"] is found["kendi@firma.example"] is Reason.REFUSED_OTHER_TYPE
    assert found["yok@firma.example"] is Reason.REGISTER_FIRST


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_r_p7_a_provider_that_may_not_send_gets_no_address(brand: Brand, addresses: list[str], state: str) -> None:
    brand.provider.state = state
    brand.provider.save()
    found = both(brand, addresses, RecipientType.BIREYSEL)
    assert Reason.SENDABLE not in found
    assert found[4] is Reason.REFUSED, "a refusal is named before anything else"


def test_r_l5_a_forgotten_refusal_is_found_in_a_list(brand: Brand, addresses: list[str]) -> None:
    moment = timezone.now()
    about: dict[str, Any] = {"brand_id": brand.pk, "version": 3, "channel": 3, "recipient_type": 1, "status": 2}
    for number, (name, source) in enumerate((("yok", 7), ("tacir", 20)), start=1):
        ErasedRefusal.objects.create(
            address_hash=erased.hash_of(f"{name}@firma.example"), source=source, event_id=number,
            consent_date=moment, registered_at=moment, **about,
        )  # fmt: skip
    found = dict(zip(addresses, both(brand, addresses, RecipientType.BIREYSEL), strict=True))
    assert found["yok@firma.example"] is Reason.REFUSED
    assert found["tacir@firma.example"] is Reason.REFUSED_BY_RECIPIENT
    found = dict(zip(addresses, both(brand, addresses, RecipientType.TACIR), strict=True))
    assert found["tacir@firma.example"] is Reason.REFUSED_OTHER_TYPE
    assert found["onay@firma.example"] is Reason.REGISTER_FIRST


def test_an_empty_list_asks_nothing(brand: Brand, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert answers([], brand=brand, channel=3, recipient_type=1, now=timezone.now() + timedelta(days=1)) == []


def test_an_address_that_cannot_be_stored_is_not_answered_as_two(brand: Brand) -> None:
    with pytest.raises(ValueError, match="line feed"):
        answers(["a@firma.example\nb@firma.example"], brand=brand, channel=3, recipient_type=1, now=timezone.now())
