"""The groups of figures, by the first part of their names."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from consents.engine import stage as staging
from consents.models import Consent, ConsentEvent, ConsentImport, ImportChunk
from consents.services import imports
from consents.services.records import Entry, record_consents
from iys_portal.core.storage import private_path
from providers.models import Brand, Provider

from . import (
    agreements,
    api,
    citizens,
    complaints,
    database,
    exports,
    files,
    ledger,
    messages,
    notices,
    pages,
    paint,
    proof,
    queries,
    registry,
    statistics,
    webhooks,
)
from .actors import manager_of

SINGLES = 200
IMPORTED = 1_000_000  # a larger registry is made by SQL


def add_provider() -> Provider:
    return Provider.objects.create(iys_code=900_001, title="Ölçüm A.Ş.", mersis="9" * 16, email="olcum@firma.example")


def add_brand(provider: Provider, number: int) -> Brand:
    return Brand.objects.create(
        provider=provider, brand_code=900_001 + number, name=f"Ölçüm {number}", is_main=not number
    )


def say(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"{name} {value:.3g} {unit}" if value < 100 else f"{name} {value:.0f} {unit}", flush=True)  # noqa: T201


def run(*, rows: int, only: set[str], keep: bool) -> None:
    """Fill a registry of `rows` consents and measure the wanted groups on it, kept apart from one that is kept."""
    made = keep or rows > IMPORTED
    source = database.kept(rows, lambda: fill(rows)) if keep else ""
    if only == {"fill"}:
        return
    with tempfile.TemporaryDirectory(prefix="iys-bench-") as folder, database.own_database(source=source):
        bench = Bench(Path(folder), rows)
        if made and not keep:
            fill(rows)
        (bench.find_made if made else bench.import_base)()
        groups = {
            "ledger": bench.ledger,
            "import": bench.imports,
            "engine": bench.engine,
            "notices": bench.notices,
            "page": bench.pages,
            "paint": bench.paints,
            "export": bench.exports,
            "report": bench.reports,
            "proof": bench.proof,
            "query": bench.queries,
            "agreement": bench.agreements,
            "message": bench.messages,
            "citizen": bench.citizens,
            "complaint": bench.complaints,
            "api": bench.api,
            "complaint_statistics": bench.complaint_statistics,
        }
        for name, group in groups.items():
            if not only or name in only:
                group()


def fill(rows: int) -> None:
    """Make a registry of `rows` consents by SQL."""
    began = time.monotonic()
    registry.fill(registry.Shape.of(rows), now=timezone.now())
    say("fill.consents_per_s", rows / (time.monotonic() - began), "consents/s")


class Bench:
    """A registry with a provider who is measured.

    `brand` is loaded into; `large` and `exported` hold many consents; `peer` is another brand. `part` is how many rows
    or addresses a file has; a small registry, which was imported, consists of one such file of `brand`.
    """

    brand: Brand
    large: Brand
    exported: Brand
    peer: Brand

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.part, self.made = folder, min(rows, IMPORTED), False
        self.loads = 0
        self.now = timezone.now()

    def find_made(self) -> None:
        self.made = True
        self.large, self.exported, self.brand, self.peer = registry.measured().brands.order_by("brand_code")
        self.part = min(self.part, registry.Shape.of(Consent.objects.count()).second)
        self.actor = manager_of(self.brand.provider_id)
        registry.settle()

    def import_base(self) -> None:
        provider = add_provider()
        self.brand, self.peer = add_brand(provider, 0), add_brand(provider, 1)
        self.large = self.exported = self.brand
        self.actor = manager_of(self.brand.provider_id)
        self.load(files.write_csv(self.folder / "base.csv", files.rows(self.part, seed=1, now=self.now)))
        self.settle()

    def load(self, path: Path, *, brand: Brand | None = None, **environment: str) -> dict[str, Any]:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "iys_portal.bench.run_import",
                str(path),
                str((brand or self.brand).brand_code),
                self.now.isoformat(),
            ],
            check=True,
            capture_output=True,
            env=os.environ | environment,
        )
        return json.loads(done.stdout)

    def forget_notices(self) -> None:
        """The registry's own consents were told long ago."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE consents_noticebatch SET unfolded = total")
            cursor.execute("DELETE FROM consents_notice")

    def settle(self) -> None:
        """By the time of the next import autovacuum is long done."""
        connection.close()
        registry.settle()

    def load_more(self) -> None:
        """A made registry is sealed and counted already: something new, of the size of a usual import."""
        if self.made:
            rows = files.rows(self.part // 5, seed=40 + self.loads, now=self.now)
            self.load(files.write_csv(self.folder / "more.csv", rows))
            self.loads += 1

    def imports(self) -> None:
        count = min(self.part, 200_000)
        sheet = files.write_xlsx(self.folder / "new.xlsx", files.rows(count, seed=3, now=self.now))
        result = self.load(sheet)
        assert result["verdicts"]["new"] == count, result
        say("import.xlsx.rows_per_s", count / result["seconds"], "rows/s")
        self.settle()
        made = files.rows(self.part, seed=2, now=self.now)
        path = files.write_csv(self.folder / "new.csv", made)
        result = self.load(path)
        assert result["verdicts"]["new"] == self.part, result
        rate = self.part / result["seconds"]
        copied = self.copy_rate(result["job"])
        say("import.csv.rows_per_s", rate, "rows/s")
        say("import.csv.ratio_to_copy", rate / copied, "ratio")
        say("import.peak_mb", result["peak_mb"], "MB")
        say("import.filled.ratio", rate / self.empty_rate(path), "ratio")
        again = self.load(path)
        assert again["verdicts"]["unchanged"] == self.part, again
        say("import.repeat.rows_per_s", self.part / again["seconds"], "rows/s")
        self.settle()
        say("import.first_problems_s", self.first_problems(), "s")
        say("import.notices.ratio", self.notices_ratio(), "ratio")

    def empty_rate(self, path: Path) -> float:
        """Rows per second of the same import into a registry that holds nothing."""
        with database.own_database(database.EMPTY):
            brand = add_brand(add_provider(), 0)
            connection.close()
            return self.part / self.load(path, brand=brand)["seconds"]

    def notices_ratio(self) -> float:
        """Speed with notices on over speed with them off, in turn: on, off, off, on."""
        seconds = {"true": 0.0, "false": 0.0}
        for seed, switch in enumerate(("true", "false", "false", "true"), start=30):
            path = files.write_csv(self.folder / "part.csv", files.rows(self.part // 2, seed=seed, now=self.now))
            seconds[switch] += self.load(path, NOTICES=switch)["seconds"]
            self.settle()
        return seconds["false"] / seconds["true"]

    def copy_rate(self, job: int) -> float:
        """Rows per second of copying the job's rows, in key order, into the same two tables for another brand."""
        seconds = 0.0
        for model in (ConsentEvent, Consent):
            table = model._meta.db_table
            names = [field.column for field in model._meta.concrete_fields if field.column]
            shown = ", ".join(str(self.peer.pk) if name == "brand_id" else name for name in names)
            path = self.folder / f"{table}.copy"
            order = "recipient, brand_id, channel, recipient_type"
            with connection.cursor() as cursor, path.open("wb") as out:
                query = f"COPY (SELECT {shown} FROM {table} WHERE {self.written_by(job)} ORDER BY {order}) TO STDOUT"
                with cursor.copy(query) as copy:
                    out.writelines(bytes(block) for block in copy)
            began = time.monotonic()
            into = f"COPY {table} ({', '.join(names)}) FROM STDIN"
            with connection.cursor() as cursor, path.open("rb") as file, cursor.copy(into) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
            seconds += time.monotonic() - began
        return self.part / seconds

    def written_by(self, job: int) -> str:
        chunks = ImportChunk.objects.filter(import_id__in=ConsentImport.objects.filter(apply_job=job).values("pk"))
        first, last = chunks.aggregate(first=Min("first_event"), last=Max("last_event")).values()
        return f"event_id BETWEEN {first} AND {last} AND brand_id = {self.brand.pk}"

    def first_problems(self) -> float:
        """From the end of the upload to the first committed problem rows."""
        path = files.write_csv(
            self.folder / "broken.csv", files.rows(self.part, seed=4, now=self.now, broken_every=500)
        )
        with path.open("rb") as file:
            item = imports.upload(actor=self.actor, brand=self.brand, file=file, name=path.name)
        began = time.monotonic()
        item = imports.start_check(item, actor=self.actor, publish=False)
        running = staging.stage(item, private_path(item.file.name), self.now)
        result = next(running)
        seconds = time.monotonic() - began
        assert result.malformed
        running.close()  # type: ignore[attr-defined]
        staging.forget(item)
        return seconds

    def engine(self) -> None:
        at = (self.now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
        times = []
        for number in range(SINGLES):
            entry = Entry(f"tek{number}@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
            began = time.monotonic()
            record_consents(actor=self.actor, brand=self.brand, entries=[entry], moment=datetime.now(self.now.tzinfo))
            times.append(time.monotonic() - began)
        say("engine.single.median_ms", median(times) * 1000, "ms")

    def ledger(self) -> None:
        self.load_more()
        for name, value, unit in ledger.measure():
            say(name, value, unit)

    def notices(self) -> None:
        self.forget_notices()
        with notices.mail_server() as environment:
            for workers in (1, 2):
                count = notices.MAILS * workers
                self.load(notices.mail_file(self.folder, count, seed=10 + workers, now=self.now))
                rate = notices.mails_per_second(workers, environment)
                say("notices.mails_per_s" if workers == 1 else "notices.two_workers.mails_per_s", rate, "mails/s")
            self.load(notices.mail_file(self.folder, notices.BULK, seed=20, now=self.now))
            say("notices.withdraw.median_ms", notices.withdrawals(), "ms")
            single, code = notices.beside_bulk(self.brand, self.actor, environment)
            say("notices.single_beside_bulk_s", single, "s")
            say("notices.code_beside_bulk_s", code, "s")

    def exports(self) -> None:
        for name, value, unit in exports.measure(self.exported, self.part):
            say(name, value, unit)

    def reports(self) -> None:
        self.load_more()
        for name, value, unit in exports.count_reports():
            say(name, value, unit)
        for name, milliseconds in pages.reports(self.large):
            say(name, milliseconds, "ms")

    def pages(self) -> None:
        for name, milliseconds in chain(pages.measure(self.large), pages.staff()):
            say(name, milliseconds, "ms")

    def paints(self) -> None:
        for name, milliseconds in paint.measure(self.large, self.actor, self.folder):
            say(name, milliseconds, "ms")

    def citizens(self) -> None:
        for name, value in citizens.measure(self.brand.provider, actor=self.actor, now=self.now):
            say(name, value, "ms")

    def complaints(self) -> None:
        for name, value, unit in complaints.measure(self.brand, self.actor):
            say(name, value, unit)

    def complaint_statistics(self) -> None:
        """COMPLAINTS= sets how many, 1,000,000 by default, however large the registry is."""
        rows = int(os.environ.get("COMPLAINTS") or 1_000_000)
        for name, value, unit in statistics.measure(self.brand.provider, rows=rows, now=self.now):
            say(name, value, unit)

    def agreements(self) -> None:
        for name, value, unit in agreements.measure():
            say(name, value, unit)

    def proof(self) -> None:
        for name, value, unit in proof.measure(self.large):
            say(name, value, unit)

    def queries(self) -> None:
        for name, value, unit in queries.measure(self.large, self.actor, folder=self.folder, rows=self.part):
            say(name, value, unit)

    def messages(self) -> None:
        for name, value, unit in messages.measure(self.large, self.actor, self.folder, self.part):
            say(name, value, unit)

    def api(self) -> None:
        known = Consent.objects.filter(brand_id=self.large.pk, channel=3, recipient_type=1)
        addresses = list(known.order_by("recipient").values_list("recipient", flat=True)[:5_000])
        for name, value, unit in webhooks.measure(self.brand, self.actor, self.folder):
            say(name, value, unit)
        for name, value, unit in api.measure(self.large, self.actor, addresses, self.folder):
            say(name, value, unit)
