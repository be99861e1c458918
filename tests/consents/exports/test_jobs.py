"""Exports by a job: one file, whatever happens on the way; kept for its time and no longer."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consents.enums import Channel, ExportFormat, ExportKind, ExportStage, Status
from consents.exports import COLUMNS, Listing
from consents.models import Consent, ExportFile
from consents.selectors.pages import Filters
from consents.services import exports as services
from consents.services import retention
from consents.services.import_runs import load_file
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.jobs import Run, sweep
from iys_portal.core.models import AuditEntry, Job, OutboxMessage
from providers.models import Brand
from tests.factories import BrandFactory, RetailerFactory, actor_of, integrator_of, officer_of, staff

from .steps import a_file, addresses, lines, made, ordered

Record = Callable[..., Consent]


def files() -> list[Path]:
    folder = Path(django_settings.PRIVATE_ROOT) / "exports"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_list_is_made_as_the_panel_shows_it(actor: Actor, brand: Brand, record: Record) -> None:
    RetailerFactory(brand=brand, code="B-34")
    record("a@firma.example", retailer_code="B-34")
    record("b@firma.example", status="RET")
    record("c@firma.example", of=BrandFactory())
    item = a_file(actor)
    heading, *rows = csv.reader(lines(item))
    assert heading == list(COLUMNS)
    assert [row[:5] for row in rows] == [
        ["a@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL"],
        ["b@firma.example", "EPOSTA", "RET", "HS_WEB", "BIREYSEL"],
    ]
    assert [row[7] for row in rows] == ["B-34", ""]
    assert (item.rows, item.size, item.job.state) == (2, len("\n".join(lines(item))) + 1, "done")
    assert (item.job.done, item.job.total) == (2, 2)


def test_r_a1_filters_are_honoured_and_other_brands_left_out(actor: Actor, brand: Brand, record: Record) -> None:
    second = BrandFactory(provider=brand.provider)
    record("a@firma.example")
    record("b@firma.example", status="RET")
    record("+905321234567", status="RET")
    record("d@firma.example", status="RET", of=second)
    only = Filters(brands=(brand.pk,), channel=Channel.EPOSTA, status=Status.RET)
    assert addresses(a_file(actor, filters=only)) == ["b@firma.example"]
    assert addresses(a_file(actor, search="@firma.example")) == [
        "a@firma.example", "b@firma.example", "d@firma.example",
    ]  # fmt: skip
    stranger = BrandFactory()
    record("e@firma.example", of=stranger)
    reaching = Filters(brands=(brand.pk, stranger.pk))
    assert "e@firma.example" not in addresses(a_file(actor, filters=reaching))


def test_a_prefix_of_phones_is_searched_as_on_screen(actor: Actor, record: Record) -> None:
    record("+905321234567")
    record("+905331234567")
    assert addresses(a_file(actor, search="0532")) == ["+905321234567"]


def test_staff_get_every_brand_with_its_number(brand: Brand, record: Record) -> None:
    other = BrandFactory()
    record("a@firma.example")
    record("b@firma.example", of=other)
    rows = list(csv.DictReader(lines(a_file(staff("admin")))))
    assert {(row["recipient"], row["brandCode"]) for row in rows} == {
        ("a@firma.example", str(brand.brand_code)),
        ("b@firma.example", str(other.brand_code)),
    }


def test_the_history_holds_every_event_of_what_the_filter_finds(actor: Actor, record: Record) -> None:
    record("a@firma.example", minutes=60)
    record("a@firma.example", minutes=30, status="RET")
    record("b@firma.example")
    item = a_file(actor, kind=ExportKind.HISTORY, filters=Filters(brands=None, status=Status.RET))
    rows = list(csv.DictReader(lines(item)))
    assert [(row["recipient"], row["version"], row["status"], row["event"]) for row in rows] == [
        ("a@firma.example", "1", "ONAY", "RECORD"),
        ("a@firma.example", "2", "RET", "RECORD"),
    ]
    assert len({row["transactionId"] for row in rows}) == 2
    assert {len(row["transactionId"]) for row in rows} == {64}


def test_a_history_stands_in_the_order_of_its_versions(actor: Actor, record: Record) -> None:
    for number in range(12):
        record("a@firma.example", minutes=60 - number, status="RET" if number % 2 else "ONAY")
    record("=b@firma.example")
    record("+905321234567")
    rows = list(csv.DictReader(lines(a_file(actor, kind=ExportKind.HISTORY))))
    assert [row["version"] for row in rows if row["recipient"] == "a@firma.example"] == [str(n + 1) for n in range(12)]
    by_address = ["+905321234567", "'=b@firma.example", "a@firma.example"]  # not as it is guarded
    assert list(dict.fromkeys(row["recipient"] for row in rows)) == by_address


def test_slices_lose_and_repeat_nothing(actor: Actor, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consents.exports.rows.SLICE", 3)
    for number in range(10):
        record(f"kisi{number}@firma.example")
    record("+905321234567", channel="ARAMA")
    record("+905321234567", channel="MESAJ")
    for kind in (ExportKind.CONSENTS, ExportKind.HISTORY):
        rows = [tuple(line.split(",")[:2]) for line in lines(a_file(actor, kind=kind))[1:]]
        assert len(set(rows)) == len(rows) == 12


@pytest.mark.parametrize("name", ["=ad", "+ad", "-ad", "'=ad"])
def test_cells_that_look_like_formulas_are_guarded_in_every_kind_of_file(
    actor: Actor, record: Record, name: str
) -> None:
    record(f"{name}@firma.example")
    record("+905321234567")
    safe = [f"'{name}@firma.example", "+905321234567"]
    assert sorted(addresses(a_file(actor))) == sorted(safe)
    with_moment = a_file(actor, moment=timezone.now())
    assert sorted(addresses(with_moment)) == sorted(safe)
    item = a_file(actor, form=ExportFormat.XLSX)
    with item.file.open("rb") as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).worksheets[0]
    cells = {(row[0].value, row[0].data_type) for row in sheet.iter_rows(min_row=2)}
    assert cells == {(f"{name}@firma.example", "s"), ("+905321234567", "s")}


@pytest.mark.parametrize("text", ["a&b<c>d", " b ", "tab\there", "İğdır", "<r>x</r>", "'=1", "=1+1", '"x"'])
def test_a_workbook_gives_every_text_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("consents.exports.files.text_rows", lambda _listing: iter([[(text, None, text)]]))
    listing = Listing(ExportKind.CONSENTS, Filters(), {1: 1})
    assert list(services.write_xlsx(tmp_path / "a.xlsx", listing)) == [1, 1]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2][:3]] == [text, None, text]


def test_an_exported_file_is_unchanged_when_it_is_imported(
    actor: Actor, brand: Brand, record: Record, tmp_path: Path
) -> None:
    """R-C14: a company can load its whole list again; every column means what it meant."""
    RetailerFactory(brand=brand, code="B-34")
    record("a@firma.example", retailer_code="B-34")
    record("=b@firma.example", status="RET", source="HS_CAGRI_MERKEZI")
    record("+905321234567", channel="ARAMA")
    record("+905321234567", channel="MESAJ", status="RET")
    record("satis@toptan.example", recipient_type="TACIR")
    for form in ExportFormat:
        path = tmp_path / f"liste.{form}"
        with a_file(actor, form=form).file.open("rb") as file:
            path.write_bytes(file.read())
        counts = load_file(actor=actor, brand=brand, path=path).counts["verdicts"]
        assert counts["unchanged"] == sum(counts.values()) == 5, form


def test_a_second_delivery_leaves_one_file(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item = a_file(actor)
    name = item.file.name
    assert made(item).file.name == name
    Job.objects.filter(pk=item.job_id).update(state="running", finished_at=None, lease_until=timezone.now())
    assert made(item).file.name == name  # the worker died after it had published
    assert Job.objects.get(pk=item.job_id).state == "done"
    assert len(files()) == 1


def test_a_worker_that_dies_in_the_middle_leaves_nothing_and_the_next_makes_it(
    actor: Actor, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record("a@firma.example")
    item = ordered(actor)

    def die(*_all: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Run, "hold", die)
        patched.setattr(Run, "finish", lambda *_all, **_more: None)
        with pytest.raises(SystemExit):
            made(item)
    item.refresh_from_db()
    assert (item.made_at, str(item.file), files()) == (None, "", [])
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert sweep() == 1
        assert made(item).rows == 1
    assert len(files()) == 1


def test_a_lost_lease_publishes_nothing(actor: Actor, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record("a@firma.example")
    item = ordered(actor)
    write = services.write_csv

    def lose(*given: Any) -> Any:
        Job.objects.filter(pk=item.job_id).update(token=None)
        return write(*given)

    monkeypatch.setattr(services, "write_csv", lose)
    assert made(item).made_at is None
    assert not files()


def test_a_file_is_removed_when_its_time_is_over(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item = a_file(actor, search="a@firma.example")
    assert item.search == ""
    over = item.expires_at
    assert over == item.made_at + timedelta(hours=24)
    assert services.forget_exports(over - timedelta(seconds=1)) == 0
    with pytest.raises(WrongMoment):
        services.take_export(actor=actor, public_id=item.public_id, now=over)
    assert not AuditEntry.objects.filter(verb="export.taken").exists()
    assert (services.forget_exports(over), services.forget_exports(over)) == (1, 0)
    item.refresh_from_db()
    assert (str(item.file), item.stage(over), item.removed_at) == ("", ExportStage.EXPIRED, over)


def test_what_was_never_made_is_given_up_with_its_search(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item = ordered(actor, search="a@firma.example")
    services.forget_exports(timezone.now() + timedelta(hours=25))
    item.refresh_from_db()
    assert (item.search, item.stage(timezone.now())) == ("", ExportStage.STOPPED)
    assert made(item).made_at is None


def test_r_l5_rows_of_exports_expire_once_their_files_are_gone(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item, before = a_file(actor), timezone.now() + timedelta(days=1)
    policy = next(policy for policy in retention.POLICIES if policy.name == "exports")
    assert (policy.count(before), policy.erase(before)) == (0, 0)
    services.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
    assert (policy.count(item.created_at), policy.count(before), policy.erase(before)) == (0, 1, 1)
    assert not ExportFile.objects.exists()


def test_the_search_stands_encrypted(actor: Actor, record: Record) -> None:
    item = ordered(actor, search="a@firma.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT search, filters::text, shown::text FROM consents_exportfile WHERE id = %s", [item.pk])
        assert "firma" not in "".join(cursor.fetchone())


def test_r_g3_start_every_download_and_removal_are_logged_without_addresses(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item = a_file(actor, search="a@firma.example", shown={"state": "ONAY"})
    for _ in range(2):
        services.take_export(actor=actor, public_id=item.public_id, now=timezone.now())
    for _ in range(2):
        services.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
    found = list(AuditEntry.objects.filter(verb__startswith="export.").order_by("pk"))
    assert [entry.verb for entry in found] == ["export.started", "export.taken", "export.taken", "export.removed"]
    assert found[0].new == {"kind": "consents", "format": "csv", "filters": {"state": "ONAY"}, "search": True}
    assert "firma" not in str([(entry.new, entry.old, entry.target_name) for entry in found])


def test_stopping_an_export_that_is_being_made_makes_none(actor: Actor, record: Record) -> None:
    record("a@firma.example")
    item = ordered(actor)
    services.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
    assert (made(item).made_at, files()) == (None, [])
    assert item.stage(timezone.now()) is ExportStage.STOPPED


def test_a_removal_between_writing_and_publishing_wins(
    actor: Actor, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record("a@firma.example")
    item = ordered(actor)
    publish = services._publish

    def late(*given: Any) -> None:
        services.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
        publish(*given)

    monkeypatch.setattr(services, "_publish", late)
    assert (made(item).made_at, files()) == (None, [])


def test_r_a1_another_persons_file_is_not_found(actor: Actor, brand: Brand, record: Record) -> None:
    record("a@firma.example")
    item = a_file(actor)
    for other in (officer_of(brand), officer_of(BrandFactory()), staff("admin")):
        for act in (services.take_export, services.remove_export):
            with pytest.raises(NotFound):
                act(actor=other, public_id=item.public_id, now=timezone.now())
    item.refresh_from_db()
    assert (item.taken_at, item.removed_at) == (None, None)


def test_r_p12_integrators_and_viewers_export_nothing(brand: Brand, record: Record) -> None:
    record("a@firma.example")
    integrator = actor_of(integrator_of(brand).user, brand.provider)
    for actor in (officer_of(brand, "viewer"), integrator, integrator.with_permission(Permission.CONSENT_EXPORT)):
        with pytest.raises(NotAllowed):
            ordered(actor)
    assert not ExportFile.objects.exists()
    assert not Job.objects.exists()


def test_one_person_has_few_files_made_at_a_time(actor: Actor, settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "EXPORTS_AT_ONCE": 2}
    ordered(actor), ordered(actor)
    with pytest.raises(Invalid):
        ordered(actor)
    assert (ExportFile.objects.count(), Job.objects.count()) == (2, 2)


def test_a_long_export_is_told_by_mail(actor: Actor, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record("a@firma.example")
    before = OutboxMessage.objects.count()
    a_file(actor)
    assert OutboxMessage.objects.count() == before
    write = services.write_csv

    def slow(*given: Any) -> Any:
        Job.objects.update(started_at=timezone.now() - timedelta(minutes=2))
        return write(*given)

    monkeypatch.setattr(services, "write_csv", slow)
    item = a_file(actor)
    assert OutboxMessage.objects.get(cause=f"export-{item.pk}").to


def test_a_file_stands_only_between_making_and_removal(actor: Actor, record: Record) -> None:
    item = a_file(actor)
    for change in ({"file": ""}, {"removed_at": timezone.now()}):
        with pytest.raises(IntegrityError, match="export_file_while_kept"), transaction.atomic():
            ExportFile.objects.filter(pk=item.pk).update(**change)
    with pytest.raises(IntegrityError, match="export_made_at_with_expires"), transaction.atomic():
        ExportFile.objects.filter(pk=item.pk).update(expires_at=None)
