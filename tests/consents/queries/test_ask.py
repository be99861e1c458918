"""R-S1: a few addresses are answered at once; the answer is kept, signed, valid for a time, and counted."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from consents.effective import Reason
from consents.enums import Channel, QueryWay, RecipientType
from consents.models import Consent, QueryDay, RecipientQuery
from consents.proof.keys import public_keys
from consents.proof.queries import holds, signed_statement
from consents.services import queries
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, Job
from iys_portal.core.storage import private_path
from providers.models import Brand
from tests.factories import BrandFactory, actor_of, integrator_of, officer_of, staff

Record = Callable[..., Consent]


def ask(actor: Actor, brand: Brand, *addresses: str, **about: Any) -> RecipientQuery:
    values = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL, "addresses": addresses}
    return queries.ask(actor=actor, brand=brand, **values | about)


def lines_of(query: RecipientQuery) -> list[list[str]]:
    text = private_path(query.result.name).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def nothing_kept() -> bool:
    audited = AuditEntry.objects.filter(verb__startswith="query.").exists()
    files = [path for path in private_path("queries").glob("*") if path.is_file()]
    rows = RecipientQuery.objects.exists() or QueryDay.objects.exists() or Job.objects.exists()
    return not (audited or files or rows)


@pytest.fixture
def actor(brand: Brand) -> Actor:
    return officer_of(brand)


def test_r_s1_each_address_gets_its_answer_with_the_reason(brand: Brand, actor: Actor, record: Record) -> None:
    record("onay@firma.example")
    record("ret@firma.example", status="RET")
    record("kendi@firma.example", status="RET", own=True, recipient_type="TACIR")
    record("kagit@firma.example", source="HS_ISLAK_IMZA")
    query = ask(
        actor, brand, " Onay@Firma.example ", "ret@firma.example", "kendi@firma.example", "yok@firma.example",
        "kagit@firma.example", "+905321112233", "çöp",
    )  # fmt: skip
    head, *rows = lines_of(query)
    assert len(head) == 5
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (" Onay@Firma.example ", "onay@firma.example", "SENDABLE"),
        ("ret@firma.example", "ret@firma.example", "REFUSED"),
        ("kendi@firma.example", "kendi@firma.example", "REFUSED_OTHER_TYPE"),
        ("yok@firma.example", "yok@firma.example", "NO_RECORD"),
        ("kagit@firma.example", "kagit@firma.example", "EVIDENCE_MISSING"),
        ("+905321112233", "", "H464"),
        ("çöp", "", "H120"),
    ]
    assert all(row[2] and row[3] for row in rows)
    assert query.counts == {str(int(reason)): 1 for reason in (
        Reason.SENDABLE, Reason.REFUSED, Reason.REFUSED_OTHER_TYPE, Reason.NO_RECORD, Reason.EVIDENCE_MISSING
    )}  # fmt: skip
    assert query.malformed == {"120": 1, "464": 1}
    assert query.total == sum(query.counts.values()) + sum(query.malformed.values())


def test_r_s1_a_tradesman_without_a_record_is_registered_first(brand: Brand, actor: Actor) -> None:
    query = ask(actor, brand, "yok@firma.example", recipient_type=RecipientType.TACIR)
    assert query.counts == {"60": 1}


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_r_p7_a_suspended_or_closed_provider_is_told_not_to_send(
    brand: Brand, actor: Actor, record: Record, state: str
) -> None:
    record("onay@firma.example")
    brand.provider.state = state
    brand.provider.save()
    query = ask(actor, brand, "onay@firma.example")
    assert query.counts == {"70" if state == "suspended" else "71": 1}


def test_r_s1_the_answer_is_signed_and_holds_for_a_stated_time(brand: Brand, actor: Actor, settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"QUERY_VALID": timedelta(hours=2)}
    moment = datetime(2026, 11, 24, 12, tzinfo=ISTANBUL)
    with time_machine.travel(moment, tick=False):
        query = ask(actor, brand, "yok@firma.example")
    query.refresh_from_db()
    signed = signed_statement(query)
    public = public_keys()[signed["key_id"]]
    signature = bytes.fromhex(signed["signature"])
    assert holds(signed["statement"], signature, public)
    assert not holds(signed["statement"] | {"answers": {"SENDABLE": 1}}, signature, public)
    assert signed["statement"]["valid_until"] == "2026-11-24T11:00:00.000000Z"
    assert query.holds_at(moment + timedelta(hours=2))
    assert not query.holds_at(moment + timedelta(hours=2, seconds=1))
    assert "yok@firma.example" not in str(signed)


def test_r_a3_a_query_is_audited_without_an_address(brand: Brand, actor: Actor) -> None:
    query = ask(actor, brand, "yok@firma.example", "+905321112233")
    entry = AuditEntry.objects.get(verb="query.answered")
    assert entry.target_id == str(query.pk)
    assert entry.new["total"] == 2
    assert "firma.example" not in f"{entry.new}{entry.target_name}"
    assert "532" not in f"{entry.new}{entry.target_name}"


def test_r_s1_the_quota_of_a_day_is_refused_in_words_and_keeps_nothing(
    brand: Brand, actor: Actor, settings: Any
) -> None:
    settings.REGISTRY = settings.REGISTRY | {"QUERY_ADDRESSES_A_DAY": 3}
    with pytest.raises(WrongMoment) as refused:
        ask(actor, brand, *["yok@firma.example"] * 4)
    assert refused.value.code == "quota"
    assert "4" in str(refused.value)
    assert nothing_kept()
    ask(actor, brand, *["yok@firma.example"] * 3)
    with pytest.raises(WrongMoment):
        ask(actor, brand, "yok@firma.example")
    other = BrandFactory()
    assert ask(officer_of(other), other, "yok@firma.example").answered, "each provider has its own"
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert ask(actor, brand, "yok@firma.example").answered
    assert QueryDay.objects.get(provider=brand.provider, day=timezone.localdate()).addresses == 3


def test_r_a1_another_providers_brand_is_not_there(brand: Brand) -> None:
    with pytest.raises(NotFound):
        ask(officer_of(BrandFactory()), brand, "yok@firma.example")
    for person in (officer_of(brand, "viewer"), staff("admin"), staff("auditor")):
        with pytest.raises(NotAllowed):
            ask(person, brand, "yok@firma.example")
    assert nothing_kept()


@pytest.mark.parametrize("level", ["read", "write"])
def test_r_p12_an_integrator_asks_for_what_it_may_read(brand: Brand, level: str) -> None:
    person = integrator_of(brand, 3, level=level)
    actor = actor_of(person.user, brand.provider)
    query = ask(actor, brand, "yok@firma.example")
    assert query.counts == {"30": 1}
    with pytest.raises(NotFound):
        ask(actor, brand, "+905321112233", channel=Channel.MESAJ)
    with pytest.raises(NotFound):
        ask(actor, BrandFactory(provider=brand.provider), "yok@firma.example")
    assert list(RecipientQuery.objects.visible_to(actor)) == [query]
    assert list(RecipientQuery.objects.visible_to(officer_of(brand))) == [query]
    person.integrator.grants.update(revoked_at=timezone.now(), revoked_by=1, revoked_by_name="Deneme")
    later = actor_of(person.user, brand.provider)
    assert not RecipientQuery.objects.visible_to(later).exists()
    with pytest.raises((NotFound, NotAllowed)):
        ask(later, brand, "yok@firma.example")


def test_r_p12_an_integrator_does_not_see_the_providers_own_queries(brand: Brand, actor: Actor) -> None:
    ask(actor, brand, "yok@firma.example")
    assert not RecipientQuery.objects.visible_to(actor_of(integrator_of(brand).user, brand.provider)).exists()


def test_a_brand_that_is_out_of_use_is_refused(brand: Brand, actor: Actor) -> None:
    brand.is_active = False
    brand.save()
    with pytest.raises(WrongMoment):
        ask(actor, brand, "yok@firma.example")
    assert nothing_kept()


def test_none_and_too_many_addresses_are_refused(brand: Brand, actor: Actor, settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"QUERY_AT_ONCE": 2}
    for addresses in ([], ["yok@firma.example"] * 3):
        with pytest.raises(Invalid):
            ask(actor, brand, *addresses)
    assert nothing_kept()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("onay@firma.example\n\n ret@firma.example\r\n", ["onay@firma.example", "ret@firma.example"]),
        ("E-posta\nonay@firma.example", ["onay@firma.example"]),
        ("onay@firma.example; ret@firma.example", ["onay@firma.example", "ret@firma.example"]),
        ("a@firma.example, b@firma.example,\nc@firma.example", [f"{x}@firma.example" for x in "abc"]),
        ("çöp", ["çöp"]),
    ],
)
def test_a_pasted_list_is_taken_as_it_comes(brand: Brand, actor: Actor, text: str, found: list[str]) -> None:
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    query = queries.ask_text(actor=actor, brand=brand, text=text, **about)
    assert (query.way, query.answered) == (QueryWay.LIST, True)
    assert [row[0] for row in lines_of(query)[1:]] == found


def test_cells_that_a_spreadsheet_would_run_are_guarded(brand: Brand, actor: Actor) -> None:
    query = ask(actor, brand, "=1+1", "@SUM(1)", "+905321112233", "-kod")
    assert [row[0] for row in lines_of(query)[1:]] == ["'=1+1", "'@SUM(1)", "+905321112233", "'-kod"]
