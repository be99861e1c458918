"""Sign-in by e-mail and password, password change and reset, own sessions."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from iys_portal.accounts.models import User
from iys_portal.core import mailbox, outbox
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "ikinci-uydurma-parola-2"


@pytest.fixture
def viewer() -> User:
    return MembershipFactory(role="viewer").user


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_opens_the_overview(client, viewer, password_step):
    answer = password_step(client, viewer)
    assert answer.status_code == 302
    assert answer.url == "/"
    assert signed_in(client)


def test_the_address_may_be_typed_in_any_case(client, viewer, password_step):
    password_step(client, viewer.email.upper())
    assert signed_in(client)


def test_wrong_password_and_unknown_account_get_the_same_answer(client, viewer, password_step):
    def visible(answer):
        page = re.sub(r'(value|name="csrfmiddlewaretoken" value)="[^"]*"', "", answer.content.decode())
        return re.sub(r"hx-headers='[^']*'", "", page)

    wrong = password_step(client, viewer, "falsch")
    unknown = password_step(Client(), "kimse@deneme.example", "falsch")
    assert wrong.status_code == unknown.status_code == 200
    assert visible(wrong) == visible(unknown)
    assert not signed_in(client)


def test_after_five_failures_even_the_right_password_waits(client, viewer, password_step):
    for _ in range(5):
        password_step(client, viewer, "falsch")
    password_step(client, viewer)
    assert not signed_in(client)


def test_a_closed_account_stays_closed(client, viewer, password_step):
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    assert password_step(client, viewer).url == "/accounts/inactive/"
    assert not signed_in(client)


def test_nobody_signs_up(client):
    fields = {"email": "yeni@deneme.example", "password1": NEW, "password2": NEW}
    client.post("/accounts/signup/", fields)
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/login/code/"])
def test_addresses_cannot_be_added_and_codes_open_no_account(client, viewer, sign_in, path):
    assert sign_in(viewer).get(path).status_code == 404


def test_pages_ask_for_sign_in(client):
    for path in ("/kisiler/", "/accounts/sessions/", "/accounts/2fa/", "/accounts/password/change/"):
        assert client.get(path).url.startswith(LOGIN)


def test_sign_out_takes_a_post(client, viewer, sign_in):
    sign_in(viewer)
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)


def test_a_link_to_another_site_is_not_followed_after_sign_in(client, viewer):
    answer = client.post(f"{LOGIN}?next=https://elsewhere.example/", {"login": viewer.email, "password": PASSWORD})
    assert answer.url == "/"


def test_changing_the_password_ends_other_sessions_and_tells_the_person(viewer, password_step):
    here, there = Client(), Client()
    password_step(here, viewer)
    password_step(there, viewer)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", fields).status_code == 302
    assert here.get("/accounts/sessions/").status_code == 200
    assert there.get("/accounts/sessions/").status_code == 302
    assert OutboxMessage.objects.get(to=viewer.email)
    assert AuditEntry.objects.filter(verb="user.password_set", target_id=str(viewer.pk)).exists()


def test_a_common_or_short_password_is_refused(viewer, sign_in):
    client = sign_in(viewer)
    for weak in ("kisa", "password1234"):
        fields = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert client.post("/accounts/password/change/", fields).status_code == 200
    viewer.refresh_from_db()
    assert viewer.check_password(PASSWORD)


def reset_link() -> str:
    outbox.send_due()
    return next(re.search(r"https?://\S+/password/reset/key/\S+", letter.text)[0] for letter in mailbox.letters())


def test_a_forgotten_password_is_set_through_the_mailbox(client, viewer, password_step, settings):
    settings.PORTAL_URL = "https://portal.example"
    client.post("/accounts/password/reset/", {"email": viewer.email}, headers={"host": "evil.example"})
    link = reset_link()
    assert link.startswith("https://portal.example/accounts/password/reset/key/")
    form = client.get(link.removeprefix("https://portal.example"))
    assert form.status_code == 302, "the key leaves the address before the form is shown"
    client.post(form.url, {"password1": NEW, "password2": NEW})
    assert not signed_in(client), "the password alone never signs in past a second factor"
    password_step(client, viewer, NEW)
    assert signed_in(client)
    again = Client().get(link.removeprefix("https://portal.example"))
    assert again.status_code == 200, "a used link offers no form"
    assert b"password1" not in again.content


def test_asking_for_an_unknown_address_looks_the_same_and_mails_nobody(client, viewer):
    known = client.post("/accounts/password/reset/", {"email": viewer.email})
    unknown = client.post("/accounts/password/reset/", {"email": "kimse@deneme.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert list(OutboxMessage.objects.values_list("to", flat=True)) == [viewer.email]


def test_mails_are_in_the_readers_language(client, viewer):
    User.objects.filter(pk=viewer.pk).update(language="en")
    client.post("/accounts/password/reset/", {"email": viewer.email})
    assert OutboxMessage.objects.get().subject == "Set a new password"


def test_own_sessions_are_listed_and_can_be_ended_one_by_one(viewer, password_step):
    here, there = Client(headers={"user-agent": "Burada"}), Client(headers={"user-agent": "Orada"})
    password_step(here, viewer)
    password_step(there, viewer)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Burada" in page
    assert "Orada" in page
    other = UserSession.objects.get(user_agent="Orada")
    here.post(f"/kullanici/oturum/{other.pk}/kapat/")
    assert there.get("/accounts/sessions/").status_code == 302
    assert here.get("/accounts/sessions/").status_code == 200


def test_all_other_sessions_end_together(viewer, password_step):
    here, there = Client(), Client()
    password_step(here, viewer)
    password_step(there, viewer)
    here.post("/accounts/sessions/")
    assert there.get("/accounts/sessions/").status_code == 302


def test_r_a1_somebody_elses_session_is_not_found(viewer, password_step, client):
    password_step(Client(), UserFactory())
    password_step(client, viewer)
    foreign = UserSession.objects.exclude(user=viewer).get()
    assert client.post(f"/kullanici/oturum/{foreign.pk}/kapat/").status_code == 404
    assert UserSession.objects.filter(pk=foreign.pk).exists()


def test_too_many_reset_mails_are_refused_in_words(client, viewer):
    answers = [client.post("/accounts/password/reset/", {"email": viewer.email}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert b'<html lang="tr"' in answers[-1].content
