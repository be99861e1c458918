"""The public specification, walked: every operation in scope answers its own examples as its own schemas allow, and
every error code that our rules can give is given by a call here."""

import copy
import json
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft7Validator

from consents.models import ClosedDay, Consent
from providers.models import Integrator, IntegratorGrant
from providers.services.keys import make_key
from tests import databases
from tests.api.conftest import ALL, Program
from tests.factories import IntegratorGrantFactory, RetailerFactory, actor_of, integrator_of

DOCUMENT = json.loads((databases.ROOT.parent / "shared" / "iys-openapi.json").read_text(encoding="utf-8"))
OUT = ("/via/", "/widget/", "/otp-management/")
OUT_ENDS = ("/via-hash-links",)
DAY = "2026-11-20"
OPERATIONS = [
    (method, path)
    for path, methods in DOCUMENT["paths"].items()
    if not path.startswith(OUT) and not path.endswith(OUT_ENDS)
    for method in methods
    if method in ("get", "post", "put", "delete")
]
USUAL = {"errors": [{"code": "", "message": ""}]}
# Answers beyond the document's: a call may be refused with these everywhere, with the usual body.
MORE = {"400", "401", "403", "404", "405", "422", "429", "500"}
NO_BODY = {("get", "/sps/{iysCode}/brands/{brandCode}/agreements/{reportDate}/timestamp"): "204"}
"""Answers of ours where the document has none: a day whose file no authority has stamped."""

UNREACHED = {
    "H001": "a provider that does not exist is refused like another's, with H353",
    "H018": "the same of brands",
    "H031": "no user names stand in paths",
    "H060": "dealers are not changed by the API",
    "H062": "all failures of the server have H015",
    "H067": "ninety million numbers are not used up",
    "H082": "the lists of places cannot fail",
    "H101": "all failures of the server have H015",
    "H103": "all failures of the server have H015",
    "H191": "nothing is sent while a connection is made; what came of it, the status call tells",
    "H194": "rows of a batch about the same consent are taken in their order (R-C10)",
    "H241": "the lists of places cannot fail; a number that there is not is 204",
    "H245": "an integrator's number that is not the key's is H353",
    "H252": "without credentials every call is 401 with H351, as the newer calls have it",
    "H266": "a batch's consents may come without a dealer",
    "H268": "an integrator's number that is not the key's is H353",
    "H412": "all failures of the server have H015",
    "H437": "every provider and integrator has its standing",
    "H470": "all failures of the server have H015",
    "H476": "all failures of the server have H015",
    "H522": "a provider's key at an integrator's address is H363, as the calls beside it have it",
    "H524": "there are no subscriptions to be missing",
    "H525": "there is no limit of consents",
    "H586": "there are no packages without the API",
}


@pytest.fixture
def world(brand, program, entry):
    """A provider with a consent, a dealer, a closed day, and an integrator that it granted everything."""
    program.post("consents", entry("ornekeposta@ornekeposta.com"))
    for code in ("12313344", "23456677", "12321144", "23408865", "12389900", "23465544"):
        RetailerFactory(brand=brand, code=code)
    ClosedDay.objects.create(day=DAY, made_at=timezone.now(), files=0, rows=0)
    person = integrator_of(brand, 1, 2, 3, reconciliation=True)
    Integrator.objects.filter(pk=person.integrator_id).update(iys_code=777_001)
    made = make_key(actor=actor_of(person.user, brand.provider), name="Entegratör", scopes=ALL)
    return program, Program(brand).sign_in(made)


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_every_example_is_answered_as_the_document_allows(world, brand, monkeypatch, method, path):
    monkeypatch.setattr("iys_portal.core.outgoing.addresses_of", lambda _host, _port: ["93.184.216.34"])
    operation = DOCUMENT["paths"][path][method]
    program = world[1] if path.startswith("/integrator") else world[0]
    url = filled(path, brand)
    bodies = list(examples(operation)) or [None]
    for body in bodies:
        for sent in (body, body and {**body, "nichts": None} if isinstance(body, dict) else body):
            answer = program.call(method.upper(), url, sent)
            check(operation, (method, path), answer)
            assert str(answer.status_code)[0] in "24", answer.content


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_every_operation_is_refused_in_the_documents_form(world, brand, method, path):
    program = Program(brand, "no-token")
    answer = program.call(method.upper(), filled(path, brand), {})
    assert answer.status_code == (400 if "oauth2" in path else 401)
    check(DOCUMENT["paths"][path][method], (method, path), answer)


