"""R-K10: totals of brands over every il, counted from the facts that are there; indexes for reads of one place."""

from django.db import migrations, models

TOPICS = [
    ("", "—"),
    ("no_consent", "I never agreed to messages of this sender"),
    ("after_refusal", "The message came although I had refused"),
    ("no_refusal_way", "The message gave no easy way to refuse, or it did not work"),
    ("sender_hidden", "The message does not show who sent it"),
    ("not_mine", "A consent is recorded that I did not give"),
    ("night", "The call or message came at an unreasonable hour"),
    ("other", "Something else"),
]
OUTCOMES = {
    "open": "filed missing_information defence_asked defence_received defence_overdue under_decision",
    "violation": "violation",
    "no_violation": "no_violation",
    "out_of_scope": "out_of_scope",
    "too_late": "too_late",
    "contested": "objected in_court",
    "incomplete": "incomplete",
    "withdrawn": "withdrawn",
}
SUMS = ", ".join(
    "count(*) FILTER (WHERE state IN ({}))".format(", ".join(f"'{state}'" for state in states.split()))
    for states in OUTCOMES.values()
)
# Under the lock of counting (services.statistics), so that nothing is counted in between.
COUNT = f"""
    SELECT pg_advisory_xact_lock(7300121);
    INSERT INTO complaints_complaintbrandcell (topic, month, channel, brand_key, total, {", ".join(OUTCOMES)})
    SELECT topic, month, channel, coalesce(brand_id, 0), count(*), {SUMS}
    FROM complaints_complaintfact CROSS JOIN LATERAL unnest(ARRAY['']::varchar[] || topics) topic
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (only our own constants)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0053_hold_what_was_open")]

    operations = [
        migrations.CreateModel(
            name="ComplaintBrandCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "topic", "month", "channel", "brand_key", blank=True, editable=False, primary_key=True,
                        serialize=False,
                    ),
                ),
                ("topic", models.CharField(blank=True, choices=TOPICS, max_length=20)),
                ("month", models.DateField()),
                ("channel", models.SmallIntegerField(choices=[(1, "Call"), (2, "Text message"), (3, "E-mail")])),
                ("brand_key", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                *((name, models.BigIntegerField()) for name in OUTCOMES),
            ],
        ),
        migrations.RemoveIndex("ComplaintFact", "complaint_fact_of_month"),
        migrations.AddIndex(
            "ComplaintCell", models.Index(fields=["province", "topic", "month"], name="complaint_cell_of_place")
        ),
        migrations.AddIndex(
            "ComplaintDays",
            models.Index(
                fields=["province", "kind", "topic", "month"], include=["days", "total"], name="complaint_days_of_place"
            ),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
