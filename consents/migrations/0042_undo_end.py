from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0041_push_cursor")]

    operations = [
        migrations.AddField(
            model_name="keyundo",
            name="end_event",
            field=models.BigIntegerField(null=True),
        ),
    ]
