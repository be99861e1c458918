"""Changes, reconciliation, dealers and push by the API."""

import hashlib
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consents.enums import Channel
from consents.models import ClosedDay, DayAgreement, DayFile, PushConnection, RetailerAccess
from consents.services import push
from consents.services.retailer_access import forget_access, is_used
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Bound
from iys_portal.core.errors import NotFound
from iys_portal.core.models import AuditEntry
from providers.models import Retailer, RetailerDetails
from tests.api.conftest import Program, codes
from tests.api.test_consents import refuse_in_person
from tests.factories import RetailerFactory, officer_of

TODAY = "2026-11-20"


@pytest.fixture
def suspend(brand):
    def run():
        brand.provider.state = "suspended"
        brand.provider.save()

    return run


class TestReconciliation:
    @pytest.fixture
    def day_file(self, brand):
        content = b"creationDate,transactionId\n1,2\n"
        item = DayFile(
            brand=brand,
            day=TODAY,
            rows=1,
            size=len(content),
            sha384=hashlib.sha384(content).hexdigest(),
            first_sha384="0" * 96,
            made_at=timezone.now(),
            first_event=1,
            last_event=1,
        )
        item.file.save("day.csv", ContentFile(content), save=False)
        item.save()
        return item

    def test_the_file_its_hash_and_the_providers_word(self, program, day_file):
        path = f"agreements/{TODAY}"
        assert program.get(path).json() == {
            "processStatus": "completed",
            "hashValue": day_file.sha384,
            "hashMethod": "SHA-384",
            "agreementStatus": False,
        }
        answer = program.get(f"changes/{TODAY}/file")
        assert hashlib.sha384(b"".join(answer.streaming_content)).hexdigest() == day_file.sha384
        assert answer["Content-Type"].startswith("text/csv")
        for _again in range(2):
            assert program.put(path, {"agreementStatus": True}).json() == {"agreementCaptured": True}
        assert program.get(path).json()["agreementStatus"] is True
        assert DayAgreement.objects.get().sha384 == day_file.sha384

    def test_r_p7_a_suspended_provider_reads_its_days_and_agrees_with_none(self, program, day_file, suspend):
        suspend()
        answer = program.put(f"agreements/{TODAY}", {"agreementStatus": True})
        assert (answer.status_code, codes(answer)) == (403, ["H520"])
        assert program.get(f"agreements/{TODAY}").json()["agreementStatus"] is False

    def test_days_without_a_file(self, program):
        assert program.get(f"agreements/{TODAY}").json()["processStatus"] == "queued"
        ClosedDay.objects.create(day=TODAY, made_at=timezone.now(), files=0, rows=0)
        for path in (f"agreements/{TODAY}", f"changes/{TODAY}/file", f"agreements/{TODAY}/timestamp"):
            assert program.get(path).status_code == 204
        assert program.put(f"agreements/{TODAY}", {"agreementStatus": True}).status_code == 204

    def test_what_is_wrong_with_a_day(self, program, settings):
        for path in ("agreements/06.07.2020", "changes/2020-13-01/file", "changes/2020-1-1/recipients/BIREYSEL"):
            assert codes(program.get(path)) == ["H501"]
        assert codes(program.get(f"changes/{TODAY}/recipients/TACIRR")) == ["H116"]
        assert codes(program.put(f"agreements/{TODAY}", {"agreementStatus": False})) == ["H512"]
        settings.API_STRICT = True
        assert codes(program.get("agreements/2020-09-30")) == ["H502"]

    def test_numbers_are_counted_for_seven_days_only_and_within_a_limit(self, program, settings):
        today = timezone.localdate()
        path = "changes/{}/recipients/BIREYSEL"
        old = program.get(path.format(today - timedelta(days=8)))
        assert (old.status_code, codes(old)) == (422, ["H502"])
        settings.API_LIMITS = settings.API_LIMITS | {"history": (1, 3600)}
        for status in (200, 429):
            assert program.get(path.format(today - timedelta(days=7))).status_code == status

    def test_the_days_numbers(self, program, brand, entry):
        program.post("consents", entry())
        program.post("consents", entry("b@firma.example"))
        program.post("consents", entry("b@firma.example", status="RET", minutes=5))
        refuse_in_person(brand, "ad@firma.example")
        program.post("consents/request", [entry("c@firma.example")])
        today = timezone.localdate()
        stats = program.get(f"changes/{today}/recipients/BIREYSEL").json()["changeStats"]
        mail = next(one for one in stats if one["type"] == "EPOSTA")["consents"]
        assert mail == [
            {"source": "HS", "approval": 2, "rejection": 1, "pending": 1, "total": 4},
            {"source": "IYS", "approval": 0, "rejection": 1, "pending": 0, "total": 1},
        ]


