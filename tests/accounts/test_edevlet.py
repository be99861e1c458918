"""R-Z1: e-Devlet by OpenID Connect, through the whole redirect with a real provider; it proves a person, no address."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from iys_portal.accounts.models import EdevletLink, PrivacyNotice, PrivacyNoticeRead, ProvenAddress, User
from iys_portal.core.models import AuditEntry

from .openid import CLIENT, SECRET, Provider
from .steps import ACCOUNT, ADDRESSES, HOME, MAIL, SIGN_IN, citizen_with, enter

pytestmark = pytest.mark.django_db
BEGIN, BACK = "/vatandas/e-devlet/", "/vatandas/e-devlet/donus/"


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    provider = Provider()
    settings.EDEVLET_ISSUER, settings.EDEVLET_CLIENT_ID = provider.issuer, CLIENT
    settings.EDEVLET_CLIENT_SECRET = SECRET
    yield provider
    provider.stop()


def begin(client: Client, **more: str) -> str:
    """Leave for the provider; where it leads."""
    client.cookies["iys_citizen_notice"] = "1"
    return client.post(BEGIN, more).url


def through(client: Client, **more: str):
    """The whole way: to the provider, its redirect, and back."""
    away = requests.get(begin(client, **more), allow_redirects=False, timeout=10)
    return client.get(back_of(away))


def back_of(away: requests.Response) -> str:
    parts = urlsplit(away.headers["Location"])
    assert parts.path == BACK
    return f"{parts.path}?{parts.query}"


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_r_z1_the_first_time_opens_an_account_without_addresses(client: Client, provider: Provider) -> None:
    answer = through(client)
    assert answer.url == ADDRESSES
    user = User.objects.get()
    assert (user.kind, signed_in(client)) == ("citizen", str(user.pk))
    assert not ProvenAddress.objects.exists()
    link = EdevletLink.objects.get()
    assert provider.person not in link.subject_hash and len(link.subject_hash) == 64
    assert "e-Devlet" in client.get(ADDRESSES).content.decode()
    assert client.get(HOME).status_code == 200
    assert not any(provider.person in str(vars(entry)) for entry in AuditEntry.objects.all())


def test_r_z1_the_next_time_finds_the_account_again(client: Client, provider: Provider) -> None:
    through(Client())
    user = User.objects.get()
    ProvenAddress.objects.create(user=user, address=MAIL, proven_at=user.created_at)
    assert through(client, next="/hesabim/").url == ACCOUNT
    assert signed_in(client) == str(user.pk)
    provider.person = "somebody-else"
    through(Client())
    assert User.objects.count() == 2


def test_the_sign_in_page_offers_it(client: Client, provider: Provider) -> None:
    assert "e-Devlet ile gir<" in client.get(SIGN_IN).content.decode()


def test_it_is_asked_with_state_nonce_and_pkce_and_for_nothing_but_the_person(client: Client, provider) -> None:
    asked = parse_qs(urlsplit(begin(client)).query)
    assert asked["scope"] == ["openid"] and asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16 and len(asked["nonce"][0]) >= 16
    assert asked["redirect_uri"][0].endswith(BACK)


def test_r_g6_the_notice_comes_first(client: Client, provider: Provider) -> None:
    assert client.post(BEGIN).url == SIGN_IN
    assert not provider.asked
    notice = PrivacyNotice.objects.get(audience="citizen", language="tr")
    away = requests.get(client.post(BEGIN, {"notice": notice.pk}).url, allow_redirects=False, timeout=10)
    client.get(back_of(away))
    row = PrivacyNoticeRead.objects.get()
    assert (row.notice_id, row.subject_id) == (notice.pk, str(User.objects.get().pk))


def test_it_is_not_there_without_the_settings(client: Client) -> None:
    assert "e-Devlet ile gir<" not in client.get(SIGN_IN).content.decode()
    assert (client.post(BEGIN).status_code, client.get(BACK).status_code) == (404, 404)
    enter(client)
    assert "e-Devlet ile de" not in client.get(ACCOUNT).content.decode()


FALSE = {
    "issuer": {"iss": "http://baska.example"},
    "audience": {"aud": "another-portal"},
    "expired": {"exp": 1_700_000_000},
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "authorised for another": {"azp": "another-portal"},
}


@pytest.mark.parametrize("name", FALSE)
def test_r_z1_a_false_token_opens_nothing(client: Client, provider: Provider, name: str) -> None:
    provider.change = FALSE[name]
    assert through(client).url == SIGN_IN
    assert signed_in(client) is None and not User.objects.exists()


def test_r_z1_a_signature_by_another_key_opens_nothing(client: Client, provider: Provider) -> None:
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert through(client).url == SIGN_IN
    assert not User.objects.exists()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_r_z1_only_asymmetric_signatures_count(client: Client, provider: Provider, algorithm: str) -> None:
    provider.algorithm = algorithm
    provider.signs_with = None if algorithm == "none" else SECRET * 8
    assert through(client).url == SIGN_IN
    assert not User.objects.exists()


def test_r_z1_the_state_of_another_browser_opens_nothing(client: Client, provider: Provider) -> None:
    away = requests.get(begin(Client()), allow_redirects=False, timeout=10)
    assert client.get(back_of(away)).url == SIGN_IN
    assert client.get(BACK).url == SIGN_IN
    assert not User.objects.exists()


def test_r_z1_a_code_works_for_the_verifier_of_its_own_session_only(client: Client, provider: Provider) -> None:
    stolen = requests.get(begin(Client()), allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(stolen.headers["Location"]).query)["code"][0]
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    assert client.get(BACK, {"code": code, "state": state}).url == SIGN_IN
    assert not User.objects.exists()


def test_a_way_back_works_once(client: Client, provider: Provider) -> None:
    away = requests.get(begin(client), allow_redirects=False, timeout=10)
    client.get(back_of(away))
    client.post("/accounts/logout/")
    client.get(back_of(away))
    assert signed_in(client) is None


def test_a_provider_that_does_not_answer_is_said_kindly(client: Client, provider: Provider) -> None:
    provider.stop()
    assert begin(client) == SIGN_IN


def test_the_claim_that_knows_a_person_is_a_setting(client: Client, provider: Provider, settings) -> None:
    settings.EDEVLET_CLAIM = "kimlik"
    through(client)
    assert "/userinfo" in provider.asked
    assert User.objects.count() == 1
    settings.EDEVLET_CLAIM = "nobody-has-this"
    assert through(Client()).url == SIGN_IN


class TestTying:
    def test_it_is_tied_to_the_account_that_one_is_signed_in_to(self, client: Client, provider: Provider) -> None:
        enter(client)
        user = User.objects.get()
        assert through(client).url == ACCOUNT
        assert EdevletLink.objects.get().user == user and User.objects.count() == 1
        other = Client()
        through(other)
        assert signed_in(other) == str(user.pk)

    def test_an_empty_account_gives_way_one_with_addresses_does_not(self, client: Client, provider: Provider) -> None:
        through(Client())
        empty = User.objects.get()
        enter(client)
        through(client)
        empty.refresh_from_db()
        assert not empty.is_active and str(EdevletLink.objects.get().user_id) == signed_in(client)
        full, third = Client(), citizen_with("veli@deneme.example")
        full.force_login(third, backend="allauth.account.auth_backends.AuthenticationBackend")
        through(full)
        assert str(EdevletLink.objects.get().user_id) == signed_in(client)

    def test_untied_it_opens_another_account(self, client: Client, provider: Provider) -> None:
        enter(client)
        through(client)
        client.post("/hesabim/e-devlet/ayir/")
        assert not EdevletLink.objects.exists()

    def test_the_only_way_in_stays(self, client: Client, provider: Provider) -> None:
        through(client)
        client.post("/hesabim/e-devlet/ayir/")
        assert EdevletLink.objects.exists()


def test_the_provider_of_these_tests_signs_for_real(provider: Provider) -> None:
    keys = requests.get(f"{provider.issuer}/keys", timeout=10).json()
    token = jwt.encode({"sub": "x"}, provider.key, algorithm="RS256")
    key = jwt.PyJWK(keys["keys"][0])
    assert jwt.decode(token, key, algorithms=["RS256"]) == {"sub": "x"}
