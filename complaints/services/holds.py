"""R-L5: an open complaint, an objection and a court case hold the consent records that they are about."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.models.complaints import HOLDING
from consents.models import LegalHold
from consents.services.holds import place_hold, release_hold
from iys_portal.core.actors import SYSTEM


def keep_hold(complaint: Complaint, *, now: datetime) -> None:
    """Bring the hold of a locked complaint to where its state and its sender say. The caller's move is the reason.

    An unregistered sender's complaint holds its address at every brand: one of them may turn out to be the sender.
    """
    hold = LegalHold.objects.filter(pk=complaint.hold_id, released_at=None).first() if complaint.hold_id else None
    wanted = complaint.state in HOLDING
    if hold is not None and wanted and hold.brand_id == complaint.brand_id:
        return
    if hold is None and not wanted:
        return
    if hold is not None:
        release_hold(actor=SYSTEM, hold_id=hold.pk, now=now)
    complaint.hold = _placed(complaint, now) if wanted else None
    complaint.save(update_fields=["hold"])


def _placed(complaint: Complaint, now: datetime) -> LegalHold:
    """The reason is stored: in the registry's own language, whoever made the move."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Open complaint, objection or court case")
    return place_hold(
        actor=SYSTEM,
        recipient=complaint.address,
        brand=complaint.brand,
        reference=complaint.tracking_number,
        reason=reason,
        now=now,
    )
