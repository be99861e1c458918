"""Design 8: citizens and members never mix."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from iys_portal.accounts import services
from iys_portal.accounts.demo import CITIZEN
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for, scopes_of
from iys_portal.core.actors import ActorKind
from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import Membership
from providers.services import MembershipDesk
from tests.factories import PASSWORD, MembershipFactory, ProviderFactory, UserFactory, staff

from .steps import HOME, MAIL, SIGN_IN, enter

pytestmark = pytest.mark.django_db


class TestTheKindsNeverMix:
    """Design 8: a code never opens an account of staff or of a provider's user."""

    @pytest.fixture
    def citizen(self, client: Client) -> User:
        enter(client)
        return User.objects.get(kind="citizen")

    def test_an_officer_is_a_citizen_with_the_same_address(self, client: Client) -> None:
        officer = MembershipFactory(user=UserFactory(email=MAIL), role="officer").user
        enter(client)
        citizen = User.objects.get(kind="citizen")
        assert client.session["_auth_user_id"] == str(citizen.pk) != str(officer.pk)
        assert client.get("/izinler/").status_code == 403
        officer.refresh_from_db()
        assert (officer.kind, officer.email, officer.memberships.count()) == ("member", MAIL, 1)
        other = Client()
        assert other.post("/accounts/login/", {"login": MAIL, "password": PASSWORD}).status_code == 302
        assert other.session.get("_auth_user_id") in (None, str(officer.pk))

    def test_signing_in_as_a_citizen_leaves_the_panel(self, sign_in) -> None:
        officer = MembershipFactory(user=UserFactory(email=MAIL), role="officer")
        client = sign_in(officer.user, officer.provider)
        enter(client)
        assert "second_factor_given" not in client.session
        assert client.get("/izinler/").status_code == 403

    def test_a_citizen_acts_as_recipient_without_a_provider(self, citizen: User) -> None:
        actor = actor_for(citizen, provider_id=7)
        assert (actor.kind, actor.id, actor.name) == (ActorKind.RECIPIENT, citizen.pk, "")
        assert (actor.provider_id, actor.all_providers, actor.permissions) == (
            None,
            False,
            {"consent.own", "complaint.own"},
        )
        assert scopes_of(citizen) == []
        assert citizen.has_perm("consent.own") and not citizen.is_staff

    def test_a_citizen_never_gets_a_membership(self, citizen: User) -> None:
        provider = ProviderFactory()
        audits = AuditEntry.objects.count()
        with pytest.raises(NotAllowed):
            MembershipDesk().add_member(user=citizen, provider_id=provider.pk, role="manager", actor=staff("admin"))
        assert not Membership.objects.exists()
        assert AuditEntry.objects.count() == audits

    @pytest.mark.parametrize("service", ["change_staff_roles", "deactivate_user", "reset_second_factor"])
    def test_staff_manage_members_only(self, citizen: User, service: str) -> None:
        more = {"roles": ["admin"]} if service == "change_staff_roles" else {"reason": "Deneme"}
        audits = AuditEntry.objects.count()
        with pytest.raises(NotFound):
            getattr(services, service)(user=citizen, actor=staff("admin"), **more)
        citizen.refresh_from_db()
        assert citizen.is_active and not citizen.staff_roles
        assert AuditEntry.objects.count() == audits

    @pytest.mark.parametrize(
        "change",
        [{"email": "x@deneme.example"}, {"staff_roles": ["admin"]}, {"password": "md5$a$b"}, {"kind": "member"}],
    )
    def test_the_database_refuses_a_citizen_with_more(self, citizen: User, change: dict[str, object]) -> None:
        with pytest.raises(IntegrityError, match="user_kind_with_its_sign_in"), transaction.atomic():
            User.objects.filter(pk=citizen.pk).update(**change)

    @pytest.mark.parametrize("change", [{"email": None}, {"kind": "citizen"}])
    def test_the_database_refuses_a_member_without_an_email(self, change: dict[str, object]) -> None:
        member = UserFactory()
        with pytest.raises(IntegrityError, match="user_kind_with_its_sign_in"), transaction.atomic():
            User.objects.filter(pk=member.pk).update(**change)

    @pytest.mark.parametrize("address", ["Ayse@deneme.example", "05321234567", "kimse", ""])
    def test_the_database_refuses_an_address_that_is_not_as_stored(self, citizen: User, address: str) -> None:
        with pytest.raises(IntegrityError, match="proven_address_as_stored"), transaction.atomic():
            ProvenAddress.objects.create(user=citizen, address=address, proven_at=datetime.now().astimezone())

    def test_the_admin_lists_members_only(self, citizen: User, sign_in) -> None:
        admin = sign_in(UserFactory(staff_roles=["admin"]))
        page = admin.get("/admin/accounts/user/").content.decode()
        assert f"/admin/accounts/user/{citizen.pk}/" not in page
        assert admin.get(f"/admin/accounts/user/{citizen.pk}/change/").status_code == 302
        act = f"/admin/accounts/user/{citizen.pk}/act/deactivate/"
        assert admin.post(act, {"reason": "Deneme"}).status_code == 404

    @pytest.mark.parametrize(
        "name",
        ["account_change_password", "mfa_index", "mfa_activate_totp", "usersessions_list", "account_reauthenticate"],
    )
    def test_pages_of_passwords_and_factors_are_not_for_citizens(
        self, citizen: User, client: Client, name: str
    ) -> None:
        assert client.get(reverse(name)).status_code == 403

    def test_a_password_reset_never_reaches_a_citizen(self, citizen: User) -> None:
        before = OutboxMessage.objects.count()
        Client().post("/accounts/password/reset/", {"email": MAIL})
        assert OutboxMessage.objects.count() == before

    def test_the_sites_address_and_the_logo_lead_a_citizen_home(self, citizen: User, client: Client) -> None:
        assert client.get("/").url == HOME
        assert client.get(SIGN_IN).url == HOME
        assert client.get("/accounts/login/").url == HOME
        assert f'class="brand" href="{HOME}"' in client.get("/izinler/").content.decode(), "also on the refusal"

    def test_members_are_refused_at_the_citizens_page(self, sign_in) -> None:
        member = MembershipFactory(role="manager")
        assert sign_in(member.user, member.provider).get(HOME).status_code == 403

    def test_visitors_of_the_citizens_page_come_to_the_citizens_door(self) -> None:
        assert Client().get(HOME).url == f"{SIGN_IN}?next={HOME}"

    def test_the_two_doors_lead_to_each_other(self, client: Client) -> None:
        assert SIGN_IN in client.get("/accounts/login/").content.decode()
        assert "/accounts/login/" in client.get(SIGN_IN).content.decode()

    def test_the_demonstration_names_somebody_to_try(self, client: Client, settings) -> None:
        assert CITIZEN not in client.get(SIGN_IN).content.decode()
        settings.DEMO = True
        assert CITIZEN in client.get(SIGN_IN).content.decode()
        told = StringIO()
        call_command("demo_accounts", stdout=told)
        assert CITIZEN in told.getvalue()
        assert services.code_address(CITIZEN) == "+905000003507"
        assert not User.objects.exists()
