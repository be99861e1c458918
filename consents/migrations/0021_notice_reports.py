from django.db import migrations, models


FILL = """
    INSERT INTO consents_noticereportday (brand_id, day, channel, source, retailer_id, state, total)
    SELECT n.brand_id, (n.registered_at AT TIME ZONE 'Europe/Istanbul')::date, e.channel, coalesce(e.source, 0),
        coalesce(e.retailer_id, 0), n.state, count(*)
    FROM consents_notice n
    JOIN consents_consentevent e ON e.recipient = n.recipient AND e.brand_id = n.brand_id AND e.event_id = n.event_id
    WHERE n.state BETWEEN 3 AND 6
    GROUP BY 1, 2, 3, 4, 5, 6
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0020_events_of_dealers'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeReportDay',
            fields=[
                ('pk', models.CompositePrimaryKey('brand_id', 'day', 'channel', 'source', 'retailer_id', 'state', blank=True, editable=False, primary_key=True, serialize=False)),
                ('brand_id', models.IntegerField()),
                ('day', models.DateField()),
                ('channel', models.SmallIntegerField(choices=[(1, 'Call'), (2, 'Text message'), (3, 'E-mail')])),
                ('source', models.SmallIntegerField(choices=[(0, '—'), (1, 'Physical medium'), (2, 'Wet signature'), (3, 'Event'), (4, 'ATM'), (5, 'Web site'), (6, 'Mobile application'), (7, 'Electronic medium'), (8, 'E-mail from the recipient'), (9, 'Text message from the recipient'), (10, 'Call centre'), (11, 'Social media'), (12, 'Before 1 May 2015'), (13, "Provider's decision"), (20, 'Citizen portal'), (21, 'Citizen portal, brand added by the citizen'), (22, "Link in the registry's e-mail"), (23, 'Text message to the registry'), (24, "Registry's call centre"), (25, "Registry's mobile application"), (26, 'Line closed by the operator'), (27, "Registry's frame, e-mail"), (28, "Registry's frame, text message")])),
                ('retailer_id', models.BigIntegerField()),
                ('state', models.SmallIntegerField(choices=[(1, 'Waiting'), (2, 'Being sent'), (3, 'On time'), (4, 'Late'), (5, 'Registered later'), (6, 'Undelivered'), (7, 'Cannot be told by text'), (8, 'Not sent: no longer true')])),
                ('total', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['day'], name='notice_report_of_day')],
            },
        ),
        # Notices that ended before are counted once, as `notice_queue` counts them from now on.
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