class TestChanges:
    """The feed needs seals, which see committed rows only: see tests/consents/proof/test_feed.py for its order."""

    def test_nothing_new_is_204(self, program):
        assert program.get("consents/changes").status_code == 204
        assert program.get("consents/changes?").status_code == 204
        assert program.get("consents/changes?after=&limit=&source=").status_code == 204

    @pytest.mark.parametrize(
        "query, code",
        [("source=SH", "H506"), ("limit=1500", "H507"), ("limit=0", "H182"), ("limit=x", "H182"), ("after=!", "H182")],
    )
    def test_what_is_wrong(self, program, query, code):
        answer = program.get(f"consents/changes?{query}")
        assert (answer.status_code, codes(answer)) == (422, [code])


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


class TestPush:
    @pytest.fixture(autouse=True)
    def public(self, monkeypatch):
        """Names lead to a public address, `ic.example` to a private one; nothing leaves the machine."""

        def resolve(host, port, **_more):
            address = {"ic.example": "10.0.0.7", "iki.example": "93.184.216.34"}.get(host, "93.184.216.34")
            if host == "yok.example":
                raise socket.gaierror
            found = [(2, 1, 6, "", (address, port))]
            return [*found, (2, 1, 6, "", ("127.0.0.1", port))] if host == "iki.example" else found

        monkeypatch.setattr("iys_portal.core.outgoing.socket.getaddrinfo", resolve)

    def connection(self, **more):
        return {
            "url": "https://push.example/api",
            "type": "EPOSTA",
            "username": "Api123",
            "password": "gizli-parola",
            **more,
        }

    def test_a_connection_is_made_told_and_removed(self, program):
        answer = program.post("push/registration", {"connection": [self.connection()]})
        assert answer.json() == {"message": "Bağlantı oluşturuldu"}
        (told,) = program.get("push/registration").json()
        assert (told["url"], told["type"], told["status"]) == (
            "https://push.example/api",
            "EPOSTA",
            "Bağlantı oluşturuldu",
        )
        assert "gizli-parola" not in str(told)
        wrong = program.post("push/unregistration", self.connection(password="başka"))
        assert (wrong.status_code, codes(wrong)) == (422, ["H530"])
        assert program.post("push/unregistration", self.connection()).json() == {"message": "Bağlantı kaldırıldı"}
        assert program.get("push/registration").json() == []

    def test_r_p7_a_suspended_provider_makes_and_removes_none(self, program, suspend):
        assert program.post("push/registration", {"connection": [self.connection()]}).status_code == 200
        suspend()
        other = self.connection(url="https://push2.example/")
        for answer in (
            program.post("push/registration", {"connection": [other]}),
            program.post("push/unregistration", self.connection()),
        ):
            assert (answer.status_code, codes(answer)) == (403, ["H520"])
        assert PushConnection.objects.get().removed_at is None

    def test_r_p12_a_key_of_some_channels_sees_and_removes_theirs_only(self, program, brand, make):
        texts = self.connection(type="MESAJ")
        for one in (texts, self.connection()):
            assert program.post("push/registration", {"connection": [one]}).status_code == 200
        mails = Program(brand).sign_in(make(channels=[3]))
        assert [one["type"] for one in mails.get("push/registration").json()] == ["EPOSTA"]
        for answer in (
            mails.post("push/unregistration", texts),
            mails.post("push/registration", {"connection": [texts]}),
        ):
            assert (answer.status_code, codes(answer)) == (403, ["H353"])
        assert PushConnection.objects.filter(removed_at=None).count() == 2

    def test_r_p12_the_service_itself_keeps_to_the_channels(self, brand):
        bound = Bound(party_id=0, reads=frozenset({(brand.pk, 3)}), writes=frozenset())
        actor = replace(officer_of(brand, role="manager").with_permission(Permission.PUSH_KEEP), bound=bound)
        values = {"url": "https://push.example/", "username": "a", "password": "b"}
        with pytest.raises(NotFound):
            push.connect_all(actor=actor, brand=brand, wanted=[(Channel.MESAJ, values)], now=timezone.now())
        with pytest.raises(NotFound):
            push.disconnect(actor=actor, brand=brand, channel=Channel.MESAJ, now=timezone.now(), **values)
        assert not PushConnection.objects.exists()

    def test_names_are_looked_up_before_anything_is_locked(self, program, monkeypatch):
        outside, depths = len(connection.savepoint_ids), []

        def resolve(host, port, **_more):
            depths.append(len(connection.savepoint_ids))
            return [(2, 1, 6, "", ("93.184.216.34", port))]

        monkeypatch.setattr("iys_portal.core.outgoing.socket.getaddrinfo", resolve)
        both = [self.connection(), self.connection(type="MESAJ")]
        assert program.post("push/registration", {"connection": both}).status_code == 200
        assert depths == [outside]

    def test_a_list_is_no_longer_than_a_brand_may_have(self, program):
        many = [self.connection() for _ in range(7)]
        answer = program.post("push/registration", {"connection": many})
        assert (answer.status_code, codes(answer)) == (400, ["H014"])
        assert program.post("push/registration", {"connection": many[:6]}).status_code == 200

    def test_new_credentials_of_an_address_are_noted_and_not_shown(self, program):
        for password in ("gizli-parola", "yeni-parola"):
            program.post("push/registration", {"connection": [self.connection(password=password)]})
        assert PushConnection.objects.get().password == "yeni-parola"
        entries = AuditEntry.objects.filter(verb__startswith="push.").order_by("pk")
        assert [one.verb for one in entries] == ["push.connected", "push.changed"]
        assert "parola" not in str([one.new for one in entries])

    def test_two_of_a_channel_at_most(self, program):
        for number in (1, 2):
            one = self.connection(url=f"https://push{number}.example/")
            assert program.post("push/registration", {"connection": [one]}).status_code == 200
        third = program.post("push/registration", {"connection": [self.connection()]})
        assert (third.status_code, codes(third)) == (422, ["H530"])

    @pytest.mark.parametrize(
        "more, code",
        [
            ({"url": "http://push.example/"}, "H531"),
            ({"url": None}, "H531"),
            ({"url": "https://ic.example/"}, "H530"),
            ({"url": "https://iki.example/"}, "H530"),
            ({"url": "https://yok.example/"}, "H530"),
            ({"url": "https://a:b@push.example/"}, "H530"),
            ({"url": "https://[::1"}, "H530"),
            ({"type": None}, "H111"),
            ({"type": "x"}, "H117"),
            ({"username": ""}, "H093"),
            ({"password": None}, "H093"),
        ],
    )
    def test_what_is_not_connected(self, program, more, code):
        answer = program.post("push/registration", {"connection": [self.connection(**more)]})
        assert (answer.status_code, codes(answer)) == (422, [code])
        assert not PushConnection.objects.exists()
