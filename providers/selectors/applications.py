"""What the pages of an application show: steps, papers by place, history."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState, Step
from providers.missing import Missing, agreement_kinds, missing_for, signature_kinds
from providers.models import Application, ApplicationDocument, ApplicationMove
from providers.transitions import APPLICATION

AMONG_REVIEWERS = ("hand_over", "propose")
MOVE_WORDS = {"start": _("The application was started")}


@dataclass(frozen=True)
class StepLink:
    """One step as the page's head shows it."""

    step: Step
    label: str | Promise
    url: str
    complete: bool


@dataclass(frozen=True)
class Place:
    """Where one document belongs: what it is, the paper in force, where it is uploaded."""

    kind: D
    label: str | Promise
    key: str
    hint: str | Promise = ""
    brand_id: int | None = None
    needed: bool = True
    paper: ApplicationDocument | None = None
    errors: list[str] = field(default_factory=list)


HINTS: dict[D, str | Promise] = {
    D.SIGNATURE_CIRCULAR: _("With the notary's name and number, and the signatory's name and signature."),
    D.SIGNATURE_DECLARATION: _("Notarised; instead of the circular."),
    D.GAZETTE: _("The page that names the company and its signatories, with date and number."),
    D.COMMITMENT: _("Signed by the signatory in wet ink; by both, where authority is joint."),
    D.CONTRACT: _("Each page initialled, the last one signed in wet ink."),
    D.BRAND_CERTIFICATE: _("Of the Turkish Patent and Trademark Office, in the applicant's name."),
}


def step_links(application: Application, missing: Iterable[Missing]) -> list[StepLink]:
    """The steps in their order."""
    open_steps = {entry.step for entry in missing}
    return [
        StepLink(
            step,
            step.label,
            reverse("providers:application-step", args=[application.public_id, step.value])
            if may_open(application, step)
            else "",
            step not in open_steps,
        )
        for step in Step
    ]


def may_open(application: Application, step: Step) -> bool:
    """May the applicant open this page of the form now? While signatures are awaited, only the last two."""
    return application.changeable or (application.awaits_signature and step in (Step.AGREEMENT, Step.REVIEW))


def next_step(application: Application) -> Step:
    """Where somebody who comes back goes on: the first step that lacks something, else the review."""
    return next((entry.step for entry in missing_for(application)), Step.REVIEW)


def places_of(application: Application, step: Step) -> list[Place]:
    """The documents that a step asks for, with the papers in force. `application` comes from `missing.whole`."""
    papers = {(paper.kind, paper.brand_id): paper for paper in application.papers}  # type: ignore[attr-defined]

    def place(kind: D, *, needed: bool = True) -> Place:
        return Place(kind, kind.label, kind.value, HINTS[kind], needed=needed, paper=papers.get((kind, None)))

    if step == Step.AGREEMENT:
        return [place(kind) for kind in agreement_kinds(application)]
    kinds = signature_kinds(application)
    either = len(kinds) > 1 and any((kind, None) in papers for kind in kinds)
    found = [place(kind, needed=not either) for kind in kinds]
    found.append(place(D.GAZETTE))
    for brand in application.brands.all():
        if brand.has_certificate:
            found.append(
                Place(
                    D.BRAND_CERTIFICATE,
                    _("Brand registration certificate of %(brand)s") % {"brand": brand.name},
                    f"{D.BRAND_CERTIFICATE.value}-{brand.pk}",
                    HINTS[D.BRAND_CERTIFICATE],
                    brand_id=brand.pk,
                    paper=papers.get((D.BRAND_CERTIFICATE, brand.pk)),
                )
            )
    return found


@dataclass(frozen=True)
class Line:
    """One move as the applicant reads it; reviewers are not named."""

    title: str | Promise
    at: datetime
    text: str
    tone: str


def history_of(application: Application, *, of_desk: bool = False) -> list[Line]:
    """The moves of an application, newest first; what reviewers settle among themselves on their desk only."""
    moves = ApplicationMove.objects.filter(application=application).order_by("-at", "-pk")
    if not of_desk:
        moves = moves.exclude(name__in=AMONG_REVIEWERS)
    return [Line(_title(move), move.at, move.reason, ApplicationState(move.to_state).badge) for move in moves]


def _title(move: ApplicationMove) -> str | Promise:
    if move.name in AMONG_REVIEWERS:
        return f"{APPLICATION.transitions[move.name].label}: {move.actor_name}"
    return MOVE_WORDS.get(move.name) or ApplicationState(move.to_state).label


def last_return(application: Application) -> ApplicationMove | None:
    """What the reviewer asked for, while it is still asked."""
    if application.state != ApplicationState.RETURNED:
        return None
    return ApplicationMove.objects.filter(application=application, name="return").order_by("-pk").first()


def may_withdraw(application: Application) -> bool:
    return application.state in APPLICATION.transitions["withdraw"].sources


def expires_at(application: Application) -> datetime | None:
    """When a draft that nobody goes on with expires."""
    if not application.with_applicant:
        return None
    return application.changed_at + settings.REGISTRY["APPLICATION_EXPIRE_AFTER"]
