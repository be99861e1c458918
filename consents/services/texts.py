"""Consent texts (R-C18): written as drafts, published under a number, and never changed after that.

Each act raises `DomainError` where the provider may not record consents now (R-P7).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents.enums import Status
from consents.models import ConsentText
from consents.text_rules import BY_PERSON, CHECKLIST_VERSION, answers
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import FieldsInvalid, Invalid, NotFound, WrongMoment, checked
from providers.models import Brand, Provider
from providers.policies import may_record, require_may_record

FIELDS = ("channels", "language", "title", "text", "valid_from", "valid_until")
PUBLISHED = gettext_lazy("A published text stays as it is, because consents point to it. Write a new version.")


@transaction.atomic
def create_draft(
    *,
    actor: Actor,
    brand: Brand,
    channels: Iterable[int],
    title: str,
    text: str,
    valid_from: date,
    valid_until: date | None = None,
    language: str = ConsentText.Language.TURKISH,
) -> ConsentText:
    """Begin a text, or a new version of one; nobody can agree to it before it is published.

    Raises `NotAllowed`, `NotFound` for another provider's brand, `FieldsInvalid`.
    """
    _require(actor, brand)
    draft = ConsentText(brand=brand, created_at=timezone.now())
    _write(
        draft,
        {
            "channels": channels,
            "language": language,
            "title": title,
            "text": text,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )
    draft.save(force_insert=True)
    new = {"channels": draft.channels, "language": draft.language}
    record("text.drafted", draft, actor=actor, new=new, provider_id=brand.provider_id)
    return draft


@transaction.atomic
def change_draft(*, actor: Actor, text_id: int, changes: Mapping[str, Any]) -> ConsentText:
    """Change a draft, under a lock. Raises `NotFound`, `NotAllowed`, `WrongMoment` once published, `FieldsInvalid`."""
    draft = _locked(actor, text_id)
    if draft.is_published:
        raise WrongMoment(PUBLISHED, code="published")
    changed = _write(draft, changes)
    if changed:
        draft.save(update_fields=changed)
        record("text.changed", draft, actor=actor, new={"fields": changed}, provider_id=draft.brand.provider_id)
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, text_id: int) -> None:
    """Throw a draft away. Raises `NotFound`, `NotAllowed`, `WrongMoment` once published. Locks the text."""
    draft = _locked(actor, text_id)
    if draft.is_published:
        raise WrongMoment(PUBLISHED, code="published")
    record("text.discarded", draft, actor=actor, provider_id=draft.brand.provider_id)
    draft.delete()


@transaction.atomic
def publish(*, actor: Actor, text_id: int, ticked: Iterable[str]) -> ConsentText:
    """Give the draft its number and fix its words; a second click finds it published.

    Every line of the checklist has to hold: what a program can find is found, the rest is ticked. Raises `NotFound`,
    `NotAllowed`, and `Invalid` with what is missing. Locks the brand, then the text, so that two versions published
    at once get two numbers.
    """
    of_text = ConsentText.objects.visible_to(actor).filter(pk=text_id).order_by().values("brand_id")
    Brand.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=of_text).first()
    draft = _locked(actor, text_id)
    if draft.is_published:
        return draft
    known = {check.name for check in BY_PERSON}
    chosen = sorted(known.intersection(ticked))
    checklist = answers(draft.wording, chosen)
    if missing := [str(answer.check.title) for answer in checklist if not answer.passed]:
        text = _("Not published. These lines of the checklist are still open: %(lines)s")
        raise Invalid(text % {"lines": "; ".join(missing)}, code="checklist", field="ticked")
    now = timezone.now()
    last = ConsentText.objects.filter(brand=draft.brand, channels__overlap=draft.channels).aggregate(Max("version"))
    draft.version = (last["version__max"] or 0) + 1
    found = [answer.check.name for answer in checklist if answer.by_program]
    draft.checklist = {"version": CHECKLIST_VERSION, "ticked": chosen, "found": found}
    draft.published_at, draft.published_by, draft.published_name = now, actor.id, actor.name[:200]
    draft.save()
    new = {"version": draft.version, "channels": draft.channels, "checklist": draft.checklist}
    record("text.published", draft, actor=actor, new=new, provider_id=draft.brand.provider_id)
    return draft


@transaction.atomic
def retire(*, actor: Actor, text_id: int, last_day: date | None = None) -> ConsentText:
    """End the use of a published text: after `last_day` (today where none is given) nobody can agree to it.

    Consents that were given to it stay as they are. A second click finds it ended. Raises `NotFound`, `NotAllowed`,
    `WrongMoment` for a draft, `Invalid` for a day in the past or after the announced one. Locks the text.
    """
    text = _locked(actor, text_id)
    if not text.is_published:
        raise WrongMoment(_("A draft is not in use yet; change it or throw it away."), code="draft")
    if text.retired_at is not None:
        return text
    now = timezone.now()
    today = now.astimezone(ISTANBUL).date()
    day = last_day or max(today, text.valid_from)
    if day < max(today, text.valid_from):
        raise Invalid(_("The last day is today or later: consents of earlier days may point to the text."), field="day")
    if text.valid_until is not None and day > text.valid_until:
        raise Invalid(_("The text ends earlier already; its use is not prolonged."), field="day")
    old = {"valid_until": text.valid_until.isoformat() if text.valid_until else None}
    text.valid_until, text.retired_at, text.retired_by, text.retired_name = day, now, actor.id, actor.name[:200]
    text.save(update_fields=["valid_until", "retired_at", "retired_by", "retired_name"])
    new = {"valid_until": day.isoformat()}
    record("text.retired", text, actor=actor, old=old, new=new, provider_id=text.brand.provider_id)
    return text


def may_write(actor: Actor) -> bool:
    """Whether the actor's texts can be written now: what pages show is what the services allow."""
    if not actor.may(Permission.PROVIDER_SETTINGS) or actor.provider_id is None:
        return False
    provider = Provider.objects.filter(pk=actor.provider_id).first()
    return provider is not None and may_record(provider, Status.ONAY)


def _require(actor: Actor, brand: Brand) -> None:
    actor.require(Permission.PROVIDER_SETTINGS)
    if not actor.all_providers and brand.provider_id != actor.provider_id:
        raise NotFound
    require_may_record(brand.provider, Status.ONAY)


def _locked(actor: Actor, text_id: int) -> ConsentText:
    texts = ConsentText.objects.select_for_update(of=("self",)).select_related("brand__provider")
    text = texts.visible_to(actor).filter(pk=text_id).first()
    if text is None:
        raise NotFound
    _require(actor, text.brand)
    return text


def _write(draft: ConsentText, values: Mapping[str, Any]) -> list[str]:
    """Put values into a draft and check it; returns the fields that changed."""
    wanted = {name: values[name] for name in FIELDS if name in values}
    if "channels" in wanted:
        wanted["channels"] = sorted({int(channel) for channel in wanted["channels"]})
    for name in ("title", "text"):
        if name in wanted:
            wanted[name] = wanted[name].replace("\r\n", "\n").strip()
    changed = [name for name, value in wanted.items() if getattr(draft, name) != value]
    for name in changed:
        setattr(draft, name, wanted[name])
    if not draft.channels:
        raise FieldsInvalid(ValidationError({"channels": [_("Choose at least one channel.")]}))
    checked(draft)
    return changed
