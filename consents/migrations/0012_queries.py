"""Queries before sending (R-S1), and the daily quota."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0013_messages'),
        ('core', '0008_expiry'),
        ('providers', '0007_rounds'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueryDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('addresses', models.BigIntegerField()),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='providers.provider')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider', 'day'), name='query_day_once')],
            },
        ),
        migrations.CreateModel(
            name='RecipientQuery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.CharField(editable=False, max_length=40, unique=True, verbose_name='number')),
                ('channel', models.SmallIntegerField(choices=[(1, 'Call'), (2, 'Text message'), (3, 'E-mail')], verbose_name='channel')),
                ('recipient_type', models.SmallIntegerField(choices=[(1, 'Individual'), (2, 'Merchant or tradesman')], verbose_name='recipient type')),
                ('way', models.CharField(choices=[('one', 'One address'), ('list', 'Pasted list'), ('file', 'File'), ('command', 'Command')], max_length=10, verbose_name='asked by')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='queries')),
                ('file_name', models.CharField(blank=True, max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('layout', models.JSONField(default=dict)),
                ('column', models.SmallIntegerField(null=True)),
                ('total', models.BigIntegerField(verbose_name='addresses')),
                ('counts', models.JSONField(default=dict)),
                ('malformed', models.JSONField(default=dict)),
                ('first_rows', models.JSONField(default=list)),
                ('moment', models.DateTimeField(null=True)),
                ('valid_until', models.DateTimeField(null=True, verbose_name='valid until')),
                ('result', models.FileField(blank=True, max_length=200, upload_to='queries')),
                ('result_sha256', models.CharField(blank=True, max_length=64)),
                ('result_size', models.BigIntegerField(default=0)),
                ('book', models.FileField(blank=True, max_length=200, upload_to='queries')),
                ('book_job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.job')),
                ('signature', models.BinaryField(max_length=64, null=True)),
                ('key_id', models.CharField(blank=True, max_length=16)),
                ('actor_kind', models.SmallIntegerField()),
                ('actor_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(verbose_name='asked')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='providers.brand', verbose_name='brand')),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.job')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='providers.provider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'query',
                'verbose_name_plural': 'queries',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['provider', '-created_at'], name='query_of_provider')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('moment__isnull', True), ('signature__isnull', True), ('valid_until__isnull', True)), models.Q(('moment__isnull', False), ('signature__isnull', False), ('valid_until__gt', models.F('moment'))), _connector='OR'), name='query_answered_whole')],
            },
        ),
    ]
