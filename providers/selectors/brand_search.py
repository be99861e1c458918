"""Which brand is this? Brands by a name as people write it, or by what a message of theirs shows (R-P11).

Compared forms (`turkish_comparable`, `BrandValue.key`) have trigram indexes; numbers, domains and whole names are
looked up as they stand. Brands of every provider are found: who sends commercial messages is no secret.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from iys_portal.core.turkish import comparable, sort_key
from providers.models import Brand

MAX_NAMED = 20
MAX_FOUND = 5
LIKE = 0.35
"""From which likeness of two names on one is shown."""


class Sign(models.TextChoices):
    """By what a brand was recognised, the surest first."""

    NUMBER = "number", _("its number")
    DOMAIN = "domain", _("its internet address")
    MERSIS = "mersis", _("its company's MERSİS number")
    SENDER_NAME = "sender_name", _("its sender name")
    SHORT_NAME = "short_name", _("its short name")
    NAME = "name", _("its name")
    LIKE = "like", _("a similar name")


_WEIGHTS = {
    Sign.NUMBER: 1.0, Sign.DOMAIN: 0.97, Sign.MERSIS: 0.95, Sign.SENDER_NAME: 0.9, Sign.SHORT_NAME: 0.7,
    Sign.NAME: 0.7, Sign.LIKE: 0.6,
}  # fmt: skip


@dataclass(frozen=True)
class Clues:
    """What a message shows: numbers as they are stored, domains, 16-digit numbers, names in compared form.

    `likely` are names that were named as the sender; only these are compared by likeness.
    """

    numbers: Collection[str] = ()
    domains: Collection[str] = ()
    mersis: Collection[str] = ()
    names: Collection[str] = ()
    likely: Collection[str] = ()

    def __bool__(self) -> bool:
        return any((self.numbers, self.domains, self.mersis, self.names, self.likely))


@dataclass
class Found:
    """A brand and by what it was recognised: signs with what the brand's profile says."""

    brand: Brand
    signs: list[tuple[Sign, str]] = field(default_factory=list)
    score: float = 0.0


_NAMED = """
    SELECT id, max(score) FROM (
        SELECT id, CASE WHEN turkish_comparable(name) = %(key)s THEN 3.0 WHEN turkish_comparable(name) LIKE %(begins)s
            THEN 2.0 WHEN turkish_comparable(name) LIKE %(holds)s THEN 1.0 ELSE 0.0 END
            + similarity(turkish_comparable(name), %(key)s) AS score
        FROM providers_brand
        WHERE is_active AND (turkish_comparable(name) %% %(key)s OR turkish_comparable(name) LIKE %(holds)s)
      UNION ALL
        SELECT id, 1.5 + similarity(turkish_comparable(short_name), %(key)s) FROM providers_brand
        WHERE is_active AND (turkish_comparable(short_name) %% %(key)s OR turkish_comparable(short_name) LIKE %(holds)s)
      UNION ALL
        SELECT brand_id, 1.0 + similarity(key, %(key)s) FROM providers_brandvalue
        WHERE kind IN ('short_name', 'sender_name') AND (key %% %(key)s OR key LIKE %(holds)s)
    ) found WHERE id NOT IN (SELECT brand.id FROM providers_brand brand JOIN providers_provider owner
        ON owner.id = brand.provider_id WHERE owner.sandbox_of_id IS NOT NULL)
    GROUP BY id ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""

_SHOWN = """
    SELECT brand_id, CASE WHEN kind IN ('number', 'refusal_phone', 'refusal_sms') THEN 'number' ELSE kind END,
        value, 1.0::float
    FROM providers_brandvalue
    WHERE kind IN ('number', 'refusal_phone', 'refusal_sms') AND key = ANY(%(numbers)s::text[])
        OR kind = 'domain' AND key = ANY(%(domains)s::text[])
        OR kind IN ('short_name', 'sender_name') AND key = ANY(%(names)s::text[])
  UNION ALL
    SELECT brand_id, 'domain', split_part(value, '/', 3), 1.0 FROM providers_brandvalue
    WHERE kind = 'refusal_url' AND cardinality(%(domains)s::text[]) > 0
        AND lower(split_part(split_part(value, '/', 3), ':', 1)) = ANY(%(domains)s::text[])
  UNION ALL
    SELECT brand.id, 'mersis', provider.mersis, 1.0 FROM providers_provider provider
    JOIN providers_brand brand ON brand.provider_id = provider.id
    WHERE provider.mersis = ANY(%(mersis)s::text[])
  UNION ALL
    SELECT id, 'name', name, 1.0 FROM providers_brand WHERE turkish_comparable(name) = ANY(%(names)s::text[])
  UNION ALL
    SELECT id, 'short_name', short_name, 1.0 FROM providers_brand
    WHERE short_name <> '' AND turkish_comparable(short_name) = ANY(%(names)s::text[])
  UNION ALL
    SELECT brand.id, 'like', brand.name, similarity(turkish_comparable(brand.name), likely)
    FROM unnest(%(likely)s::text[]) likely
    JOIN providers_brand brand ON turkish_comparable(brand.name) %% likely
  UNION ALL
    SELECT own.brand_id, 'like', own.value, similarity(own.key, likely) FROM unnest(%(likely)s::text[]) likely
    JOIN providers_brandvalue own ON own.key %% likely AND own.kind IN ('short_name', 'sender_name')
