"""Batches: taken at once, recorded once however often workers die, told by their number."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consents.models import ApiBatch, Consent, ConsentEvent, RetailerAccess
from consents.services import api_batches
from consents.services.api_batches import forget_batches, sweep_batches, work_batch
from iys_portal.core.calendar import years_before
from tests.api.conftest import Program, codes
from tests.api.test_consents import refuse_in_person
from tests.factories import RetailerFactory


def results(program, answer, root=""):
    return program.get(f"{root}{program.base}/consents/request/{answer.json()['requestId']}").json()


def test_a_batch_is_taken_at_once_and_recorded_behind(program, entry, worked):
    sent = [entry(f"a{n}@firma.example") for n in range(3)]
    answer = program.post("consents/request", sent)
    told = answer.json()
    assert answer.status_code == 202
    assert [one["index"] for one in told["subRequests"]] == [0, 1, 2]
    assert not Consent.objects.exists()
    waiting = results(program, answer)
    assert [(one["index"], one["status"]) for one in waiting] == [(0, "enqueue"), (1, "enqueue"), (2, "enqueue")]
    assert [one["subRequestId"] for one in waiting] == [one["subRequestId"] for one in told["subRequests"]]
    worked(answer)
    done = results(program, answer)
    assert [one["status"] for one in done] == ["success"] * 3
    assert {one["transactionId"] for one in done} == {bytes(e.transaction_id).hex() for e in ConsentEvent.objects.all()}


def test_what_was_sent_is_forgotten_when_it_is_recorded(program, entry, worked):
    batch = worked(program.post("consents/request", [entry()]))
    assert batch.entries is None
    assert "firma.example" not in str(batch.results)


def test_request_ids_with_and_without_dashes(program, entry, worked):
    answer = program.post("consents/request", [entry()])
    worked(answer)
    plain = answer.json()["requestId"].replace("-", "")
    assert program.get(f"consents/request/{plain}").json() == results(program, answer)
    assert program.get(f"consents/request/{uuid.uuid4()}").json() == []


def test_r_c10_rows_of_a_batch_are_taken_in_their_order(program, entry, worked):
    sent = [entry(minutes=60), entry(minutes=50, status="RET"), entry(minutes=55)]
    answer = program.post("consents/request", sent)
    worked(answer)
    told = results(program, answer)
    assert [one["status"] for one in told] == ["success", "success", "failure"]
    assert told[2]["error"]["code"] == "H178"
    assert Consent.objects.get().status == 2


def test_strict_codes_stand_in_the_results(program, brand, entry, worked):
    program.post("consents", entry("var@firma.example", minutes=90))
    program.post("consents", entry("var@firma.example", minutes=80, status="RET"))
    program.post("consents", entry("kisi@firma.example", minutes=90))
    refuse_in_person(brand, "kisi@firma.example")
    sent = [
        entry("ilk@firma.example", status="RET"),
        entry("var@firma.example", status="RET", minutes=70),
        entry("gec@firma.example", minutes=60 * 24 * 20),
        entry("ilk@firma.example", status="RET", source="HS_KARAR"),
        entry("kisi@firma.example", minutes=-1),
    ]
    answer = program.post("consents/request", sent)
    worked(answer)
    found = [one["error"]["code"] for one in results(program, answer)]
    assert found[:2] + found[3:] == ["H175", "H174", "H486", "R-C15"]
    assert found[2] == "H467"


def test_repeats_by_v2_name_the_request_that_brought_them(program, entry, worked):
    root = "/v2"
    first = program.post(f"/v2{program.base}/consents/request", [entry("b@firma.example"), entry()])
    worked(first)
    second = program.post(f"/v2{program.base}/consents/request", [entry()])
    worked(second)
    told = results(program, second, root)[0]
    original = results(program, first, root)[1]
    assert told["transactionId"] == original["transactionId"]
    assert told["creationDate"] == original["creationDate"]
    assert told["originalRequestInformation"] == {
        "requestId": first.json()["requestId"],
        "subRequestId": original["subRequestId"],
    }
    assert ConsentEvent.objects.count() == 2


def test_repeats_by_v2_name_the_first_entry_of_a_batch_that_repeats_itself(program, entry, worked):
    first = program.post(f"/v2{program.base}/consents/request", [entry(), entry("b@firma.example"), entry()])
    worked(first)
    second = program.post(f"/v2{program.base}/consents/request", [entry()])
    worked(second)
    original = results(program, first, "/v2")[0]
    told = results(program, second, "/v2")[0]["originalRequestInformation"]
    assert told == {"requestId": first.json()["requestId"], "subRequestId": original["subRequestId"]}


def test_r_l5_results_go_on_the_day_on_which_records_go(program, entry, worked, settings):
    batch = worked(program.post("consents/request", [entry()]))
    limit = years_before(timezone.now(), settings.REGISTRY["KEEP_YEARS"])
    for moment, gone in ((limit + timedelta(hours=1), 0), (limit - timedelta(hours=1), 1)):
        ApiBatch.objects.filter(pk=batch.pk).update(worked_at=moment)
        assert forget_batches(timezone.now()) == gone


def test_every_malformed_entry_is_named_and_nothing_is_taken(program, entry):
    sent = [
        entry(type="EPOSTAA"),
        entry(),
        entry(consentDate="2042-02-10 09:30:00"),
        entry("+9005321234567"),
        entry(source="HS_KARAR"),
    ]
    answer = program.post("consents/request", sent)
    assert answer.status_code == 422
    found = {(one["index"], one["code"]) for one in answer.json()["errors"]}
    assert found == {(0, "H117"), (2, "H162"), (3, "H121"), (4, "H408")}
    assert not ApiBatch.objects.exists()


def test_forms_of_batches(program, entry, settings):
    assert codes(program.post("consents/request", {})) == ["H092"]
    assert codes(program.post("consents/request", [])) == ["H092"]
    assert codes(program.post("consents/request", [1])) == ["H092"]
    assert codes(program.post("consents/request", b"{")) == ["H014"]
    settings.REGISTRY = settings.REGISTRY | {"API_BATCH_ROWS": 2}
    assert codes(program.post("consents/request", [entry()] * 3)) == ["H091"]
    unknown = program.post("consents/request", [entry(), entry(retailerAccess=[12786531])])
    assert unknown.json()["errors"][0] | {"message": ""} == {
        "index": 1,
        "code": "H180",
        "message": "",
        "location": ["retailerAccess", 0],
        "value": "12786531",
    }


def test_a_worker_that_dies_leaves_nothing_and_a_repeat_records_everything_once(program, entry, monkeypatch):
    answer = program.post("consents/request", [entry(f"a{n}@firma.example") for n in range(5)])
    batch = ApiBatch.objects.get()

    def die(*_some, **_more):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(api_batches, "_told", die)
        with pytest.raises(SystemExit):
            work_batch(batch.pk)
    assert not ConsentEvent.objects.exists()
    assert results(program, answer)[0]["status"] == "enqueue"
    assert work_batch(batch.pk)
    assert not work_batch(batch.pk)
    assert ConsentEvent.objects.count() == 5


def test_a_lost_batch_is_published_again(program, entry, monkeypatch):
    published = []
    monkeypatch.setattr(api_batches, "enqueue", lambda task, key: published.append((task, key)))
    program.post("consents/request", [entry()])
    batch = ApiBatch.objects.get()
    assert sweep_batches() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert sweep_batches() == 1
    assert published == [("consents.work_batch", batch.pk)] * 2


def test_waiting_makes_no_consent_late(program, entry, worked):
    answer = program.post("consents/request", [entry()])
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        worked(answer)
    assert results(Program(program.brand, program.token), answer)[0]["status"] == "success"


def test_r_p7_refusals_of_a_batch_are_recorded_when_the_provider_was_suspended_meanwhile(program, brand, entry, worked):
    program.post("consents", entry("a@firma.example"))
    answer = program.post(
        "consents/request", [entry("b@firma.example"), entry("a@firma.example", status="RET", minutes=5)]
    )
    brand.provider.state = "suspended"
    brand.provider.save()
    worked(answer)
    told = results(program, answer)
    assert [one["status"] for one in told] == ["failure", "success"]
    assert told[0]["error"]["code"] == "H520"


def test_r_p7_dealers_see_the_refusals_of_a_provider_that_was_suspended_meanwhile(program, brand, entry, worked):
    retailer = RetailerFactory(brand=brand, code="10000001")
    program.post("consents", entry())
    sent = [entry("b@firma.example"), entry(status="RET", minutes=5, retailerAccess=[10000001])]
    answer = program.post("consents/request", sent)
    brand.provider.state = "suspended"
    brand.provider.save()
    worked(answer)
    assert list(RetailerAccess.objects.values_list("recipient", "retailer_id")) == [("ad@firma.example", retailer.pk)]


def test_r_p7_a_batch_of_a_provider_that_was_closed_meanwhile_says_so(program, brand, entry, worked):
    program.post("consents", entry())
    answer = program.post("consents/request", [entry("b@firma.example"), entry(status="RET", minutes=5)])
    brand.provider.state = "closed"
    brand.provider.save()
    worked(answer)
    brand.provider.state = "active"
    brand.provider.save()
    assert [one["error"]["code"] for one in results(program, answer)] == ["H521", "H521"]


def test_a_batch_opens_its_consents_with_a_statement_for_each_list_of_dealers(program, brand, entry, worked):
    dealers = [RetailerFactory(brand=brand, code=f"1000000{n}") for n in (1, 2)]
    both, one = [10000001, 10000002], [10000002]
    sent = [entry(f"a{n}@firma.example", retailerAccess=both if n else one) for n in range(5)]
    answer = program.post("consents/request", sent)
    with CaptureQueriesContext(connection) as asked:
        worked(answer)
    assert sum("INSERT INTO consents_retaileraccess" in query["sql"] for query in asked) == 2
    assert RetailerAccess.objects.filter(retailer_id=dealers[0].pk).count() == 4
    assert RetailerAccess.objects.filter(retailer_id=dealers[1].pk).count() == 5


def test_another_key_of_the_provider_reads_results_and_another_provider_does_not(program, make, entry):
    answer = program.post("consents/request", [entry()])
    other = Program(program.brand).sign_in(make())
    assert results(other, answer)


@pytest.mark.parametrize("text, code", [("a" * 37, "H198"), ("abcde", "H199"), ("12345", "H400")])
def test_request_ids_that_are_none(program, text, code):
    answer = program.get(f"consents/request/{text}")
    assert (answer.status_code, codes(answer)) == (422, [code])
