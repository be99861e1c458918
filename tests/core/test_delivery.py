"""Mails over SMTP, against a real server: what each answer means, and that a broken line sends nothing twice."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from iys_portal.core import mailbox
from iys_portal.core.delivery import (
    LONGEST_PAUSE,
    Carrier,
    Mail,
    Refused,
    ServerDown,
    TextMessage,
    TryLater,
    retry_at,
)
from tests.databases import ROOT
from tests.mail_servers import HANG_UP, MailServer

TO = "alici@deneme.example"


@pytest.fixture
def server(settings: pytest.FixtureRequest) -> Iterator[MailServer]:
    with MailServer() as server:
        server.use(settings)
        yield server


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as carrier:
        yield carrier


def mail(number: int = 1, to: str = TO, **more: object) -> Mail:
    return Mail(f"<{number}@iys-portal.example>", to, "Onayınız kaydedildi", "Ğüşİöç: ığdır\n", **more)  # type: ignore[arg-type]


class TestTaken:
    def test_the_mail_arrives_whole_and_the_servers_answer_is_kept(self, server, carrier):
        headers = {
            "List-Unsubscribe": "<https://portal.example/r/x>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        assert carrier.send(mail(html="<p>Ğüşİöç</p>", headers=headers)) == "250 2.0.0 Ok: queued as A0001"
        (got,) = server.mails
        assert (got.to, got.sender) == (TO, "bildirim@iys-portal.example")
        assert got.text.strip() == "Ğüşİöç: ığdır"
        assert got.message.get_body(("html",)).get_content().strip() == "<p>Ğüşİöç</p>"
        assert got.message["Subject"] == "Onayınız kaydedildi"
        assert got.message_id == "<1@iys-portal.example>"
        assert got.message["Auto-Submitted"] == "auto-generated"
        assert {name: got.message[name] for name in headers} == headers

    def test_many_mails_take_one_connection(self, server, carrier):
        for number in range(5):
            carrier.send(mail(number))
        assert len(server.taken) == 5
        assert server.connections == 1

    def test_a_long_or_broken_answer_becomes_one_short_line(self, server, carrier):
        server.answers.append("250-first\r\n250 " + "x" * 480)
        answer = carrier.send(mail())
        assert answer.startswith("250 first")
        assert "\n" not in answer
        assert len(answer) <= 500

    def test_a_domain_with_turkish_letters_is_written_in_ascii(self, server, carrier):
        carrier.send(mail(to="alici@çiçek.example"))
        assert server.mails[0].to == "alici@xn--iek-1lab.example"


class TestNotTaken:
    def test_an_unknown_recipient_is_refused_for_ever_and_the_next_mail_goes(self, server, carrier):
        server.refuse[TO] = "550 5.1.1 No such user"
        with pytest.raises(Refused) as refused:
            carrier.send(mail())
        assert refused.value.answer == "550 5.1.1 No such user"
        assert carrier.send(mail(2, "baska@deneme.example")).startswith("250")
        assert server.connections == 1

    def test_a_greylisted_mail_goes_later_on_the_same_line(self, server, carrier):
        server.answers.append("451 4.7.1 Try again later")
        with pytest.raises(TryLater) as later:
            carrier.send(mail())
        assert later.value.answer == "451 4.7.1 Try again later"
        assert carrier.send(mail()).startswith("250")
        assert [(m.message_id, m.taken) for m in server.mails] == [
            ("<1@iys-portal.example>", False),
            ("<1@iys-portal.example>", True),
        ]
        assert server.connections == 1

    def test_a_mail_that_the_server_dislikes_is_refused(self, server, carrier):
        server.answers.append("554 5.7.1 Looks like spam")
        with pytest.raises(Refused):
            carrier.send(mail())

    def test_a_server_that_closes_is_down_and_the_next_mail_gets_a_new_line(self, server, carrier):
        server.answers.append("421 4.3.2 Shutting down")
        with pytest.raises(ServerDown) as down:
            carrier.send(mail())
        assert down.value.answer == "421 4.3.2 Shutting down"
        assert len(server.mails) == 1, "not tried again at once: it may have been kept"
        assert carrier.send(mail(2)).startswith("250")
        assert server.connections == 2

    def test_a_recipient_that_needs_a_sign_in_is_no_refusal(self, server, carrier):
        server.refuse[TO] = "530 5.7.0 Authentication required"
        with pytest.raises(ServerDown):
            carrier.send(mail())

    def test_a_sender_that_may_not_send_is_our_fault(self, server, carrier):
        server.sender_answers.append("553 5.7.1 Sender address rejected: not owned by user")
        with pytest.raises(ServerDown) as down:
            carrier.send(mail())
        assert down.value.answer.startswith("553 5.7.1 Sender address rejected")
        assert not server.mails

    @pytest.mark.parametrize("to", ["çiçek@deneme.example", "a@b@deneme.example", "a@deneme.example\nBcc: b@x.example"])
    def test_an_address_that_no_mail_can_carry_is_refused_without_the_server(self, server, carrier, to):
        with pytest.raises(Refused):
            carrier.send(mail(to=to))
        assert not server.mails
        assert carrier.send(mail(2)).startswith("250"), "and the line is still good"


class TestBrokenLines:
    @pytest.mark.parametrize("last_words", ["", "421 4.4.2 posta.example Error: timeout exceeded"])
    def test_a_line_that_idled_too_long_is_opened_again_once(self, server, carrier, last_words):
        carrier.send(mail(1))
        server.hang_up(last_words)
        assert carrier.send(mail(2)).startswith("250")
        assert [m.message_id for m in server.mails] == ["<1@iys-portal.example>", "<2@iys-portal.example>"]
        assert server.connections == 2

    def test_a_server_that_takes_so_many_a_line_gets_a_new_one(self, server, carrier):
        carrier.send(mail(1))
        server.sender_answers.append("421 4.7.0 Too many messages on this connection")
        assert carrier.send(mail(2)).startswith("250")
        assert (len(server.mails), server.connections) == (2, 2)

    def test_a_new_line_that_breaks_too_is_the_servers_fault(self, server, carrier):
        carrier.send(mail(1))
        server.sender_answers.extend(["421 4.7.0 Too many", "421 4.7.0 Too many"])
        with pytest.raises(ServerDown):
            carrier.send(mail(2))
        assert (len(server.mails), server.connections) == (1, 2)

    def test_a_line_that_breaks_after_the_mail_had_left_is_not_tried_again_at_once(self, server, carrier):
        carrier.send(mail(1))
        server.answers.append(HANG_UP)
        with pytest.raises(ServerDown):
            carrier.send(mail(2))
        assert len(server.mails) == 2, "the server may have kept it: once, not twice"
        assert carrier.send(mail(3)).startswith("250")

    def test_a_server_that_says_nothing_is_down_after_the_timeout(self, server, carrier, settings):
        settings.EMAIL_TIMEOUT = 0.3
        go_on = threading.Event()
        server.before_answer = lambda: go_on.wait(20) and None
        try:
            with pytest.raises(ServerDown):
                carrier.send(mail())
        finally:
            go_on.set()

    def test_nobody_listens(self, server, carrier):
        server.stop()
        with pytest.raises(ServerDown) as down:
            carrier.send(mail())
        assert down.value.answer.startswith("ConnectionRefusedError")


class TestSignIn:
    def test_the_right_password_is_taken(self, settings, carrier):
        with MailServer(sign_in=("portal", "parola")) as server:
            server.use(settings)
            assert carrier.send(mail()).startswith("250")

    def test_a_wrong_password_costs_no_message(self, settings, carrier):
        with MailServer(sign_in=("portal", "parola")) as server:
            server.use(settings)
            settings.EMAIL_HOST_PASSWORD = "yanlis"
            with pytest.raises(ServerDown) as down:
                carrier.send(mail())
            assert down.value.answer.startswith("535")
            settings.EMAIL_HOST_PASSWORD = "parola"
            assert carrier.send(mail()).startswith("250"), "mended in the running process"
            assert len(server.mails) == 1


def test_a_mail_that_is_built_already_leaves_as_it_is(server, carrier):
    raw = (
        "To: alici@deneme.example\r\nSubject: =?utf-8?q?Konu_=C4=9F?=\r\nMessage-ID: <9@x.example>\r\n\r\nİşğü\r\n.\r\n"
    )
    assert carrier.send(mail(raw=raw.encode())).startswith("250")
    assert server.mails[0].content == raw.encode()
    assert (server.mails[0].sender, server.mails[0].to) == ("bildirim@iys-portal.example", TO)
    server.hang_up()
    assert carrier.send(mail(2, raw=raw.encode())).startswith("250")
    server.answers.append(HANG_UP)
    with pytest.raises(ServerDown):
        carrier.send(mail(3, raw=raw.encode()))
    assert len(server.mails) == 3


def test_where_nobody_reads_the_mailbox_nothing_is_delivered_to_it(carrier, settings):
    settings.MAILBOX_PAGE = False
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"  # the test runner puts its own there
    for message in (mail(1), TextMessage("<2@iys-portal.example>", "+905321234567", "x")):
        with pytest.raises(ServerDown, match="No server is named"):
            carrier.send(message)
    assert not mailbox.letters()
    carrier.send(mail(3), to_mailbox=True)
    assert len(mailbox.letters()) == 1


def test_the_demonstrations_mails_never_touch_the_server(server, carrier):
    carrier.send(mail(1))
    assert carrier.send(mail(2), to_mailbox=True) == "250 mailbox"
    assert [m.message_id for m in server.mails] == ["<1@iys-portal.example>"]
    assert [letter.headers["Message-ID"] for letter in mailbox.letters()] == ["<2@iys-portal.example>"]


def test_pauses_grow_to_half_an_hour(as_of):
    pauses = [(retry_at(attempts, as_of) - as_of).total_seconds() for attempts in range(9)]
    assert pauses == [30, 30, 60, 120, 240, 480, 960, 1800, 1800]
    assert retry_at(10_000, as_of) - as_of == LONGEST_PAUSE


NAMES = (
    "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS",
    "EMAIL_USE_SSL", "EMAIL_TIMEOUT", "SMS_BACKEND", "SMS_GATEWAY_URL",
)  # fmt: skip


def settings_with(**environment: str) -> dict[str, object]:
    """Settings of a fresh process in this environment."""
    program = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{n: getattr(settings, n, None) for n in {NAMES}}}))"
    )
    inherited = {k: v for k, v in os.environ.items() if k not in ("EMAIL_URL", "SMS_GATEWAY_URL")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=inherited | {"DJANGO_SETTINGS_MODULE": "iys_portal.settings.test"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_without_addresses_everything_goes_to_the_mailbox():
    found = settings_with()
    assert found["EMAIL_BACKEND"] == "iys_portal.core.mailbox.MailboxBackend"
    assert found["SMS_BACKEND"] == "iys_portal.core.sms.MailboxBackend"


def test_addresses_in_the_environment_switch_to_real_servers():
    url = "smtp+tls://portal:p%40rola@posta.example:2525"
    found = settings_with(EMAIL_URL=url, SMS_GATEWAY_URL="https://mesaj.example/gonder")
    assert found["EMAIL_BACKEND"] == "iys_portal.core.delivery.SmtpBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("posta.example", 2525)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("portal", "p@rola")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"], found["EMAIL_TIMEOUT"]) == (True, False, 10)
    assert found["SMS_BACKEND"] == "iys_portal.core.sms.HttpBackend"
    assert found["SMS_GATEWAY_URL"] == "https://mesaj.example/gonder"


def test_another_backend_may_be_named():
    assert settings_with(EMAIL_URL="consolemail://")["EMAIL_BACKEND"].endswith("console.EmailBackend")
