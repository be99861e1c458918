"""Figures of proof: the state of an address at a moment (R-L4), the evidence PDF (R-L3), the making of day files."""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.utils import timezone

from consents.models import Consent
from consents.selectors.day_rows import day_rows
from consents.selectors.moments import of_address
from consents.services.day_files import bounds, write_files
from consents.services.proofs import issue_evidence
from iys_portal.core import documents
from iys_portal.core.actors import SYSTEM
from iys_portal.core.enums import DocumentState
from providers.models import Brand

ADDRESSES, DOCUMENTS = 200, 20


def measure(brand: Brand) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    first = Consent.objects.filter(brand_id=brand.pk).order_by("recipient").values_list("recipient", flat=True)
    at, times = timezone.now() - timedelta(hours=1), []
    for recipient in list(first[:ADDRESSES]):
        began = time.monotonic()
        assert of_address(SYSTEM, recipient, at)
        times.append(time.monotonic() - began)
    yield "proof.moment_ms", median(times) * 1000, "ms"
    yield "proof.pdf_s", median(_documents(list(first[:DOCUMENTS]))), "s"
    yield from _day_files()


def _documents(recipients: list[str]) -> Iterator[float]:
    """From the request to the drawn file."""
    for recipient in recipients:
        consent = Consent.objects.filter(recipient=recipient).first()
        assert consent is not None
        began = time.monotonic()
        document = issue_evidence(actor=SYSTEM, event_id=consent.event_id, whole=True, now=timezone.now())
        documents.render(document.pk)
        document.refresh_from_db()
        assert document.state == DocumentState.READY
        yield time.monotonic() - began
        document.file.delete(save=False)


def _day_files() -> Iterator[tuple[str, float, str]]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        start, end = bounds(timezone.localdate())
        rows = sum(one.rows for one in write_files(day_rows(start, end, 0), Path(folder)))
    if rows:
        yield "dayfile.rows_per_s", rows / (time.monotonic() - began), "rows/s"
