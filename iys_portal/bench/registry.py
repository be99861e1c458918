"""A whole registry made by SQL, for the benchmarks: too large to be imported each time (docs/scale.md).

It holds what the engine would have written: histories that keep the rules, form v1 with salts, transaction numbers,
jobs and imports, states, counters. Seals and reports are made over it by the real services. Left out, because nothing
measured reads it: notices, audit entries, the chunks of imports, undone and completed records.

Providers load their lists in `WAVES` waves, a batch of a brand at a time; a consent's history begins in some wave and
goes on in the next ones, so that it is consecutive and the ledger grows in the order of its numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from consents.engine.statements.events import STATE_COLUMNS
from consents.engine.terms import hmac_pads
from consents.models import Consent, ConsentEvent, ConsentImport
from consents.services.reports import count_ledger
from consents.services.seals import seal_ledger
from consents.states import ImportState
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job
from providers.models import Brand, Provider

from .files import DOMAINS, NAMES
from .ledger import seal_everything

WAVES, BATCH = 10, 100_000
SPAN, UNTIL = timedelta(days=985), timedelta(days=2)  # of all imports; the last ones are past undoing
BRANDS_EACH = 4
EMPTY = 2  # the brand of the measured provider that nothing was loaded for yet
TITLE = "Ölçüm A.Ş."


@dataclass(frozen=True)
class Shape:
    """How large: consents, with four events each on average; the first two brands are of the measured provider."""

    consents: int
    providers: int
    largest: int
    second: int

    @classmethod
    def of(cls, consents: int) -> "Shape":
        """10,000,000 consents: 5,000 providers with 20,000 brands, one of them with 3,000,000."""
        return cls(consents, max(3, min(5_000, consents // 500)), consents * 3 // 10, consents // 10)

    @property
    def persons(self) -> int:
        """Addresses are shared by brands; no brand has more consents than there are people."""
        return max(self.consents * 2 // 5, 100) + 1

    def sizes(self) -> list[int]:
        """Consents of each brand: a few large ones, many small ones."""
        rest = self.providers * BRANDS_EACH - EMPTY - 1
        weights = [1 / (place + 30) for place in range(rest)]
        left = self.consents - self.largest - self.second
        scale = left / sum(weights)
        sizes = [int(weight * scale) for weight in weights]
        sizes[0] += left - sum(sizes)
        return [self.largest, self.second, 0, *sizes]


def fill(shape: Shape, *, now: datetime) -> None:
    """Fill an empty, migrated database as its owner; then seal and count it as the workers do."""
    cursor: Any
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        batches = _plan(cursor, _brands(shape), shape)
        begin = now.replace(microsecond=0) - SPAN - UNTIL
        with _without_indexes(cursor, ConsentEvent._meta.db_table), _without_indexes(cursor, Consent._meta.db_table):
            values = _values(batches, begin)
            for wave in range(WAVES):
                cursor.execute(_WAVE, values | {"wave": wave})
        cursor.execute(_COUNTERS)
        _imports(cursor, batches, begin)
        cursor.execute("DROP TABLE bench_plan, bench_batch, bench_done")
    settle()
    _seal()


def measured() -> Provider:
    return Provider.objects.get(title=TITLE)


def settle() -> None:
    """What a registry's autovacuum has long done."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()


