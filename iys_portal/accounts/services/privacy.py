"""Which privacy notice is in force for whom, and that somebody read it (R-G6)."""

from datetime import datetime

from django.utils import timezone

from iys_portal.accounts.models import PrivacyNotice, PrivacyNoticeRead
from iys_portal.core.errors import NotFound


def note_reading(*, notice_id: int, subject: tuple[str, str], read_at: datetime | None = None) -> PrivacyNoticeRead:
    """Keep which version was shown to whom and when; the row itself is the record.

    `subject` is (type, id) and holds no address. Raises `NotFound` for a notice that does not exist.
    """
    if not PrivacyNotice.objects.filter(pk=notice_id).exists():
        raise NotFound(code="notice")
    return PrivacyNoticeRead.objects.create(
        notice_id=notice_id,
        subject_type=subject[0],
        subject_id=subject[1],
        read_at=read_at or timezone.now(),
    )
