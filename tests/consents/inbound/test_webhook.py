"""R-R4: the address at which the gateway brings texts."""

import json
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from consents.enums import Status
from consents.models import Consent, InboundText
from iys_portal.core.models import AuditEntry, OutboxMessage

from .conftest import PHONE

URL = "/sms/gelen/"
BODY = {"id": "G1", "from": PHONE, "to": "3500", "text": "RET ÖRNEKMODA"}
SECRET = "test-sms-secret"

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Callable[..., HttpResponse]:
    client = Client(enforce_csrf_checks=True)

    def send(body: object = BODY, *, secret: str = SECRET, content_type: str = "application/json") -> HttpResponse:
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        return client.post(URL, raw, content_type=content_type, headers={"X-Gateway-Secret": secret})

    return send


def nothing_happened() -> bool:
    return not any(model.objects.exists() for model in (InboundText, Consent, AuditEntry, OutboxMessage))


def test_r_r4_json_refuses_without_cookie_or_token(brand, post):
    answer = post()
    assert (answer.status_code, answer.json()) == (200, {"id": "G1"})
    assert "Set-Cookie" not in answer.headers
    assert Consent.objects.filter(recipient=PHONE, brand_id=brand.pk, status=Status.RET).count() == 4


def test_r_r4_a_form_refuses_too(brand, post):
    form = "id=G2&from=%2B905321234567&to=3500&text=RET+%C3%96RNEKMODA"
    assert post(form, content_type="application/x-www-form-urlencoded").status_code == 200
    assert InboundText.objects.get().brand == brand


def test_r_r4_a_repeat_is_answered_alike(brand, post):
    assert post().content == post().content
    assert (InboundText.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_numbers_as_numbers_are_fine(brand, post):
    assert post({"id": 17, "from": 905321234567, "text": "RET 710011"}).status_code == 200
    assert (InboundText.objects.get().gateway_id, InboundText.objects.get().sender) == ("17", PHONE)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ğ"])
def test_without_the_secret_nothing_happens(brand, post, secret):
    assert post(secret=secret).status_code == 403
    assert nothing_happened()


@pytest.mark.parametrize("given", ["", SECRET])
def test_where_no_secret_is_set_the_address_does_not_exist(brand, post, settings, given):
    settings.SMS_WEBHOOK_SECRET = ""
    assert post(secret=given).status_code == 404
    assert nothing_happened()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_post_only(client, method):
    assert getattr(client, method)(URL, headers={"X-Gateway-Secret": SECRET}).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"null", b"[" * 9000,
        {}, BODY | {"id": ""}, BODY | {"id": None}, BODY | {"id": True}, BODY | {"id": "x" * 101},
        BODY | {"id": "a\nb"}, BODY | {"id": "\x00"}, BODY | {"id": "\ud800"}, BODY | {"from": []},
        BODY | {"from": " "},
        {"id": "1", "from": PHONE}, BODY | {"text": 1.5}, BODY | {"text": "x" * 20_000},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_does_nothing(brand, post, body):
    answer = post(body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert PHONE not in answer.content.decode()
    assert nothing_happened()


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=latin1"],
)
def test_other_kinds_of_content_are_refused(brand, post, content_type):
    assert post("id=1&from=%2B905321234567&text=RET+710011", content_type=content_type).status_code == 400
    assert nothing_happened()


def test_an_empty_text_is_a_text(brand, post):
    assert post(BODY | {"text": ""}).status_code == 200
    assert InboundText.objects.count() == 1
