"""Text messages over HTTP, against a real gateway."""

import socket
import threading
from collections.abc import Iterator

import pytest

from iys_portal.core import mailbox, sms
from iys_portal.core.delivery import Carrier, Refused, ServerDown, TextMessage, TryLater
from tests.mail_servers import SmsGateway

TO = "+905321234567"


@pytest.fixture
def gateway(settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmsGateway]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with SmsGateway() as gateway:
        gateway.use(settings)
        yield gateway


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as carrier:
        yield carrier


def text(number: int = 1, to: str = TO) -> TextMessage:
    return TextMessage(f"<{number}@iys-portal.example>", to, "Örnek Moda: ğüşİöçIı, ret için RET yazın")


def test_the_text_arrives_whole_and_the_gateways_answer_is_kept(gateway, carrier, settings):
    settings.SMS_SENDER = "IYS PORTAL"
    assert carrier.send(text()) == "202 G0001"
    (got,) = gateway.requests
    assert got.body == {
        "id": "<1@iys-portal.example>",
        "to": TO,
        "from": "IYS PORTAL",
        "text": "Örnek Moda: ğüşİöçIı, ret için RET yazın",
    }
    assert (got.path, got.token) == ("/mesaj", gateway.token)


def test_many_texts_take_one_connection(gateway, carrier):
    for number in range(5):
        carrier.send(text(number))
    assert (len(gateway.texts), gateway.connections) == (5, 1)


def test_a_repeat_under_the_same_id_is_one_text(gateway, carrier):
    carrier.send(text())
    assert carrier.send(text()) == "200 again"
    assert (len(gateway.requests), len(gateway.texts)) == (2, 1)


@pytest.mark.parametrize("status", [400, 422])
def test_a_number_that_does_not_exist_is_refused_for_ever_and_the_next_goes(gateway, carrier, status):
    gateway.refuse[TO] = (status, {"message": "no such number"})
    with pytest.raises(Refused) as refused:
        carrier.send(text())
    assert refused.value.answer == f"{status} no such number"
    assert carrier.send(text(2, "+905329999999")).startswith("202")


def test_a_wrong_token_costs_no_message(gateway, carrier, settings):
    settings.SMS_GATEWAY_TOKEN = "yanlis"
    with pytest.raises(ServerDown) as down:
        carrier.send(text())
    assert down.value.answer == "401 wrong token"
    settings.SMS_GATEWAY_TOKEN = gateway.token
    assert carrier.send(text()).startswith("202")


@pytest.mark.parametrize("status", [402, 403, 404, 405, 410])
def test_what_concerns_our_account_or_address_is_no_refusal(gateway, carrier, status):
    gateway.answers.append((status, {"message": "no"}))
    with pytest.raises(ServerDown):
        carrier.send(text())


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_a_busy_gateway_gets_it_later(gateway, carrier, status):
    gateway.answers.append((status, {"message": "slowly"}))
    with pytest.raises(TryLater) as later:
        carrier.send(text())
    assert later.value.answer == f"{status} slowly"
    assert carrier.send(text()).startswith("202")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(gateway, carrier, status):
    gateway.headers["Location"] = f"http://127.0.0.1:{gateway.port}/baska"
    gateway.answers.append((status, {}))
    with pytest.raises(ServerDown):
        carrier.send(text())
    assert [request.path for request in gateway.requests] == ["/mesaj"], "nobody else sees number and token"


def test_a_machines_netrc_does_not_replace_the_token(gateway, carrier, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login baska password baska\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert carrier.send(text()).startswith("202")


def test_a_gateway_that_says_nothing_is_down_after_the_timeout(gateway, carrier, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", (5, 0.3))
    go_on = threading.Event()
    gateway.before_answer = lambda: go_on.wait(20) and None
    try:
        with pytest.raises(ServerDown) as down:
            carrier.send(text())
    finally:
        go_on.set()
    assert down.value.answer == "ReadTimeout"


def test_nobody_listens(carrier, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.SMS_BACKEND = "iys_portal.core.sms.HttpBackend"
        settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(ServerDown) as down:
            carrier.send(text())
    assert down.value.answer == "ConnectionError"


def test_an_endless_answer_is_cut(gateway, carrier):
    gateway.answers.append((200, {"message": "x" * 1_000_000}))
    assert len(carrier.send(text())) <= 500


def test_an_answer_without_json_is_kept_as_it_is(gateway, carrier):
    gateway.answers.append((200, "OK ğ\r\n2"))
    assert carrier.send(text()) == "200 OK ğ 2"


def test_the_demonstrations_texts_never_touch_the_gateway(gateway, carrier):
    assert carrier.send(text(), to_mailbox=True) == "200 mailbox"
    assert not gateway.requests
    (letter,) = mailbox.letters()
    assert (letter.is_text, letter.to, letter.text) == (True, TO, "Örnek Moda: ğüşİöçIı, ret için RET yazın")
