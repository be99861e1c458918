from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0019_api")]

    operations = [
        # Does any event name this dealer? Most events name none, and cost the index nothing.
        migrations.AddIndex(
            model_name="consentevent",
            index=models.Index(
                condition=models.Q(("retailer_id__isnull", False)), fields=["retailer_id"], name="event_of_retailer"
            ),
        ),
    ]