def _brands(shape: Shape) -> list[Brand]:
    """Providers with four brands each; one brand in twenty asks its recipients to confirm (R-M4)."""
    providers = Provider.objects.using("owner").bulk_create(
        Provider(
            iys_code=100_000 + n,
            title=TITLE if n == 0 else f"Örnek Ticaret {n} A.Ş.",
            mersis=f"{9 * 10**15 + n:016d}",
            email=f"iletisim{n}@firma.example",
        )
        for n in range(shape.providers)
    )
    return Brand.objects.using("owner").bulk_create(
        Brand(
            provider=providers[n // BRANDS_EACH],
            brand_code=100_000 + n,
            name=f"Marka {n}",
            is_main=n % BRANDS_EACH == 0,
            double_opt_in=n % 20 == 7,
        )
        for n in range(shape.providers * BRANDS_EACH)
    )


def _plan(cursor: Any, brands: list[Brand], shape: Shape) -> int:
    """Each consent's key, and the wave and length of its history, in the order in which they are loaded."""
    sizes, batches, batch, start = shape.sizes(), [], 0, 0
    for brand, size in reversed(list(zip(brands, sizes, strict=True))):  # the largest is loaded last in each wave
        for part in range(0, size, BATCH):
            batches.append((batch, brand.pk, brand.double_opt_in, start, part, min(BATCH, size - part)))
            batch, start = batch + 1, start + min(BATCH, size - part)
    cursor.execute(_TABLES)
    with cursor.copy("COPY bench_batch FROM STDIN") as copy:
        for row in batches:
            copy.write_row(row)
    cursor.execute(_PLAN, {"persons": shape.persons, "names": list(NAMES), "domains": list(DOMAINS), "waves": WAVES})
    return batch


def _values(batches: int, begin: datetime) -> dict[str, Any]:
    inner, outer = hmac_pads()
    return {
        "hmac_inner": inner, "hmac_outer": outer, "batches": batches, "begin": int(begin.timestamp()),
        "step": _step(batches), "late": 10 * 86_400,
    }  # fmt: skip


def _step(batches: int) -> int:
    """Seconds between two batches."""
    return int(SPAN.total_seconds()) // (WAVES * batches)


def _imports(cursor: Any, batches: int, begin: datetime) -> None:
    """A job and an import behind every batch of every wave, numbered as the events name them."""
    about: dict[str, Any] = {"actor_id": 1, "actor_name": "Ölçüm", "created_at": begin}
    job = Job(
        task="consents.apply_import", title="musteriler.csv", state=JobState.DONE, actor_kind=1, finished_at=begin,
        attempts=1, **about,
    )  # fmt: skip
    item = ConsentImport(state=ImportState.APPLIED, file_name="musteriler.csv", sha256="0" * 64, **about)
    at = "to_timestamp(%(begin)s + (done.job - 1) * %(step)s)"
    moved = {"public_id": "gen_random_uuid()", "provider_id": "brand.provider_id", "created_at": at}
    job_columns = {"id": "done.job", "started_at": at, "finished_at": at, "done": "done.total", "total": "done.total"}
    item_columns = {
        "id": "done.job", "brand_id": "brand.id", "apply_job_id": "done.job", "apply_moment": at, "applied_at": at,
        "checked_at": at, "staged_rows": "done.total", "counts": "done.counts", "dry_counts": "done.counts",
    }  # fmt: skip
    values = {"begin": int(begin.timestamp()), "step": _step(batches)}
    for model, columns in ((job, job_columns), (item, item_columns)):
        _copies(cursor, model, moved | columns, values)


def _copies(cursor: Any, model: Any, columns: dict[str, str], values: dict[str, Any]) -> None:
    """As many rows like an unsaved one as there are imports, with some columns of their own."""
    fields = [field for field in model._meta.concrete_fields if field.column]
    shown = [columns.get(field.column, f"%({field.column})s") for field in fields]
    own = {
        field.column: field.get_db_prep_save(getattr(model, field.attname), connections["owner"]) for field in fields
    }
    table, names = model._meta.db_table, ", ".join(field.column for field in fields)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(shown)} FROM ({_DONE}) done"
        " JOIN providers_brand brand ON brand.id = done.brand_id ORDER BY done.job",
        own | values,
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def _without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Keys and indexes are made at the end, which is many times quicker than keeping them."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'",
        [table],
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for name, definition in keys:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _name, definition in indexes:
        cursor.execute(definition)


def _seal() -> None:
    former = settings.REGISTRY
    settings.REGISTRY = {**former, "SEAL_SETTLE": timedelta(0)}
    try:
        seal_ledger()  # sets the mark from which on the next one seals
        seal_everything()
    finally:
        settings.REGISTRY = former
    count_ledger()


_TABLES = """
    CREATE UNLOGGED TABLE bench_batch (
        batch int, brand_id int, confirmed boolean, start bigint, part int, size int);
    CREATE UNLOGGED TABLE bench_plan (
        brand_id int, batch int, recipient text COLLATE "C", channel smallint, recipient_type smallint,
        first smallint, length smallint, mix int, confirmed boolean);
    CREATE UNLOGGED TABLE bench_done (job bigint, brand_id int, verdict smallint, total bigint)
"""

