"""The consents app's tasks."""

from celery import shared_task
from django.utils import timezone

from iys_portal.core.enums import Means
from iys_portal.core.jobs import begun

from .engine.write import SEND_NOTICES
from .enums import Lane
from .services import (
    api_batches,
    day_files,
    digest,
    exports,
    import_runs,
    key_undo,
    message_wash,
    message_watch,
    news,
    notices,
    own_data,
    query_runs,
    reconciliation,
    reports,
    retailer_access,
    retention,
    seals,
    stamps,
    webhook_sending,
)


@shared_task(name="consents.check_import")
def check_import(job_id: int) -> None:
    import_runs.check(job_id)


@shared_task(name="consents.apply_import")
def apply_import(job_id: int) -> None:
    import_runs.apply(job_id)


@shared_task(name="consents.undo_key")
def undo_key(job_id: int) -> None:
    key_undo.undo(job_id)


@shared_task(name="consents.undo_import")
def undo_import(job_id: int) -> None:
    import_runs.undo(job_id)


@shared_task(name="consents.forget_uploads")
def forget_uploads() -> None:
    import_runs.forget_uploads(timezone.now())
    query_runs.forget_uploads(timezone.now())


@shared_task(name="consents.answer_query")
def answer_query(job_id: int) -> None:
    query_runs.run(job_id)


@shared_task(name="consents.write_query_book")
def write_query_book(job_id: int) -> None:
    query_runs.make_book(job_id)


@shared_task(name="consents.make_export")
def make_export(job_id: int) -> None:
    exports.make_export(job_id)


@shared_task(name="consents.forget_exports")
def forget_exports() -> None:
    exports.forget_exports(timezone.now())
    own_data.forget_own_data(timezone.now())


@shared_task(name="consents.make_own_data")
def make_own_data(job_id: int) -> None:
    own_data.make_own_data(job_id)


@shared_task(name="consents.tell_citizens")
def tell_citizens() -> None:
    news.tell_each()


@shared_task(name="consents.citizens_digest")
def citizens_digest() -> None:
    news.tell_daily()


@shared_task(name="consents.count_reports")
def count_reports() -> None:
    reports.count_ledger()


@shared_task(name="consents.send_notices")
def send_notices(lane: int, means: int) -> None:
    begun(SEND_NOTICES, lane, means)
    notices.send_lane(Lane(lane), Means(means))


@shared_task(name="consents.refusal_digest")
def refusal_digest() -> None:
    digest.send_digests(timezone.now())


@shared_task(name="consents.seal_ledger")
def seal_ledger() -> None:
    seals.seal_ledger()


@shared_task(name="consents.stamp_seal")
def stamp_seal() -> None:
    stamps.stamp_newest(now=timezone.now())


@shared_task(name="consents.make_day_files")
def make_day_files() -> None:
    day_files.close_days(now=timezone.now())
    reconciliation.stamp_days(now=timezone.now())


@shared_task(name="consents.expire_records")
def expire_records() -> None:
    retention.run_nightly(timezone.now())
    retailer_access.forget_access()
    api_batches.forget_batches(timezone.now())
    webhook_sending.forget(now=timezone.now())


@shared_task(name="consents.run_retention")
def run_retention(job_id: int) -> None:
    retention.run(job_id)


@shared_task(name="consents.wash_message")
def wash_message(job_id: int) -> None:
    message_wash.wash(job_id)


@shared_task(name="consents.watch_messages")
def watch_messages() -> None:
    message_watch.watch(timezone.now())


@shared_task(name="consents.work_batch")
def work_batch(batch_id: int) -> None:
    api_batches.work_batch(batch_id)


@shared_task(name="consents.sweep_batches")
def sweep_batches() -> None:
    api_batches.sweep_batches()


@shared_task(name="consents.run_webhooks")
def run_webhooks() -> None:
    webhook_sending.run()
