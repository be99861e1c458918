"""R-A1, R-A2, R-A3: which role holds which permission, written out once more as the domain says it."""

import pytest

from iys_portal.accounts import services
from iys_portal.accounts.enums import ProviderRole, StaffRole
from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.roles import (
    CITIZEN_PERMISSIONS,
    SECOND_FACTOR_FOR,
    permissions_of_member,
    permissions_of_staff,
)
from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry
from tests.factories import MembershipFactory, UserFactory, actor_of, staff

MEMBER = {
    "manager": "panel.view consent.view consent.record consent.import consent.export consent.query query.view "
    "consent.reconcile message.write evidence.complete complaint.view complaint.answer provider.view "
    "provider.profile provider.users provider.settings api.keys retailer.keep push.keep",
    "officer": "panel.view provider.view provider.profile consent.view consent.record consent.import consent.export "
    "consent.query query.view consent.reconcile message.write evidence.complete complaint.view complaint.answer",
    "viewer": "panel.view provider.view provider.profile consent.view complaint.view",
    # The most that grants can give (R-P12).
    "integrator": "panel.view consent.view consent.record consent.import consent.query query.view consent.reconcile "
    "complaint.view complaint.answer api.keys",
}
STAFF = {
    "reviewer": "panel.view admin.enter gallery.view reference.view application.review application.papers",
    "complaint_officer": "panel.view admin.enter gallery.view reference.view complaint.view complaint.decide",
    "admin": "panel.view admin.enter gallery.view provider.view consent.view query.view consent.import_any "
    "consent.export consent.reconcile person.show reference.view reference.change staff.users audit.view retention.run "
    "complaint.view complaint.view_any",
    "auditor": "panel.view admin.enter gallery.view provider.view consent.view query.view reference.view "
    "application.papers audit.view ledger.verify person.show complaint.view complaint.view_any",
}
CHANGING = {
    Permission.CONSENT_RECORD,
    Permission.CONSENT_IMPORT,
    Permission.CONSENT_IMPORT_ANY,
    Permission.PROVIDER_USERS,
    Permission.PROVIDER_SETTINGS,
    Permission.API_KEYS,
    Permission.RETAILER_KEEP,
    Permission.PUSH_KEEP,
    Permission.REFERENCE_CHANGE,
    Permission.STAFF_USERS,
    Permission.APPLICATION_REVIEW,
    Permission.EVIDENCE_COMPLETE,
    Permission.MESSAGE_WRITE,
    Permission.COMPLAINT_ANSWER,
    Permission.COMPLAINT_DECIDE,
}


@pytest.mark.parametrize("role", ProviderRole.values)
def test_r_a1_what_members_may(role):
    assert permissions_of_member(role) == set(MEMBER[role].split())


@pytest.mark.parametrize("role", StaffRole.values)
def test_r_a1_what_staff_may(role):
    assert permissions_of_staff([role]) == set(STAFF[role].split())


def test_r_a1_the_auditor_and_the_viewer_change_nothing():
    assert not CHANGING & permissions_of_staff(["auditor"])
    assert not CHANGING & permissions_of_member("viewer")


def test_several_staff_roles_add_up():
    assert permissions_of_staff(["reviewer", "auditor"]) == {*STAFF["reviewer"].split(), *STAFF["auditor"].split()}


def test_r_a2_every_role_that_imports_exports_or_manages_is_covered():
    covered = [r for r in ProviderRole.values if SECOND_FACTOR_FOR & permissions_of_member(r)]
    assert covered == ["manager", "officer", "integrator"]
    assert all(SECOND_FACTOR_FOR & permissions_of_staff([role]) for role in StaffRole.values)


def test_every_permission_is_held_by_some_role():
    held = set().union(*(permissions_of_member(r) for r in ProviderRole.values))
    nobodys = {Permission.APPLICATION_OWN}  # an applicant's, who is no user
    assert held | permissions_of_staff(StaffRole.values) | CITIZEN_PERMISSIONS | nobodys == set(Permission)


def test_nobody_shares_a_citizens_permission():
    members = set().union(*(permissions_of_member(r) for r in ProviderRole.values))
    assert not CITIZEN_PERMISSIONS & (members | permissions_of_staff(StaffRole.values))


@pytest.mark.django_db
class TestStaffUsers:
    """R-A3: each change by staff is in the audit log."""

    def test_r_a3_changing_roles_is_audited(self):
        person, admin = UserFactory(staff_roles=["auditor"]), staff("admin")
        services.change_staff_roles(user=person, roles=["reviewer", "auditor"], actor=admin)
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.actor_id) == ("user.staff_roles_changed", admin.id)
        assert (entry.old, entry.new) == ({"roles": ["auditor"]}, {"roles": ["auditor", "reviewer"]})

    def test_a_second_click_changes_and_records_nothing(self):
        person = UserFactory(staff_roles=["auditor"])
        services.change_staff_roles(user=person, roles=["auditor"], actor=staff("admin"))
        assert not AuditEntry.objects.exists()

    def test_unknown_roles_are_refused(self):
        with pytest.raises(Invalid):
            services.change_staff_roles(user=UserFactory(), roles=["king"], actor=staff("admin"))

    @pytest.mark.parametrize("role", ["reviewer", "complaint_officer", "auditor"])
    def test_r_a1_other_staff_change_nobody(self, role):
        person, actor = UserFactory(staff_roles=["reviewer"]), staff(role)
        for act in (
            lambda: services.change_staff_roles(user=person, roles=["admin"], actor=actor),
            lambda: services.place_officer(user=person, province="Ankara", actor=actor),
            lambda: services.deactivate_user(user=person, reason="x", actor=actor),
            lambda: services.reactivate_user(user=person, reason="x", actor=actor),
        ):
            with pytest.raises(NotAllowed):
                act()
        person.refresh_from_db()
        assert person.is_active
        assert person.staff_roles == ["reviewer"]
        assert not AuditEntry.objects.exists()

    def test_the_last_user_admin_stays(self):
        admin = UserFactory(staff_roles=["admin"])
        with pytest.raises(WrongMoment):
            services.change_staff_roles(user=admin, roles=["auditor"], actor=actor_of(admin))
        second = UserFactory(staff_roles=["admin"])
        services.change_staff_roles(user=admin, roles=["auditor"], actor=actor_of(second))
        admin.refresh_from_db()
        assert admin.staff_roles == ["auditor"]

    def test_an_inactive_admin_does_not_count_as_another(self):
        admin = UserFactory(staff_roles=["admin"])
        UserFactory(staff_roles=["admin"], is_active=False)
        with pytest.raises(WrongMoment):
            services.change_staff_roles(user=admin, roles=[], actor=actor_of(admin))

    def test_closing_an_account_ends_its_sessions(self, client, password_step):
        person = MembershipFactory(role="viewer").user
        password_step(client, person)
        services.deactivate_user(user=person, reason="Görevden ayrıldı", actor=staff("admin"))
        assert client.get("/accounts/sessions/").url.startswith("/accounts/login/")
        assert AuditEntry.objects.get(verb="user.deactivated").new == {"reason": "Görevden ayrıldı"}
        services.reactivate_user(user=person, reason="Döndü", actor=staff("admin"))
        assert User.objects.get(pk=person.pk).is_active

    def test_nobody_closes_their_own_account(self):
        admin = UserFactory(staff_roles=["admin"])
        with pytest.raises(WrongMoment):
            services.deactivate_user(user=admin, reason="x", actor=actor_of(admin))
