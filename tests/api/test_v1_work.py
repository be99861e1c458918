"""/api/v1: files, evidence and messages on their way, as a program takes them."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consents.models import Consent, ConsentEvent, ConsentImport, Message
from consents.services import import_runs, imports, message_wash
from iys_portal.core import documents
from iys_portal.core.models import AuditEntry, Document
from iys_portal.dashboard.api_v1 import API
from providers.models import ApiAnswer, ApiKey, BrandValue
from providers.services.keys import make_key
from tests.consents.evidence.papers import pdf
from tests.consents.messages.conftest import MAIL, MERSIS, TITLE
from tests.factories import BrandFactory, IntegratorGrantFactory, actor_of, integrator_of
from tests.urls.tables import NOTED, WRITING

from .conftest import V1
from .test_v1 import OPEN, codes, consent, rows, upload
from .test_v1_complaints import asked_about


def test_a_file_is_checked_applied_and_undone(v1):
    v1.post("consents", consent("eski@firma.example"))
    lines = [consent("yeni@firma.example"), consent("yok"), consent("eski@firma.example", minutes=30)]
    sent = upload(v1, rows(*lines), headers={"Idempotency-Key": "bir"})
    assert (sent.status_code, sent.json()["state"]) == (202, "checking")
    again = upload(v1, rows(*lines), headers={"Idempotency-Key": "bir"})
    assert again.json() == sent.json()
    item = ConsentImport.objects.get()
    assert (item.actor_kind, item.actor_name) == (2, "Deneme")
    import_runs.check(item.check_job_id)
    path = f"imports/{item.public_id}"
    assert v1.get(path).json()["check"]["verdicts"]["new"] == 1
    problem = v1.get(f"{path}/problems").json()["items"]
    assert [(one["line"], one["value"], one["verdict"]) for one in problem] == [(3, "yok", "MALFORMED")]
    assert v1.get(f"{path}/problems?after=3").json()["items"] == []
    assert v1.post(f"{path}/apply").status_code == 202
    assert v1.post(f"{path}/apply").status_code == 409
    item.refresh_from_db()
    import_runs.apply(item.apply_job_id)
    assert (
        v1.get(path).json()["counts"]["verdicts"] | {"new": 1, "renewed": 1, "malformed": 1}
        == v1.get(path).json()["counts"]["verdicts"]
    )
    assert v1.post(f"{path}/undo", {"reason": "Yanlış dosya"}).status_code == 202
    item.refresh_from_db()
    import_runs.undo(item.undo_job_id)
    assert v1.get(path).json()["undo"]["undone"] == 2
    assert Consent.objects.get(recipient="yeni@firma.example").status == 3


def test_a_file_that_is_refused_leaves_nothing(v1):
    answer = upload(v1, "birşey;başka\n1;2\n")
    if answer.status_code == 202:
        assert answer.json()["state"] == "uploaded"
        assert "recipient" in answer.json()["missing"]
    before = ConsentImport.objects.count()
    wrong = upload(v1, rows(consent()), source="IYS_WEB")
    assert (wrong.status_code, codes(wrong)[0]) == (422, "Invalid")
    assert ConsentImport.objects.count() == before
    assert upload(v1, rows(consent())).status_code == 202
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "bir"}])
def test_r_g1_no_file_of_addresses_stays_without_its_row(v1, monkeypatch, settings, key):
    def files():
        return [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]

    def breaks(*_args, **_values):
        raise OSError("the process died")

    assert upload(v1, rows(consent()), source="IYS_WEB", headers=key).status_code == 422
    with monkeypatch.context() as patched:
        patched.setattr(imports, "start_check", breaks)
        assert upload(v1, rows(consent()), headers=key).status_code == 500
    with monkeypatch.context() as patched:
        patched.setattr(ApiAnswer.objects, "update_or_create", breaks)
        assert upload(v1, rows(consent()), headers={"Idempotency-Key": "iki"}).status_code == 500
    assert (files(), ConsentImport.objects.count()) == ([], 0)
    assert upload(v1, rows(consent()), headers=key).status_code == 202
    assert (len(files()), ConsentImport.objects.count()) == (1, 1)


def test_r_p12_a_program_that_reaches_a_part_imports_nothing(brand, make):
    part = V1(brand).sign_in(make(channels=(3,)))
    answer = upload(part)
    assert (answer.status_code, codes(answer)) == (403, ["import"])
    person = integrator_of(brand, 1, 2, 3)
    outside = V1(brand).sign_in(make_key(actor=actor_of(person.user), name="Entegratör", scopes=("record",)))
    assert upload(outside).status_code == 403
    assert not ConsentImport.objects.exists()


def test_r_c16_a_scan_completes_a_consent_and_r_l3_a_pdf_proves_it(v1):
    v1.post("consents", consent(source="HS_ISLAK_IMZA"))
    which = {"recipient": "ad@firma.example", "channel": "EPOSTA"}
    headers = {"authorization": f"Bearer {v1.token}"}

    def attach(**more):
        file = io.BytesIO(pdf())
        file.name = "imza.pdf"
        return v1.client.post(f"{v1.base}/evidence", {"file": file, **which, **more}, headers=headers)

    assert attach(recipient="yok@firma.example").status_code == 404
    assert attach().json() == {"completed": 1}
    assert attach().json() == {"completed": 0}
    assert Consent.objects.get().holds == 0
    made = v1.post("proofs", which)
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    path = f"proofs/{made.json()['id']}"
    assert codes(v1.get(f"{path}/pdf")) == ["document-waiting"]
    documents.render(Document.objects.get().pk)
    assert b"".join(v1.get(f"{path}/pdf").streaming_content).startswith(b"%PDF")
    assert AuditEntry.objects.filter(verb="document.downloaded", actor_kind=2).count() == 1


def test_r_p12_a_pdf_is_read_under_its_own_brand_and_as_long_as_its_channel_is_granted(v1, brand):
    other = BrandFactory(provider=brand.provider)
    person = integrator_of(brand, 2, 3, level="read")
    IntegratorGrantFactory(integrator=person.integrator, brand=other, channel=3, level="read")
    made = make_key(actor=actor_of(person.user), name="Aracı", scopes=("query",))
    v1.post("consents", consent())
    ways = {}
    for name, here in (("own", v1), ("granted", V1(brand).sign_in(made))):
        proof = here.post("proofs", {"recipient": "ad@firma.example", "channel": "EPOSTA"}).json()["id"]
        documents.render(Document.objects.get(public_id=proof).pk)
        there = V1(other, here.token)
        assert (here.get(f"proofs/{proof}").status_code, there.get(f"proofs/{proof}").status_code) == (200, 404), name
        assert there.get(f"proofs/{proof}/pdf").status_code == 404
        ways[name] = (here, f"proofs/{proof}")
    # Its channel is revoked, another of the brand is not: the brand is still there, the document is not.
    person.integrator.grants.filter(brand=brand, channel=3).update(revoked_at=timezone.now(), revoked_by=1)
    here, path = ways["granted"]
    assert codes(here.get(path)) == codes(here.get(f"{path}/pdf")) == ["document"]
    assert ways["own"][0].get(ways["own"][1]).status_code == 200
    # A document of another kind is none of these calls'.
    Document.objects.update(kind="consents.report")
    assert codes(v1.get(ways["own"][1])) == ["document"]


def written_message(v1, brand):
    """The answer to a message whose text holds, with a consent for it."""
    brand.provider.title, brand.provider.mersis = TITLE, MERSIS
    brand.provider.save()
    BrandValue.objects.create(brand=brand, kind="refusal_url", value="https://kumas.example/ret", key="k")
    v1.post("consents", consent("evet@firma.example"))
    body = {
        "channel": "EPOSTA",
        "subject": "Kış kampanyası",
        "text": MAIL,
        "planned_at": (timezone.now() + timedelta(days=1)).isoformat(),
    }
    return v1.post("messages", body)


def test_r_s2_a_message_is_written_checked_registered_and_its_lists_taken(v1, brand, make):
    written = written_message(v1, brand)
    assert (written.status_code, written.json()["state"]) == (201, "draft"), written.content
    path = f"messages/{written.json()['id']}"
    assert v1.post(f"{path}/release").status_code == 409
    sent = {"recipients": ["evet@firma.example", "hayir@firma.example", "yok"]}
    assert v1.post(f"{path}/recipients", sent).json()["state"] == "washing"
    message_wash.wash(Message.objects.get().wash_job_id)
    told = v1.get(path).json()
    assert (told["state"], told["allowed"], told["removed"], told["malformed"]) == ("ready", 1, 1, 1)
    assert v1.post(f"{path}/lists/allowed").status_code == 409
    assert v1.post(f"{path}/release").json()["state"] == v1.post(f"{path}/release").json()["state"] == "released"

    def taken(kind):
        return b"".join(v1.post(f"{path}/lists/{kind}").streaming_content).decode()

    assert "evet@firma.example" in taken("allowed")
    assert "hayir@firma.example" in taken("removed")
    message = Message.objects.get()
    assert (message.taken_kind, AuditEntry.objects.filter(verb="message.list_taken").count()) == (2, 2)
    assert [one["id"] for one in v1.get("messages").json()["items"]] == [str(message.public_id)]
    part = V1(brand).sign_in(make(channels=(3,)))
    assert part.get(path).status_code == 404
    assert v1.post(f"{path}/cancel").json()["state"] == "cancelled"


def test_looking_changes_nothing(v1, brand):
    """Over the whole document, with one of everything: a GET appends to the audit log at most."""
    message = written_message(v1, brand).json()["id"]
    v1.post(f"messages/{message}/recipients", {"recipients": ["evet@firma.example", "yok"]})
    message_wash.wash(Message.objects.get().wash_job_id)
    assert v1.post(f"messages/{message}/release").json()["state"] == "released"
    which = {"recipient": "evet@firma.example", "channel": "EPOSTA"}
    proof = v1.post("proofs", which).json()["id"]
    documents.render(Document.objects.get(public_id=proof).pk)
    undo = {"key": ApiKey.objects.get().username, "since": (timezone.now() - timedelta(hours=1)).isoformat()}
    known = {
        "brand": brand.brand_code,
        "message_id": message,
        "kind": "allowed",
        "document_id": proof,
        "query_id": v1.post("queries", {"channel": "EPOSTA", "recipients": ["evet@firma.example"]}).json()["id"],
        "import_id": upload(v1).json()["id"],
        "undo_id": v1.post("undos", {**undo, "reason": "Deneme"}).json()["id"],
        "freeze_id": v1.post("freezes", {**undo, "reason": "Deneme"}).json()["id"],
        "complaint_id": asked_about(brand).public_id,
    }
    written, looked = [], 0

    def watch(execute, sql, params, many, context):
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        for path, operations in API.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
            if "get" not in operations:
                continue
            address = path.format_map(known) + ("?name=deneme" if path in OPEN else "")
            answer = v1.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 200, (address, content)
            looked += 1
    assert looked > 10
    assert not written
