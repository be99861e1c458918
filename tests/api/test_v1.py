"""/api/v1: the frame that every call has, and consents in and out."""

import base64
import hashlib
import json
import re
import uuid
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consents.models import Consent, ConsentEvent
from consents.selectors.seals import published_keys
from consents.services.records import Entry, record_consents
from iys_portal.core.models import AuditEntry
from iys_portal.dashboard import api_v1
from iys_portal.dashboard.api_v1 import API
from providers.models import ApiAnswer
from providers.services.keys import make_key
from tests.factories import BrandFactory, actor_of, integrator_of, officer_of

from .conftest import V1


def consent(recipient="ad@firma.example", *, minutes=60, **more):
    at = timezone.localtime(NOW - timedelta(minutes=minutes)).replace(microsecond=0)
    channel = "EPOSTA" if "@" in recipient else "MESAJ"
    return {
        "recipient": recipient,
        "channel": channel,
        "status": "ONAY",
        "source": "HS_WEB",
        "consent_date": at.isoformat(),
        **more,
    }


HEADINGS = "recipient;type;status;source;consentDate;recipientType"


def rows(*consents):
    """A file with these consents."""
    names = ("recipient", "channel", "status", "source", "consent_date")
    lines = [";".join(str(one[name]) for name in names) + ";BIREYSEL" for one in consents]
    return "\n".join([HEADINGS, *lines]) + "\n"


def upload(v1, content="", **values):
    file = SimpleUploadedFile("liste.csv", (content or rows(consent())).encode())
    headers = {"authorization": f"Bearer {v1.token}", **values.pop("headers", {})}
    return v1.client.post(f"{v1.base}/imports", {"file": file, **values}, headers=headers)


NOW = timezone.now()  # one moment, so that a repeat is exact


def codes(answer):
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["request_id"] == answer["X-Request-ID"]
    return [error["code"] for error in found["errors"]]


def test_a_consent_goes_in_and_every_way_out_tells_of_it(v1):
    answer = v1.post("consents", consent())
    assert answer.status_code == 200, answer.content
    transaction = answer.json()["transaction_id"]
    which = {"recipient": "ad@firma.example", "channel": "EPOSTA"}
    told = v1.post("consents/status", which).json()
    assert (told["answer"], told["reason"], told["record"]["transactionId"]) == ("SENDABLE", "SENDABLE", transaction)
    history = v1.post("consents/history", which).json()
    assert [row["transaction_id"] for row in history["items"]] == [transaction]
    assert AuditEntry.objects.filter(actor_kind=2, verb="consent.read").count() == 1
    again = v1.post("consents", consent())
    assert again.json() == answer.json()
    assert ConsentEvent.objects.count() == 1


def test_answers_carry_limits_ids_and_a_language(v1):
    answer = v1.get("/api/v1/brands")
    limit, window = settings.API_LIMITS["calls"]
    assert answer["RateLimit-Policy"] == f'"calls";q={limit};w={window}'
    assert answer["RateLimit"].startswith('"calls";r=')
    assert (answer["Cache-Control"], answer["Content-Language"]) == ("no-store", "tr")
    assert answer.json()["items"][0]["reads"] == ["ARAMA", "MESAJ", "EPOSTA"]


def test_what_the_form_refuses_is_named_by_pointer_and_without_its_value(v1):
    answer = v1.post("consents", consent(status="EVET", strange=1))
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"#/status", "#/strange"}
    told = {error["pointer"]: (error["detail"], error["technical"]) for error in answer.json()["errors"]}
    assert told["#/status"] == ("Şunlardan biri beklenir: ONAY, RET.", "Input should be 'ONAY' or 'RET'")
    assert told["#/strange"][0] == "Bu adda bir alan yok."
    assert "ad@firma.example" not in answer.content.decode()
    wrong = v1.post("consents", consent(recipient="yok"))
    assert (wrong.status_code, codes(wrong), wrong.json()["errors"][0]["pointer"]) == (422, ["H121"], "#/recipient")
    assert codes(v1.post("consents", b"{")) == ["request"]
    nul = v1.post("queries", {"channel": "MESAJ", "recipients": ["+90532\0"]})
    assert (nul.status_code, nul.json()["errors"][0]["pointer"]) == (422, "#/recipients/0")
    assert not Consent.objects.exists()


