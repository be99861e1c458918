"""R-Z1: citizens sign in by a one-time code; nothing tells whether an address is known; kinds of accounts never mix."""

import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iys_portal.accounts import services
from iys_portal.accounts.demo import CITIZEN
from iys_portal.accounts.models import OneTimeCode, ProvenAddress, User
from iys_portal.accounts.scopes import actor_for, scopes_of
from iys_portal.accounts.selectors import addresses_of, languages_of
from iys_portal.accounts.services.codes import network_of
from iys_portal.core import mailbox, outbox
from iys_portal.core.actors import ActorKind
from iys_portal.core.enums import Means
from iys_portal.core.errors import Invalid, NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import Membership
from providers.services import MembershipDesk
from tests.factories import PASSWORD, MembershipFactory, ProviderFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
SIGN_IN, CODE, NEW_CODE, HOME = "/vatandas/giris/", "/vatandas/kod/", "/vatandas/kod/yeni/", "/izinlerim/"
MAIL, PHONE = "ayse@deneme.example", "+905321234567"


def sent_code() -> str:
    """The six digits of the newest message in the outbox."""
    return re.search(r"\b(\d{6})\b", OutboxMessage.objects.latest("pk").body)[1]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def ask(address: str = MAIL, *, at: datetime | None = None, ip: str = "192.0.2.7", language: str = "tr") -> str:
    services.request_code(address=address, language=language, ip=ip, moment=at)
    return sent_code()


def prove(code: str, address: str = MAIL, *, at: datetime | None = None) -> None:
    services.prove_address(address=address, code=code, moment=at)


def enter(client: Client, address: str = MAIL) -> None:
    client.post(SIGN_IN, {"address": address})
    assert client.post(CODE, {"code": sent_code()}).status_code == 302


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def visible(answer) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return re.sub(r"hx-headers='[^']*'", "", page)


class TestSigningIn:
    def test_r_z1_the_first_code_opens_the_account(self, client: Client) -> None:
        answer = client.post(SIGN_IN, {"address": " Ayse@Deneme.example "})
        assert (answer.status_code, answer.url) == (302, CODE)
        assert not User.objects.exists(), "asking opens nothing"
        answer = client.post(CODE, {"code": sent_code()})
        assert (answer.status_code, answer.url) == (302, HOME)
        user = User.objects.get()
        assert (user.kind, user.email, user.full_name, user.staff_roles) == ("citizen", None, "", [])
        assert not user.has_usable_password()
        assert [row.address for row in addresses_of(user.pk)] == [MAIL]
        assert client.session["_auth_user_id"] == str(user.pk)
        verbs = AuditEntry.objects.order_by("pk").values_list("verb", "actor_kind", "actor_id", "actor_name")
        assert list(verbs) == [
            (verb, ActorKind.RECIPIENT, user.pk, "") for verb in ("citizen.opened", "address.proven")
        ]

    def test_r_z1_a_phone_gets_a_text_and_comes_back_to_the_same_account(self, client: Client) -> None:
        enter(client, "0532 123 45 67")
        text = OutboxMessage.objects.get()
        assert (text.means, text.to) == (Means.TEXT, PHONE)
        with time_machine.travel(datetime.now().astimezone() + timedelta(minutes=1)):
            enter(Client(), "+90 532 123 45 67")
        assert User.objects.count() == ProvenAddress.objects.count() == 1

    def test_a_code_may_be_copied_with_blanks(self, client: Client) -> None:
        client.post(SIGN_IN, {"address": MAIL})
        code = sent_code()
        client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})
        assert signed_in(client)

    def test_the_development_mailbox_shows_code_mails_and_texts(self, client: Client) -> None:
        codes = {ask(MAIL), ask(PHONE)}
        outbox.send_due()
        assert {re.search(r"\d{6}", letter.text)[0] for letter in mailbox.letters()} == codes

    def test_the_address_never_stands_in_a_url(self, client: Client) -> None:
        answer = client.post(SIGN_IN, {"address": MAIL}, follow=True)
        assert all("ayse" not in url for url, _status in answer.redirect_chain)
        assert MAIL in answer.content.decode()
        assert answer.headers["Cache-Control"].count("no-store")

    def test_without_an_address_the_code_page_leads_back(self, client: Client) -> None:
        for answer in (client.get(CODE), client.post(CODE, {"code": "123456"}), client.post(NEW_CODE)):
            assert answer.url == SIGN_IN

    def test_the_page_to_go_on_to_is_ours_only(self, client: Client) -> None:
        ours = Client()
        ours.post(SIGN_IN, {"address": MAIL, "next": "/izinlerim/?a=1"})
        assert ours.post(CODE, {"code": sent_code()}).url == "/izinlerim/?a=1"
        client.post(SIGN_IN, {"address": PHONE, "next": "https://elsewhere.example/"})
        assert client.post(CODE, {"code": sent_code()}).url == HOME

    def test_the_account_has_the_language_of_the_page(self, client: Client) -> None:
        client.cookies["django_language"] = "en"
        client.post(SIGN_IN, {"address": MAIL})
        assert "It gives no consent" in OutboxMessage.objects.get().body.replace("it gives", "It gives")
        client.post(CODE, {"code": sent_code()})
        assert languages_of([MAIL, PHONE]) == {MAIL: "en"}

    def test_a_closed_account_stays_closed(self, client: Client) -> None:
        user = User.objects.create_citizen(language="tr")
        ProvenAddress.objects.create(user=user, address=MAIL, proven_at=datetime.now().astimezone())
        User.objects.filter(pk=user.pk).update(is_active=False)
        client.post(SIGN_IN, {"address": MAIL})
        assert client.post(CODE, {"code": sent_code()}).url == reverse("account_inactive")
        assert not signed_in(client)

    def test_signing_out_leads_back_to_the_citizens_door(self, client: Client) -> None:
        enter(client)
        assert client.post("/accounts/logout/").url == SIGN_IN
        assert not signed_in(client)


