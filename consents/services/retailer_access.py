"""Which dealers may see which consents: given and taken by the brand, kept as compact rows beside the ledger."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from consents.models import Consent, RetailerAccess
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from providers.models import Brand

from .reach import require_reach

Key = tuple[str, int, int, int]
_OPEN = """
    INSERT INTO consents_retaileraccess (recipient, brand_id, channel, recipient_type, retailer_id)
    SELECT k.recipient, k.brand_id, k.channel, k.recipient_type, r.id
    FROM unnest(%s::text[], %s::int[], %s::smallint[], %s::smallint[])
        AS k(recipient, brand_id, channel, recipient_type)
    CROSS JOIN unnest(%s::bigint[]) AS r(id)
    ON CONFLICT DO NOTHING
"""
_CLOSE = """
    DELETE FROM consents_retaileraccess a
    USING unnest(%s::text[], %s::int[], %s::smallint[], %s::smallint[])
        AS k(recipient, brand_id, channel, recipient_type)
    WHERE a.recipient = k.recipient AND a.brand_id = k.brand_id AND a.channel = k.channel
        AND a.recipient_type = k.recipient_type AND (%s::bigint[] IS NULL OR a.retailer_id = ANY(%s))
"""
_FORGET = """
    DELETE FROM consents_retaileraccess a WHERE NOT EXISTS (
        SELECT 1 FROM consents_consent c WHERE c.recipient = a.recipient AND c.brand_id = a.brand_id
            AND c.channel = a.channel AND c.recipient_type = a.recipient_type
    )
"""


def open_access(keys: Sequence[Key], retailers: Collection[int]) -> None:
    """Dealers may see consents from now on; who may already still may. Inside the caller's transaction."""
    _run(_OPEN, keys, sorted(set(retailers)))


@transaction.atomic
def add_access(*, actor: Actor, brand: Brand, key: Key, retailers: Collection[int]) -> None:
    """Let more dealers see one consent. Raises `NotAllowed`, `WrongMoment` (R-P7), `NotFound` (code `consent`)."""
    require_reach(actor, Permission.RETAILER_KEEP, brand, key[2])
    if not Consent.objects.filter(pk=key).exists():
        raise NotFound(code="consent")
    open_access([key], retailers)


@transaction.atomic
def replace_access(*, actor: Actor, brand: Brand, keys: Sequence[Key], retailers: Collection[int]) -> None:
    """Let these dealers see the consents and nobody else; addresses without a record are passed over."""
    require_reach(actor, Permission.RETAILER_KEEP, brand, *(key[2] for key in keys))
    standing = _standing(keys)
    _run(_CLOSE, standing, None, None)
    open_access(standing, retailers)


@transaction.atomic
def remove_access(*, actor: Actor, brand: Brand, keys: Sequence[Key], retailers: Collection[int] | None) -> None:
    """Take the access of these dealers away, or with None of all."""
    require_reach(actor, Permission.RETAILER_KEEP, brand, *(key[2] for key in keys))
    wanted = None if retailers is None else sorted(set(retailers))
    _run(_CLOSE, keys, wanted, wanted)


def forget_access() -> int:
    """R-L5: rows of consents whose addresses were forgotten go; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)


def is_used(retailer_id: int) -> bool:
    """Whether a dealer may see consents, or one names it: then it cannot be deleted."""
    if RetailerAccess.objects.filter(retailer_id=retailer_id).exists():
        return True
    with connection.cursor() as cursor:
        # By `event_of_retailer`: the ledger's rows that name a dealer, and no others.
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM consents_consentevent WHERE retailer_id = %s)",
            [retailer_id],
        )
        return bool(cursor.fetchone()[0])


def _standing(keys: Iterable[Key]) -> list[Key]:
    wanted = list(set(keys))
    rows = Consent.objects.filter(pk__in=wanted).order_by()
    return list(rows.values_list("recipient", "brand_id", "channel", "recipient_type"))


def _run(sql: str, keys: Sequence[Key], *more: Any) -> None:
    wanted = sorted(set(keys))
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], [], []]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, *more])
