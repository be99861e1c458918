from django.db import migrations


class Migration(migrations.Migration):
    """The cursor stands with the receiver now; in a migration of its own, because that one wrote rows."""

    dependencies = [("consents", "0040_webhooks")]

    operations = [
        migrations.RemoveField(
            model_name="pushconnection",
            name="cursor",
        ),
    ]
