"""The mail to who started a job that took long."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise

from iys_portal.accounts.models import User
from iys_portal.core import outbox
from iys_portal.core.actors import PEOPLE
from iys_portal.core.models import Job


def tell_starter(job: Job, text: Promise, *, file: object, path: str, cause: str) -> None:
    """Mail them in their language where the work took over a minute; `text` names the `%(file)s`, `path` its page."""
    job.refresh_from_db(fields=["started_at"])
    if job.started_at is None or timezone.now() - job.started_at < settings.REGISTRY["JOB_MESSAGE_AFTER"]:
        return
    user = User.objects.filter(pk=job.actor_id, is_active=True).first() if job.actor_kind in PEOPLE else None
    if user is None or not user.email:
        return
    with translation.override(user.language):
        words = str(text) % {"file": file}
    body = f"{words}\n\n{settings.PORTAL_URL}{path}\n"
    outbox.post(cause=cause, to=user.email, subject=words, body=body)
