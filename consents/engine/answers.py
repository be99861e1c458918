"""May these addresses be written to? The rule of R-S4 over a whole slice of a list at once (R-S1, R-S2).

The text of the rule is `effective.RULE`; here both recipient types' states are read by an index for the whole list at
once instead of being looked up for each address, so that a list of a million is asked at the speed of a join.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from consents.effective import FROZEN, RULE, WISH, Reason, judge
from consents.erased import address_hash
from providers.models import Brand

FEW = 1_000
"""Addresses up to which the planner needs no telling, and one question costs less than asking first what to ask."""
_OWNER = "(SELECT state FROM providers_provider WHERE id = %(provider)s)"
_GONE = "EXISTS (SELECT 1 FROM consents_erasedrefusal WHERE brand_id = %(brand)s)"
_WISHED = "EXISTS (SELECT 1 FROM consents_standingwish WHERE recipient BETWEEN %(first)s AND %(last)s)"
_FREEZES = """EXISTS (
    SELECT 1 FROM consents_keyfreeze
    WHERE brand_id = %(brand)s AND frozen_at <= %(now)s AND (lifted_at IS NULL OR lifted_at > %(now)s))"""
# A planner's hash or merge join would read the whole table for each slice.
_BY_KEY = (
    "SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_seqscan = off;"
    " SET LOCAL jit = off"
)

# One pass over the brand's index, in its order, for the whole list: from PostgreSQL 17 on, neighbours in the list are
# read from the page that was found already. What comes back are the addresses that stand there, both recipient types
# of each side by side. The cast keeps the planner off the index by domain, where it would read the brand's whole book;
# the list is given as a subquery, so that the planner does not weigh each address.
_STANDING = """
    WITH given AS MATERIALIZED (SELECT string_to_array(%(recipients)s, chr(10)) AS recipients)
    SELECT string_agg(state.recipient, chr(10)), array_agg({rule}), (
        SELECT {without} FROM (
            SELECT NULL::smallint AS status, NULL::smallint AS source, NULL::smallint AS holds,
                NULL::timestamptz AS hold_from, NULL::timestamptz AS consent_date, %(type)s::smallint AS recipient_type
        ) nothing), {gone}
    FROM (
        SELECT mine.recipient,
            max(mine.status) FILTER (WHERE mine.recipient_type = %(type)s) AS status,
            max(mine.source) FILTER (WHERE mine.recipient_type = %(type)s) AS source,
            max(mine.holds) FILTER (WHERE mine.recipient_type = %(type)s) AS holds,
            max(mine.hold_from) FILTER (WHERE mine.recipient_type = %(type)s) AS hold_from,
            max(mine.consent_date) FILTER (WHERE mine.recipient_type = %(type)s) AS consent_date,
            bool_or(mine.recipient_type <> %(type)s AND mine.status = 2 AND mine.source >= 20) AS elsewhere
        FROM consents_consent mine
        WHERE mine.brand_id = %(brand)s AND mine.channel::int = %(channel)s
            AND mine.recipient = ANY((SELECT recipients FROM given)::text[])
        GROUP BY mine.recipient
    ) state
    CROSS JOIN LATERAL (
        SELECT state.recipient, %(brand)s::int AS brand_id, %(channel)s::smallint AS channel,
            %(type)s::smallint AS recipient_type
    ) asked
"""
# The same where addresses of the brand's refusals were forgotten (R-L5): a hash of each address is looked up as well.
_FORGOTTEN = """
    SELECT array_agg({rule} ORDER BY asked.place)
    FROM (
        SELECT given.recipient, given.place, %(brand)s::int AS brand_id, %(channel)s::smallint AS channel,
            %(type)s::smallint AS recipient_type
        FROM string_to_table(%(recipients)s, chr(10)) WITH ORDINALITY AS given(recipient, place)
    ) asked
    LEFT JOIN LATERAL (
        SELECT mine.status, mine.source, mine.holds, mine.hold_from, mine.consent_date FROM consents_consent mine
        WHERE mine.recipient = asked.recipient AND mine.brand_id = asked.brand_id
            AND mine.channel = asked.channel AND mine.recipient_type = asked.recipient_type
      UNION ALL
        SELECT gone.status, gone.source, 0::smallint, NULL, NULL FROM consents_erasedrefusal gone
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

    A list goes to the database as one text, which costs a sixth of an array. Raises `ValueError` for an address with
    a line feed; no stored one holds any.
    """
    if not recipients:
        return []
    text = "\n".join(recipients)
    if text.count("\n") != len(recipients) - 1:
        raise ValueError("an address holds a line feed")
    if len(recipients) == 1:
        (reason,) = judge(((recipients[0], brand.pk, channel, recipient_type),), now=now)
        return [int(reason)]
    many, forgotten, wished, frozen = len(recipients) > FEW, False, True, True
    values: dict[str, Any] = {
        "provider": brand.provider_id, "brand": brand.pk, "channel": channel, "type": recipient_type, "now": now,
        "recipients": text, "first": min(recipients), "last": max(recipients),
    }  # fmt: skip
    with transaction.atomic() if many else nullcontext(), connection.cursor() as cursor:
        if many:
            cursor.execute(f"SELECT {_GONE}, {_WISHED}, {_FREEZES}", values)
            forgotten, wished, frozen = cursor.fetchone()
            cursor.execute(_BY_KEY)
        if not forgotten:
            cursor.execute(_standing(wished=wished, frozen=frozen), values)
            addresses, numbers, without, forgotten = cursor.fetchone()
        if forgotten:
            cursor.execute(_forgotten(), values)
            return list(cursor.fetchone()[0])
    standing = dict(zip(addresses.split("\n"), numbers, strict=True)) if addresses else {}
    return [standing.get(recipient, without) for recipient in recipients]


def _standing(*, wished: bool, frozen: bool) -> str:
    """What may be left out, for most slices of a long list have none of it.

    `wished`: somebody of the list may have a standing wish (R-Z8); `frozen`: the brand holds back what a key wrote.
    """
    wish = WISH.format(key="asked", now="%(now)s") if wished else "FALSE"
    freeze = _frozen() if frozen else "FALSE"
    return _STANDING.format(
        rule=_rule("asked", "state", "state.elsewhere", wish, freeze),
        without=_rule("nothing", "nothing", "FALSE", "FALSE", "FALSE"),
        gone=_GONE,
    )


def _forgotten() -> str:
    wish = WISH.format(key="asked", now="%(now)s")
    rule = _rule("asked", "state", "other.recipient IS NOT NULL", wish, _frozen())
    return _FORGOTTEN.format(rule=rule, hash=address_hash("asked.recipient"))


def _frozen() -> str:
    return FROZEN.format(key="asked", state="state", now="%(now)s")


def _rule(key: str, state: str, elsewhere: str, wish: str, frozen: str) -> str:
    return RULE.format(key=key, state=state, elsewhere=elsewhere, wish=wish, frozen=frozen, owner=_OWNER, now="%(now)s")