# `mix` is a number without a pattern; its digits choose. Histories have 1 to 10 events, 4 on average. Half of the
# consents are e-mails, a quarter each texts and calls, a tenth TACIR. Phones begin otherwise than those of `files`.
_PLAN = """
    INSERT INTO bench_plan
    SELECT brand_id, batch, CASE WHEN channel = 3
            THEN (%(names)s::text[])[1 + person %% 12] || '.' || person || '@' || (%(domains)s::text[])[1 + person %% 5]
            ELSE '+90' || ('{530,531,534,536,537,538,539,541,545,546}'::text[])[1 + person %% 10]
                || lpad((person * 7919 %% 10000000)::text, 7, '0') END,
        channel, CASE WHEN mix / 7 %% 10 = 0 THEN 2 ELSE 1 END,
        mix / 2000 %% (%(waves)s + 1 - length), length, mix, confirmed
    FROM (
        SELECT b.brand_id, b.batch, b.confirmed, ('{3,3,2,1}'::smallint[])[1 + n %% 4] AS channel,
            (b.brand_id::bigint * 104729 + b.part + n) %% %(persons)s AS person, mixed.mix,
            ('{1,1,1,1,2,2,2,3,3,3,4,4,4,5,5,6,6,8,9,10}'::smallint[])[1 + mixed.mix %% 20] AS length
        FROM bench_batch b CROSS JOIN LATERAL generate_series(0, b.size - 1) n
        CROSS JOIN LATERAL (SELECT hashint8(b.start + n) & 2147483647 AS mix OFFSET 0) mixed
    ) made
    ORDER BY batch, 3, channel
"""

