"""Whatever happens to the work: nothing is lost, nothing is written twice, and an undo takes all of it back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consents.engine import chunks, undo
from consents.models import BrandCounter, ConsentEvent, ImportChunk, ImportProblem, StagedRow, WebhookMessage
from consents.services import import_runs, imports
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import User
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import Job, OutboxMessage
from providers.enums import ProviderState
from tests.consents.imports.conftest import Desk, outcome_by_line, verdicts
from tests.consents.webhooks.conftest import listening


class Killed(Exception):
    """The worker ends in the middle."""


@pytest.fixture(autouse=True)
def small_chunks(settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 1000}


@pytest.fixture
def small_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a hundred rows: marks at every fiftieth row."""
    monkeypatch.setattr(chunks, "HEAVY_ROWS", 50)


@pytest.fixture
def chunked(settings: Any, small_plan: None) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "IMPORT_CHUNK_ROWS": 100}


def breaking_after(monkeypatch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    """Let a step of the engine work some times and then end the worker."""
    real, left = getattr(chunks, name), [calls]

    def step(*args: Any, **kwargs: Any) -> Any:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(chunks, name, step)


def again(job_id: int, work: Any) -> None:
    """Beat hands the job to another worker when the lease has run out."""
    Job.objects.filter(pk=job_id).update(state="queued", finished_at=None, error="")
    work(job_id)


def counted(desk: Desk) -> int:
    return sum(BrandCounter.objects.filter(brand_id=desk.brand.pk).values_list("total", flat=True))


def test_apply_goes_on_after_a_crash_between_chunks(
    desk: Desk, folder: Path, chunked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = desk.checked(folder / "canonical.csv")
    item = imports.start_apply(item, actor=desk.actor, moment=desk.moment, publish=False)
    with monkeypatch.context() as broken:
        breaking_after(broken, "_apply", 1)
        with pytest.raises(Killed):
            import_runs.apply(item.apply_job_id)
    written = desk.events()
    assert 0 < written < 300
    item.refresh_from_db()
    assert item.state == "applying"
    again(item.apply_job_id, import_runs.apply)
    item.refresh_from_db()
    assert item.state == "applied" and verdicts(item) == {"new": 300}
    assert desk.events() == len(desk.states()) == counted(desk) == 300
    assert set(ConsentEvent.objects.values_list("registered_at", flat=True)) == {desk.moment}


def test_check_goes_on_after_a_crash_between_chunks(
    desk: Desk, folder: Path, chunked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = outcome_by_line(desk.checked(folder / "errors.csv"))
    item = desk.upload(folder / "errors.csv")
    item = imports.start_check(item, actor=desk.actor, moment=desk.moment, publish=False)
    with monkeypatch.context() as broken:
        broken.setattr(import_runs, "run_chunks", lambda *a, **k: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            import_runs.check(item.check_job_id)
    again(item.check_job_id, import_runs.check)
    item.refresh_from_db()
    assert item.state == "checked" and outcome_by_line(item) == whole


def test_undo_goes_on_after_a_crash_between_chunks(
    desk: Desk, folder: Path, chunked: None, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    item = desk.load(folder / "canonical.csv")
    item = imports.start_undo(item, actor=desk.actor, reason="Yanlış", publish=False)
    real, left = undo._undo, [1]

    def step(*args: Any, **kwargs: Any) -> Any:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return real(*args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(undo, "_undo", step)
        with pytest.raises(Killed):
            import_runs.undo(item.undo_job_id)
    now.shift(3600)
    item.refresh_from_db()
    imports.resume(item, actor=desk.actor)
    import_runs.undo(item.undo_job_id)
    item.refresh_from_db()
    assert (item.state, item.undo_counts["undone"]) == ("undone", 300)
    assert set(ConsentEvent.objects.values_list("registered_at", flat=True)) == {desk.moment}
    assert desk.events() == 600 and set(desk.states().values()) == {3}


def test_a_second_delivery_of_a_finished_job_does_nothing(desk: Desk, folder: Path) -> None:
    item = desk.load(folder / "canonical.csv")
    for work, job in ((import_runs.check, item.check_job_id), (import_runs.apply, item.apply_job_id)):
        again(job, work)
    assert desk.events() == 300


def test_unlogged_table_emptied_by_a_server_crash_is_filled_again(desk: Desk, folder: Path) -> None:
    item = desk.checked(folder / "errors.csv")
    found = outcome_by_line(item)
    StagedRow.objects.filter(import_id=item.pk).delete()
    item = desk.apply(item)
    assert outcome_by_line(item) == found
    formats = ImportProblem.objects.filter(import_id=item.pk, phase=ImportProblem.Phase.FORMAT)
    assert formats.count() == sum(item.dry_counts["malformed"].values())


def test_half_emptied_table_is_filled_again(desk: Desk, folder: Path) -> None:
    item = desk.checked(folder / "canonical.csv")
    some = StagedRow.objects.filter(import_id=item.pk).order_by("recipient").values_list("recipient", flat=True)[:100]
    StagedRow.objects.filter(import_id=item.pk, recipient__in=list(some)).delete()
    assert verdicts(desk.apply(item)) == {"new": 300}


def test_somebody_refused_between_dry_run_and_apply(desk: Desk, folder: Path) -> None:
    item = desk.checked(folder / "canonical.csv")
    row = StagedRow.objects.filter(import_id=item.pk, channel=3, recipient_type=1).first()
    assert row is not None
    at = desk.moment.strftime("%Y-%m-%d %H:%M:%S")
    refusal = Entry(row.recipient, "EPOSTA", "RET", "HS_CAGRI_MERKEZI", "BIREYSEL", at)
    record_consents(actor=desk.actor, brand=desk.brand, entries=[refusal], moment=desk.moment)
    item = desk.apply(item)
    assert item.dry_counts["verdicts"]["new"] == 300
    assert verdicts(item) == {"new": 299, "conflicting": 1}
    assert sorted(desk.states().values())[-1] == 2, "the refusal stands"


def test_r_l6_undo_restores_every_state(desk: Desk, folder: Path) -> None:
    desk.load(folder / "canonical.csv")
    before = desk.states()
    item = desk.load(folder / "crm-full.csv")
    assert item.counts["verdicts"]["changed"] == 30 and item.counts["verdicts"]["new"] == 6
    item = desk.undo(item, refusals=True)
    after = desk.states()
    assert item.undo_counts["left"] == {"603": 30}, "no refusal becomes an approval by an undo"
    fresh = set(after) - set(before)
    assert {after[key] for key in fresh} == {3}
    assert sum(after[key] != status for key, status in before.items()) == 30


def test_r_l6_refusals_stay_unless_ticked(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ret.csv"
    path.write_text(
        "recipient,type,status,source,consentDate\n"
        "a@firma.example,EPOSTA,RET,HS_CAGRI_MERKEZI,2026-11-24 10:00:00\n"
        "b@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n"
    )
    item = desk.undo(desk.load(path))
    assert (item.undo_counts["undone"], item.undo_counts["left"]) == (1, {"602": 1})


def test_r_l6_undo_leaves_alone_what_changed_since(desk: Desk, folder: Path) -> None:
    item = desk.load(folder / "canonical.csv")
    key = next(key for key in desk.states() if key[2] == 3 and key[3] == 1)
    later = desk.moment + timedelta(minutes=5)
    refusal = Entry(key[0], "EPOSTA", "RET", "HS_EPOSTA", "BIREYSEL", later.strftime("%Y-%m-%d %H:%M:%S"))
    record_consents(actor=desk.actor, brand=desk.brand, entries=[refusal], moment=later)
    item = desk.undo(item)
    assert item.undo_counts == {"undone": 299, "left": {"601": 1}}
    assert desk.states()[key] == 2
    assert counted(desk) == 300


def test_an_undone_file_can_go_in_again(desk: Desk, folder: Path) -> None:
    desk.undo(desk.load(folder / "canonical.csv"))
    assert verdicts(desk.load(folder / "canonical.csv")) == {"new": 300}


def test_r_p7_a_suspended_provider_imports_refusals_only(desk: Desk, folder: Path, tmp_path: Path) -> None:
    item = desk.checked(folder / "canonical.csv")
    desk.brand.provider.state = ProviderState.SUSPENDED
    desk.brand.provider.save()
    with pytest.raises(WrongMoment):
        desk.apply(item)
    path = tmp_path / "ret.csv"
    path.write_text("recipient,type,status,source,consentDate\na@firma.example,EPOSTA,RET,HS_WEB,2026-11-24 10:00:00\n")
    assert verdicts(desk.load(path)) == {"new": 1}
    assert desk.events() == 1


def test_imports_of_several_providers_do_not_meet(desks: Any, folder: Path) -> None:
    one, other = desks(), desks()
    first, second = one.checked(folder / "canonical.csv"), other.checked(folder / "canonical.csv")
    assert verdicts(other.apply(second)) == verdicts(one.apply(first)) == {"new": 300}
    assert ImportChunk.objects.filter(import_id=first.pk, phase=ImportChunk.Phase.APPLY).exists()


@pytest.mark.parametrize("check", [True, False])
def test_imports_that_nobody_decides_about_are_given_up(desk: Desk, folder: Path, check: bool) -> None:
    item = desk.checked(folder / "canonical.csv") if check else desk.upload(folder / "canonical.csv")
    assert import_runs.forget_uploads(desk.moment + timedelta(days=29)) == 0
    assert import_runs.forget_uploads(desk.moment + timedelta(days=31)) == 1
    item.refresh_from_db()
    assert (item.state, item.file.name, item.sha256 != "") == ("discarded", "", True)
    assert not StagedRow.objects.filter(import_id=item.pk).exists()


def test_programs_are_told_that_an_import_was_applied_and_undone(desk: Desk, folder: Path) -> None:
    told = listening(desk.brand, "import.finished")
    listening(desk.brand, "import.finished", brands=[0])
    item = desk.load(folder / "canonical.csv")
    desk.undo(item)
    applied, undone = WebhookMessage.objects.order_by("pk")
    assert {one.webhook for one in (applied, undone)} == {told}
    assert applied.data == {
        "import": str(item.public_id),
        "brandCode": desk.brand.brand_code,
        "state": "applied",
        "verdicts": item.counts["verdicts"],
    }
    assert undone.data["state"] == "undone"


def test_r_z7_who_waited_long_for_an_import_is_mailed_in_their_language(
    desk: Desk, folder: Path, settings: Any
) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "JOB_MESSAGE_AFTER": timedelta(-1)}
    User.objects.filter(pk=desk.actor.id).update(language="en")
    item = desk.load(folder / "canonical.csv")
    (mail,) = OutboxMessage.objects.filter(cause__startswith=f"job-{item.apply_job_id}-")
    assert mail.subject == f"{item.file_name} is applied."
    assert f"/{item.public_id}/" in mail.body
