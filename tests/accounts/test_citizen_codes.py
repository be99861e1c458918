"""R-Z1: the limits of one-time codes, and what their messages say."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.models import OneTimeCode, User
from iys_portal.core.errors import Invalid
from iys_portal.core.limits import network_of
from iys_portal.core.models import AuditEntry, OutboxMessage

from .steps import CODE, MAIL, NEW_CODE, PHONE, another, ask, enter, give_address, prove, sent_code, signed_in

pytestmark = pytest.mark.django_db


class TestLimits:
    """R-Z1: 6 digits, 3 minutes, 3 tries, resend after 30 s, and limits that add up."""

    def test_r_z1_a_code_has_six_digits_and_only_hashes_are_kept(self, as_of: datetime) -> None:
        code = ask(at=as_of)
        row = OneTimeCode.objects.get()
        assert re.fullmatch(r"\d{6}", code)
        assert code not in row.code_hash and MAIL not in row.address_hash
        assert len(row.code_hash) == len(row.address_hash) == 64
        assert row.expires_at == as_of + timedelta(minutes=3)

    def test_r_z1_it_works_for_three_minutes(self, as_of: datetime) -> None:
        code = ask(at=as_of)
        with pytest.raises(services.CodeOver):
            prove(code, at=as_of + timedelta(minutes=3))
        prove(code, at=as_of + timedelta(minutes=2, seconds=59))

    def test_r_z1_three_wrong_tries_end_it(self, as_of: datetime) -> None:
        code = ask(at=as_of)
        for kind in (services.CodeWrong, services.CodeWrong, services.CodeOver):
            with pytest.raises(kind):
                prove(another(code), at=as_of)
        with pytest.raises(services.CodeOver):
            prove(code, at=as_of)
        assert not AuditEntry.objects.exists()

    def test_r_z1_a_used_code_never_works_again(self, as_of: datetime) -> None:
        code = ask(at=as_of)
        prove(code, at=as_of)
        with pytest.raises(services.CodeOver):
            prove(code, at=as_of)

    def test_r_z1_a_newer_code_voids_the_older(self, as_of: datetime) -> None:
        old = ask(at=as_of)
        new = ask(at=as_of + timedelta(seconds=30))
        if old != new:
            with pytest.raises(services.CodeWrong):
                prove(old, at=as_of + timedelta(seconds=31))
        prove(new, at=as_of + timedelta(seconds=31))

    def test_r_z1_another_one_after_thirty_seconds(self, as_of: datetime) -> None:
        ask(at=as_of)
        with pytest.raises(services.TooSoon):
            ask(at=as_of + timedelta(seconds=29))
        assert OutboxMessage.objects.count() == OneTimeCode.objects.count() == 1
        ask(at=as_of + timedelta(seconds=30))
        assert OutboxMessage.objects.count() == 2

    def test_r_z1_the_wait_grows_with_every_code_that_nobody_uses(self, as_of: datetime, settings) -> None:
        settings.REGISTRY = settings.REGISTRY | {"CODE_RESEND_MOST": timedelta(seconds=100)}
        asked = as_of
        for wait in (30, 60, 100, 100):
            ask(at=asked)
            with pytest.raises(services.TooSoon):
                ask(at=asked + timedelta(seconds=wait - 1))
            asked += timedelta(seconds=wait)
        assert OutboxMessage.objects.count() == 4

    def test_r_z1_a_used_code_makes_nobody_wait(self, as_of: datetime) -> None:
        prove(ask(at=as_of), at=as_of)
        prove(ask(at=as_of), at=as_of)

    @pytest.mark.parametrize("purpose", [services.to_add_address(7), services.to_close_account(7)])
    def test_r_z1_a_code_for_one_purpose_is_worth_nothing_for_another(self, as_of: datetime, purpose) -> None:
        services.request_code(address=MAIL, language="tr", ip="192.0.2.7", purpose=purpose, moment=as_of)
        code = sent_code()
        others = [services.SIGN_IN, services.to_add_address(8), services.to_close_account(8)]
        for other, expected in zip(others, [services.CodeWrong, services.CodeWrong, services.CodeOver], strict=True):
            with pytest.raises(expected):
                services.prove_address(address=MAIL, code=code, purpose=other, moment=as_of)
        assert OneTimeCode.objects.get().tries == 3, "trying it elsewhere is guessing"

    def test_r_z1_the_limits_of_an_address_hold_over_all_purposes(self, as_of: datetime) -> None:
        ask(at=as_of)
        with pytest.raises(services.TooSoon):
            services.request_code(
                address=MAIL, language="tr", ip="192.0.2.7", purpose=services.to_add_address(7), moment=as_of
            )
        assert OutboxMessage.objects.count() == 1

    def test_r_z1_five_codes_an_hour_for_one_address(self, as_of: datetime) -> None:
        for seconds in (0, 30, 90, 210, 450):  # the wait grows
            ask(at=as_of + timedelta(seconds=seconds))
        with pytest.raises(services.TooMany):
            ask(at=as_of + timedelta(minutes=59))
        assert OutboxMessage.objects.count() == 5
        ask("baska@deneme.example", at=as_of + timedelta(minutes=59))
        ask(at=as_of + timedelta(minutes=60))

    def test_r_z1_ten_wrong_codes_a_day_for_one_address(self, as_of: datetime) -> None:
        """However they are spread over codes and hours; then even the right one waits."""
        for number in range(4):
            moment = as_of + timedelta(hours=number)
            code = ask(at=moment)
            for _try in range(3 if number < 3 else 1):
                with pytest.raises((services.CodeWrong, services.CodeOver)):
                    prove(another(code), at=moment)
        with pytest.raises(services.TooMany):
            prove(code, at=moment)
        with pytest.raises(services.TooMany):
            ask(at=moment + timedelta(hours=2))
        assert OutboxMessage.objects.count() == 4
        assert OneTimeCode.objects.filter(used_at=None).count() == 4
        later = as_of + timedelta(hours=24, seconds=1)
        prove(ask(at=later), at=later)

    @pytest.mark.parametrize(
        ("ip", "neighbour", "stranger"),
        [("192.0.2.7", "192.0.2.250", "192.0.3.7"), ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", "2001:db8:1:3::7")],
    )
    def test_r_z1_a_network_gets_so_many_codes_an_hour(self, settings, ip: str, neighbour: str, stranger: str) -> None:
        settings.REGISTRY = settings.REGISTRY | {"CODES_PER_NETWORK_HOUR": 2}
        ask("bir@deneme.example", ip=ip)
        ask("iki@deneme.example", ip=neighbour)
        with pytest.raises(services.TooMany):
            ask("uc@deneme.example", ip=ip)
        assert OutboxMessage.objects.count() == OneTimeCode.objects.count() == 2
        ask("uc@deneme.example", ip=stranger)

    def test_networks_of_addresses(self) -> None:
        assert network_of("192.0.2.7") == network_of("::ffff:192.0.2.9") == "192.0.2.0/24"
        assert network_of("2001:db8::1") == "2001:db8::/64"
        assert network_of("") == "unknown"

    def test_older_codes_of_an_address_are_forgotten_with_the_next(self, as_of: datetime) -> None:
        ask(at=as_of)
        ask(at=as_of + timedelta(days=1, seconds=1))
        assert OneTimeCode.objects.count() == 1

    def test_a_code_is_for_its_own_address(self, as_of: datetime) -> None:
        code = ask(at=as_of)
        other = ask("baska@deneme.example", at=as_of)
        if code != other:
            with pytest.raises(services.CodeWrong):
                prove(code, "baska@deneme.example", at=as_of)
        with pytest.raises(services.CodeOver):
            prove(code, "hic@deneme.example", at=as_of)


class TestTheLimitsOnThePages:
    def test_a_wrong_code_says_how_many_tries_are_left(self, client: Client) -> None:
        give_address(client, MAIL)
        wrong = another(sent_code())
        for status in (422, 422, 422):
            answer = client.post(CODE, {"code": wrong})
            assert answer.status_code == status
        assert not signed_in(client)
        assert not User.objects.exists()
        assert OneTimeCode.objects.get().tries == 3

    def test_asking_again_too_soon_waits_for_the_first_code(self, client: Client) -> None:
        give_address(client, MAIL)
        answer = give_address(client, MAIL, follow=True)
        assert answer.redirect_chain[-1][0] == CODE
        client.post(NEW_CODE)
        assert OutboxMessage.objects.count() == 1
        client.post(CODE, {"code": sent_code()})
        assert signed_in(client)

    def test_a_new_code_after_half_a_minute(self, client: Client) -> None:
        with time_machine.travel(datetime.now().astimezone(), tick=False) as clock:
            give_address(client, MAIL)
            clock.shift(timedelta(seconds=31))
            client.post(NEW_CODE)
            assert OutboxMessage.objects.count() == 2
            client.post(CODE, {"code": sent_code()})
        assert signed_in(client)

    def test_too_many_say_so_and_send_nothing(self, client: Client, settings) -> None:
        settings.REGISTRY = settings.REGISTRY | {"CODES_PER_NETWORK_HOUR": 0}
        answer = give_address(client, MAIL)
        assert answer.status_code == 429
        assert not OutboxMessage.objects.exists() and not OneTimeCode.objects.exists()

    @pytest.mark.parametrize(
        "address", ["", "ayse", "ayse@", "+1 212 555 01 00", "0212 345 67 89", "çiğdem@deneme.example"]
    )
    def test_r_z1_no_code_to_what_is_no_address_or_no_turkish_mobile(self, client: Client, address: str) -> None:
        answer = give_address(client, address)
        assert answer.status_code == 422
        assert 'class="invalid-feedback"' in answer.content.decode()
        assert not OutboxMessage.objects.exists() and not OneTimeCode.objects.exists()

    def test_r_z1_a_setting_opens_other_countries(self, settings) -> None:
        with pytest.raises(Invalid):
            services.code_address("+49 151 23456789")
        settings.REGISTRY = settings.REGISTRY | {"SMS_COUNTRIES": ["90", "49"]}
        assert services.code_address("+49 151 23456789") == "+4915123456789"


class TestWhatTheMessagesSay:
    @pytest.mark.parametrize("language", ["tr", "en"])
    def test_r_z1_a_text_fits_one_message_and_says_it_gives_no_consent(self, language: str) -> None:
        ask(PHONE, language=language)
        text = OutboxMessage.objects.get().body
        assert len(text) <= 70, "with Turkish letters one message has 70 characters"
        assert "onay" in text if language == "tr" else "no consent" in text

    @pytest.mark.parametrize("language", ["tr", "en"])
    def test_r_z1_a_mail_says_what_it_is_for(self, language: str) -> None:
        code = ask(language=language)
        mail = OutboxMessage.objects.get()
        assert code not in mail.subject, "a locked screen shows subjects"
        assert code in mail.body
        assert ("onay vermez" if language == "tr" else "gives no consent") in mail.body

    def test_r_g4_neither_address_nor_code_reach_audit_or_logs(self, client: Client, caplog) -> None:
        with caplog.at_level("DEBUG"):
            enter(client)
        said = caplog.text + " ".join(str(vars(entry)) for entry in AuditEntry.objects.all())
        assert MAIL not in said and sent_code() not in said
