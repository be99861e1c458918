import complaints.reason_words
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0051_fines_and_first_count")]

    operations = [
        migrations.AlterField(
            model_name="complaintquestion",
            name="answer",
            field=models.TextField(blank=True, max_length=20000),
        ),
        migrations.AlterField(
            model_name="reasontemplate",
            name="text",
            field=models.TextField(
                help_text="Filled from the case: {gonderici} sender, {kanal} channel, {ileti_zamani} time of the message, {takip_no} tracking number, {basvuru_gunu} day of filing.",
                max_length=8000,
                validators=[complaints.reason_words.known_places],
                verbose_name="text",
            ),
        ),
    ]
