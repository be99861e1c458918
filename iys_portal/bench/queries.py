"""Figures of queries before sending (R-S1): a list from the file to the finished result, and one address."""

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consents.engine.answers import answer_numbers
from consents.enums import Channel, RecipientType
from consents.models import Consent, RecipientQuery
from consents.services import query_runs
from consents.services.queries import ask, ask_file
from iys_portal.core.actors import Actor
from providers.models import Brand

SINGLES, TURNS, POLL = 200, 3, 0.02
ABOUT: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}


def measure(brand: Brand, actor: Actor, *, folder: Path, rows: int) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit). Half of the list stands in the registry, in no order."""
    settings.REGISTRY["QUERY_ADDRESSES_A_DAY"] = rows * 10
    known = Consent.objects.filter(brand_id=brand.pk, channel=Channel.EPOSTA, recipient_type=RecipientType.BIREYSEL)
    addresses = list(known.order_by("recipient").values_list("recipient", flat=True)[: rows // 2])
    addresses += [f"yok.{number}@alici.example" for number in range(rows - len(addresses))]
    random.Random(5).shuffle(addresses)  # noqa: S311
    path = folder / "asked.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("ad,e-posta,il\n")
        file.writelines(f"Kişi {number},{address},Ankara\n" for number, address in enumerate(addresses))
    seconds, first = _file(brand, actor, path)
    yield "query.file.rows_per_s", rows / seconds, "rows/s"
    yield "query.file_s", seconds, "s"
    yield "query.first_rows_s", first, "s"
    ours, bare = [], []
    for _ in range(TURNS):  # in turn, because other work on the machine comes and goes
        bare.append(_bare_join(brand, addresses))
        ours.append(_answers(brand, addresses))
    yield "query.ratio_to_sql", min(bare) / min(ours), "ratio"
    yield "query.single.median_ms", median(_singles(brand, actor, addresses)) * 1000, "ms"


def _file(brand: Brand, actor: Actor, path: Path) -> tuple[float, float]:
    """Seconds from the uploaded file to the finished result, and to the first rows that its page can show."""
    began = time.monotonic()
    with path.open("rb") as file:
        query = ask_file(actor=actor, brand=brand, file=file, name=path.name, publish=False, **ABOUT)
    seen, done = [], Event()

    def watch() -> None:
        try:
            while not done.wait(POLL):
                if RecipientQuery.objects.filter(pk=query.pk).exclude(first_rows=[]).exists():
                    seen.append(time.monotonic() - began)
                    return
        finally:
            connection.close()

    watcher = Thread(target=watch)
    watcher.start()
    assert query.job is not None
    query_runs.run(query.job.pk)
    seconds = time.monotonic() - began
    done.set()
    watcher.join()
    query.refresh_from_db()
    assert query.answered, query.job
    return seconds, seen[0] if seen else seconds


def _answers(brand: Brand, addresses: Sequence[str]) -> float:
    """Seconds that the database part takes: slices in key order, as the job asks them, with their answers fetched."""
    size, now = query_runs.SLICE, timezone.now()
    slices = [sorted(addresses[start : start + size]) for start in range(0, len(addresses), size)]
    began = time.monotonic()
    for part in slices:
        answer_numbers(part, brand=brand, now=now, **ABOUT)
    return time.monotonic() - began


def _bare_join(brand: Brand, addresses: Sequence[str]) -> float:
    """Seconds of a plain join with the same list, which stands in the database already; its rows are fetched."""
    join = (
        "COPY (SELECT list.place, stored.status FROM bench_list list LEFT JOIN consents_consent stored"
        " ON stored.recipient = list.recipient AND stored.channel = 3 AND stored.recipient_type = 1"
        f" AND stored.brand_id = {brand.pk}) TO STDOUT"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('CREATE TEMP TABLE bench_list (place int, recipient text COLLATE "C") ON COMMIT DROP')
        with cursor.copy("COPY bench_list FROM STDIN") as copy:
            copy.write("".join(f"{place}\t{address}\n" for place, address in enumerate(addresses)))
        cursor.execute("ANALYZE bench_list")
        began = time.monotonic()
        with cursor.copy(join) as copy:
            for _ in copy:
                pass
        return time.monotonic() - began


def _singles(brand: Brand, actor: Actor, addresses: Sequence[str]) -> Iterator[float]:
    for address in addresses[:SINGLES]:
        began = time.monotonic()
        assert ask(actor=actor, brand=brand, addresses=[address], **ABOUT).answered
        yield time.monotonic() - began