class TestTheAnswerTellsNothing:
    """R-Z1: whether an address is known is not to be learnt from text, status or work done."""

    @pytest.fixture
    def known(self) -> User:
        user = User.objects.create_citizen(language="en")
        ProvenAddress.objects.create(user=user, address=MAIL, proven_at=datetime.now().astimezone())
        return user

    def test_r_z1_known_and_unknown_addresses_get_the_same_answers(self, known: User, as_of: datetime) -> None:
        pages, queries = [], []
        for address in (MAIL, "hic@deneme.example"):
            client = Client()
            with time_machine.travel(as_of, tick=False), CaptureQueriesContext(connection) as captured:
                answers = [client.post(SIGN_IN, {"address": address}), client.get(CODE)]
                answers.append(client.post(CODE, {"code": another(sent_code())}))
            queries.append(len(captured))
            pages.append([(a.status_code, a.get("Location"), visible(a).replace(address, "")) for a in answers])
        assert pages[0] == pages[1]
        assert queries[0] == queries[1]
        mails = [mail.body for mail in OutboxMessage.objects.order_by("pk")]
        assert re.sub(r"\d{6}", "", mails[0]) == re.sub(r"\d{6}", "", mails[1]), "not even in the person's own language"

    def test_an_officers_address_gets_the_same_too(self) -> None:
        UserFactory(email=MAIL)
        ask(MAIL)
        ask("hic@deneme.example")
        first, second = (re.sub(r"\d{6}", "", mail.body) for mail in OutboxMessage.objects.order_by("pk"))
        assert first == second


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

    def test_r_z1_five_codes_an_hour_for_one_address(self, as_of: datetime) -> None:
        for minute in range(5):
            ask(at=as_of + timedelta(minutes=minute))
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
        client.post(SIGN_IN, {"address": MAIL})
        wrong = another(sent_code())
        for status in (422, 422, 422):
            answer = client.post(CODE, {"code": wrong})
            assert answer.status_code == status
        assert not signed_in(client)
        assert not User.objects.exists()
        assert OneTimeCode.objects.get().tries == 3

    def test_asking_again_too_soon_waits_for_the_first_code(self, client: Client) -> None:
        client.post(SIGN_IN, {"address": MAIL})
        answer = client.post(SIGN_IN, {"address": MAIL}, follow=True)
        assert answer.redirect_chain[-1][0] == CODE
        client.post(NEW_CODE)
        assert OutboxMessage.objects.count() == 1
        client.post(CODE, {"code": sent_code()})
        assert signed_in(client)

    def test_a_new_code_after_half_a_minute(self, client: Client) -> None:
        with time_machine.travel(datetime.now().astimezone(), tick=False) as clock:
            client.post(SIGN_IN, {"address": MAIL})
            clock.shift(timedelta(seconds=31))
            client.post(NEW_CODE)
            assert OutboxMessage.objects.count() == 2
            client.post(CODE, {"code": sent_code()})
        assert signed_in(client)

    def test_too_many_say_so_and_send_nothing(self, client: Client, settings) -> None:
        settings.REGISTRY = settings.REGISTRY | {"CODES_PER_NETWORK_HOUR": 0}
        answer = client.post(SIGN_IN, {"address": MAIL})
        assert answer.status_code == 429
        assert not OutboxMessage.objects.exists() and not OneTimeCode.objects.exists()

    @pytest.mark.parametrize(
        "address", ["", "ayse", "ayse@", "+1 212 555 01 00", "0212 345 67 89", "çiğdem@deneme.example"]
    )
    def test_r_z1_no_code_to_what_is_no_address_or_no_turkish_mobile(self, client: Client, address: str) -> None:
        answer = client.post(SIGN_IN, {"address": address})
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


