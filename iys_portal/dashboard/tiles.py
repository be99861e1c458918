"""The numbers at the top of the overview; a part of the portal that comes later adds its tile here."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from complaints.selectors.inbox import Waiting
from consents.enums import NoticeState
from consents.selectors.notice_page import FAILED
from consents.selectors.refusals import Waiting as WaitingRefusals
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


def tiles_for(
    totals: BrandTotals,
    *,
    refused: WaitingRefusals,
    notices: dict[NoticeState, int],
    messages: tuple[int, int],
    waiting: int,
    running: int,
    may_import: bool,
    link: bool,
    inside: bool,
) -> list[Tile]:
    """Tiles in the order of the page; without `link` they lead nowhere.

    What the provider has to act upon itself is shown to its own people only (`inside`), not to its integrators'.
    """
    consents = sum(totals.consents.values())
    refusals = sum(totals.refusals.values())
    evidence = totals.evidence_missing
    awaiting = totals.awaiting

    def listed(state: str) -> str:
        return f"{reverse('consents:list')}?state={state}" if link else ""

    return [
        Tile(pgettext_lazy("status", "Consents"), consents, "check-circle", "success", url=listed("ONAY")),
        Tile(_("Refusals"), refusals, "slash", "danger", url=listed("RET")),
        *([_refusals(refused, link=link), _notices(notices, link=link)] if inside else []),
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
        *([_messages(*messages)] if inside else []),
    ]  # fmt: skip


def applications_tile(waiting: int, overdue: int) -> Tile:
    """Applications that wait for a reviewer; for staff who decide them."""
    hint = (
        _("Past the promised day: %(overdue)s") % {"overdue": overdue} if overdue else _("All within the promised time")
    )
    tone = "danger" if overdue else "info" if waiting else ""
    return Tile(
        _("Applications to review"), waiting, "clipboard-check", tone, hint=hint, url=reverse("providers:reviews")
    )


def desk_tile(open_cases: int, nobody: int, overdue: int) -> Tile:
    """Complaints on an officer's desk (R-A4)."""
    hint = _("Nobody's: %(nobody)s, sender is late: %(overdue)s") % {"nobody": nobody, "overdue": overdue}
    tone = "danger" if overdue else "info" if open_cases else ""
    return Tile(_("Open complaints"), open_cases, "complaint", tone, hint=hint, url=reverse("complaints:desk"))


def signals_tile(unusual: int, silent: int) -> Tile:
    """R-K10: brands whose complaints stand out."""
    hint = _("Unusually many: %(unusual)s, never in time: %(silent)s") % {"unusual": unusual, "silent": silent}
    tone = "warning" if unusual or silent else ""
    url = f"{reverse('complaints:statistics')}#stand-out"
    return Tile(_("Complaints that stand out"), unusual + silent, "bell", tone, hint=hint, url=url)


def answers_tile(waiting: Waiting) -> Tile:
    """R-K6: complaints that wait for the provider's answer, and the last day of the next one."""
    tone, hint = "", str(_("None waits for an answer"))
    if waiting.next_due:
        tone, hint = waiting.next_due.tone, _("Next: %(day)s, %(left)s") % {
            "day": f"{waiting.next_due.due_on:%d.%m.%Y}", "left": waiting.next_due.words
        }  # fmt: skip
    if waiting.overdue:
        tone, hint = "danger", _("Overdue: %(overdue)s") % {"overdue": waiting.overdue}
    url = f"{reverse('complaints:inbox')}?tab=open"
    return Tile(_("Complaints to answer"), waiting.open, "complaint", tone, hint=hint, url=url)


def _refusals(refused: WaitingRefusals, *, link: bool) -> Tile:
    """R-R2: what recipients refused in person and the provider has still to stop."""
    tone, hint = "", _("Everything is acknowledged")
    if refused.open:
        tone, hint = "info", _("None overdue")
    if refused.today:
        tone, hint = "warning", _("Last day today: %(today)s")
    if refused.overdue:
        tone, hint = "danger", _("Overdue: %(overdue)s")
    if refused.overdue and refused.today:
        hint = _("Overdue: %(overdue)s, last day today: %(today)s")
    return Tile(
        _("Refusals to act upon"), refused.open, "bell", tone,
        hint=hint % {"overdue": refused.overdue, "today": refused.today},
        url=reverse("consents:refusals") if link else "",
    )  # fmt: skip


def _notices(notices: dict[NoticeState, int], *, link: bool) -> Tile:
    """R-M5: notices of the last days that were late or did not arrive; the rest is named below."""
    failed = sum(notices.get(state, 0) for state in FAILED)
    on_time, waiting = (notices.get(state, 0) for state in (NoticeState.ON_TIME, NoticeState.WAITING))
    return Tile(
        _("Troubled notices"), failed, "send", "warning" if failed else "",
        hint=_("Late or undelivered. On time: %(on_time)s, waiting: %(waiting)s") % {
            "on_time": intcomma(on_time), "waiting": intcomma(waiting)
        },
        url=reverse("consents:notices") if link else "",
    )  # fmt: skip


def _messages(ahead: int, written: int) -> Tile:
    """R-S2: messages that are registered and whose time is still to come."""
    return Tile(
        _("Planned messages"), ahead, "chat-text", "info" if ahead else "",
        hint=ngettext("%(count)s in preparation", "%(count)s in preparation", written) % {"count": written},
        url=reverse("consents:messages"),
    )  # fmt: skip
