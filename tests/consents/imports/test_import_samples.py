"""The sample files go in as they are; what their makers expect of each line comes true."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from consents.enums import Hold
from consents.import_downloads import result_rows
from consents.models import Consent, ImportProblem
from tests.consents.imports.conftest import WIDE, Desk, outcome_by_line, reasons, verdicts


@pytest.mark.parametrize(
    "name, options",
    [
        ("canonical.csv", {}),
        ("excel-tr.csv", {}),
        ("portal.csv", {}),
        ("headerless.csv", {}),
        ("workbook.xlsx", {}),
    ],
)
def test_every_row_of_the_sample_is_new(desk: Desk, folder: Path, name: str, options: dict[str, object]) -> None:
    item = desk.checked(folder / name, **options)
    assert verdicts(item) == {"new": 300}
    assert desk.events() == 0, "a dry run writes nothing"
    assert verdicts(desk.apply(item)) == {"new": 300}
    assert desk.events() == len(desk.states()) == 300


def test_r_c16_paper_consents_without_evidence_wait(desk: Desk, folder: Path) -> None:
    """Scans are not part of this issue: only the two archive references count as evidence."""
    item = desk.load(folder / "physical.csv")
    assert verdicts(item) == {"new": 40}
    held = Consent.objects.filter(brand_id=desk.brand.pk, holds=Hold.EVIDENCE_MISSING)
    assert held.count() == 38


@pytest.mark.parametrize("wide_no", ["refusal", "ignore"])
def test_wide_file_gives_up_to_three_consents_a_person(desk: Desk, folder: Path, wide_no: str) -> None:
    item = desk.load(folder / "wide.csv", **{**WIDE, "wide_no": wide_no})
    reading = item.counts["reading"]
    assert reading["no_answers"] > 0
    taken = reading["yes_answers"] + (reading["no_answers"] if wide_no == "refusal" else 0)
    assert verdicts(item) == {"new": taken}
    assert sum(status == 2 for status in desk.states().values()) == (
        reading["no_answers"] if wide_no == "refusal" else 0
    )


def expected(path: Path) -> dict[int, str]:
    with path.open(newline="") as file:
        return {int(row["line"]): row["expected"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["errors", "scientific"])
def test_each_line_gets_exactly_its_expected_verdict(desk: Desk, folder: Path, name: str) -> None:
    wanted = expected(folder / f"{name}.expected.csv")
    checked = desk.checked(folder / f"{name}.csv")
    assert outcome_by_line(checked) == wanted
    assert outcome_by_line(desk.apply(checked)) == wanted


def test_apply_without_a_dry_run_judges_the_same(desk: Desk, folder: Path) -> None:
    item = desk.load(folder / "errors.csv")
    assert outcome_by_line(item) == expected(folder / "errors.expected.csv")


def weekly_list(folder: Path) -> dict[str, set[int]]:
    """Lines of crm-full.csv by what they are: as before, older, refused, and new."""
    count = 300
    return {
        "older": {line for line in range(2, count + 2) if (line - 2) % 10 == 3},
        "refused": {line for line in range(2, count + 2) if (line - 2) % 10 == 7},
        "fresh": set(range(count + 2, count + 2 + count // 50)),
        "all": set(range(2, count + 2 + count // 50)),
    }


@pytest.mark.parametrize("days", [0, 10])
def test_r_c14_the_whole_list_can_be_loaded_every_week(desk: Desk, folder: Path, days: int) -> None:
    desk.load(folder / "canonical.csv")
    later = desk.moment + timedelta(days=days)
    item = desk.checked(folder / "crm-full.csv", moment=later)
    lines, found = weekly_list(folder), outcome_by_line(item)
    assert set(found) == lines["all"]
    assert {line for line, word in found.items() if word == "changed"} == lines["refused"]
    fresh = "new" if not days else "H467"
    assert {line for line, word in found.items() if word == fresh} == lines["fresh"]
    assert {word for line, word in found.items() if line not in lines["refused"] | lines["fresh"]} == {"unchanged"}
    desk.moment = later
    assert verdicts(desk.apply(item)) == verdicts(item)
    again = desk.load(folder / "crm-full.csv", moment=later)
    assert {word for line, word in outcome_by_line(again).items() if line not in lines["fresh"]} == {"unchanged"}


def test_r_c14_an_old_consent_after_a_refusal_is_to_be_struck_off(desk: Desk, folder: Path) -> None:
    desk.load(folder / "crm-full.csv")
    item = desk.load(folder / "canonical.csv")
    assert reasons(item) == {"H178": 30}
    rows = ImportProblem.objects.filter(import_id=item.pk)
    assert {row.problem for row in rows} == {514}
    assert all(row.details["former_status"] == 2 for row in rows)


@pytest.mark.parametrize("name", ["canonical.csv", "excel-tr.csv", "workbook.xlsx", "wide.csv", "errors.csv"])
def test_the_same_file_again_changes_nothing(desk: Desk, folder: Path, name: str) -> None:
    options = WIDE if name == "wide.csv" else {}
    first = desk.load(folder / name, **options)
    before, events = desk.states(), desk.events()
    again = desk.load(folder / name, **options)
    written = {"new", "changed", "renewed"}
    assert not written & set(verdicts(again)), verdicts(again)
    assert (desk.states(), desk.events()) == (before, events)
    assert again.counts["total"] == first.counts["total"]


def test_r_d2_a_late_row_names_the_deadline_that_has_passed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "eski.csv"
    path.write_text(
        "recipient,type,status,source,consentDate\neski@firma.example,EPOSTA,ONAY,HS_WEB,2019-05-05 10:00:00\n"
    )
    item = desk.load(path)
    row = ImportProblem.objects.get(import_id=item.pk)
    assert row.problem == 502
    assert "31.05.2021" in list(result_rows(item))[1][3]
