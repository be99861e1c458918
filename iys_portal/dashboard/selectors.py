"""What the overview shows (R-A4). Every number comes from counters; no query grows with the consents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.selectors.desk import desk_numbers
from complaints.selectors.inbox import waiting_answers
from complaints.selectors.signals import standing_numbers
from consents.enums import Channel
from consents.models import ConsentImport
from consents.selectors import messages, notice_page, refusals
from consents.selectors.totals import BrandTotals, Day, last_days, totals
from consents.states import ImportState
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import Job
from providers.models import Brand
from providers.selectors.reviews import waiting_for_review

from .activity import Activity, latest
from .tiles import Tile, answers_tile, applications_tile, desk_tile, signals_tile, tiles_for

BRANDS = 12
IMPORTS = 5

RUNNING = (ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)
WAITING = (ImportState.UPLOADED, ImportState.CHECKED)
_JOBS = {
    ImportState.CHECKING: "check_job",
    ImportState.APPLYING: "apply_job",
    ImportState.UNDOING: "undo_job",
}


@dataclass(frozen=True)
class BrandLine:
    """A brand's numbers with its name."""

    brand: Brand
    totals: BrandTotals

    @property
    def code(self) -> str:
        return str(self.brand.brand_code)


@dataclass(frozen=True)
class ImportLine:
    """An import that runs or waits, with the job that it is in."""

    item: ConsentImport
    job: Job | None
    url: str

    @property
    def state(self) -> ImportState:
        return ImportState(self.item.state)

    @property
    def percent(self) -> int | None:
        if self.job is None or not self.job.total:
            return None
        return min(100, self.job.done * 100 // self.job.total)


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    tiles: list[Tile]
    brands: list[BrandLine]
    brands_left_out: int
    sums: list[tuple[Channel, int, int]]
    chart: dict[str, Any]
    written: int
    imports: list[ImportLine]
    activity: list[Activity]

    @property
    def is_new(self) -> bool:
        """Nothing recorded yet: the page says what to do first."""
        return not self.brands


def overview(actor: Actor, *, now: datetime) -> Overview:
    """The overview of one provider, or over all for staff."""
    today = now.astimezone(ISTANBUL).date()
    found = totals(actor, limit=BRANDS)
    days = last_days(actor, now=now)
    may_import = actor.may(Permission.CONSENT_IMPORT) or actor.may(Permission.CONSENT_IMPORT_ANY)
    lines, waiting, running = _imports(actor, linked=may_import)
    brands = Brand.objects.visible_to(actor).select_related("provider")
    named = brands.in_bulk([part.brand_id for part in found.largest])
    records = tiles_for(
        found.together,
        refused=refusals.waiting(actor, today=today),
        notices=notice_page.sums(actor, now=now),
        messages=messages.planned_soon(actor, now=now),
        waiting=waiting,
        running=running,
        may_import=may_import,
        link=actor.may(Permission.CONSENT_VIEW),
        inside=actor.may(Permission.PROVIDER_VIEW),
    )
    return Overview(
        tiles=[*_staff_tiles(actor, today), *records, *_answers(actor, now)],
        brands=[BrandLine(named[part.brand_id], part) for part in found.largest if part.brand_id in named],
        brands_left_out=found.brands - len(found.largest),
        sums=found.together.cells,
        chart=_chart(days),
        written=sum(day.consents + day.refusals for day in days),
        imports=lines,
        activity=latest(actor),
    )


def _staff_tiles(actor: Actor, today: date) -> list[Tile]:
    """What waits for the staff member's own decision: applications, complaints."""
    tiles = [applications_tile(*waiting_for_review(actor))] if actor.may(Permission.APPLICATION_REVIEW) else []
    if actor.all_providers and (actor.may(Permission.COMPLAINT_DECIDE) or actor.may(Permission.COMPLAINT_VIEW_ANY)):
        desk = desk_numbers(actor, today=today)
        tiles += [desk_tile(desk.open, desk.nobody, desk.overdue), signals_tile(*standing_numbers())]
    return tiles


def _answers(actor: Actor, now: datetime) -> list[Tile]:
    """Complaints that wait for the provider's answer, for its own people."""
    if actor.provider_id is None or not actor.may(Permission.COMPLAINT_VIEW):
        return []
    return [answers_tile(waiting_answers(actor, now=now))]


def granted_to(actor: Actor) -> list[tuple[Brand, list[tuple[Channel, bool]]]]:
    """What a provider opened to an integrator's person: channels by brand, and whether they may be written (R-P12)."""
    if actor.bound is None:
        return []
    bound, brands = actor.bound, Brand.objects.visible_to(actor).order_by("-is_main", "name")
    parts = bound.by_brand()
    return [
        (brand, [(Channel(channel), (brand.pk, channel) in bound.writes) for channel in parts[brand.pk]])
        for brand in brands
    ]


def _imports(actor: Actor, *, linked: bool) -> tuple[list[ImportLine], int, int]:
    """The newest imports that run or wait, and how many of both there are. One query."""
    active = ConsentImport.objects.visible_to(actor).filter(state__in=(*RUNNING, *WAITING))
    counts = {
        "waiting": Window(Count("pk", filter=Q(state__in=WAITING))),
        "running": Window(Count("pk", filter=Q(state__in=RUNNING))),
    }
    rows = (
        active.select_related("provider", "brand", *_JOBS.values()).annotate(**counts).order_by("-created_at")[:IMPORTS]
    )
    lines = [
        ImportLine(
            item=item,
            job=getattr(item, _JOBS.get(ImportState(item.state), ""), None),
            url=reverse("consents:import", args=[item.public_id]) if linked else "",
        )
        for item in rows
    ]
    first: Any = lines[0].item if lines else None
    return lines, first.waiting if first else 0, first.running if first else 0


def _chart(days: list[Day]) -> dict[str, Any]:
    return {
        "type": "stacked",
        "labels": [f"{day.day:%d.%m.}" for day in days],
        "series": [
            {"label": pgettext("status", "Consents"), "tone": "primary", "values": [day.consents for day in days]},
            {"label": _("Refusals"), "tone": "danger", "values": [day.refusals for day in days]},
        ],
    }
