"""May this address be written to now? The one place that knows (R-S4).

`RULE` is the rule's only text. Over the state that stands now, lists use it as a queryset annotation, and everything
that asks about addresses (also those without a record) through `judge`. `judge_states` asks the same rule about states
of another moment (R-L4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from iys_portal.core.prepared import first_row

from .erased import address_hash


class Effective(models.IntegerChoices):
    """The answer in one word (R-S1)."""

    SENDABLE = 1, _("Sendable")
    REFUSED = 2, _("Refused")
    UNKNOWN = 3, _("Unknown")
    AWAITING_CONFIRMATION = 4, _("Awaiting confirmation")
    EVIDENCE_MISSING = 5, _("Evidence missing")
    REGISTER_FIRST = 6, _("Register first")
    NOT_ALLOWED = 7, _("Not sendable")

    @property
    def badge(self) -> str:
        return _BADGES[self]

    @property
    def icon(self) -> str:
        return _ICONS[self]


class Reason(models.IntegerChoices):
    """Why; each reason belongs to one answer. Numbers are those of `RULE`."""

    SENDABLE = 10, _("A valid consent stands.")
    SENDABLE_UNTIL_EVIDENCE = 11, _("A consent stands; its evidence is still to be completed in time.")
    REFUSED_BY_RECIPIENT = 20, _("The recipient refused in person.")
    REFUSED = 21, _("A refusal is recorded.")
    REFUSED_OTHER_TYPE = (
        22,
        _("The recipient refused in person under the other recipient type; that counts for both."),
    )
    STANDING_WISH = 23, _("A consent stands, but the recipient's standing wish overrules it.")
    NO_RECORD = 30, _("There is no record.")
    CANCELLED = 31, _("The record was cancelled; it counts as none.")
    AWAITING_CONFIRMATION = 40, _("The recipient has not confirmed the consent yet.")
    EVIDENCE_MISSING = 50, _("The recipient's signature is missing; complete the evidence.")
    REGISTER_FIRST = 60, _("A merchant or tradesman has to be recorded before the first message.")
    PROVIDER_SUSPENDED = 70, _("The provider is suspended.")
    PROVIDER_CLOSED = 71, _("The provider is closed.")
    FROZEN = 72, _("What this API key wrote is held back by the provider for now.")

    @property
    def effective(self) -> Effective:
        return _ANSWERS[self]


def may_be_sent(reason: int) -> bool:
    """Whether a `Reason`, or its number as answers keep it, lets the address be written to."""
    return Reason(reason).effective is Effective.SENDABLE


_BADGES = {
    Effective.SENDABLE: "success",
    Effective.REFUSED: "danger",
    Effective.UNKNOWN: "secondary",
    Effective.AWAITING_CONFIRMATION: "warning",
    Effective.EVIDENCE_MISSING: "warning",
    Effective.REGISTER_FIRST: "info",
    Effective.NOT_ALLOWED: "secondary",
}

_ICONS = {
    Effective.SENDABLE: "check-circle",
    Effective.REFUSED: "slash",
    Effective.UNKNOWN: "help",
    Effective.AWAITING_CONFIRMATION: "hourglass",
    Effective.EVIDENCE_MISSING: "evidence",
    Effective.REGISTER_FIRST: "info",
    Effective.NOT_ALLOWED: "pause",
}

_ANSWERS = {
    Reason.SENDABLE: Effective.SENDABLE,
    Reason.SENDABLE_UNTIL_EVIDENCE: Effective.SENDABLE,
    Reason.REFUSED_BY_RECIPIENT: Effective.REFUSED,
    Reason.REFUSED: Effective.REFUSED,
    Reason.REFUSED_OTHER_TYPE: Effective.REFUSED,
    Reason.STANDING_WISH: Effective.REFUSED,
    Reason.NO_RECORD: Effective.UNKNOWN,
    Reason.CANCELLED: Effective.UNKNOWN,
    Reason.AWAITING_CONFIRMATION: Effective.AWAITING_CONFIRMATION,
    Reason.EVIDENCE_MISSING: Effective.EVIDENCE_MISSING,
    Reason.REGISTER_FIRST: Effective.REGISTER_FIRST,
    Reason.PROVIDER_SUSPENDED: Effective.NOT_ALLOWED,
    Reason.PROVIDER_CLOSED: Effective.NOT_ALLOWED,
    Reason.FROZEN: Effective.NOT_ALLOWED,
}

# {key}: alias whose recipient, brand_id, channel and recipient_type are asked about; {state}: alias of the consent's
# row (all null without a record); {now}: the moment; {elsewhere}: whether the recipient refused in person under the
# other recipient type; {owner}: the provider's state; {wish}: whether a standing wish speaks against it; {frozen}:
# whether what the key wrote is held back (ADR 22): a consent only, never a refusal. A refusal is
# named before anything else, because it stays when the other reasons pass. A refusal in person covers both types, so
# where the person's own consent stands it came after any refusal under the other type (R-Z5). A wish shows only where
# the consent could be used (R-Z8).
RULE = """
    CASE
    WHEN {state}.status = 2 AND {state}.source >= 20 THEN 20
    WHEN {elsewhere} AND NOT coalesce({state}.status = 1 AND {state}.source >= 20, FALSE) THEN 22
    WHEN {state}.status = 2 THEN 21
    WHEN {owner} = 'suspended' THEN 70
    WHEN {owner} = 'closed' THEN 71
    WHEN {state}.status IS NULL THEN CASE WHEN {key}.recipient_type = 2 THEN 60 ELSE 30 END
    WHEN {state}.status = 3 THEN 31
    WHEN {frozen} THEN 72
    WHEN {state}.holds & 1 > 0 THEN 40
    WHEN {state}.holds & 2 > 0 AND ({state}.hold_from IS NULL OR {state}.hold_from <= {now}) THEN 50
    WHEN {wish} THEN 23
    WHEN {state}.holds & 2 > 0 THEN 11
    ELSE 10
    END
