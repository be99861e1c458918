"""The one way out to addresses that somebody else named."""

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from iys_portal.core import outgoing
from iys_portal.core.enums import CallFailure
from iys_portal.core.errors import Invalid
from iys_portal.core.outgoing import NotSent, check_target, post
from tests.receivers import Receiver, certificate_for, dripping, endless, raw, slow


@pytest.fixture
def names(monkeypatch):
    """`names[host] = [addresses]`: what names lead to; each look-up of a list of lists takes the next."""
    known, asked = {}, []

    def resolve(host, port, **_more):
        asked.append(host)
        found = known.get(host, [host])
        if found and isinstance(found[0], list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    known["asked"] = asked
    return known


def failure_of(url, **more):
    with pytest.raises(NotSent) as refused:
        post(url, body=b"{}", headers={}, **more)
    return refused.value.failure


INSIDE = """
127.0.0.1 10.1.2.3 192.168.1.1 172.16.0.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 255.255.255.255 192.0.2.1
::1 fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 :: ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::10.0.0.1 2002:0a00:0001::1
64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 2001:db8::1 2001::1 fd00:ec2::254
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_nothing_goes_to_machines_of_our_own_networks(names, address):
    names["tuzak.example"] = ["93.184.216.34", address]
    with pytest.raises(Invalid):
        check_target("https://tuzak.example/")
    assert failure_of("https://tuzak.example/") is CallFailure.ADDRESS


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"]
)
def test_public_addresses_are_taken(names, address):
    names["acik.example"] = [address]
    assert check_target("https://acik.example/a?b=c") == "https://acik.example/a?b=c"


@pytest.mark.parametrize(
    "url, code",
    [
        ("http://acik.example/", "scheme"),
        ("ftp://acik.example/", "scheme"),
        ("//acik.example/", "scheme"),
        ("https://ad@acik.example/", "target"),
        ("https://ad:parola@acik.example/", "target"),
        ("https://@acik.example/", "target"),
        ("https://acik.example:8443/", "target"),
        ("https://acik.example:99999/", "target"),
        ("https://acik.example/a\r\nX: y", "target"),
        ("https://acik.example/ç", "target"),
        ("https://acik.example/a b", "target"),
        ("https:///yol", "target"),
        ("https://acik.example/" + "a" * 500, "target"),
    ],
)
def test_addresses_of_another_form_are_refused(names, url, code):
    names["acik.example"] = ["93.184.216.34"]
    with pytest.raises(Invalid) as refused:
        check_target(url)
    assert refused.value.code == code
    assert failure_of(url) is CallFailure.ADDRESS


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001"])
def test_loopback_in_another_spelling_is_loopback(host):
    assert failure_of(f"https://{host}/") is CallFailure.ADDRESS


def test_the_open_port_of_a_developer_is_one_port_of_the_own_machine(names, settings):
    with Receiver() as hook, Receiver() as other:
        settings.LOCAL_TARGET_PORT = hook.port
        assert post(hook.url, body=b"{}", headers={}).status == 204
        assert failure_of(other.url) is CallFailure.ADDRESS
        names["icerisi.example"] = ["10.1.2.3"]
        assert failure_of(f"http://icerisi.example:{hook.port}/") is CallFailure.ADDRESS
        assert (len(hook.taken), other.connections) == (1, 0)
        settings.LOCAL_TARGET_PORT = 0
        assert failure_of(hook.url) is CallFailure.ADDRESS
        assert len(hook.taken) == 1


@pytest.fixture
def tls(tmp_path, settings, names, monkeypatch):
    """A server over TLS that holds a certificate for alici.example, whom we trust, at a port that is open."""
    pem = certificate_for(tmp_path, "alici.example")
    with Receiver(certificate=pem) as hook:
        settings.LOCAL_TARGET_PORT = hook.port
        names["alici.example"] = names["baska.example"] = ["127.0.0.1"]
        monkeypatch.setattr(outgoing, "_context", lambda: ssl.create_default_context(cafile=str(pem)))
        yield hook


def test_a_call_goes_to_the_address_that_was_judged_under_the_name(tls, names):
    """DNS rebinding: the second look-up would lead elsewhere, and there is none."""
    names["alici.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    names["asked"].clear()
    answer = post(f"https://alici.example:{tls.port}/yol?a=1", body=b'{"a": 1}', headers={"X-Deneme": "1"})
    (taken,) = tls.taken
    assert answer.status == 204
    assert names["asked"] == ["alici.example"]
    assert (taken.path, taken.body, taken.headers["x-deneme"]) == ("/yol?a=1", b'{"a": 1}', "1")
    assert taken.headers["host"] == f"alici.example:{tls.port}"
    assert tls.names == ["alici.example"]
    assert failure_of(f"https://alici.example:{tls.port}/") is CallFailure.ADDRESS  # now it leads inside


def test_a_certificate_of_another_name_is_refused(tls):
    assert failure_of(f"https://baska.example:{tls.port}/") is CallFailure.TLS
    assert tls.taken == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tls, monkeypatch):
    monkeypatch.undo()
    assert failure_of(f"https://127.0.0.1:{tls.port}/") is CallFailure.TLS
    assert tls.taken == []


@pytest.fixture
def hook(settings):
    with Receiver() as found:
        settings.LOCAL_TARGET_PORT = found.port
        yield found


def test_redirects_are_not_followed(hook):
    hook.answers.append(raw(f"HTTP/1.1 307 X\r\nLocation: {hook.url}\r\nContent-Length: 0\r\n\r\n".encode()))
    assert post(hook.url, body=b"{}", headers={}).status == 307
    assert hook.connections == 1


@pytest.mark.parametrize("act", [slow(9), dripping], ids=["quiet", "byte by byte"])
def test_a_call_ends_in_time_however_slowly_it_is_answered(hook, act):
    hook.answers.append(act)
    began = time.monotonic()
    assert failure_of(hook.url, seconds=0.4) is CallFailure.TIMEOUT
    assert time.monotonic() - began < 2


def test_a_handshake_that_never_ends_is_cut(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.LOCAL_TARGET_PORT = port = server.getsockname()[1]
        assert failure_of(f"https://127.0.0.1:{port}/", seconds=0.3) is CallFailure.TIMEOUT


def test_a_name_server_that_never_answers_is_left(monkeypatch):
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_a, **_m: time.sleep(1))
    began = time.monotonic()
    assert failure_of("https://yavas.example/", seconds=0.2) is CallFailure.TIMEOUT
    assert time.monotonic() - began < 0.8


def test_names_that_hang_take_no_place_of_others(names, monkeypatch):
    """One thread for each such name, however often it is asked for; what was not begun in time is given up."""
    resolve, go_on = outgoing.socket.getaddrinfo, threading.Event()

    def hang(host, port, **more):
        if host.startswith("yavas"):
            go_on.wait(10)
        return resolve(host, port, **more)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", hang)
    names["hizli.example"] = ["93.184.216.34"]
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(outgoing, "_resolving", pool)
        try:
            for _time in range(3):
                assert failure_of("https://yavas1.example/", seconds=0.05) is CallFailure.TIMEOUT
            assert outgoing.addresses_of("hizli.example", 443) == ["93.184.216.34"]
            assert failure_of("https://yavas2.example/", seconds=0.05) is CallFailure.TIMEOUT
            assert failure_of("https://hizli.example/", seconds=0.05) is CallFailure.TIMEOUT  # both threads are kept
        finally:
            go_on.set()
    assert sorted(names["asked"]) == ["hizli.example", "yavas1.example", "yavas2.example"]
    assert not outgoing._looking.keys() & set(names["asked"])


def test_there_are_more_look_ups_than_calls():
    assert 4 * settings.REGISTRY["WEBHOOK_WORKERS"] < outgoing.RESOLVERS


def test_of_an_endless_answer_only_a_beginning_is_read(hook):
    hook.answers.append(endless)
    began = time.monotonic()
    assert post(hook.url, body=b"{}", headers={}).status == 200
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("content", [b"", b"SMTP\r\n\r\n"])
def test_what_is_no_answer_is_a_failure_and_no_body_is_logged(hook, content, caplog):
    hook.answers.append(raw(content))
    with pytest.raises(NotSent) as refused:
        post(hook.url, body=b"gizli-govde", headers={})
    assert refused.value.failure is CallFailure.CONNECTION
    assert "gizli-govde" not in caplog.text
