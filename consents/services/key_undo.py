"""Take back what one API key wrote for a brand in a time: after a program's mistake, or when a key was stolen."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.engine.undo_key import undo_chunk
from consents.models import ApiBatch, ConsentImport, KeyUndo
from consents.selectors.feed import cursor_before
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.audit import record
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, NotAllowed, NotFound
from iys_portal.core.jobs import JobWaits, claimed, start_job, starter_of
from providers.models import ApiKey, Brand, IntegratorGrant
from providers.policies import require_active

from . import webhook_feed

TASK = "consents.undo_key"


@transaction.atomic
def start_key_undo(
    *,
    actor: Actor,
    brand: Brand,
    username: str,
    since: datetime,
    until: datetime,
    reason: str,
    include_refusals: bool = False,
    now: datetime,
    publish: bool = True,
) -> KeyUndo:
    """Begin to take back what the key of that user name wrote for the brand from `since` until before `until`.

    For whoever reaches the provider whole; also what an integrator's key wrote. As with imports the last 24 hours can
    be undone, a reason is named, refusals stay unless `include_refusals` says otherwise, and whatever was changed
    since is left alone (R-L6). Raises `NotAllowed`, `NotFound`, `Invalid`, `WrongMoment` (R-P7).
    """
    key = writer(actor, brand, username, act="undo")
    if not reason.strip():
        raise Invalid(_("Say why it is undone."), code="reason", field="reason")
    if not now - settings.REGISTRY["UNDO_WINDOW"] <= since < until <= now:
        text = _("What was written in the last 24 hours can be undone: give a time within them.")
        raise Invalid(text, code="undo-window", field="since")
    item = KeyUndo(
        brand=brand, key=key, since=since, until=until, moment=now, reason=reason.strip()[:300],
        include_refusals=include_refusals, seen_event=cursor_before(since),
    )  # fmt: skip
    about: dict[str, Any] = {"payload": {}, "provider_id": brand.provider_id, "publish": publish}
    item.job = start_job(TASK, title=_("Undo of the key %(key)s") % {"key": key.name}, actor=actor, **about)
    item.save(force_insert=True)
    new = {"brand": brand.brand_code, "reason": item.reason, "refusals": include_refusals}
    new |= {"since": since.isoformat(), "until": until.isoformat()}
    record("key.undo", key, actor=actor, provider_id=brand.provider_id, new=new)
    return item


def undo(job_id: int) -> None:
    """Work an undo's chunks, each one transaction that a resumed job does not repeat.

    What is final is taken back at once. The job comes back until nothing more of its time can come: a transaction of
    the key that is under way may commit, and a batch or an import may still be written.
    """
    with claimed(job_id) as run:
        if run is None:
            return
        now = timezone.now()
        actor, final, (_event, horizon) = starter_of(run.job), webhook_feed.advance(), webhook_feed.given()
        end = _end(job_id, now=now, horizon=horizon)
        while (item := _next_chunk(job_id, final, actor)) is not None:
            run.progress(done=sum(item.counts.values()), step=_("Undoing"))
        if end is None or final < end:
            run.progress(step=_("Waiting for what is under way"))
            raise JobWaits
        item = KeyUndo.objects.select_related("key", "brand").get(job=job_id)
        record("key.undone", item.key, actor=actor, provider_id=item.brand.provider_id, new={"counts": item.counts})


@transaction.atomic
def _end(job_id: int, *, now: datetime, horizon: int) -> int | None:
    """The number behind which nothing of the undo's time can come; None while that cannot be said. Locks the undo.

    A batch or an import that was taken in the time may be committed later: what is awaited is asked once every
    transaction has ended that was under way when the time had settled. `horizon` is the one of `now`.
    """
    item = KeyUndo.objects.select_for_update(of=("self",)).get(job=job_id)
    settled = now >= item.moment + settings.REGISTRY["UNDO_SETTLE"]
    if item.end_event is not None or not settled:
        return item.end_event
    if item.end_horizon is None or (ended := webhook_feed.passed(item.end_horizon)) is None:
        item.end_horizon, ended = horizon, webhook_feed.passed(horizon)
    if ended and not _awaited(item):
        item.end_event, _horizon = webhook_feed.given()
    item.save(update_fields=["end_horizon", "end_event"])
    return item.end_event


def _awaited(item: KeyUndo) -> bool:
    """Whether a batch or an import of the key is still to be written, each with the moment at which it was taken."""
    batches = ApiBatch.objects.filter(brand=item.brand_id, actor_kind=ActorKind.API_KEY, actor_id=item.key_id)
    imports = ConsentImport.objects.filter(
        brand=item.brand_id,
        apply_job__actor_kind=ActorKind.API_KEY,
        apply_job__actor_id=item.key_id,
        apply_job__state__in=(JobState.QUEUED, JobState.RUNNING),
    )
    waiting = batches.filter(accepted_at__lt=item.until, worked_at=None)
    return waiting.exists() or imports.filter(apply_moment__lt=item.until).exists()


@transaction.atomic
def _next_chunk(job_id: int, final: int, actor: Actor) -> KeyUndo | None:
    item = KeyUndo.objects.select_for_update(of=("self",)).get(job=job_id)
    found = undo_chunk(item, final=final, actor=actor)
    if found is None:
        return None
    item.counts = dict(Counter(item.counts) + Counter(found))
    item.save(update_fields=["seen_event", "counts"])
    return item


def writer(actor: Actor, brand: Brand, username: str, *, act: str) -> ApiKey:
    """The key of which the actor may take back or hold back what it wrote for the brand.

    One of the provider, or of an integrator to which it ever granted something of the brand; for whoever reaches the
    provider whole. Raises `NotAllowed`, `NotFound`, `WrongMoment` (R-P7).
    """
    actor.require(Permission.CONSENT_RECORD)
    if actor.bound is not None:
        raise NotAllowed(code=act)
    if brand.provider_id != actor.provider_id:
        raise NotFound(code="brand")
    require_active(brand.provider)
    key = ApiKey.objects.filter(username=username).first()
    if key is not None and key.provider_id == brand.provider_id:
        return key
    if key is not None and IntegratorGrant.objects.filter(integrator=key.integrator_id, brand=brand).exists():
        return key
    raise NotFound(code="key")