# Refusals come every fifth event of a history; the last word of one may be the recipient's own (then nothing follows,
# R-C15). One in fifty is late (R-C8). A TACIR's first record may come without date and source (R-C13). One signed
# consent in five lacks its evidence (R-C16); consents of some brands wait for their recipients (R-M4).
_WAVE = f"""
WITH made AS MATERIALIZED (
    SELECT nextval('consents_event_number') AS event_id, p.recipient, p.brand_id, p.channel, p.recipient_type,
        v.version, v.status, f.source, h.holds, f.consent_date, v.moment AS registered_at, f.own, f.late,
        CASE WHEN h.holds & 2 > 0 THEN v.moment END AS hold_from, (f.signed AND h.holds = 0)::int AS evidence_kind,
        CASE WHEN f.signed AND h.holds = 0 THEN sha256(convert_to('Arşiv kutusu ' || p.brand_id, 'UTF8')) END
            AS evidence_hash,
        CASE WHEN NOT f.own THEN v.job END AS job, v.version = p.length AS is_last,
        CASE WHEN v.version = 1 THEN 1 WHEN v.status <> v.former THEN 2 ELSE 3 END AS verdict, v.seconds
    FROM bench_plan p
    CROSS JOIN LATERAL (
        SELECT n.*, CASE WHEN (n.version + p.mix / 20) %% 5 = 0 THEN 2 ELSE 1 END AS status,
            CASE WHEN (n.version - 1 + p.mix / 20) %% 5 = 0 THEN 2 ELSE 1 END AS former,
            to_timestamp(n.seconds) AS moment
        FROM (
            SELECT %(wave)s - p.first + 1 AS version, 1 + %(wave)s * %(batches)s + p.batch AS job,
                %(begin)s + (%(wave)s * %(batches)s + p.batch)::bigint * %(step)s AS seconds
        ) n OFFSET 0
    ) v
    CROSS JOIN LATERAL (
        SELECT *,
            CASE WHEN o.own THEN CASE p.channel WHEN 3 THEN 22 ELSE 20 END
                WHEN o.bare THEN NULL WHEN v.status = 2 THEN 10
                ELSE ('{{1,1,5,5,5,5,5,5,5,5,6,6,6,6,7,7,10,10,10,11}}'::smallint[])[1 + p.mix / 100 %% 20]
            END AS source,
            CASE WHEN o.own THEN v.moment WHEN o.bare THEN NULL
                ELSE to_timestamp(v.seconds - CASE WHEN o.late THEN %(late)s ELSE 60 + p.mix %% 50000 END)
            END AS consent_date,
            v.status = 1 AND NOT o.bare AND p.mix / 100 %% 20 < 2 AS signed
        FROM (
            SELECT v.status = 2 AND v.version = p.length AND p.mix %% 3 < 2 AS own,
                v.status = 2 AND NOT (v.version = p.length AND p.mix %% 3 < 2) AND p.mix / 13 %% 50 = 0 AS late,
                p.recipient_type = 2 AND v.version = 1 AND v.status = 1 AND NOT p.confirmed AND p.mix / 3 %% 4 = 0
                    AS bare
        ) o OFFSET 0
    ) f
    CROSS JOIN LATERAL (
        SELECT CASE WHEN f.signed THEN CASE WHEN p.mix / 2000 %% 5 = 0 THEN 2 ELSE 0 END
            WHEN v.status = 1 AND p.confirmed AND f.source BETWEEN 4 AND 11 THEN 1 ELSE 0 END AS holds OFFSET 0
    ) h
    WHERE %(wave)s BETWEEN p.first AND p.first + p.length - 1
), events AS (
    INSERT INTO consents_consentevent ({STATE_COLUMNS}, kind, late, undoes_version, job_id, actor_kind, actor_id, way,
        salt, transaction_id)
    SELECT recipient, brand_id, channel, recipient_type, version, status, source, holds, consent_date, registered_at,
        hold_from, NULL, NULL, evidence_kind, evidence_hash, event_id, 1, late, NULL, job,
        CASE WHEN own THEN 3 ELSE 1 END, CASE WHEN own THEN 0 ELSE 1 END,
        CASE WHEN NOT own THEN 2 WHEN channel = 3 THEN 5 ELSE 4 END, gen_random_uuid(),
        sha256(%(hmac_outer)s::bytea || sha256(%(hmac_inner)s::bytea || convert_to(concat_ws('|',
            recipient, brand_id, channel, recipient_type, version, 1, status, source,
            date_part('epoch', consent_date)::bigint, seconds * 1000000), 'UTF8')))
    FROM made
), days AS (
    INSERT INTO consents_brandday AS counter (brand_id, day, channel, status, verdict, total)
    SELECT brand_id, (registered_at AT TIME ZONE 'Europe/Istanbul')::date, channel, status, verdict, count(*)
    FROM made GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (brand_id, day, channel, status, verdict) DO UPDATE SET total = counter.total + excluded.total
), done AS (
    INSERT INTO bench_done SELECT job, brand_id, verdict, count(*) FROM made WHERE job IS NOT NULL GROUP BY 1, 2, 3
)
INSERT INTO consents_consent ({STATE_COLUMNS})
SELECT recipient, brand_id, channel, recipient_type, version, status, source, holds, consent_date, registered_at,
    hold_from, NULL, NULL, evidence_kind, evidence_hash, event_id
FROM made WHERE is_last
"""

_COUNTERS = """
    INSERT INTO consents_brandcounter (brand_id, channel, recipient_type, status, holds, total)
    SELECT brand_id, channel, recipient_type, status, holds, count(*) FROM consents_consent GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO consents_evidence (brand_id, sha256, kind, reference, file, name, content_type, size, created_at,
        uploaded_name)
    SELECT brand_id, sha256(convert_to('Arşiv kutusu ' || brand_id, 'UTF8')), 1, 'Arşiv kutusu ' || brand_id,
        '', '', '', 0, min(registered_at), ''
    FROM consents_consent WHERE evidence_kind = 1 GROUP BY brand_id
"""

_DONE = """
    SELECT job, brand_id, sum(total) AS total, jsonb_build_object('total', sum(total), 'codes', '{}'::jsonb, 'verdicts',
        '{"new": 0, "changed": 0, "renewed": 0, "unchanged": 0, "conflicting": 0, "late": 0, "malformed": 0}'::jsonb
        || jsonb_object_agg(('{new,changed,renewed}'::text[])[verdict], total)) AS counts
    FROM bench_done GROUP BY job, brand_id
"""