"""

WISH = """EXISTS (
        SELECT 1 FROM consents_standingwish wish
        WHERE wish.recipient = {key}.recipient
          AND tstzrange(wish.begins_at, least(wish.until, wish.ended_at)) @> {now}::timestamptz
          AND wish.channel IN (0, {key}.channel)
          AND (wish.sector = '' OR wish.sector = (
              SELECT profile.sector FROM providers_brandprofile profile WHERE profile.brand_id = {key}.brand_id))
          AND (wish.brand_id IS NULL OR wish.brand_id = {key}.brand_id)
        OFFSET 0
    )"""
"""Whether a wish speaks against {key} at {now}. `OFFSET 0` keeps the planner at the address's index."""

FROZEN = """EXISTS (
        SELECT 1 FROM consents_keyfreeze held
        JOIN consents_consentevent wrote ON wrote.recipient = {key}.recipient AND wrote.brand_id = {key}.brand_id
            AND wrote.channel = {key}.channel AND wrote.recipient_type = {key}.recipient_type
        WHERE held.brand_id = {key}.brand_id AND held.frozen_at <= {now}
          AND (held.lifted_at IS NULL OR held.lifted_at > {now})
          AND wrote.kind = 1 AND wrote.status = 1 AND wrote.actor_kind = 2 AND wrote.actor_id = held.key_id
          AND wrote.registered_at >= held.since AND wrote.registered_at < held.until
          AND wrote.source IS NOT DISTINCT FROM {state}.source
          AND wrote.consent_date IS NOT DISTINCT FROM {state}.consent_date
          AND NOT EXISTS (
              SELECT 1 FROM consents_consentevent u
              WHERE u.recipient = wrote.recipient AND u.brand_id = wrote.brand_id AND u.channel = wrote.channel
                AND u.recipient_type = wrote.recipient_type AND u.undoes_version <= wrote.version
                AND u.version > wrote.version AND u.registered_at <= {now}
          )
        OFFSET 0
    )"""
"""Whether {state} is, at {now}, a consent that a frozen key wrote and nothing undid (ADR 22).

Source and date tell which record a state comes from, also after a confirmation, a proof or an undo of what followed:
a later consent has a later date (R-C10). The merchant's record without a date (R-C13) is its first one.
"""

_ELSEWHERE = """EXISTS (
        SELECT 1 FROM {others} other
        WHERE other.recipient = {key}.recipient AND other.brand_id = {key}.brand_id
          AND other.channel = {key}.channel AND other.recipient_type <> {key}.recipient_type
          AND other.status = 2 AND other.source >= 20
    )"""
_OWNER_NOW = """(
        SELECT owner.state FROM providers_brand JOIN providers_provider owner ON owner.id = provider_id
        WHERE providers_brand.id = {key}.brand_id
    )"""
# The other type's state: what stands, or a refusal in force whose address was forgotten (R-L5). Where nothing was
# forgotten yet, the first condition is asked once and no address is hashed.
_OTHERS = """(
        SELECT mine.recipient, mine.brand_id, mine.channel, mine.recipient_type, mine.status, mine.source
        FROM consents_consent mine WHERE mine.recipient = {key}.recipient
      UNION ALL
        SELECT {key}.recipient, gone.brand_id, gone.channel, gone.recipient_type, gone.status, gone.source
        FROM consents_erasedrefusal gone
        WHERE (SELECT EXISTS (SELECT 1 FROM consents_erasedrefusal))
            AND gone.brand_id = {key}.brand_id AND gone.address_hash = {hash}
    )"""


def _case(*, key: str, state: str, now: str = "%s", owner: str = _OWNER_NOW) -> str:
    """The rule over the state that stands now; `now`: the parameter of the moment, wherever it is asked for."""
    others = _OTHERS.replace("{hash}", address_hash("{key}.recipient"))
    rule = RULE.replace("{elsewhere}", _ELSEWHERE.replace("{others}", others)).replace("{owner}", owner)
    return rule.replace("{wish}", WISH).replace("{frozen}", FROZEN).format(key=key, state=state, now=now)


