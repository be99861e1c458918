"""What verification asks about records that expired (R-L5)."""

from django.db import connection

from consents.enums import Sealed
from consents.erased import address_hash
from consents.models import Tombstone
from consents.proof.leaves import Packed

# Tombstones by the erasure that they name, with the hash over their leaves that it must say.
_VOUCHED = """
    SELECT t.tree, min(t.number) FROM consents_tombstone t
    LEFT JOIN consents_consentevent e ON t.tree = 1 AND e.event_id = t.erasure AND e.kind = 5
    LEFT JOIN core_auditentry a ON t.tree = 2 AND a.id = t.erasure AND a.verb = 'retention.entries_erased'
    GROUP BY t.tree, t.erasure, e.evidence_hash, a.new
    HAVING coalesce(e.evidence_hash, decode(a.new->>'leaves', 'hex'))
        IS DISTINCT FROM sha256(string_agg(t.leaf, ''::bytea ORDER BY t.number))
    ORDER BY 1, 2 LIMIT %s
"""
# The last erasure of each pseudonym that was a refusal: it stands by its hash, or under its address again.
_LOST = """
    SELECT e.event_id FROM (
        SELECT DISTINCT ON (recipient, brand_id, channel, recipient_type) * FROM consents_consentevent
        WHERE kind = 5 ORDER BY recipient, brand_id, channel, recipient_type, version DESC
    ) e
    LEFT JOIN consents_erasedrefusal r ON r.address_hash = decode(e.recipient, 'hex') AND r.brand_id = e.brand_id
        AND r.channel = e.channel AND r.recipient_type = e.recipient_type
    WHERE e.status = 2
      AND (r.version, r.status, r.source, r.consent_date, r.event_id)
          IS DISTINCT FROM (e.version, e.status, e.source, e.consent_date, e.event_id)
      AND NOT (r.version IS NULL AND EXISTS (
          SELECT 1 FROM consents_consent c WHERE c.brand_id = e.brand_id AND c.channel = e.channel
              AND c.recipient_type = e.recipient_type AND c.version > e.version
              AND {address_hash} = decode(e.recipient, 'hex')))
    ORDER BY 1 LIMIT %s
"""


def leaves_of(tree: Sealed, sealed: Packed) -> dict[int, bytes]:
    """The leaves of the erased rows among sealed ones, by number."""
    if not len(sealed):
        return {}
    within = Tombstone.objects.filter(
        tree=tree, number__gte=sealed.number(0), number__lte=sealed.number(len(sealed) - 1)
    )
    return {number: bytes(leaf) for number, leaf in within.values_list("number", "leaf")}


def without_erasure(most: int) -> list[tuple[Sealed, int]]:
    """Tombstones that no recorded erasure vouches for: the first of each lot."""
    with connection.cursor() as cursor:
        cursor.execute(_VOUCHED, [most])
        return [(Sealed(tree), number) for tree, number in cursor.fetchall()]


def lost_refusals(most: int) -> list[int]:
    """Erasures of refusals in force that block no more, by number: a no that was lost."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST.format(address_hash=address_hash("c.recipient")), [most])
        return [number for (number,) in cursor.fetchall()]
