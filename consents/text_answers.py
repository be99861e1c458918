"""What the registry answers to a text message (R-R4), in the registry's language.

No answer begins with the word of a command, so that an echo of it refuses nothing; and none repeats what the person
wrote, because a sender's number can be forged.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consents.enums import InboundOutcome
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

MOST_BRANDS = 4  # of one name, listed in an answer


def refusal_answer(*, brand: Brand, at: datetime, receipts: Sequence[str], already: bool) -> str:
    """What was refused, when, and the receipt numbers; `already` where nothing new was written."""
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "brand": brand.name,
            "number": brand.brand_code,
            "at": date_format(at.astimezone(ISTANBUL), "d.m.Y H:i"),
            "receipts": ", ".join(receipts),
        }
        if already:
            return (
                _(
                    "%(brand)s (%(number)s): calls and text messages to this number were refused already, "
                    "since %(at)s. Receipt: %(receipts)s"
                )
                % words
            )
        return (
            _(
                "%(brand)s (%(number)s): your refusal of calls and text messages to this number was recorded "
                "on %(at)s. Receipt: %(receipts)s"
            )
            % words
        )


def help_answer(outcome: InboundOutcome, candidates: Sequence[Brand] = ()) -> str:
    """How to say it so that it is understood; with the brands of one name, where there are several."""
    with translation.override(settings.LANGUAGE_CODE):
        if outcome is InboundOutcome.AMBIGUOUS:
            listed = "; ".join(
                f"RET {brand.brand_code} = {brand.name}, {brand.provider.title}" for brand in candidates[:MOST_BRANDS]
            )
            return _("Several brands have this name. Nothing was refused yet. Please send one of these: %(brands)s") % {
                "brands": listed
            }
        words = {"portal": settings.PORTAL_URL}
        if outcome is InboundOutcome.UNKNOWN_BRAND:
            return (
                _(
                    "We found no brand of this name or number, so nothing was refused. Please send RET and the "
                    "brand's short name or number, e.g. RET ORNEKMARKA. Your consents: %(portal)s"
                )
                % words
            )
        return (
            _(
                "To refuse a brand's calls and text messages, please send RET and the brand's short name or number, "
                "e.g. RET ORNEKMARKA. Your consents: %(portal)s"
            )
            % words
        )