_STATE = """LEFT JOIN LATERAL (
            SELECT status, source, holds, hold_from, consent_date FROM consents_consent
            WHERE recipient = asked.recipient AND brand_id = asked.brand_id
                AND channel = asked.channel AND recipient_type = asked.recipient_type
          UNION ALL
            SELECT status, source, 0::smallint, NULL, NULL FROM consents_erasedrefusal
            WHERE brand_id = asked.brand_id AND address_hash = {hash}
                AND channel = asked.channel AND recipient_type = asked.recipient_type
        ) stored ON TRUE"""

Key = tuple[str, int, int, int]


@dataclass(frozen=True)
class Standing:
    """What stood for one address, as far as the rule asks; `status` is None without a record."""

    status: int | None = None
    source: int | None = None
    holds: int = 0
    hold_from: datetime | None = None
    consent_date: datetime | None = None


def effective_status(now: datetime) -> RawSQL:
    """Annotation for `Consent.objects`: the `Reason`'s number of each row at `now`.

    A refusal whose address was forgotten has no row, but counts for the other recipient type's row.

    >>> Consent.objects.visible_to(actor).annotate(effective=effective_status(now))
    """
    table = "consents_consent"
    sql = _case(key=table, state=table)
    return RawSQL(sql, [now] * sql.count("%s"), output_field=models.SmallIntegerField())  # noqa: S611 (constant text)


def judged_one(*, brand: str = "%(brand)s", owner: str = _OWNER_NOW) -> str:
    """SQL for one key, planned once: a row with the key's columns and its `reason`.

    Parameters: `recipient`, `brand`, `channel`, `recipient_type`, `now`. `brand` and `owner` (the provider's state) may
    be columns of a statement around.
    """
    return _judged_one(brand, owner, address_hash("asked.recipient"))


@lru_cache(maxsize=4)
def _judged_one(brand: str, owner: str, hashed: str) -> str:
    return f"""
        SELECT asked.*, {_case(key="asked", state="stored", now="%(now)s", owner=owner)} AS reason
        FROM (VALUES (%(recipient)s::text, {brand}::int, %(channel)s::smallint, %(recipient_type)s::smallint))
            AS asked(recipient, brand_id, channel, recipient_type)
        {_STATE.replace("{hash}", hashed)}
    """  # noqa: S608 (constant text)


def values_of(key: Key, now: datetime) -> dict[str, Any]:
    """The parameters of `judged_one`."""
    return {**dict(zip(("recipient", "brand", "channel", "recipient_type"), key, strict=True)), "now": now}


def judge(keys: Sequence[Key], *, now: datetime) -> list[Reason]:
    """The reasons for addresses (recipient, brand, channel, recipient type), in order, recorded or not."""
    if not keys:
        return []
    if len(keys) == 1:
        text = f"SELECT reason FROM ({judged_one()}) one"  # noqa: S608 (constant)
        return [Reason(*first_row(text, values_of(keys[0], now)) or ())]
    recipients, brands, channels, types = zip(*keys, strict=True)
    case = _case(key="asked", state="stored")
    stored = _STATE.replace("{hash}", address_hash("asked.recipient"))
    sql = f"""
        SELECT {case}
        FROM unnest(%s::text[], %s::int[], %s::smallint[], %s::smallint[])
            WITH ORDINALITY AS asked(recipient, brand_id, channel, recipient_type, place)
        {stored}
        ORDER BY place
    """  # noqa: S608 (constant text)
    with connection.cursor() as cursor:
        cursor.execute(sql, [now] * case.count("%s") + [list(recipients), list(brands), list(channels), list(types)])
        return [Reason(number) for (number,) in cursor.fetchall()]


def judge_states(states: Mapping[Key, Standing], *, owners: Mapping[int, str], now: datetime) -> dict[Key, Reason]:
    """The reasons of states that stood at `now`, by key (recipient, brand, channel, recipient type).

    `states` holds both recipient types of every address asked about, because a recipient's own refusal counts for
    both; `owners` the state of each brand's provider at that moment.
    """
    if not states:
        return {}
    rows = [
        (*key, state.status, state.source, state.holds, state.hold_from, state.consent_date, owners.get(key[1], ""))
        for key, state in states.items()
    ]
    elsewhere = _ELSEWHERE.format(key="asked", others="asked")
    rule = RULE.replace("{wish}", WISH).replace("{frozen}", FROZEN)
    case = rule.format(key="asked", state="asked", elsewhere=elsewhere, owner="asked.owner", now="%s")
    sql = f"""
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest(%s::text[], %s::int[], %s::smallint[], %s::smallint[], %s::smallint[],
                %s::smallint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::text[])
                WITH ORDINALITY AS given(recipient, brand_id, channel, recipient_type, status, source, holds,
                    hold_from, consent_date, owner, place)
        )
        SELECT {case}
        FROM asked ORDER BY place
    """  # noqa: S608 (constant text)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(list(column) for column in zip(*rows, strict=True)), *[now] * case.count("%s")])
        return {key: Reason(number) for key, (number,) in zip(states, cursor.fetchall(), strict=True)}
