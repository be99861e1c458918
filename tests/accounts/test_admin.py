"""The admin: one sign-in, read-only but for services (style 14)."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iys_portal.accounts import services
from iys_portal.accounts.models import Invitation
from iys_portal.core.actors import SYSTEM
from iys_portal.core.models import AuditEntry, Holiday
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(sign_in):
    return sign_in(UserFactory(staff_roles=["admin"]))


def test_r_a2_its_own_sign_in_is_ours(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.url == "/accounts/login/?next=/admin/"
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_r_a2_staff_without_a_second_factor_do_not_enter(client, password_step):
    password_step(client, UserFactory(staff_roles=["admin"]))
    assert client.get("/admin/").url == "/accounts/2fa/totp/activate/"


def test_r_a1_providers_users_do_not_enter(sign_in):
    client = sign_in(MembershipFactory(role="manager").user)
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("admin", {"user", "invitation", "auditentry", "job", "holiday"}),
        ("auditor", {"user", "invitation", "auditentry", "job", "holiday"}),
        ("reviewer", {"holiday"}),
        ("complaint_officer", {"holiday"}),
    ],
)
def test_r_a1_what_each_role_sees(sign_in, role, seen):
    client = sign_in(UserFactory(staff_roles=[role]))
    for label in ("accounts.user", "accounts.invitation", "core.auditentry", "core.job", "core.holiday"):
        app, model = label.split(".")
        status = client.get(reverse(f"admin:{app}_{model}_changelist")).status_code
        assert status == (200 if model in seen else 403), label


@pytest.mark.parametrize("model", ["auth_group", "account_emailaddress", "mfa_authenticator"])
def test_libraries_tables_are_closed(admin, model):
    assert admin.get(reverse(f"admin:{model}_changelist")).status_code == 403


def test_r_a3_roles_change_through_the_service(admin):
    person = UserFactory()
    page = reverse("admin:accounts_user_change", args=[person.pk])
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"staff_roles": ["reviewer"]}).status_code == 302
    person.refresh_from_db()
    assert person.staff_roles == ["reviewer"]
    assert AuditEntry.objects.filter(verb="user.staff_roles_changed").exists()


def test_r_k7_a_complaint_officer_gets_a_province_that_there_is(admin):
    person = UserFactory()
    page = reverse("admin:accounts_user_change", args=[person.pk])
    for province in ("", "Atlantis"):
        assert admin.post(page, {"staff_roles": ["complaint_officer"], "province": province}).status_code == 200
    person.refresh_from_db()
    assert (person.staff_roles, person.province) == ([], "")
    assert admin.post(page, {"staff_roles": ["complaint_officer"], "province": "İzmir"}).status_code == 302
    person.refresh_from_db()
    assert (person.staff_roles, person.province) == (["complaint_officer"], "İzmir")
    entry = AuditEntry.objects.get(verb="user.province_changed")
    assert (entry.old, entry.new) == ({"province": ""}, {"province": "İzmir"})


def test_the_auditor_changes_nothing(sign_in):
    client, person = sign_in(UserFactory(staff_roles=["auditor"])), UserFactory()
    page = reverse("admin:accounts_user_change", args=[person.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"staff_roles": ["admin"]}).status_code == 403
    for name in ("reset-factor", "deactivate", "reactivate"):
        act = reverse("admin:accounts_user_act", args=[person.pk, name])
        assert client.get(act).status_code == 403
        assert client.post(act, {"reason": "x"}).status_code == 403
    person.refresh_from_db()
    assert person.staff_roles == []
    assert person.is_active


def test_r_a2_a_lost_factor_is_reset_on_the_persons_page(admin):
    person = MembershipFactory(role="manager").user
    services.enrol_totp(person)
    act = reverse("admin:accounts_user_act", args=[person.pk, "reset-factor"])
    assert admin.get(act).status_code == 200
    assert Authenticator.objects.exists(), "opening the page resets nothing"
    assert "Neyi, nasıl kontrol ettiniz" in admin.get(act).content.decode()
    for nothing in ("", "evet"):
        assert admin.post(act, {"reason": nothing}).status_code == 200
    assert Authenticator.objects.exists()
    assert admin.post(act, {"reason": "Kimlik görüldü"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_r_a2_the_list_of_people_says_who_has_a_factor_in_one_query(admin, django_assert_max_num_queries):
    with_factor, without = MembershipFactory(role="manager").user, MembershipFactory(role="viewer").user
    services.enrol_totp(with_factor)
    page = reverse("admin:accounts_user_changelist")
    with CaptureQueriesContext(connection) as few:
        listed = {user.pk: user.has_factor for user in admin.get(page).context["cl"].result_list}
    assert (listed[with_factor.pk], listed[without.pk]) == (True, False)
    UserFactory.create_batch(5)
    with django_assert_max_num_queries(len(few)):
        assert admin.get(page).status_code == 200


def test_one_invitation_that_was_taken_up_does_not_hold_the_others_back(admin):
    gone, waiting = (
        services.invite(email=f"{name}@deneme.example", full_name=name, staff_roles=["auditor"], actor=SYSTEM)
        for name in ("gitti", "bekler")
    )
    services.revoke_invitation(public_id=gone.public_id, actor=SYSTEM)
    chosen = {"action": "revoke", "_selected_action": [gone.pk, waiting.pk]}
    answer = admin.post(reverse("admin:accounts_invitation_changelist"), chosen, follow=True)
    waiting.refresh_from_db()
    assert waiting.revoked_at
    assert [message.level_tag for message in answer.context["messages"]] == ["error", "success"]


def test_staff_are_invited_here(admin):
    page = reverse("admin:accounts_invitation_add")
    assert admin.get(page).status_code == 200
    fields = {"email": "yeni@deneme.example", "full_name": "Yeni", "staff_roles": ["auditor"]}
    assert admin.post(page, fields | {"iys_code": "", "provider_role": ""}).status_code == 302
    assert Invitation.objects.get().staff_roles == ["auditor"]


def test_a_providers_first_manager_is_invited_here(admin):
    provider = MembershipFactory().provider
    fields = {"email": "yeni@deneme.example", "full_name": "Yeni", "provider_role": "manager"}
    page = reverse("admin:accounts_invitation_add")
    assert admin.post(page, fields | {"iys_code": "1"}).status_code == 200
    assert admin.post(page, fields | {"iys_code": provider.iys_code}).status_code == 302
    assert Invitation.objects.get().provider_id == provider.pk


def test_added_holidays_are_audited(admin):
    page = reverse("admin:core_holiday_add")
    assert admin.post(page, {"day": "2026-01-02", "name": "İdari izin"}).status_code == 302
    day = Holiday.objects.get()
    admin.post(reverse("admin:core_holiday_delete", args=[day.pk]), {"post": "yes"})
    assert not Holiday.objects.exists()
    assert list(AuditEntry.objects.values_list("verb", flat=True).order_by("id")) == [
        "holiday.added",
        "holiday.removed",
    ]
    assert not LogEntry.objects.exists(), "the audit log is the one that is kept"


def test_holidays_are_imported_through_the_service(admin):
    table = SimpleUploadedFile("gunler.csv", "day,name\n2026-01-02,İdari izin\n2026-05-22,Köprü günü\n".encode())
    page = reverse("admin:core_holiday_import")
    preview = admin.post(page, {"import_file": table, "format": "0", "resource": "0"})
    assert not Holiday.objects.exists(), "the preview writes nothing"
    confirm = preview.context["confirm_form"].initial
    admin.post(reverse("admin:core_holiday_process_import"), confirm)
    assert Holiday.objects.count() == 2
    assert AuditEntry.objects.filter(verb="holiday.added").count() == 2


def test_holidays_come_in_a_file_by_turkish_words_and_change_by_their_day(admin):
    Holiday.objects.create(day="2026-01-02", name="Yanlış")
    table = SimpleUploadedFile("gunler.csv", "Tarih;Ad\n02.01.2026;İdari izin\n22.05.2026;Köprü günü\n".encode())
    preview = admin.post(reverse("admin:core_holiday_import"), {"import_file": table, "format": "0", "resource": "0"})
    admin.post(reverse("admin:core_holiday_process_import"), preview.context["confirm_form"].initial)
    assert list(Holiday.objects.values_list("name", flat=True)) == ["İdari izin", "Köprü günü"]
    changed = AuditEntry.objects.get(verb="holiday.changed")
    assert (changed.old, changed.way) == ({"day": "2026-01-02", "name": "Yanlış"}, "import")


def test_a_file_that_is_no_table_is_refused_in_words(admin):
    table = SimpleUploadedFile("gunler.csv", b"%PDF-1.7 not a table")
    answer = admin.post(reverse("admin:core_holiday_import"), {"import_file": table, "format": "0", "resource": "0"})
    assert answer.context["form"].errors["import_file"]


def test_r_g3_an_export_of_holidays_is_on_record(admin):
    Holiday.objects.create(day="2026-01-02", name="İdari izin")
    page = reverse("admin:core_holiday_export")
    columns = {"holidayresource_day": "on", "holidayresource_name": "on"}
    answer = admin.post(page, {"format": "0", "resource": "0"} | columns)
    assert "İdari izin" in answer.content.decode()
    assert AuditEntry.objects.get(verb="reference.exported").new == {"rows": 1}


def test_a_wrong_row_imports_nothing(admin):
    table = SimpleUploadedFile("gunler.csv", b"day,name\n2026-01-02,Bir\nyarin,Iki\n")
    preview = admin.post(reverse("admin:core_holiday_import"), {"import_file": table, "format": "0", "resource": "0"})
    assert preview.status_code == 200
    assert "confirm_form" not in preview.context
    assert not Holiday.objects.exists()


def test_a_reviewer_cannot_import_holidays(sign_in):
    client = sign_in(UserFactory(staff_roles=["reviewer"]))
    assert client.get(reverse("admin:core_holiday_import")).status_code == 403
