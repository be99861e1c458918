"""R-A3: the audit log, append-only in the database itself."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import Invalid
from iys_portal.core.models import AuditEntry, Holiday
from tests.factories import MembershipFactory, UserFactory, actor_of, staff

CHANGES = (
    "UPDATE core_auditentry SET verb = 'x'",
    "DELETE FROM core_auditentry",
    "TRUNCATE core_auditentry",
)


@pytest.mark.django_db
class TestEntries:
    def test_r_a3_who_did_what_to_which_row_by_which_door(self):
        member = MembershipFactory(role="manager")
        actor = actor_of(member.user, member.provider).by_way("api")
        entry = audit.record("membership.tested", member, actor=actor, old={"a": 1}, new={"a": 2})
        assert (entry.target_type, entry.target_id) == ("providers.membership", str(member.pk))
        assert (entry.actor_id, entry.actor_name, entry.way) == (member.user_id, member.user.full_name, "api")
        assert entry.provider_id == member.provider_id

    def test_r_a3_it_keeps_the_actor_as_they_were(self):
        user = UserFactory(full_name="Eski Ad")
        entry = audit.record("x.tested", user, actor=actor_of(user))
        user.full_name = "Yeni Ad"
        user.save()
        entry.refresh_from_db()
        assert entry.actor_name == "Eski Ad"

    def test_r_a3_it_goes_with_the_transaction_of_the_act(self):
        @transaction.atomic
        def act() -> None:
            audit.record("x.tested", ("x.row", "1"), actor=SYSTEM)
            raise Invalid

        with pytest.raises(Invalid):
            act()
        assert not AuditEntry.objects.exists()

    def test_r_a1_providers_see_their_own_entries(self):
        member = MembershipFactory(role="manager")
        own = audit.record("x.tested", member, actor=SYSTEM)
        audit.record("x.tested", MembershipFactory(), actor=SYSTEM)
        assert list(AuditEntry.objects.visible_to(actor_of(member.user, member.provider))) == [own]
        assert AuditEntry.objects.visible_to(staff("auditor")).count() == 2
        assert not AuditEntry.objects.visible_to(actor_of(UserFactory())).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_r_a3_the_applications_role_cannot_change_the_log(statement):
    audit.record("x.tested", ("x.row", "1"), actor=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().verb == "x.tested"


@pytest.mark.django_db
def test_r_a3_the_applications_role_cannot_drop_or_alter_it():
    for statement in ("DROP TABLE core_auditentry", "ALTER TABLE core_auditentry DISABLE TRIGGER ALL"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_r_a3_even_the_owner_is_refused_by_the_database(committed_db, statement):
    audit.record("x.tested", ("x.row", "1"), actor=SYSTEM)
    owner = settings.DATABASES["owner"]
    with (
        psycopg.connect(
            host=owner["HOST"],
            port=owner["PORT"] or None,
            user=owner["USER"],
            password=owner["PASSWORD"] or None,
            dbname=committed_db,
        ) as direct,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        direct.execute(statement)
    assert AuditEntry.objects.get().verb == "x.tested"


@pytest.mark.django_db
def test_other_tables_stay_open_to_the_application():
    day = Holiday.objects.create(day="2026-01-02", name="Deneme")
    Holiday.objects.update(name="Değişti")
    day.delete()
    assert not Holiday.objects.exists()
