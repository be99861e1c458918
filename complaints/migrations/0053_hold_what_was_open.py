"""R-L5: complaints that were open before they placed holds get theirs now, as `services.holds` gives it to others."""

from django.db import migrations

HOLD = """
    WITH placed AS (
        INSERT INTO consents_legalhold (recipient, brand_id, reference, reason, placed_at, actor_id, actor_name,
                                        released_name)
        SELECT address, brand_id, tracking_number, 'Açık şikâyet, itiraz ya da dava', now(), 0, 'İYS', ''
        FROM complaints_complaint
        WHERE hold_id IS NULL AND state IN ('filed', 'missing_information', 'defence_asked', 'defence_received',
                                            'defence_overdue', 'under_decision', 'objected', 'in_court')
        ORDER BY id
        RETURNING id, brand_id, reference, reason
    ), recorded AS (
        INSERT INTO core_auditentry (at, verb, target_type, target_id, target_name, actor_kind, actor_id, actor_name,
                                     way, request_id, new)
        SELECT now(), 'hold.placed', 'consents.legalhold', id::text, reference, 0, 0, 'İYS', 'task', '',
               jsonb_build_object('reason', reason, 'brand', brand_id)
        FROM placed
    )
    UPDATE complaints_complaint SET hold_id = placed.id FROM placed WHERE tracking_number = placed.reference
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0052_answers_of_one_length"),
        ("consents", "0020_events_of_dealers"),
        ("core", "0009_outbox_documents"),
    ]

    operations = [migrations.RunSQL(HOLD, migrations.RunSQL.noop)]
