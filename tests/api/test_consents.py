"""Single consents by the API: what goes in, what comes out, and what is refused with which code."""

import pytest
from django.utils import timezone

from consents.enums import WayIn
from consents.models import Consent, ConsentEvent
from consents.services.records import Entry, record_consents
from iys_portal.core.actors import Actor, ActorKind
from tests.api.conftest import codes

RECIPIENT = Actor(kind=ActorKind.RECIPIENT, id=1, name="")


def refuse_in_person(brand, recipient, channel="EPOSTA"):
    entry = Entry(recipient=recipient, type=channel, status="RET", source="IYS_WEB", consent_date=now())
    record_consents(actor=RECIPIENT, brand=brand, entries=[entry], way=WayIn.CITIZEN, registry=True)


def now():
    return timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")


def ask(program, recipient="ad@firma.example", **more):
    kind = "EPOSTA" if "@" in recipient else "MESAJ"
    body = {"recipient": recipient, "recipientType": "BIREYSEL", "type": kind, **more}
    return program.post("consents/status", body)


@pytest.mark.parametrize("root", ["", "/v2"])
def test_a_consent_goes_in_and_its_status_comes_out(program, entry, root):
    sent = entry()
    answer = program.post(f"{root}{program.base}/consents", sent)
    assert answer.status_code == 200, answer.content
    event = ConsentEvent.objects.get()
    assert answer.json()["transactionId"] == bytes(event.transaction_id).hex()
    assert (event.way, event.actor_kind) == (WayIn.API, ActorKind.API_KEY)
    told = ask(program).json()
    assert told["status"] == "ONAY"
    assert {name: told[name] for name in sent} == sent
    assert told["transactionId"] == answer.json()["transactionId"]


@pytest.mark.parametrize("root", ["", "/v2"])
def test_r_c14_an_exact_repeat_is_answered_with_the_first_transaction(program, entry, root):
    first = program.post(f"{root}{program.base}/consents", entry())
    program.post("consents", entry(status="RET", minutes=30))
    again = program.post(f"{root}{program.base}/consents", entry())
    assert again.status_code == 200
    assert again.json() == first.json()
    assert ConsentEvent.objects.count() == 2


def test_null_counts_as_absent_and_an_empty_list_of_dealers_as_not_given(program, entry):
    answer = program.post("consents", entry(retailerCode=None, retailerAccess=[], source="HS_WEB"))
    assert answer.status_code == 200, answer.content
    assert codes(program.post("consents", entry("iki@firma.example", status=None))) == ["H110"]


def test_r_c16_by_api_a_signed_consent_is_sendable_at_first(program, entry):
    assert program.post("consents", entry(source="HS_ISLAK_IMZA")).status_code == 200
    consent = Consent.objects.get()
    assert consent.holds == 2
    assert consent.hold_from > timezone.now() + timezone.timedelta(days=9)
    assert ask(program).json()["status"] == "ONAY"


def test_r_c15_after_an_own_refusal_a_consent_is_refused_with_400(program, brand, entry):
    program.post("consents", entry())
    refuse_in_person(brand, "ad@firma.example")
    answer = program.post("consents", entry(minutes=-1))
    assert (answer.status_code, codes(answer)) == (400, ["R-C15"])


def test_r_s4_what_may_not_be_used_is_answered_like_no_record(program, brand, entry):
    brand.double_opt_in = True
    brand.save()
    program.post("consents", entry())
    unknown = ask(program, "yok@firma.example")
    assert (unknown.status_code, unknown.json()) == (200, {})
    assert ask(program).json() == {}
    many = program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": ["ad@firma.example", "yok@firma.example"]})
    assert many.json()["list"] == []


def test_r_r1_an_own_refusal_counts_for_both_recipient_types(program, brand, entry):
    program.post("consents", entry())
    program.post("consents", entry(recipientType="TACIR"))
    refuse_in_person(brand, "ad@firma.example")
    told = ask(program, recipientType="TACIR").json()
    assert (told["status"], told["recipientType"], told["source"]) == ("RET", "TACIR", "IYS_WEB")


def test_the_status_of_many_lists_consents_only(program, entry):
    program.post("consents", entry("bir@firma.example"))
    program.post("consents", entry("iki@firma.example"))
    program.post("consents", entry("iki@firma.example", status="RET", minutes=5))
    recipients = ["uc@firma.example", "bir@firma.example", "iki@firma.example"]
    answer = program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": recipients})
    assert answer.json()["list"] == ["bir@firma.example"]
    assert answer.json()["requestId"]


def test_the_history_comes_newest_first_and_is_noted(program, entry):
    program.post("consents", entry())
    program.post("consents", entry(status="RET", minutes=30))
    body = {"recipient": "ad@firma.example", "recipientType": "BIREYSEL", "type": "EPOSTA"}
    answer = program.post("consents/history?limit=1", body).json()
    assert [row["status"] for row in answer["list"]] == ["RET"]
    assert answer["pagination"] == {"offset": 0, "pageSize": 1, "totalCount": 2}
    second = program.post("consents/history?limit=1&offset=1", body).json()
    assert [row["status"] for row in second["list"]] == ["ONAY"]


def test_r_p7_a_suspended_provider_records_refusals_only(program, brand, entry):
    program.post("consents", entry())
    brand.provider.state = "suspended"
    brand.provider.save()
    assert (program.post("consents", entry("b@firma.example")).status_code) == 403
    assert codes(program.post("consents", entry("b@firma.example"))) == ["H520"]
    assert program.post("consents", entry(status="RET", minutes=10)).status_code == 200
    brand.provider.state = "closed"
    brand.provider.save()
    assert codes(program.post("consents", entry(status="RET", minutes=5))) == ["H521"]
    assert program.get(f"/sps/{brand.provider.iys_code}/subscription").json()["status"] == "CLOSED"


def test_messages_are_the_documents_and_english_on_request(program, entry):
    assert program.post("consents", entry(status="")).json()["errors"] == [
        {"code": "H110", "message": "Durum (status) bulunamadı.", "location": ["status"], "value": ""}
    ]
    program.language = "en-GB,en;q=0.8"
    assert (
        program.post("consents", entry(status="")).json()["errors"][0]["message"]
        == "The status (status) was not found."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"recipient": "\\ud800@firma.example", "type": "EPOSTA"}',
        b'{"recipient": "a\\u0000@firma.example", "type": "MESAJ", "status": {"a": [1]}, "source": 3}',
        b'{"recipient": 12, "type": true, "status": 1.5, "consentDate": [], "retailerCode": {"x": 1}}',
    ],
)
def test_whatever_is_sent_is_answered_with_an_error_that_says_what(program, body):
    answer = program.post("consents", body)
    assert answer.status_code in (400, 422)
    assert codes(answer)
    assert Consent.objects.count() == 0