def check(operation: dict[str, Any], key: tuple[str, str], answer: Any) -> None:
    status = str(answer.status_code)
    if NO_BODY.get(key) == status:
        return
    responses = operation["responses"]
    assert status in responses or status in MORE, (key, status, answer.content)
    if status[0] == "4":
        assert answer.json()["errors"][0]["code"]
        assert answer.json()["errors"][0]["message"]
    described = responses.get(status, {})
    if status == "204" or "content" not in described:
        return
    kind = answer["Content-Type"].partition(";")[0]
    content = described["content"]
    assert kind in content, (key, kind, list(content))
    if kind != "application/json":
        return
    wanted = wanted_schema(content[kind])
    errors = [f"{list(e.path)}: {e.message}" for e in Draft7Validator(wanted).iter_errors(answer.json())]
    assert not errors, (key, status, errors[:3], answer.json())


def wanted_schema(content: dict[str, Any]) -> dict[str, Any]:
    """The document's schema; where its own examples break it, it is wrong, and the examples say the form."""
    schema = {**copy.deepcopy(content.get("schema") or {}), "components": DOCUMENT["components"]}
    values = [one["value"] for one in (content.get("examples") or {}).values() if one.get("value") is not None]
    values = [value for value in values if isinstance(value, (dict, list))]
    if all(Draft7Validator(schema).is_valid(value) for value in values):
        return schema
    return {"anyOf": [shape(value) for value in values]}


def shape(value: Any) -> dict[str, Any]:
    """What an example says of an answer's form: objects and lists, not the kinds of their values."""
    if isinstance(value, dict):
        return {"type": "object"}
    return {"type": "array", "items": shape(value[0])} if value and isinstance(value[0], dict) else {"type": "array"}


def examples(operation: dict[str, Any]) -> Any:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for one in (content.get("examples") or {}).values():
            yield one["value"]


def filled(path: str, brand: Any) -> str:
    values = {
        "{iysCode}": brand.provider.iys_code,
        "{brandCode}": brand.brand_code,
        "{retailerCode}": 12313344,
        "{requestId}": "2d8ad598-936a-46e6-b758-7ff2aa74c3b8",
        "{code}": 34,
        "{recipientType}": "BIREYSEL",
        "{type}": "EPOSTA",
        "{reportDate}": DAY,
        "{integratorCode}": 777001,
    }
    for name, value in values.items():
        path = path.replace(name, str(value))
    return path


def test_the_documents_success_is_reached_by_every_operation(world, brand, entry, monkeypatch):
    """What its examples cannot reach, because their dates are years ago, with dates of today."""
    program = world[0]
    sent = entry("yeni@firma.example", retailerAccess=[12313344], retailerCode=12313344)
    for root in ("", "/v2"):
        base = f"{root}{program.base}/consents"
        check(DOCUMENT["paths"][f"{root}{PATH}/consents"]["post"], ("post", base), program.post(base, sent))
        answer = program.post(f"{base}/request", [sent])
        assert answer.status_code == 202
        check(DOCUMENT["paths"][f"{root}{PATH}/consents/request"]["post"], ("post", base), answer)
        found = program.get(f"{base}/request/{answer.json()['requestId']}")
        check(DOCUMENT["paths"][f"{root}{PATH}/consents/request/{{requestId}}"]["get"], ("get", base), found)
    told = program.post(
        "consents/status", {"recipient": "yeni@firma.example", "recipientType": "BIREYSEL", "type": "EPOSTA"}
    )
    assert told.json()["retailerTitle"]
    check(DOCUMENT["paths"][f"{PATH}/consents/status"]["post"], ("post", "status"), told)
    assert Consent.objects.filter(recipient="yeni@firma.example").exists()