def test_whoever_may_not_is_told_so_as_a_problem(v1, brand, make):
    stranger = BrandFactory()
    assert v1.post(f"/api/v1/brands/{stranger.brand_code}/consents", consent()).status_code == 404
    assert v1.post("/api/v1/brands/x/consents", consent()).status_code == 404
    reader = V1(brand).sign_in(make(scopes=("query",)))
    assert (codes(reader.post("consents", consent())), reader.get("consents").status_code) == (["H363"], 405)
    nobody = V1(brand)
    answer = nobody.post("consents", consent())
    assert (answer.status_code, codes(answer), answer["WWW-Authenticate"]) == (401, ["H351"], "Bearer")
    assert codes(v1.get("/api/v1/nothing")) == ["H404"]
    assert not Consent.objects.exists()


def test_a_limit_that_is_used_up_says_when_to_come_back(v1, monkeypatch):
    monkeypatch.setitem(settings.API_LIMITS, "calls", (1, 3600))
    assert v1.get("/api/v1/brands").status_code == 200
    answer = v1.get("/api/v1/brands")
    assert (answer.status_code, codes(answer)) == (429, ["H084"])
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert answer["RateLimit"] == f'"calls";r=0;t={answer["Retry-After"]}'


@pytest.mark.parametrize("call, kind", [("status", "lookups"), ("history", "history")])
def test_the_limit_that_is_used_up_is_the_one_that_is_told(v1, monkeypatch, call, kind):
    monkeypatch.setitem(settings.API_LIMITS, kind, (2, 3600))
    which = {"recipient": "ad@firma.example", "channel": "EPOSTA"}
    first, _second, answer = [v1.post(f"consents/{call}", which) for _ in range(3)]
    assert (first.status_code, first["RateLimit"].partition(";t=")[0]) == (200, f'"{kind}";r=1')
    assert (answer.status_code, answer["RateLimit-Policy"]) == (429, f'"{kind}";q=2;w=3600')
    assert answer["RateLimit"] == f'"{kind}";r=0;t={answer["Retry-After"]}'


def test_the_document_is_built_once_and_only_read(client, monkeypatch):
    built = []
    make = API.get_openapi_schema
    monkeypatch.setattr(API, "get_openapi_schema", lambda **more: built.append(1) or make(**more))
    api_v1._document.cache_clear()
    first, again = (client.get("/api/v1/openapi.json") for _ in range(2))
    assert first.content == again.content
    assert first.json()["paths"] and len(built) == 1
    assert client.post("/api/v1/openapi.json").status_code == client.post("/api/v1/docs").status_code == 405


def test_many_have_an_outcome_each_in_their_order(v1):
    sent = [consent("a@firma.example"), consent("b@firma.example", status="RET"), consent("a@firma.example")]
    answer = v1.post("consents/many", {"consents": sent}).json()
    assert [one["verdict"] for one in answer["entries"]] == ["NEW", "CONFLICTING", "UNCHANGED"]
    assert answer["entries"][1]["error"]["code"] == "H175"
    (bad,) = v1.post("consents/many", {"consents": [consent("yok")]}).json()["entries"]
    assert (bad["error"]["code"], bad["error"]["pointer"]) == ("H121", "#/consents/0/recipient")
    assert answer["entries"][2]["transaction_id"] == answer["entries"][0]["transaction_id"]
    assert answer["recorded"] == 1
    assert v1.post("consents/many", {"consents": [consent()] * 1001}).status_code == 422


def test_a_repeat_with_its_key_is_answered_from_what_was_kept(v1, brand, make):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = v1.post("consents/many", {"consents": [consent()]}, **key)
    assert first.json()["recorded"] == 1
    again = v1.post("consents/many", {"consents": [consent()]}, **key)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    other = v1.post("consents/many", {"consents": [consent(minutes=30)]}, **key)
    assert (other.status_code, codes(other)) == (422, ["idempotency-reused"])
    assert ConsentEvent.objects.count() == 1
    # A colleague's key of the same company repeats the call, a key of a part does not see its answer.
    colleague = V1(brand).sign_in(make())
    assert colleague.post("consents/many", {"consents": [consent()]}, **key).json() == first.json()
    part = V1(brand).sign_in(make(channels=(3,)))
    assert part.post("consents/many", {"consents": [consent()]}, **key).json()["recorded"] == 0


