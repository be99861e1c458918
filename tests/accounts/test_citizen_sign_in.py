"""R-Z1: citizens sign in by a one-time code; nothing tells whether an address is known."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.selectors import addresses_of, languages_of
from iys_portal.core import mailbox, outbox
from iys_portal.core.actors import ActorKind
from iys_portal.core.enums import Means
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import UserFactory

from .steps import (
    CODE,
    HOME,
    MAIL,
    NEW_CODE,
    PHONE,
    SIGN_IN,
    another,
    ask,
    enter,
    give_address,
    sent_code,
    signed_in,
    visible,
)

pytestmark = pytest.mark.django_db


class TestSigningIn:
    def test_r_z1_the_first_code_opens_the_account(self, client: Client) -> None:
        answer = give_address(client, " Ayse@Deneme.example ")
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
        give_address(client, MAIL)
        code = sent_code()
        client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})
        assert signed_in(client)

    def test_the_development_mailbox_shows_code_mails_and_texts(self, client: Client) -> None:
        codes = {ask(MAIL), ask(PHONE)}
        outbox.send_due()
        assert {re.search(r"\d{6}", letter.text)[0] for letter in mailbox.letters()} == codes

    def test_the_address_never_stands_in_a_url(self, client: Client) -> None:
        answer = give_address(client, MAIL, follow=True)
        assert all("ayse" not in url for url, _status in answer.redirect_chain)
        assert MAIL in answer.content.decode()
        assert answer.headers["Cache-Control"].count("no-store")

    def test_without_an_address_the_code_page_leads_back(self, client: Client) -> None:
        for answer in (client.get(CODE), client.post(CODE, {"code": "123456"}), client.post(NEW_CODE)):
            assert answer.url == SIGN_IN

    def test_the_page_to_go_on_to_is_ours_only(self, client: Client) -> None:
        ours = Client()
        give_address(ours, MAIL, next="/izinlerim/?a=1")
        assert ours.post(CODE, {"code": sent_code()}).url == "/izinlerim/?a=1"
        give_address(client, PHONE, next="https://elsewhere.example/")
        assert client.post(CODE, {"code": sent_code()}).url == HOME

    def test_the_account_has_the_language_of_the_page(self, client: Client) -> None:
        client.cookies["django_language"] = "en"
        give_address(client, MAIL)
        assert "It gives no consent" in OutboxMessage.objects.get().body.replace("it gives", "It gives")
        client.post(CODE, {"code": sent_code()})
        assert languages_of([MAIL, PHONE]) == {MAIL: "en"}

    def test_a_closed_account_stays_closed(self, client: Client) -> None:
        user = User.objects.create_citizen(language="tr")
        ProvenAddress.objects.create(user=user, address=MAIL, proven_at=datetime.now().astimezone())
        User.objects.filter(pk=user.pk).update(is_active=False)
        give_address(client, MAIL)
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
                answers = [give_address(client, address), client.get(CODE)]
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
