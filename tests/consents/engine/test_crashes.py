"""Real processes, really killed: nothing acknowledged is lost, nothing happens twice."""

from datetime import datetime
from pathlib import Path

import pytest

from consents.models import BrandCounter, Consent, ConsentEvent, ConsentImport, ImportChunk
from consents.services import imports
from consents.services.import_runs import check
from consents.states import ImportState
from iys_portal.bench import files
from iys_portal.core import jobs
from iys_portal.core.models import Job
from tests.factories import BrandFactory, officer_of
from tests.workers import celery_worker, environment, until

ROWS = 6_000


@pytest.mark.soak
@pytest.mark.processes
def test_a_worker_killed_in_the_middle_of_an_apply(
    committed_db: str, own_queue: None, as_of: datetime, tmp_path: Path, settings: object
) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 500}  # type: ignore[attr-defined]
    brand = BrandFactory()
    actor = officer_of(brand)
    path = files.write_csv(tmp_path / "rows.csv", files.rows(ROWS, seed=5, now=as_of))
    with path.open("rb") as file:
        item = imports.upload(actor=actor, brand=brand, file=file, name=path.name)
    item = imports.start_check(item, actor=actor, moment=as_of, publish=False)
    assert item.check_job_id is not None
    check(item.check_job_id)
    env = environment(
        committed_db, tmp_path / "private", JOB_LEASE_SECONDS="2", IMPORT_CHUNK_ROWS="500", IMPORT_WRITERS="2"
    )
    item = imports.start_apply(ConsentImport.objects.get(pk=item.pk), actor=actor, moment=as_of)
    done = ImportChunk.objects.filter(import_id=item.pk, phase=ImportChunk.Phase.APPLY)
    with celery_worker(env) as worker:
        until(lambda: done.exists(), what="the first chunk")
        worker.kill()
    assert 0 < done.count() < ROWS // 500, "killed too late to show anything"
    assert ConsentImport.objects.get(pk=item.pk).state == ImportState.APPLYING

    with celery_worker(env):

        def finished() -> bool:
            jobs.sweep()
            return ConsentImport.objects.get(pk=item.pk).state == ImportState.APPLIED

        until(finished, what="the second worker's end")
        until(lambda: not Job.objects.get(pk=item.apply_job_id).active, what="the job's final state")

    item.refresh_from_db()
    assert item.counts["verdicts"]["new"] == ROWS
    assert ConsentEvent.objects.count() == Consent.objects.count() == ROWS
    assert sum(BrandCounter.objects.values_list("total", flat=True)) == ROWS
    assert done.count() == ROWS // 500
    assert Job.objects.get(pk=item.apply_job_id).attempts >= 2
