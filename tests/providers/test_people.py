"""The people of a provider: members, roles, invitations; the last manager stays (R-A1, R-A2)."""

import pytest

from iys_portal.accounts.models import Invitation, User
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers import services
from providers.models import Membership
from tests.factories import MembershipFactory, UserFactory, actor_of, staff

pytestmark = pytest.mark.django_db
PEOPLE = "/kisiler/"


@pytest.fixture
def manager():
    return MembershipFactory(role="manager")


@pytest.fixture
def actor(manager):
    return actor_of(manager.user, manager.provider)


@pytest.fixture
def client_of(sign_in):
    return lambda membership: sign_in(membership.user, membership.provider)


def test_r_a1_the_page_shows_the_own_people_only(manager, client_of):
    colleague = MembershipFactory(provider=manager.provider, role="viewer")
    stranger = MembershipFactory()
    page = client_of(manager).get(PEOPLE).content.decode()
    assert colleague.user.email in page
    assert stranger.user.email not in page


@pytest.mark.parametrize("role", ["officer", "viewer", "integrator"])
def test_others_of_the_provider_do_not_manage_people(role, client_of):
    member = MembershipFactory(role=role)
    client = client_of(member)
    assert client.get(PEOPLE).status_code == 403
    assert client.post(PEOPLE, {"email": "a@deneme.example", "full_name": "A", "role": "manager"}).status_code == 403
    assert not Invitation.objects.exists()


def test_an_invitation_is_mailed_and_listed(manager, client_of):
    client = client_of(manager)
    fields = {"email": "Yeni@Deneme.example", "full_name": "Yeni Kişi", "role": "officer"}
    assert client.post(PEOPLE, fields).url == PEOPLE
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.provider_id) == ("yeni@deneme.example", manager.provider_id)
    assert OutboxMessage.objects.get().to == "yeni@deneme.example"
    assert "yeni@deneme.example" in client.get(PEOPLE).content.decode()
    client.post(f"/kisiler/davet/{invitation.public_id}/geri-al/")
    assert "yeni@deneme.example" not in client.get(PEOPLE).content.decode()
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "invitation.sent",
        "invitation.revoked",
    ]


@pytest.mark.parametrize(
    "fields", [{"email": "kein"}, {"role": "patron"}, {"full_name": ""}, {"role": ""}, {"email": ""}]
)
def test_a_wrong_form_is_shown_again(manager, client_of, fields):
    good = {"email": "yeni@deneme.example", "full_name": "Yeni", "role": "viewer"}
    answer = client_of(manager).post(PEOPLE, good | fields)
    assert answer.status_code == 422
    assert b"is-invalid" in answer.content
    assert not Invitation.objects.exists()


def test_who_belongs_already_is_not_invited_again(manager, actor):
    colleague = MembershipFactory(provider=manager.provider)
    with pytest.raises(Invalid):
        services.invite_member(email=colleague.user.email.upper(), full_name="X", role="viewer", actor=actor)
    assert not OutboxMessage.objects.exists()


def test_roles_change_and_are_audited(manager, client_of):
    colleague = MembershipFactory(provider=manager.provider, role="viewer")
    client_of(manager).post(f"/kisiler/{colleague.pk}/rol/", {"role": "officer"})
    colleague.refresh_from_db()
    assert colleague.role == "officer"
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.old, entry.new) == (
        "membership.role_changed",
        {"role": "viewer"},
        {"role": "officer"},
    )
    assert entry.provider_id == manager.provider_id


def test_removing_takes_the_provider_away_at_once(manager, client_of, client):
    colleague = MembershipFactory(provider=manager.provider, role="officer")
    client_of(manager).post(f"/kisiler/{colleague.pk}/cikar/")
    assert not Membership.objects.filter(pk=colleague.pk).exists()
    assert actor_of(colleague.user, manager.provider).permissions == frozenset()
    assert AuditEntry.objects.get().old == {"role": "officer", "user": colleague.user_id}