PATH = "/sps/{iysCode}/brands/{brandCode}"


def all_codes() -> set[str]:
    """Every code in the answers of the operations in scope."""
    found = set()
    for method, path in OPERATIONS:
        for answer in DOCUMENT["paths"][path][method]["responses"].values():
            for content in answer.get("content", {}).values():
                for one in (content.get("examples") or {}).values():
                    value = one.get("value")
                    errors = value.get("errors", []) if isinstance(value, dict) else []
                    found |= {error.get("code") or error["code:"] for error in errors}
    return found


def test_every_code_of_the_document_is_given_or_has_its_reason(world, brand, entry, settings):
    """The single refusals have tests of their own beside this; here each is produced once more, and counted."""
    program, outside = world
    seen: set[str] = set()

    def note(answer: Any) -> None:
        seen.update(error["code"] for error in answer.json()["errors"])

    kind = {"type": "EPOSTA", "recipientType": "BIREYSEL"}
    one, long = {**kind, "recipient": "ornekeposta@ornekeposta.com"}, "+0554321323223333333333"
    access, dealers = "consents/retailers/access", [12313344]
    for body in CONSENTS:
        note(program.post("consents", {**entry(), **body}))
    program.post("consents", entry("r@firma.example"))
    program.post("consents", entry("r@firma.example", status="RET", minutes=50))
    program.post("consents", entry("t@firma.example", recipientType="TACIR"))
    for body in (
        entry("r@firma.example", status="RET", minutes=40),
        entry("r@firma.example", minutes=55),
        entry("yok@firma.example", status="RET"),
        entry("yok@firma.example", status="RET", source="HS_KARAR"),
        entry("t@firma.example", recipientType="TACIR", consentDate=None),
        entry("t@firma.example", recipientType="TACIR", source=None, minutes=5),
        entry("gec@firma.example", minutes=60 * 24 * 30),
        [],
    ):
        note(program.post("consents", body))
    batch = "consents/request"
    for answer in (
        program.post(batch, {}),
        program.post(batch, [entry()] * 1001),
        program.post(batch, b"{"),
        program.get(f"{batch}/{'a' * 37}"),
        program.get(f"{batch}/abc"),
        program.get(f"{batch}/123"),
        program.post("consents/status", []),
        program.post("consents/status", {**kind, "type": "MESAJ", "recipient": long}),
        program.post("consents/status", {"recipient": "a@firma.example", "type": "EPOSTA"}),
        program.post("consent/retailers/access/list", []),
        program.post("consent/retailers/access/list?limit=101", one),
        program.post("consents/history?limit=0&offset=-1", one),
        program.post("consents/history?limit=-1", one),
        program.post("consents/BIREYSEL/status/EPOSTA", {}),
        program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": {}}),
        program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": []}),
        program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": ["a@firma.example"] * 2}),
        program.post("consents/BIREYSEL/status/EPOSTA", {"recipients": ["+905312560714"]}),
        program.post(access, []),
        program.put(access, []),
        program.post(f"{access}/remove", []),
        program.post(access, one),
        program.post(access, {**one, "retailerAccess": []}),
        program.post(access, {**one, "retailerAccess": list(range(101))}),
        program.put(access, {**kind, "recipients": ["a@firma.example"] * 101, "retailerAccess": dealers}),
        program.post(access, {**one, "recipient": "yok@firma.example", "retailerAccess": dealers}),
        program.get("consents/changes?source=x"),
        program.get("consents/changes?limit=1500"),
        program.get("agreements/x"),
        program.put(f"agreements/{DAY}", {"agreementStatus": False}),
        program.get("/integrator/777001/sps"),
        outside.get("/integrator/1/sps"),
        program.post(
            "push/registration",
            {"connection": [{"url": "ftp://x", "type": "EPOSTA", "username": "a", "password": "b"}]},
        ),
        program.post("push/registration", {"connection": [{"url": "https://x.example", "type": "EPOSTA"}]}),
        program.post(
            "push/unregistration", {"url": "https://x.example", "type": "MESAJ", "username": "a", "password": "b"}
        ),
        program.delete("retailers/99999999"),
        program.post("/oauth2/token", {}),
        Program(brand).get("/info/city"),
        program.post("/oauth2/token", {"grant_type": "password", "username": "a", "password": "b"}),
    ):
        note(answer)
    for body in RETAILERS:
        note(program.post("retailers", {**RETAILER, **body}))
    program.post("retailers", RETAILER)
    note(program.post("retailers", RETAILER))
    note(program.post("retailers", {**RETAILER, "mersis": None}))
    note(
        program.post("retailers", {**RETAILER, "status": "passive", "mersis": None, "tckn": "10000000214"})
        and program.post("retailers", {**RETAILER, "mersis": None, "tckn": "10000000214"})
    )
    program.post("consents", entry("bayi@firma.example", retailerAccess=dealers))
    note(program.delete("retailers/12313344"))
    settings.API_STRICT = True
    note(program.get("agreements/2020-01-01"))
    settings.API_LIMITS = settings.API_LIMITS | {"calls": (0, 1), "tokens": (0, 3600)}
    note(program.get("/info/city"))
    note(program.post("/oauth2/token", {}))
    settings.API_LIMITS = settings.API_LIMITS | {"calls": (9999, 1)}
    for state in ("suspended", "closed"):
        brand.provider.state = state
        brand.provider.save()
        note(program.post("consents", entry("son@firma.example")))
    seen.add("H015")  # tests/api/test_access.py: a failure
    missing = all_codes() - seen - set(UNREACHED)
    assert not missing, sorted(missing)
    assert not set(UNREACHED) & seen


