import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0043_undo_horizon'),
        ('providers', '0030_sandbox'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyFreeze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('frozen_at', models.DateTimeField()),
                ('frozen_by', models.BigIntegerField()),
                ('frozen_name', models.CharField(max_length=200)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.BigIntegerField(null=True)),
                ('lifted_name', models.CharField(blank=True, default='', max_length=200)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='providers.brand')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='providers.apikey')),
            ],
            options={
                'ordering': ['-frozen_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('since__lt', models.F('until'))), name='key_freeze_of_a_time'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='key_freeze_with_reason'), models.CheckConstraint(condition=models.Q(('frozen_at__isnull', False), ('frozen_by__isnull', False), models.Q(('frozen_name', ''), _negated=True)), name='key_freeze_frozen_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None), ('lifted_name', '')), models.Q(('lifted_at__gte', models.F('frozen_at')), ('lifted_by__isnull', False), models.Q(('lifted_name', ''), _negated=True)), _connector='OR'), name='key_freeze_lifted_by_somebody')],
            },
        ),
    ]
