"""Figures of exports: speed and peak memory of a job, each in a process of its own as a worker runs it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum

from consents.models import LedgerSeal, ReportMark
from consents.services.reports import count_ledger
from consents.services.seals import seal_ledger
from providers.models import Brand


def measure(brand: Brand, rows: int) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit). The brand's provider holds about `rows` consents."""
    history = _made(brand, "history", "csv")
    assert history["rows"] >= rows, history
    yield "export.history.rows_per_s", history["rows"] / history["seconds"], "rows/s"
    for form in ("csv", "xlsx"):
        result = _made(brand, "consents", form)
        assert result["rows"] >= rows, result
        yield f"export.{form}.rows_per_s", result["rows"] / result["seconds"], "rows/s"
        yield f"export.{form}.peak_mb", result["peak_mb"], "MB"


def count_reports() -> Iterator[tuple[str, float, str]]:
    """Seals what stands and counts it for the reports."""
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}
    seal_ledger()
    assert not seal_ledger().waits
    before = ReportMark.objects.first()
    began = time.monotonic()
    count_ledger()
    seconds = time.monotonic() - began
    done = LedgerSeal.objects.filter(number__gt=before.seal if before else 0).aggregate(total=Sum("events"))["total"]
    assert done
    yield "report.count.events_per_s", done / seconds, "events/s"


def _made(brand: Brand, kind: str, form: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "iys_portal.bench.run_export", str(brand.brand_code), kind, form],
        check=True,
        capture_output=True,
        env=os.environ,
    )
    return json.loads(done.stdout)