class TestLastManager:
    def test_cannot_be_removed_or_demoted(self, manager, actor):
        MembershipFactory(provider=manager.provider, role="officer")
        with pytest.raises(WrongMoment):
            services.remove_member(membership_id=manager.pk, actor=actor)
        for role in ("officer", "viewer"):
            with pytest.raises(WrongMoment):
                services.change_role(membership_id=manager.pk, role=role, actor=actor)
        manager.refresh_from_db()
        assert manager.role == "manager"
        assert not AuditEntry.objects.exists()

    def test_may_go_once_there_is_another(self, manager, actor):
        MembershipFactory(provider=manager.provider, role="manager")
        services.remove_member(membership_id=manager.pk, actor=actor)
        assert manager.provider.memberships.get().role == "manager"

    def test_a_closed_account_does_not_count_as_another(self, manager, actor):
        other = MembershipFactory(provider=manager.provider, role="manager")
        User.objects.filter(pk=other.user_id).update(is_active=False)
        with pytest.raises(WrongMoment):
            services.remove_member(membership_id=manager.pk, actor=actor)

    def test_another_providers_manager_does_not_count(self, manager, actor):
        MembershipFactory(role="manager")
        with pytest.raises(WrongMoment):
            services.remove_member(membership_id=manager.pk, actor=actor)

    def test_the_page_says_why(self, manager, client_of):
        client = client_of(manager)
        address = f"/kisiler/{manager.pk}/cikar/"
        answer = client.post(address, headers={"referer": f"http://testserver{PEOPLE}"}, follow=True)
        assert answer.request["PATH_INFO"] == PEOPLE
        assert b"alert-danger" in answer.content
        assert Membership.objects.filter(pk=manager.pk).exists()


class TestStrangers:
    def test_r_a1_another_providers_member_is_not_found(self, manager, actor, client_of):
        stranger = MembershipFactory(role="viewer")
        for act in (
            lambda: services.change_role(membership_id=stranger.pk, role="manager", actor=actor),
            lambda: services.remove_member(membership_id=stranger.pk, actor=actor),
        ):
            with pytest.raises(NotFound):
                act()
        client = client_of(manager)
        assert client.post(f"/kisiler/{stranger.pk}/rol/", {"role": "manager"}).status_code == 404
        assert client.post(f"/kisiler/{stranger.pk}/cikar/").status_code == 404
        stranger.refresh_from_db()
        assert stranger.role == "viewer"
        assert not AuditEntry.objects.exists()

    def test_r_a1_staff_have_no_such_page(self, sign_in):
        assert sign_in(UserFactory(staff_roles=["admin"])).get(PEOPLE).status_code == 403

    def test_a_viewer_promotes_nobody(self, manager):
        viewer = MembershipFactory(provider=manager.provider, role="viewer")
        with pytest.raises(NotAllowed):
            services.change_role(membership_id=viewer.pk, role="manager", actor=actor_of(viewer.user, manager.provider))

    def test_staff_invite_no_member_by_this_way(self):
        with pytest.raises(NotAllowed):
            services.invite_member(email="a@deneme.example", full_name="A", role="viewer", actor=staff("admin"))


def test_reading_changes_nothing(manager, client_of):
    """GET and HEAD of every address of this part leave every table as it was."""
    colleague = MembershipFactory(provider=manager.provider)
    client = client_of(manager)
    client.get(PEOPLE)
    tables = (Membership, Invitation, User, AuditEntry, OutboxMessage)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    invitation = "00000000-0000-0000-0000-000000000000"
    for path in (
        PEOPLE,
        f"/kisiler/{colleague.pk}/rol/",
        f"/kisiler/{colleague.pk}/cikar/",
        f"/kisiler/davet/{invitation}/geri-al/",
        f"/kisiler/davet/{invitation}/yeniden/",
        "/kullanici/gecis/",
        "/kullanici/davet/",
        "/kullanici/davet/kabul/",
        "/kullanici/oturum/1/kapat/",
        "/dil/",
    ):
        for method in (client.get, client.head):
            assert method(path).status_code in (200, 405), path
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