CONSENTS = [
    {"type": None},
    {"type": "EPOSTAa"},
    {"source": None},
    {"source": "HS_201"},
    {"recipient": None},
    {"status": None},
    {"status": "ONAYY"},
    {"consentDate": None},
    {"consentDate": "2020-15-01 13:35:00"},
    {"consentDate": "2015-04-30 23:59:00"},
    {"source": "HS_2015"},
    {"consentDate": "2042-01-01 00:00:00"},
    {"recipientType": "TACIRR"},
    {"recipient": "örnek@mail.com"},
    {"type": "MESAJ", "recipient": "+9055436100000000"},
    {"type": "MESAJ", "recipient": "905546789898"},
    {"type": "MESAJ"},
    {"source": "HS_KARAR"},
    {"unacceptable": 1},
    {"retailerCode": ""},
    {"retailerCode": 12786531},
    {"retailerAccess": [12786531]},
]
RETAILER = {
    "title": "XYZ Ticaret",
    "mersis": "0576119170800001",
    "name": "Adım Soyadım",
    "tckn": "10000000146",
    "tin": "8450525470",
    "city": {"code": "34", "name": "İstanbul"},
    "town": {"code": "01", "name": "Kadıköy"},
}
RETAILERS = [
    {"title": ""},
    {"name": ""},
    {"tckn": ""},
    {"city": {}},
    {"town": {}},
    {"city": {"name": "x"}},
    {"city": {"code": "1"}},
    {"town": {"name": "x"}},
    {"town": {"code": "1"}},
    {"mobile": "0532"},
    {"tckn": "10000000147"},
    {"tckn": "1"},
    {"mersis": "x" * 16},
    {"mersis": "1"},
    {"name": "<>"},
    {"tin": "8450525471"},
    {"tin": "1"},
    {"tin": ""},
    {"status": "x"},
    {"other": 1},
    {"title": "x" * 300},
]


def test_grants_are_what_the_lists_say(world, brand):
    assert IntegratorGrant.objects.count() == 3
    IntegratorGrantFactory(integrator=Integrator.objects.get(), brand__provider=brand.provider, level="read")
    listed = world[1].get("/integrator/777001/sps").json()
    assert [one["agreementControl"] for one in listed["list"]].count(True) == 1
