"""What the link of a notice does (R-M3). Whoever holds the token answers; every act is a POST, none needs a sign-in.

Refusing never expires. Confirming acts on the very event that the notice told of and on nothing later.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.engine import acts
from consents.enums import Channel
from consents.selectors.links import Opened, open_link
from iys_portal.core.audit import record
from iys_portal.core.errors import WrongMoment

from .recipients import ANYBODY, Refusal, refuse


def refuse_by_link(token: str, *, channel: str, moment: datetime | None = None) -> Refusal:
    """Refuse one channel that the notice named, for one brand and address.

    Raises `LinkUnknown`, and `WrongMoment` for a channel of another notice: nothing happens then.
    """
    opened = open_link(token)
    wanted = next((each for each in opened.channels if each.name == channel), None)
    if wanted is None:
        raise WrongMoment(_("This link is not about that channel. Nothing was changed."), code="channel")
    return _refuse(opened, [wanted], denied=False, moment=moment)[0]


def refuse_in_one_click(token: str, *, moment: datetime | None = None) -> list[Refusal]:
    """RFC 8058: the mail program's own button; a mail is about e-mails, so this is one channel."""
    opened = open_link(token)
    return _refuse(opened, opened.channels, denied=False, moment=moment)


def deny_by_link(token: str, *, moment: datetime | None = None) -> list[Refusal]:
    """ "I did not give this consent": refuses all that the notice named and marks it (R-M3)."""
    opened = open_link(token)
    return _refuse(opened, opened.channels, denied=True, moment=moment)


def confirm_by_link(token: str, *, moment: datetime | None = None) -> Opened:
    """Confirm what the notice told of, where nothing came after it (R-M3, R-M4); a second time changes nothing.

    Raises `LinkUnknown`, and `WrongMoment` where a newer record stands.
    """
    opened = open_link(token)
    recipient = opened.link.recipient
    asked = [
        acts.Asked(recipient, part.channel, part.recipient_type, part.version)
        for part in opened.parts
        if part.confirmable
    ]
    with transaction.atomic():
        events = acts.confirm(opened.brand.pk, asked, actor=ANYBODY, way=opened.way, moment=moment or timezone.now())
        for event in events:
            target = ("consents.consent", str(event.event_id))
            record("consent.confirmed", target, actor=ANYBODY, provider_id=opened.brand.provider_id)
    if not events and not any(part.confirmed for part in opened.parts):
        raise WrongMoment(
            _("A newer record stands, so there is nothing to confirm any more. Nothing was changed."), code="newer"
        )
    return opened


def _refuse(opened: Opened, channels: list[Channel], *, denied: bool, moment: datetime | None) -> list[Refusal]:
    return refuse(
        actor=ANYBODY,
        recipient=opened.link.recipient,
        wanted={opened.brand.pk: channels},
        source=opened.source,
        way=opened.way,
        denied=denied,
        moment=moment,
    )
