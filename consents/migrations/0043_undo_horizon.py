from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0042_undo_end")]

    operations = [
        migrations.AddField(
            model_name="keyundo",
            name="end_horizon",
            field=models.BigIntegerField(null=True),
        ),
    ]
