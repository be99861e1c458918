"""R-S4: one function gives the effective status."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from consents.effective import Effective, Reason, effective_status, judge
from consents.enums import Channel, RecipientType
from consents.models import Consent
from providers.models import Brand

Record = Callable[..., Consent]
ADDRESS = "ad@firma.example"


def reason_of(consent: Consent, minutes: int = 0) -> Reason:
    """By the annotation and by key; both are the same text and must agree."""
    now = timezone.now() + timedelta(minutes=minutes)
    annotated = Consent.objects.annotate(effective=effective_status(now)).get(pk=consent.pk)
    (by_key,) = judge([consent.key], now=now)
    assert annotated.effective == by_key
    return by_key


def test_r_s4_a_consent_is_sendable(record: Record) -> None:
    assert reason_of(record(ADDRESS)).effective is Effective.SENDABLE


def test_r_s4_a_refusal_is_refused_and_says_whose_it_is(record: Record) -> None:
    assert reason_of(record(ADDRESS, status="RET")) is Reason.REFUSED
    assert reason_of(record("b@firma.example", status="RET", own=True)) is Reason.REFUSED_BY_RECIPIENT


def test_r_s4_own_refusal_under_either_type_refuses_both(record: Record) -> None:
    merchant = record(ADDRESS, recipient_type="TACIR")
    assert reason_of(merchant) is Reason.SENDABLE
    record(ADDRESS, status="RET", own=True)
    assert reason_of(merchant) is Reason.REFUSED_OTHER_TYPE


def test_r_s4_a_provider_s_refusal_under_one_type_leaves_the_other(record: Record) -> None:
    merchant = record(ADDRESS, recipient_type="TACIR")
    record(ADDRESS, status="RET")
    assert reason_of(merchant) is Reason.SENDABLE


def test_r_s4_without_a_record(brand: Brand) -> None:
    keys = [(ADDRESS, brand.pk, int(Channel.EPOSTA), int(kind)) for kind in RecipientType]
    assert judge(keys, now=timezone.now()) == [Reason.NO_RECORD, Reason.REGISTER_FIRST]


def test_r_s4_own_refusal_refuses_a_merchant_that_was_never_recorded(brand: Brand, record: Record) -> None:
    record(ADDRESS, status="RET", own=True)
    key = (ADDRESS, brand.pk, int(Channel.EPOSTA), int(RecipientType.TACIR))
    assert judge([key], now=timezone.now()) == [Reason.REFUSED_OTHER_TYPE]


def test_r_s4_a_signed_consent_without_evidence_is_not_sendable(record: Record) -> None:
    assert reason_of(record(ADDRESS, source="HS_ISLAK_IMZA")) is Reason.EVIDENCE_MISSING
    signed = record("b@firma.example", source="HS_ISLAK_IMZA", evidence="Arşiv 12/3")
    assert reason_of(signed) is Reason.SENDABLE


def test_r_s4_missing_evidence_blocks_from_its_day_on(record: Record) -> None:
    consent = record(ADDRESS, source="HS_ISLAK_IMZA")
    Consent.objects.filter(pk=consent.pk).update(hold_from=timezone.now() + timedelta(minutes=30))
    assert reason_of(consent) is Reason.SENDABLE_UNTIL_EVIDENCE
    assert reason_of(consent, minutes=31) is Reason.EVIDENCE_MISSING


def test_r_s4_double_opt_in_waits_for_the_recipient(brand: Brand, record: Record) -> None:
    brand.double_opt_in = True
    brand.save()
    assert reason_of(record(ADDRESS)) is Reason.AWAITING_CONFIRMATION


@pytest.mark.parametrize(
    ("state", "reason"), [("suspended", Reason.PROVIDER_SUSPENDED), ("closed", Reason.PROVIDER_CLOSED)]
)
def test_r_s4_a_provider_that_may_not_send(brand: Brand, record: Record, state: str, reason: Reason) -> None:
    consent, refused = record(ADDRESS), record("b@firma.example", status="RET")
    brand.provider.state = state
    brand.provider.save()
    assert reason_of(consent) is reason
    assert reason_of(consent).effective is Effective.NOT_ALLOWED
    assert reason_of(refused) is Reason.REFUSED


def test_r_s4_every_reason_has_an_answer_with_badge_and_icon() -> None:
    for reason in Reason:
        assert reason.effective.badge
        assert reason.effective.icon


def test_r_s4_many_addresses_at_once_keep_their_order(brand: Brand, record: Record) -> None:
    record("a@firma.example")
    record("c@firma.example", status="RET")
    keys = [(f"{name}@firma.example", brand.pk, 3, 1) for name in "cba"]
    assert judge(keys, now=timezone.now()) == [Reason.REFUSED, Reason.NO_RECORD, Reason.SENDABLE]
    assert judge([], now=timezone.now()) == []