def test_a_refusal_is_not_kept_and_a_key_ends_after_a_day(v1, time_machine):
    key = {"Idempotency-Key": "bir"}
    assert v1.post("consents", consent(status="RET"), **key).status_code == 400
    assert not ApiAnswer.objects.exists()
    assert v1.post("consents", consent(), **key).status_code == 200
    ApiAnswer.objects.update(answered_at=timezone.now() - timedelta(hours=25))
    assert v1.post("consents", consent(minutes=5), **key).status_code == 200
    assert v1.post("consents", consent(minutes=4), **{"Idempotency-Key": "x" * 256}).status_code == 422


def test_r_p12_an_intermediary_asks_and_writes_nothing(brand):
    record_consents(
        actor=officer_of(brand),
        brand=brand,
        entries=[Entry(recipient="ad@firma.example", type="EPOSTA", status="ONAY", source="HS_WEB",
                       consent_date=timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"))],
    )  # fmt: skip
    person = integrator_of(brand, 3, level="read")
    actor = actor_of(person.user)
    program = V1(brand).sign_in(make_key(actor=actor, name="Aracı", scopes=("query", "record")))
    assert program.get("/api/v1/brands").json()["items"][0]["writes"] == []
    answer = program.post("queries", {"channel": "EPOSTA", "recipients": ["ad@firma.example"]})
    assert [one["answer"] for one in answer.json()["answers"]] == ["SENDABLE"]
    assert program.get(f"queries/{answer.json()['id']}").status_code == 200
    other = program.post("queries", {"channel": "MESAJ", "recipients": ["+905321234567"]})
    assert (other.status_code, codes(other)) == (403, ["H353"])
    assert program.post("consents", consent("yeni@firma.example")).status_code >= 400
    assert program.call("POST", "imports", b"").status_code in (403, 422)
    person.integrator.grants.update(revoked_at=timezone.now(), revoked_by=1)
    assert program.post("queries", {"channel": "EPOSTA", "recipients": ["ad@firma.example"]}).status_code == 404


def test_ten_thousand_addresses_are_answered_in_their_places_and_signed(v1):
    v1.post("consents", consent("evet@firma.example"))
    v1.post("consents", consent("hayir@firma.example"))
    v1.post("consents", consent("hayir@firma.example", status="RET", minutes=5))
    asked = ["hayir@firma.example", "yok", "EVET@firma.example", *(f"k{n}@firma.example" for n in range(9_997))]
    answer = v1.post("queries", {"channel": "EPOSTA", "recipients": asked})
    assert answer.status_code == 200, answer.content[:300]
    told = answer.json()
    found = [(one["recipient"], one["address"], one["answer"]) for one in told["answers"]]
    assert found[:3] == [
        ("hayir@firma.example", "hayir@firma.example", "REFUSED"),
        ("yok", None, "MALFORMED"),
        ("EVET@firma.example", "evet@firma.example", "SENDABLE"),
    ]
    assert [one[0] for one in found] == asked
    statement = told["statement"]
    assert statement["answers"] == {"SENDABLE": 1, "REFUSED": 1, "NO_RECORD": 9_997}
    # With the published key and a few lines of one's own.
    keys = dict(published_keys())
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys[told["key_id"]]))
    public.verify(bytes.fromhex(told["signature"]), text)
    file = v1.post(f"queries/{told['id']}/file")
    assert hashlib.sha256(file.getvalue()).hexdigest() == statement["result_sha256"]
    assert AuditEntry.objects.filter(verb="query.exported").count() == 1
    assert v1.post("queries", {"channel": "EPOSTA", "recipients": [*asked, "bir@firma.example"]}).status_code == 422


OPEN = {"/api/v1/public/senders"}
ANY_KEY = {"/api/v1/brands"}


def test_every_call_wants_a_token_and_its_scope(v1, brand, make):
    """Over the whole document, so that a new call without its guard is noticed."""
    outside = V1(brand).sign_in(make(scopes=("retailers",)))
    nobody, calls = V1(brand), 0
    for path, operations in API.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        if path in OPEN:
            continue
        address = re.sub(r"\{\w+\}", str(uuid.uuid4()), path.replace("{brand}", str(brand.brand_code)))
        for method in operations:
            assert nobody.call(method.upper(), address).status_code == 401, (method, path)
            if path not in ANY_KEY:
                refused = outside.call(method.upper(), address)
                assert (refused.status_code, codes(refused)) == (403, ["H363"]), (method, path)
            calls += 1
    assert calls > 30
