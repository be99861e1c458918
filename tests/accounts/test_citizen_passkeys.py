"""R-Z1: a citizen's passkey opens that citizen's account and no other; a member's opens nothing here."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.test import Client
from fido2.utils import websafe_encode

from iys_portal.accounts.models import User
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import MembershipFactory

from .passkeys import Passkey, options_of
from .passkeys import add as add_to_member
from .steps import ACCOUNT, HOME, MAIL, citizen_with, enter

pytestmark = pytest.mark.django_db
ADD, DOOR = "/hesabim/gecis-anahtari/", "/vatandas/gecis-anahtari/"


@pytest.fixture(autouse=True)
def at_localhost(settings) -> None:
    settings.PORTAL_URL = "http://localhost:8000"


def add(client: Client, key: Passkey, name: str = "Telefonum"):
    return client.post(ADD, {"name": name, "credential": key.create(options_of(client, ADD))})


def use(client: Client, key: Passkey, user: User):
    answer = json.loads(key.get(options_of(client, DOOR)))
    answer["response"]["userHandle"] = websafe_encode(user_pk_to_url_str(user).encode())
    return client.post(DOOR, {"credential": json.dumps(answer)})


@pytest.fixture
def keyed(client: Client) -> tuple[User, Passkey]:
    enter(client)
    key = Passkey()
    assert add(client, key).url == ACCOUNT
    client.post("/accounts/logout/")
    return User.objects.get(), key


def test_r_z1_a_passkey_opens_the_account_without_a_code(client: Client, keyed) -> None:
    user, key = keyed
    codes = OutboxMessage.objects.filter(cause__startswith="one_time_code").count()
    assert use(client, key, user).url == HOME
    assert client.session["_auth_user_id"] == str(user.pk)
    assert OutboxMessage.objects.filter(cause__startswith="one_time_code").count() == codes
    assert AuditEntry.objects.get(verb="citizen.signed_in").new == {"by": "passkey"}
    assert client.get(HOME).status_code == 200


def test_the_device_is_asked_to_keep_it_and_to_verify_the_person(client: Client) -> None:
    enter(client)
    options = options_of(client, ADD)["publicKey"]
    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert options["user"]["name"] == MAIL
    asked = options_of(Client(), DOOR)["publicKey"]
    assert asked["userVerification"] == "required" and not asked.get("allowCredentials"), "nothing tells who is known"


def test_r_z1_it_opens_no_other_citizens_account(client: Client, keyed) -> None:
    _user, key = keyed
    other = citizen_with("veli@deneme.example")
    assert use(client, key, other).status_code == 422
    assert "_auth_user_id" not in client.session


def test_design_8_a_members_passkey_opens_nothing_here(client: Client, password_step) -> None:
    member, key = MembershipFactory(role="manager").user, Passkey()
    other = Client()
    password_step(other, member)
    add_to_member(other, key)
    assert use(client, key, member).status_code == 422
    assert "_auth_user_id" not in client.session
    assert not AuditEntry.objects.filter(verb="citizen.signed_in").exists()


def test_an_answer_works_once(client: Client, keyed) -> None:
    user, key = keyed
    answer = json.loads(key.get(options_of(client, DOOR)))
    answer["response"]["userHandle"] = websafe_encode(user_pk_to_url_str(user).encode())
    sent = {"credential": json.dumps(answer)}
    assert client.post(DOOR, sent).status_code == 302
    client.post("/accounts/logout/")
    client.get(DOOR)
    assert client.post(DOOR, sent).status_code == 422


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": 7}', "x"])
def test_what_somebody_made_up_is_refused(client: Client, credential: str) -> None:
    client.get(DOOR)
    assert client.post(DOOR, {"credential": credential}).status_code == 422


def test_a_code_still_signs_in_without_a_second_factor(client: Client, keyed) -> None:
    user, _key = keyed
    assert client.get(HOME).status_code == 302
    with time_machine.travel(datetime.now().astimezone() + timedelta(minutes=5), tick=False):
        enter(client)
        assert client.session["_auth_user_id"] == str(user.pk)
        assert client.get(HOME).status_code == 200


def test_it_is_named_and_removed(client: Client) -> None:
    enter(client)
    key = Passkey()
    add(client, key)
    row = Authenticator.objects.get()
    assert "Telefonum" in client.get(ACCOUNT).content.decode()
    client.post(f"{ADD}{row.pk}/", {"name": "Evdeki"})
    assert "Evdeki" in client.get(ACCOUNT).content.decode()
    client.post(f"{ADD}{row.pk}/sil/")
    assert not Authenticator.objects.exists()
    user = User.objects.get()
    client.post("/accounts/logout/")
    assert use(client, key, user).status_code == 422
    verbs = AuditEntry.objects.filter(verb__startswith="citizen.passkey").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["citizen.passkey_added", "citizen.passkey_renamed", "citizen.passkey_removed"]
    assert not any("Telefon" in str(vars(entry)) for entry in AuditEntry.objects.all())


def test_the_network_is_limited(client: Client, settings, keyed) -> None:
    user, key = keyed
    settings.REGISTRY = settings.REGISTRY | {"PASSKEYS_PER_NETWORK_HOUR": 0}
    assert use(client, key, user).status_code == 429
