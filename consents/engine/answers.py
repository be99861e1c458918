"""May these addresses be written to? The rule of R-S4 over a whole slice of a list at once (R-S1, R-S2).

The text of the rule is `effective.RULE`; here both recipient types' states are joined by the key's index instead of
being looked up for each address, so that a list of a million is asked at the speed of the join itself.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import connection, transaction

from consents.effective import RULE, WISH, Reason
from consents.erased import address_hash
from providers.models import Brand

FEW = 1_000
"""Addresses up to which the planner needs no telling."""
_OWNER = """
    SELECT state, EXISTS (SELECT 1 FROM consents_erasedrefusal WHERE brand_id = %s),
        EXISTS (SELECT 1 FROM consents_standingwish WHERE recipient BETWEEN %s AND %s)
    FROM providers_provider WHERE id = %s
"""
# A planner's hash or merge join would read the whole table for each slice.
_BY_KEY = (
    "SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_seqscan = off;"
    " SET LOCAL jit = off"
)

# Both recipient types of an address stand side by side in the index, so that one look-up gives both.
_STANDING = """
    LEFT JOIN LATERAL (
        SELECT max(mine.status) FILTER (WHERE mine.recipient_type = asked.recipient_type) AS status,
            max(mine.source) FILTER (WHERE mine.recipient_type = asked.recipient_type) AS source,
            max(mine.holds) FILTER (WHERE mine.recipient_type = asked.recipient_type) AS holds,
            max(mine.hold_from) FILTER (WHERE mine.recipient_type = asked.recipient_type) AS hold_from,
            bool_or(mine.recipient_type <> asked.recipient_type AND mine.status = 2 AND mine.source >= 20) AS elsewhere
        FROM consents_consent mine
        WHERE mine.recipient = asked.recipient AND mine.brand_id = asked.brand_id AND mine.channel = asked.channel
    ) state ON TRUE
"""
_ELSEWHERE = "coalesce(state.elsewhere, FALSE)"
# The same where addresses of the brand's refusals were forgotten (R-L5): a hash of each address is looked up as well.
_FORGOTTEN = """
    LEFT JOIN LATERAL (
        SELECT mine.status, mine.source, mine.holds, mine.hold_from FROM consents_consent mine
        WHERE mine.recipient = asked.recipient AND mine.brand_id = asked.brand_id
            AND mine.channel = asked.channel AND mine.recipient_type = asked.recipient_type
      UNION ALL
        SELECT gone.status, gone.source, 0::smallint, NULL FROM consents_erasedrefusal gone
        WHERE gone.brand_id = asked.brand_id AND gone.address_hash = {hash}
            AND gone.channel = asked.channel AND gone.recipient_type = asked.recipient_type
    ) state ON TRUE
    LEFT JOIN LATERAL (
        SELECT theirs.recipient FROM consents_consent theirs
        WHERE theirs.recipient = asked.recipient AND theirs.brand_id = asked.brand_id
            AND theirs.channel = asked.channel AND theirs.recipient_type = 3 - asked.recipient_type
            AND theirs.status = 2 AND theirs.source >= 20
      UNION ALL
        SELECT asked.recipient FROM consents_erasedrefusal gone
        WHERE gone.brand_id = asked.brand_id AND gone.address_hash = {hash}
            AND gone.channel = asked.channel AND gone.recipient_type = 3 - asked.recipient_type AND gone.source >= 20
        LIMIT 1
    ) other ON TRUE
"""
_FORGOTTEN_ELSEWHERE = "other.recipient IS NOT NULL"
_ANSWERS = """
    SELECT array_agg({rule} ORDER BY asked.place)
    FROM (
        SELECT given.recipient, given.place, %(brand)s::int AS brand_id, %(channel)s::smallint AS channel,
            %(type)s::smallint AS recipient_type
        FROM string_to_table(%(recipients)s, chr(10)) WITH ORDINALITY AS given(recipient, place)
    ) asked
    {standing}
"""


def answers(
    recipients: Sequence[str], *, brand: Brand, channel: int, recipient_type: int, now: datetime
) -> list[Reason]:
    """The reason of each address at `now`, in the order given; addresses are as stored, and quickest in key order."""
    found = answer_numbers(recipients, brand=brand, channel=channel, recipient_type=recipient_type, now=now)
    known = {int(reason): reason for reason in Reason}
    return [known[number] for number in found]


def answer_numbers(
    recipients: Sequence[str], *, brand: Brand, channel: int, recipient_type: int, now: datetime
) -> list[int]:
    """The same as numbers of `Reason`, for who goes on in columns.

    The list goes to the database as one text, which costs a sixth of an array; no stored address holds a line feed.
    """
    if not recipients:
        return []
    many = len(recipients) > FEW
    with transaction.atomic() if many else nullcontext(), connection.cursor() as cursor:
        cursor.execute(_OWNER, [brand.pk, min(recipients), max(recipients), brand.provider_id])
        owner, forgotten, wished = cursor.fetchone()
        standing = _FORGOTTEN.format(hash=address_hash("asked.recipient")) if forgotten else _STANDING
        elsewhere = _FORGOTTEN_ELSEWHERE if forgotten else _ELSEWHERE
        # R-Z8: most slices of a list hold nobody with a wish, and are spared the look-up of each address.
        rule = RULE.replace("{wish}", WISH if wished else "FALSE")
        rule = rule.format(key="asked", state="state", elsewhere=elsewhere, owner="%(owner)s", now="%(now)s")
        if many:
            cursor.execute(_BY_KEY)
        values = {"brand": brand.pk, "channel": channel, "type": recipient_type, "owner": owner, "now": now}
        asked = {"recipients": "\n".join(recipients)}
        cursor.execute(_ANSWERS.format(rule=rule, standing=standing), values | asked)
        (numbers,) = cursor.fetchone()
    if len(numbers) != len(recipients):
        raise ValueError("an address holds a line feed")
    return list(numbers)
