"""Consent pages of brands and the answers on them (R-M7)."""

import consents.models.consent_pages
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models

from iys_portal.core.database import refuse_changes_sql


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0017_standing_wishes'),
        ('providers', '0008_mersis_copy'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consentevent',
            name='way',
            field=models.SmallIntegerField(choices=[(1, 'Form'), (2, 'Import'), (3, 'API'), (4, 'Citizen portal'), (5, 'Link in an e-mail'), (6, 'Text message'), (7, "Registry's own task"), (8, 'Consent page')]),
        ),
        migrations.CreateModel(
            name='ConsentPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consents.models.consent_pages.new_page_id, editable=False, max_length=16, unique=True)),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(choices=[(1, 'Call'), (2, 'Text message'), (3, 'E-mail')]), size=None, verbose_name='channels')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('tr', 'Turkish'), ('en', 'English')], max_length=2), size=None, verbose_name='languages')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('purpose', models.CharField(blank=True, max_length=200, verbose_name='purpose')),
                ('return_url', models.CharField(blank=True, max_length=300, validators=[django.core.validators.RegexValidator('^https://[^\\s]+$', 'The address begins with https://.')], verbose_name='return address')),
                ('frame_domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None, verbose_name='sites')),
                ('is_on', models.BooleanField(default=True, verbose_name='on')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('asked', models.PositiveIntegerField(default=0, verbose_name='codes asked for')),
                ('proved', models.PositiveIntegerField(default=0, verbose_name='addresses proven')),
                ('answered', models.PositiveIntegerField(default=0, verbose_name='consents given')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('created_by', models.BigIntegerField()),
                ('created_name', models.CharField(max_length=200)),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_pages', to='providers.brand', verbose_name='brand')),
                ('retailer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='providers.retailer', verbose_name='dealer')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='consents.consenttext', verbose_name='consent text')),
            ],
            options={
                'verbose_name': 'consent page',
                'verbose_name_plural': 'consent pages',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ConsentPageAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page_version', models.PositiveIntegerField()),
                ('nonce', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('number', models.CharField(max_length=30, unique=True)),
                ('proof_sha256', models.BinaryField(max_length=32)),
                ('answered_at', models.DateTimeField()),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='consents.consentpage')),
            ],
            options={
                'verbose_name': 'answer on a consent page',
                'verbose_name_plural': 'answers on consent pages',
            },
        ),
        migrations.AddIndex(
            model_name='consentpage',
            index=models.Index(fields=['brand', '-created_at'], name='consent_page_of_brand'),
        ),
        migrations.AddConstraint(
            model_name='consentpage',
            constraint=models.CheckConstraint(condition=models.Q(('channels__len__gte', 1), ('channels__contained_by', [1, 2, 3])), name='consent_page_has_channels', violation_error_message='Choose at least one channel.'),
        ),
        migrations.AddConstraint(
            model_name='consentpage',
            constraint=models.CheckConstraint(condition=models.Q(('languages__len__gte', 1), ('languages__contained_by', ['tr', 'en'])), name='consent_page_has_languages', violation_error_message='Choose at least one language.'),
        ),
        migrations.AddConstraint(
            model_name='consentpage',
            constraint=models.CheckConstraint(condition=models.Q(('return_url', ''), ('return_url__startswith', 'https://'), _connector='OR'), name='consent_page_returns_by_https', violation_error_message='The address begins with https://.'),
        ),
        migrations.AddConstraint(
            model_name='consentpage',
            constraint=models.CheckConstraint(condition=models.Q(('proved__lte', models.F('asked')), ('answered__lte', models.F('proved'))), name='consent_page_counts_in_order'),
        ),
        migrations.AddConstraint(
            model_name='consentpage',
            constraint=models.CheckConstraint(condition=models.Q(('created_at__isnull', False), ('created_by__isnull', False), models.Q(('created_name', ''), _negated=True)), name='consent_page_created_at_with_by'),
        ),
        migrations.RunSQL(
            refuse_changes_sql("consents_consentpageanswer"),
            "DROP TRIGGER consents_consentpageanswer_append_only ON consents_consentpageanswer",
        ),
    ]
