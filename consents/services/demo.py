"""For the demonstration only: imports that were loaded just now stand in lists on the day they tell of."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from consents.models import ConsentImport
from iys_portal.core.errors import NotAllowed
from iys_portal.core.models import Job


@transaction.atomic
def backdate_import(item: ConsentImport, *, moment: datetime) -> None:
    """Give an import and its jobs the times of `moment`, which its events carry already.

    Raises `NotAllowed` outside the demonstration. Ledger and audit log are not touched.
    """
    if not settings.DEMO or not item.provider.is_demo:
        raise NotAllowed(code="demo")
    times = {"created_at": moment - timedelta(minutes=2), "checked_at": moment - timedelta(minutes=1)}
    if item.applied_at is not None:
        times["applied_at"] = moment
    if item.undone_at is not None:
        times["undone_at"] = moment + timedelta(minutes=20)
    ConsentImport.objects.filter(pk=item.pk).update(**times)
    jobs = [key for key in (item.check_job_id, item.apply_job_id, item.undo_job_id) if key]
    Job.objects.filter(pk__in=jobs, finished_at__isnull=False).update(
        created_at=moment - timedelta(minutes=1), started_at=moment - timedelta(minutes=1), finished_at=moment
    )
