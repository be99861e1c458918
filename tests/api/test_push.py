"""Push connections by the calls of the national interface; what they deliver is in tests/consents/webhooks."""

import socket
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from consents.enums import Channel
from consents.models import PushConnection
from consents.services import push
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Bound
from iys_portal.core.errors import NotFound
from iys_portal.core.models import AuditEntry
from tests.api.conftest import Program, codes
from tests.factories import officer_of


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
