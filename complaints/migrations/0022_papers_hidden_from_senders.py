"""R-K6: what a sender reads of the complainant's files is said of each; documents and later files were shown by
mistake and are hidden, until an officer shows them.
"""

from django.db import migrations, models

HIDE = """
    UPDATE complaints_complaintpaper paper SET for_provider = false FROM complaints_complaint complaint
    WHERE complaint.id = paper.complaint_id AND paper.side = 'complainant'
        AND (paper.kind = 'paper' OR paper.added_at > complaint.filed_at)
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0021_proposal_at_with_by")]

    operations = [
        migrations.AlterField("complaintpaper", "for_provider", models.BooleanField(default=False)),
        migrations.RunSQL(HIDE, migrations.RunSQL.noop),
    ]
