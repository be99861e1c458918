"""/api/v1 over rows that are really committed: the feed's order, and calls that run at the same time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consents.models import ApiBatch, Consent, ConsentEvent, KeyUndo
from consents.services import key_undo
from consents.services.api_batches import work_batch
from consents.services.seals import seal_ledger
from providers.models import ApiAnswer
from providers.services import answers
from providers.services.keys import make_key
from tests.consents.proof.conftest import record, seal_all
from tests.factories import BrandFactory, officer_of
from tests.threads import at_once, held_open
from tests.workers import until

from .conftest import V1, Program
from .test_v1 import codes, consent


@pytest.fixture
def brand(committed_db, settings):
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_ROWS": 4, "SEAL_SETTLE": timedelta(0)}
    return BrandFactory()


@pytest.fixture
def v1(brand):
    return V1(brand).sign_in(
        make_key(actor=officer_of(brand, role="manager"), name="Deneme", scopes=("record", "query"))
    )


def read_on(v1, cursor="", **chosen):
    """Everything behind a cursor, page by page."""
    seen, more = [], True
    query = "".join(f"&{name}={value}" for name, value in chosen.items())
    while more:
        page = v1.get(f"consents/changes?limit=2&cursor={cursor}{query}").json()
        assert len(page["items"]) <= 2
        seen += [row["recipient"].partition("@")[0] for row in page["items"]]
        cursor, more = page["cursor"], page["more"]
    return seen, cursor


def test_r_l2_a_cursor_passes_nothing_that_commits_late(v1, brand):
    def text(*phones):
        sent = {"consents": [consent(phone) for phone in phones]}
        assert v1.post("consents/many", sent).json()["recorded"] == len(phones)

    v1.get("/api/v1/brands")
    # By another channel, for counters of one let nobody pass.
    with held_open(lambda: record(brand, "yavas")) as commit:
        text("+905321234561", "+905321234562", "+905321234563")
        seal_ledger()
        before, cursor = read_on(v1)
        assert before == [], "whoever took a lower number may still write it"
        commit()
    seal_all()
    seen, cursor = read_on(v1, cursor)
    assert seen == ["yavas", "+905321234561", "+905321234562", "+905321234563"]
    assert read_on(v1, cursor) == ([], cursor)
    record(brand, "yavas", status="RET")
    seal_all()
    assert read_on(v1, cursor)[0] == ["yavas"]
    assert read_on(v1)[0] == [*seen, "yavas"], "from the beginning again, the whole history"
    assert read_on(v1, status="RET")[0] == ["yavas"]
    assert read_on(v1, channel="MESAJ")[0] == seen[1:]
    assert read_on(v1, by="recipient")[0] == read_on(v1, channel="ARAMA")[0] == []
    assert codes(v1.get("consents/changes?cursor=MToxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw")) == ["cursor"]
    assert v1.get("consents/changes?limit=1001").status_code == 422


def test_r_l6_what_commits_behind_an_undo_is_taken_back_all_the_same(v1, brand, settings):
    settings.REGISTRY = {**settings.REGISTRY, "UNDO_SETTLE": timedelta(0)}
    made = make_key(actor=officer_of(brand, role="manager"), name="Çalınan", scopes=("record",))
    stolen = V1(brand).sign_in(made)
    for program in (v1, stolen):
        program.get("/api/v1/brands")
    body = {"key": made.key.username, "since": (timezone.now() - timedelta(hours=1)).isoformat(), "reason": "Çalındı"}

    def late():
        assert stolen.post("consents", consent("+905321234567")).status_code == 200

    def told():
        key_undo.undo(KeyUndo.objects.get().job_id)
        return v1.get(f"undos/{begun['id']}").json()

    # By another channel, for counters of one let nobody pass.
    with held_open(late) as commit:
        assert stolen.post("consents", consent("erken@firma.example")).status_code == 200
        begun = v1.post("undos", body).json()
        assert told()["state"] == "queued", "whoever took a lower number may still write it"
        commit()
    until(lambda: told()["state"] == "done", what="the end of the undo")
    assert told()["undone"] == 2
    assert set(Consent.objects.values_list("recipient", "status")) == {
        ("+905321234567", 3), ("erken@firma.example", 3),
    }  # fmt: skip


def test_r_l6_a_batch_that_is_committed_behind_an_undo_is_waited_for(v1, brand, entry, settings):
    settings.REGISTRY = {**settings.REGISTRY, "UNDO_SETTLE": timedelta(0)}
    made = make_key(actor=officer_of(brand, role="manager"), name="Çalınan", scopes=("record",))
    stolen = V1(brand).sign_in(made)
    sent = {}

    def accept():
        sent["batch"] = Program(brand, stolen.token).post("consents/request", [entry("gec@firma.example")])
        assert sent["batch"].status_code == 202

    def told():
        key_undo.undo(KeyUndo.objects.get().job_id)
        return v1.get(f"undos/{begun['id']}").json()

    for program in (v1, stolen):
        program.get("/api/v1/brands")
    with held_open(accept) as commit:
        since = (timezone.now() - timedelta(hours=1)).isoformat()
        begun = v1.post("undos", {"key": made.key.username, "since": since, "reason": "Çalındı"}).json()
        assert [told()["state"] for _turn in range(3)] == ["queued"] * 3, "the batch may still be committed"
        commit()
    assert told()["state"] == "queued", "the batch is still to be worked"
    assert work_batch(ApiBatch.objects.get(public_id=sent["batch"].json()["requestId"]).pk)
    until(lambda: told()["state"] == "done", what="the end of the undo")
    assert told()["undone"] == 1
    assert list(Consent.objects.values_list("recipient", "status")) == [("gec@firma.example", 3)]


def test_a_second_call_while_the_first_runs_is_told_to_wait(v1):
    key = {"Idempotency-Key": "bir"}

    def first():
        assert v1.post("consents", consent(), **key).status_code == 200

    v1.get("/api/v1/brands")  # the key's first use is noted
    with held_open(first) as commit:
        second = v1.post("consents", consent(), **key)
        assert (second.status_code, codes(second)) == (409, ["idempotency-running"])
        commit()
    again = v1.post("consents", consent(), **key)
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert ConsentEvent.objects.count() == ApiAnswer.objects.count() == 1


def test_of_many_at_once_one_acts(v1):
    found = []
    body = {"consents": [consent(f"kisi{n}@firma.example") for n in range(3)]}

    def call():
        found.append(v1.post("consents/many", body, **{"Idempotency-Key": "iki"}))

    assert at_once(*[call] * 4) == []
    assert {answer.status_code for answer in found} <= {200, 409}
    written = [answer for answer in found if answer.status_code == 200]
    assert written and len({answer.content for answer in written}) == 1
    assert written[0].json()["recorded"] == 3
    assert ConsentEvent.objects.count() == 3


def test_what_breaks_in_between_has_done_nothing_and_may_be_tried_again(v1, monkeypatch):
    kept = ApiAnswer.objects.update_or_create

    def breaks(*args, **values):
        kept(*args, **values)
        raise OSError("the process died")

    monkeypatch.setattr(answers.ApiAnswer.objects, "update_or_create", breaks)
    broken = v1.post("consents", consent(), **{"Idempotency-Key": "uc"})
    assert (broken.status_code, codes(broken)) == (500, ["H015"])
    assert not ConsentEvent.objects.exists()
    monkeypatch.undo()
    assert v1.post("consents", consent(), **{"Idempotency-Key": "uc"}).status_code == 200
    assert (ConsentEvent.objects.count(), ApiAnswer.objects.count()) == (1, 1)
