"""Is this sender registered? By /api/v1 and by a page, without a key."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.factories import BrandFactory, ProviderFactory

QUESTION, PAGE = "/api/v1/public/senders", "/gonderici-sorgula/"


@pytest.fixture
def known(db):
    provider = ProviderFactory(title="Uydurma Kumaş Ticaret A.Ş.", mersis="0734567890400015")
    return BrandFactory(provider=provider, name="Işık Kumaş")


def test_a_sender_is_found_by_its_name_and_nothing_else_is_told(known):
    answer = Client().get(QUESTION, {"name": "ışık kumaş"})
    since = timezone.localdate(known.provider.created_at).isoformat()
    assert answer.json() == {"items": [{"brand": "Işık Kumaş", "provider": known.provider.title, "since": since}]}
    page = Client().get(PAGE, {"ad": "IŞIK"}).content.decode()
    assert "Uydurma Kumaş Ticaret A.Ş." in page
    for secret in (known.provider.mersis, known.provider.email, str(known.brand_code)):
        assert secret not in page + answer.content.decode()


def test_who_is_not_registered_or_has_left_is_not_found(known):
    assert Client().get(QUESTION, {"name": "bambaşka"}).json() == {"items": []}
    assert "benzer" in Client().get(PAGE, {"ad": "bambaşka"}).content.decode()
    known.provider.state = "closed"
    known.provider.save()
    assert Client().get(QUESTION, {"name": "Işık Kumaş"}).json() == {"items": []}
    assert Client().get(QUESTION, {"name": "I"}).status_code == 422
    assert Client().get(PAGE).status_code == 200


def test_questions_are_limited_by_network(known, monkeypatch):
    monkeypatch.setitem(settings.API_LIMITS, "senders", (1, 3600))
    assert Client().get(QUESTION, {"name": "Işık"}).status_code == 200
    answer = Client().get(QUESTION, {"name": "Işık"})
    assert (answer.status_code, answer["RateLimit-Policy"]) == (429, '"senders";q=1;w=3600')
    assert Client().get(PAGE, {"ad": "Işık"}).status_code == 429
