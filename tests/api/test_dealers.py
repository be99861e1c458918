"""Dealers and what they may do (R-P10), by the calls of the national interface."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consents.models import RetailerAccess
from consents.services.retailer_access import forget_access, is_used
from iys_portal.core.models import AuditEntry
from providers.models import Retailer, RetailerDetails
from tests.api.conftest import Program, codes
from tests.factories import RetailerFactory


def dealer(**more):
    return {
        "title": "XYZ Ticaret",
        "mersis": "0576119170800001",
        "alias": "Şişli Mağazası",
        "name": "Adım Soyadım",
        "tckn": "10000000146",
        "mobile": "+905325001111",
        "tin": "8450525470",
        "city": {"code": "34", "name": "İstanbul"},
        "town": {"code": "01", "name": "Kadıköy"},
        "status": "active",
        **more,
    }


class TestDealers:
    def test_a_dealer_is_added_told_listed_and_removed(self, program, entry):
        answer = program.post("retailers", dealer())
        assert answer.status_code == 201, answer.content
        code = answer.json()["retailerCode"]
        assert len(str(code)) == 8
        told = program.get(f"retailers/{code}").json()
        assert (told["title"], told["city"], told["tckn"]) == (
            "XYZ Ticaret",
            {"name": "İstanbul", "code": 34},
            "10000000146",
        )
        listed = program.get("retailers").json()
        assert listed["pagination"] == {"offset": 0, "pageSize": 1, "totalCount": 1, "currentPage": 1}
        assert "tckn" not in program.get("retailers?short=true").json()["list"][0]
        assert program.post("consents", entry(retailerCode=code, retailerAccess=[code])).status_code == 200
        answer = program.delete(f"retailers/{code}")
        assert (answer.status_code, codes(answer)) == (400, ["H061"])
        spare = program.post("retailers", dealer(tckn="10000000214", mersis=None)).json()["retailerCode"]
        answer = program.delete(f"retailers/{spare}")
        assert (answer.status_code, answer.content.decode()) == (200, "Başarı")
        assert codes(program.delete(f"retailers/{spare}")) == ["H058"]
        assert program.get(f"retailers/{spare}").json() == {}

    def test_r_g1_a_key_that_keeps_no_dealers_learns_no_numbers_of_theirs(self, program, brand, make, entry):
        code = program.post("retailers", dealer()).json()["retailerCode"]
        program.post("consents", entry(retailerAccess=[code]))
        one = {"type": "EPOSTA", "recipientType": "BIREYSEL", "recipient": "ad@firma.example"}

        def told(caller):
            return [
                caller.get(f"retailers/{code}").json(),
                *caller.get("retailers").json()["list"],
                *caller.post("consent/retailers/access/list", one).json()["list"],
            ]

        reader = Program(brand).sign_in(make(("query",)))
        numbers = {"tckn", "tin", "mobile"}
        assert [numbers & set(found) for found in told(reader)] == [set()] * 3
        reads = AuditEntry.objects.filter(verb="retailer.read")
        assert not reads.exists()
        assert [numbers & set(found) for found in told(program)] == [numbers] * 3
        assert [one.new for one in reads] == [{"codes": [str(code)]}] * 3
        program.get("retailers?short=true")
        assert reads.count() == 3

    def test_r_c20_whether_an_event_names_a_dealer_is_read_from_an_index(self, brand):
        retailer = RetailerFactory(brand=brand)
        with CaptureQueriesContext(connection) as asked:
            assert not is_used(retailer.pk)
        query = next(one["sql"] for one in asked if "consents_consentevent" in one["sql"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "event_of_retailer" in plan, plan

    def test_r_p9_identity_numbers_stand_encrypted(self, program):
        program.post("retailers", dealer())
        with connection.cursor() as cursor:
            cursor.execute("SELECT tckn, mersis, tax_number, person, mobile FROM providers_retailerdetails")
            assert not any("10000000146" in value or "XYZ" in value for value in cursor.fetchone())

    @pytest.mark.parametrize(
        "more, code",
        [
            ({"title": ""}, "H214"),
            ({"name": None}, "H215"),
            ({"tckn": ""}, "H216"),
            ({"city": {}}, "H217"),
            ({"city": {"name": "Ankara"}}, "H218"),
            ({"city": {"code": "6"}}, "H219"),
            ({"town": None}, "H220"),
            ({"town": {"name": "Kadıköy"}}, "H221"),
            ({"town": {"code": "1"}}, "H222"),
            ({"mobile": "0532"}, "H224"),
            ({"tckn": "10000000147"}, "H225"),
            ({"tckn": "123"}, "H226"),
            ({"mersis": "A" * 16}, "H227"),
            ({"mersis": "123"}, "H228"),
            ({"name": "<b>"}, "H229"),
            ({"tin": "8450525471"}, "H243"),
            ({"tin": "1"}, "H244"),
            ({"tin": ""}, "H288"),
            ({"status": "open"}, "H201"),
            ({"title": "x" * 201}, "H017"),
            ({"other": 1}, "H016"),
            ({"title": ["x"]}, "H016"),
            ({"title": True}, "H016"),
        ],
    )
    def test_what_is_wrong_with_a_dealer(self, program, more, code):
        answer = program.post("retailers", dealer(**more))
        assert (answer.status_code, codes(answer)) == (400, [code])
        assert not Retailer.objects.exists()

    def test_numbers_are_one_dealers(self, program):
        program.post("retailers", dealer())
        assert codes(program.post("retailers", dealer())) == ["H230"]
        assert codes(program.post("retailers", dealer(mersis=None))) == ["H231"]
        RetailerDetails.objects.update(state="passive")
        assert codes(program.post("retailers", dealer())) == ["H253"]

    def test_who_may_see_a_consent(self, program, brand, entry):
        program.post("consents", entry())
        first, second = RetailerFactory(brand=brand, code="10000001"), RetailerFactory(brand=brand, code="10000002")
        kind = {"type": "EPOSTA", "recipientType": "BIREYSEL"}
        one, many = (
            {**kind, "recipient": "ad@firma.example"},
            {**kind, "recipients": ["ad@firma.example", "yok@firma.example"]},
        )

        def seen():
            answer = program.post("consent/retailers/access/list", one).json()
            return [row["retailerCode"] for row in answer["list"]]

        added = program.post("consents/retailers/access", {**one, "retailerAccess": [10000001]})
        assert (added.status_code, set(added.json())) == (200, {"transactionId", "creationDate"})
        assert seen() == [10000001]
        assert program.put("consents/retailers/access", {**many, "retailerAccess": [10000002]}).status_code == 202
        assert seen() == [10000002]
        assert RetailerAccess.objects.count() == 1
        assert program.post("consents/status", one).json()["retailerAccessCount"] == 1
        program.post("consents/retailers/access", {**one, "retailerAccess": [10000001]})
        program.post("consents/retailers/access/remove", {**many, "retailerAccess": [10000002]})
        assert seen() == [10000001]
        assert program.post("consents/retailers/access/remove/all", many).status_code == 202
        assert seen() == []
        absent = {**one, "recipient": "yok@firma.example", "retailerAccess": [first.code, second.code]}
        assert codes(program.post("consents/retailers/access", absent)) == ["H401"]

    def test_r_p7_a_suspended_provider_changes_no_access(self, program, brand, entry, suspend):
        program.post("consents", entry())
        retailer = RetailerFactory(brand=brand, code="10000001")
        kind = {"type": "EPOSTA", "recipientType": "BIREYSEL", "retailerAccess": [10000001]}
        one, many = {**kind, "recipient": "ad@firma.example"}, {**kind, "recipients": ["ad@firma.example"]}
        suspend()
        path = "consents/retailers/access"
        for answer in (
            program.post(path, one),
            program.put(path, many),
            program.post(f"{path}/remove", many),
            program.post(f"{path}/remove/all", many),
        ):
            assert (answer.status_code, codes(answer)) == (403, ["H520"])
        assert not RetailerAccess.objects.filter(retailer_id=retailer.pk).exists()

    def test_r_l5_access_goes_with_the_consent(self, brand):
        RetailerAccess.objects.create(
            recipient="x@firma.example", brand_id=brand.pk, channel=3, recipient_type=1, retailer_id=1
        )
        assert forget_access() == 1