class TestTheKindsNeverMix:
    """Design 8: a code never opens an account of staff or of a provider's user."""

    @pytest.fixture
    def citizen(self, client: Client) -> User:
        enter(client)
        return User.objects.get(kind="citizen")

    def test_an_officer_is_a_citizen_with_the_same_address(self, client: Client) -> None:
        officer = MembershipFactory(user=UserFactory(email=MAIL), role="officer").user
        enter(client)
        citizen = User.objects.get(kind="citizen")
        assert client.session["_auth_user_id"] == str(citizen.pk) != str(officer.pk)
        assert client.get("/izinler/").status_code == 403
        officer.refresh_from_db()
        assert (officer.kind, officer.email, officer.memberships.count()) == ("member", MAIL, 1)
        other = Client()
        assert other.post("/accounts/login/", {"login": MAIL, "password": PASSWORD}).status_code == 302
        assert other.session.get("_auth_user_id") in (None, str(officer.pk))

    def test_signing_in_as_a_citizen_leaves_the_panel(self, sign_in) -> None:
        officer = MembershipFactory(user=UserFactory(email=MAIL), role="officer")
        client = sign_in(officer.user, officer.provider)
        enter(client)
        assert "second_factor_given" not in client.session
        assert client.get("/izinler/").status_code == 403

    def test_a_citizen_acts_as_recipient_without_a_provider(self, citizen: User) -> None:
        actor = actor_for(citizen, provider_id=7)
        assert (actor.kind, actor.id, actor.name) == (ActorKind.RECIPIENT, citizen.pk, "")
        assert (actor.provider_id, actor.all_providers, actor.permissions) == (None, False, {"consent.own"})
        assert scopes_of(citizen) == []
        assert citizen.has_perm("consent.own") and not citizen.is_staff

    def test_a_citizen_never_gets_a_membership(self, citizen: User) -> None:
        provider = ProviderFactory()
        audits = AuditEntry.objects.count()
        with pytest.raises(NotAllowed):
            MembershipDesk().add_member(user=citizen, provider_id=provider.pk, role="manager", actor=staff("admin"))
        assert not Membership.objects.exists()
        assert AuditEntry.objects.count() == audits

    @pytest.mark.parametrize("service", ["change_staff_roles", "deactivate_user", "reset_second_factor"])
    def test_staff_manage_members_only(self, citizen: User, service: str) -> None:
        more = {"roles": ["admin"]} if service == "change_staff_roles" else {"reason": "Deneme"}
        audits = AuditEntry.objects.count()
        with pytest.raises(NotFound):
            getattr(services, service)(user=citizen, actor=staff("admin"), **more)
        citizen.refresh_from_db()
        assert citizen.is_active and not citizen.staff_roles
        assert AuditEntry.objects.count() == audits

    @pytest.mark.parametrize(
        "change",
        [{"email": "x@deneme.example"}, {"staff_roles": ["admin"]}, {"password": "md5$a$b"}, {"kind": "member"}],
    )
    def test_the_database_refuses_a_citizen_with_more(self, citizen: User, change: dict[str, object]) -> None:
        with pytest.raises(IntegrityError, match="user_kind_with_its_sign_in"), transaction.atomic():
            User.objects.filter(pk=citizen.pk).update(**change)

    @pytest.mark.parametrize("change", [{"email": None}, {"kind": "citizen"}])
    def test_the_database_refuses_a_member_without_an_email(self, change: dict[str, object]) -> None:
        member = UserFactory()
        with pytest.raises(IntegrityError, match="user_kind_with_its_sign_in"), transaction.atomic():
            User.objects.filter(pk=member.pk).update(**change)

    @pytest.mark.parametrize("address", ["Ayse@deneme.example", "05321234567", "kimse", ""])
    def test_the_database_refuses_an_address_that_is_not_as_stored(self, citizen: User, address: str) -> None:
        with pytest.raises(IntegrityError, match="proven_address_as_stored"), transaction.atomic():
            ProvenAddress.objects.create(user=citizen, address=address, proven_at=datetime.now().astimezone())

    def test_the_admin_lists_members_only(self, citizen: User, sign_in) -> None:
        admin = sign_in(UserFactory(staff_roles=["admin"]))
        page = admin.get("/admin/accounts/user/").content.decode()
        assert f"/admin/accounts/user/{citizen.pk}/" not in page
        assert admin.get(f"/admin/accounts/user/{citizen.pk}/change/").status_code == 302
        act = f"/admin/accounts/user/{citizen.pk}/act/deactivate/"
        assert admin.post(act, {"reason": "Deneme"}).status_code == 404

    @pytest.mark.parametrize(
        "name",
        ["account_change_password", "mfa_index", "mfa_activate_totp", "usersessions_list", "account_reauthenticate"],
    )
    def test_pages_of_passwords_and_factors_are_not_for_citizens(
        self, citizen: User, client: Client, name: str
    ) -> None:
        assert client.get(reverse(name)).status_code == 403

    def test_a_password_reset_never_reaches_a_citizen(self, citizen: User) -> None:
        before = OutboxMessage.objects.count()
        Client().post("/accounts/password/reset/", {"email": MAIL})
        assert OutboxMessage.objects.count() == before

    def test_the_sites_address_and_the_logo_lead_a_citizen_home(self, citizen: User, client: Client) -> None:
        assert client.get("/").url == HOME
        assert client.get(SIGN_IN).url == HOME
        assert client.get("/accounts/login/").url == HOME
        assert f'class="brand" href="{HOME}"' in client.get("/izinler/").content.decode(), "also on the refusal"

    def test_members_are_refused_at_the_citizens_page(self, sign_in) -> None:
        member = MembershipFactory(role="manager")
        assert sign_in(member.user, member.provider).get(HOME).status_code == 403

    def test_visitors_of_the_citizens_page_come_to_the_citizens_door(self) -> None:
        assert Client().get(HOME).url == f"{SIGN_IN}?next={HOME}"

    def test_the_two_doors_lead_to_each_other(self, client: Client) -> None:
        assert SIGN_IN in client.get("/accounts/login/").content.decode()
        assert "/accounts/login/" in client.get(SIGN_IN).content.decode()

    def test_the_demonstration_names_somebody_to_try(self, client: Client, settings) -> None:
        assert CITIZEN not in client.get(SIGN_IN).content.decode()
        settings.DEMO = True
        assert CITIZEN in client.get(SIGN_IN).content.decode()
        told = StringIO()
        call_command("demo_accounts", stdout=told)
        assert CITIZEN in told.getvalue()
        assert services.code_address(CITIZEN) == "+905000003507"
        assert not User.objects.exists()
