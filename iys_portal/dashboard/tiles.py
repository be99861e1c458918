"""The numbers at the top of the overview; a part of the portal that comes later adds its tile here."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from consents.selectors.totals import BrandTotals


@dataclass(frozen=True)
class Tile:
    """One number with its name and where it leads."""

    label: str | Promise
    value: int
    icon: str
    tone: str = ""
    hint: str | Promise = ""
    url: str = ""


def tiles_for(totals: list[BrandTotals], *, waiting: int, running: int, may_import: bool, link: bool) -> list[Tile]:
    """Tiles in the order of the page; without `link` they lead nowhere."""
    consents = sum(sum(part.consents.values()) for part in totals)
    refusals = sum(sum(part.refusals.values()) for part in totals)
    evidence = sum(part.evidence_missing for part in totals)
    awaiting = sum(part.awaiting for part in totals)

    def listed(state: str) -> str:
        return f"{reverse('consents:list')}?state={state}" if link else ""

    return [
        Tile(pgettext_lazy("status", "Consents"), consents, "check-circle", "success", url=listed("ONAY")),
        Tile(_("Refusals"), refusals, "slash", "danger", url=listed("RET")),
        Tile(
            _("Evidence missing"), evidence, "evidence", "warning" if evidence else "",
            hint=_("Not sendable until completed"), url=listed("EVIDENCE_MISSING"),
        ),
        Tile(
            _("Awaiting confirmation"), awaiting, "hourglass", "warning" if awaiting else "",
            hint=_("Not sendable until confirmed"), url=listed("AWAITING_CONFIRMATION"),
        ),
        Tile(
            _("Imports to decide"), waiting, "decision", "info" if waiting else "",
            hint=ngettext("%(count)s running", "%(count)s running", running) % {"count": running},
            url=reverse("consents:imports") if may_import else "",
        ),
    ]  # fmt: skip