"""


def brands_named(text: str) -> list[Brand]:
    """Active brands whose name, short name or sender name is or resembles what was written, the best first."""
    key = comparable(text)[:100]
    if len(key) < 2:
        return []
    values = {"key": key, "begins": f"{key}%", "holds": f"%{key}%", "limit": MAX_NAMED}
    ids = [row[0] for row in _rows(_NAMED, values)]
    brands = Brand.objects.filter(is_active=True).select_related("provider", "profile").in_bulk(ids)
    return [brands[key] for key in ids if key in brands]


def brands_by(clues: Clues) -> list[Found]:
    """The brands that a message points to, the surest first, each with the signs that led to it."""
    if not clues:
        return []
    values = {name: sorted(getattr(clues, name)) for name in ("numbers", "domains", "mersis", "names", "likely")}
    found: dict[int, dict[tuple[Sign, str], float]] = {}
    for brand_id, sign, value, likeness in _rows(_SHOWN, values):
        if sign == Sign.LIKE and likeness < LIKE:
            continue
        signs = found.setdefault(brand_id, {})
        signs[Sign(sign), value] = max(likeness, signs.get((Sign(sign), value), 0.0))
    ids = sorted(found, key=lambda key: -_score(found[key]))[: MAX_FOUND * 2]
    brands = Brand.objects.of_public().select_related("provider", "profile").in_bulk(ids)
    ranked = [Found(brands[key], _told(found[key]), _score(found[key])) for key in ids if key in brands]
    ranked.sort(key=lambda one: (-one.score, not one.brand.is_active, sort_key(one.brand.name), one.brand.brand_code))
    return ranked[:MAX_FOUND]


def _score(signs: dict[tuple[Sign, str], float]) -> float:
    """The surest sign decides; each further kind adds a little."""
    weights: dict[Sign, float] = {}
    for (sign, _value), likeness in signs.items():
        weights[sign] = max(weights.get(sign, 0.0), _WEIGHTS[sign] * likeness)
    return max(weights.values()) + 0.05 * (len(weights) - 1)


def _told(signs: Iterable[tuple[Sign, str]]) -> list[tuple[Sign, str]]:
    """One of each kind; likeness goes without saying where the name itself was found."""
    order = list(Sign)
    told = list({sign: (sign, value) for sign, value in sorted(signs, key=lambda one: order.index(one[0]))}.values())
    named = any(sign in (Sign.SENDER_NAME, Sign.SHORT_NAME, Sign.NAME) for sign, _value in told)
    return [one for one in told if one[0] is not Sign.LIKE or not named]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
