"""R-A2: a user of several providers switches without signing out; R-A1: strangers get 404."""

import pytest

from iys_portal.accounts.scopes import SESSION_KEY, actor_for
from tests.factories import MembershipFactory, ProviderFactory, UserFactory

pytestmark = pytest.mark.django_db
SWITCH = "/kullanici/gecis/"


@pytest.fixture
def person():
    user = MembershipFactory(role="viewer", provider__title="Çınar").user
    MembershipFactory(user=user, role="manager", provider__title="Deniz")
    return user


def test_r_a2_switching_changes_for_whom_the_person_acts(person, sign_in):
    client = sign_in(person)
    first, second = (person.memberships.get(provider__title=title).provider for title in ("Çınar", "Deniz"))
    assert actor_for(person).provider_id == first.pk, "the first by Turkish order"
    answer = client.post(SWITCH, {"provider": second.pk, "next": "/kisiler/"})
    assert answer.url == "/", "switching lands on the overview"
    assert client.session[SESSION_KEY] == second.pk
    assert client.get("/kisiler/").status_code == 200
    client.post(SWITCH, {"provider": first.pk})
    assert client.get("/kisiler/").status_code == 403, "as viewer there is no such page"


@pytest.mark.parametrize("value", ["strange", "", "0", "-1", "99999999999999999999", "1 OR 1=1", "abc"])
def test_r_a1_other_values_are_not_found(person, sign_in, value):
    client = sign_in(person)
    chosen = str(ProviderFactory().pk) if value == "strange" else value
    assert client.post(SWITCH, {"provider": chosen}).status_code == 404
    assert SESSION_KEY not in client.session


def test_staff_return_to_the_view_over_all(sign_in):
    user = UserFactory(staff_roles=["admin"])
    provider = MembershipFactory(user=user, role="manager").provider
    client = sign_in(user, provider)
    client.post(SWITCH, {"provider": ""})
    assert SESSION_KEY not in client.session
    assert actor_for(user).all_providers


def test_r_a1_a_lost_membership_is_lost_at_once(person, sign_in):
    provider = person.memberships.get(role="manager").provider
    client = sign_in(person, provider)
    assert client.get("/kisiler/").status_code == 200
    person.memberships.filter(role="manager").delete()
    assert client.get("/kisiler/").status_code == 403
    assert actor_for(person, provider_id=provider.pk).provider_id != provider.pk


def test_switching_takes_a_post_and_a_sign_in(person, client):
    assert client.post(SWITCH, {"provider": 1}).url.startswith("/accounts/login/")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.session["second_factor_given"] = True
    assert client.get(SWITCH).status_code in (302, 405)


class TestLanguage:
    def test_the_first_visit_is_turkish_whatever_the_browser_says(self, client):
        answer = client.get("/accounts/login/", headers={"accept-language": "en-GB,en"})
        assert answer.headers["Content-Language"] == "tr"
        assert b'<html lang="tr"' in answer.content

    def test_a_visitors_choice_is_a_cookie(self, client):
        assert client.post("/dil/", {"language": "en", "next": "/accounts/login/"}).url == "/accounts/login/"
        assert client.get("/accounts/login/").headers["Content-Language"] == "en"

    def test_a_persons_choice_stays_with_the_account(self, person, client, sign_in):
        sign_in(person).post("/dil/", {"language": "en"})
        person.refresh_from_db()
        assert person.language == "en"
        client.cookies.pop("django_language")
        assert client.get("/accounts/logout/").headers["Content-Language"] == "en"

    @pytest.mark.parametrize("language", ["de", "", "tr; drop"])
    def test_other_languages_are_not_found(self, client, language):
        assert client.post("/dil/", {"language": language}).status_code == 404

    def test_it_leads_to_no_other_site(self, client):
        assert client.post("/dil/", {"language": "en", "next": "https://elsewhere.example/"}).url == "/"
