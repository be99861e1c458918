"""`import_consents`: the fixed command that scripts outside the project call (design 10)."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consents.models import Consent, ConsentEvent
from tests.factories import BrandFactory

Samples = Callable[..., Path]
KEYS = ["total", "verdicts", "problems", "applied", "seconds"]


def run(path: Path, brand_code: int, as_of: datetime, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(
        "import_consents", str(path), f"--brand={brand_code}", f"--as-of={as_of.isoformat()}", "--json", *options,
        stdout=out,
    )  # fmt: skip
    return json.loads(out.getvalue())


def expected(path: Path) -> dict[int, str]:
    with path.open(newline="") as file:
        return {int(row["line"]): row["expected"] for row in csv.DictReader(file)}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["errors", "scientific"])
@pytest.mark.parametrize("options", [[], ["--apply"]])
def test_samples_give_exactly_their_expected_verdicts(
    samples: Samples, as_of: datetime, name: str, options: list[str]
) -> None:
    folder = samples()
    report = run(folder / f"{name}.csv", BrandFactory().brand_code, as_of, *options)
    wanted = expected(folder / f"{name}.expected.csv")
    assert list(report) == KEYS
    assert {row["line"]: row["code"] for row in report["problems"]} == {
        line: code for line, code in wanted.items() if code.startswith("H")
    }
    for verdict in ("new", "changed", "unchanged"):
        assert report["verdicts"][verdict] == list(wanted.values()).count(verdict)
    assert report["total"] == len(wanted) == sum(report["verdicts"].values())
    assert all(row["reason"] and row["column"] for row in report["problems"])


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(samples: Samples, as_of: datetime) -> None:
    report = run(samples() / "canonical.csv", BrandFactory().brand_code, as_of)
    assert report["applied"] is False
    assert not Consent.objects.exists()
    assert not ConsentEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 10])
def test_r_c14_a_list_that_is_loaded_again_every_week(samples: Samples, as_of: datetime, days: int) -> None:
    brand = BrandFactory().brand_code
    folder = samples()
    rows = run(folder / "canonical.csv", brand, as_of, "--apply")["total"]
    again = run(folder / "crm-full.csv", brand, as_of + timedelta(days=days), "--apply")
    refused = len(range(7, rows, 10))
    assert again["verdicts"]["unchanged"] == rows - refused
    assert again["verdicts"]["changed"] == refused
    added = again["total"] - rows
    assert again["verdicts"]["late" if days else "new"] == added


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["excel-tr.csv", "portal.csv", "headerless.csv", "workbook.xlsx", "physical.csv"])
def test_every_sample_goes_in_as_it_is(samples: Samples, as_of: datetime, name: str) -> None:
    report = run(samples() / name, BrandFactory().brand_code, as_of, "--apply")
    assert report["problems"] == []
    assert report["verdicts"]["new"] == report["total"] == Consent.objects.count()


@pytest.mark.django_db
def test_a_wide_list_becomes_consents_and_its_no_is_a_choice(samples: Samples, as_of: datetime) -> None:
    path = samples() / "wide.csv"
    source = "--constant=source=HS_WEB"
    ignored = run(path, BrandFactory().brand_code, as_of, source)
    refused = run(path, BrandFactory().brand_code, as_of, source, "--wide-no=refusal")
    assert 0 < ignored["verdicts"]["new"] < refused["verdicts"]["new"]
    without = run(path, BrandFactory().brand_code, as_of)
    assert {row["code"] for row in without["problems"]} == {"H113"}


@pytest.mark.django_db
def test_a_constant_that_says_nothing_is_not_passed_over(samples: Samples, as_of: datetime) -> None:
    with pytest.raises(CommandError, match="FIELD=VALUE"):
        run(samples() / "wide.csv", BrandFactory().brand_code, as_of, "--constant=source:HS_WEB")


@pytest.mark.django_db
def test_what_cannot_be_read_is_said_and_nothing_is_kept(tmp_path: Path, as_of: datetime) -> None:
    path = tmp_path / "leer.csv"
    path.write_text("")
    with pytest.raises(CommandError):
        run(path, BrandFactory().brand_code, as_of)
    with pytest.raises(CommandError, match="no brand"):
        run(path, 1, as_of)


def in_text(path: Path, brand_code: int, as_of: datetime, *options: str) -> str:
    out = io.StringIO()
    call_command(
        "import_consents", str(path), f"--brand={brand_code}", f"--as-of={as_of.isoformat()}", *options, stdout=out
    )
    return out.getvalue()


@pytest.mark.django_db
def test_r_m6_in_text_it_says_whom_it_would_tell_and_until_when(tmp_path: Path, as_of: datetime) -> None:
    path, brand = tmp_path / "liste.csv", BrandFactory().brand_code
    rows = [f"kisi{n}@deneme.example,EPOSTA,ONAY,HS_WEB,2026-11-{24 - n % 2} 10:00:00" for n in range(6)]
    rows += [
        "+905321234567,MESAJ,ONAY,HS_WEB,2026-11-24 10:00:00",
        "+902123334455,ARAMA,ONAY,HS_WEB,2026-11-24 10:00:00",
    ]
    path.write_text("\n".join(["recipient,type,status,source,consentDate", *rows]))
    told = in_text(path, brand, as_of)
    assert "  notices: 6 e-mails, 1 text messages; the last at about 2026-11-24 15:00; 0 would miss midnight\n" in told
    assert "  3 of them registered later: the day of the consent is over\n" in told
    assert "  1 cannot be told by text\n" in told
    just_before = as_of.replace(hour=23, minute=59, second=59, microsecond=970_000)
    assert "the last at about 2026-11-25 00:00; 3 would miss midnight\n" in in_text(path, brand, just_before)
    applied = in_text(path, brand, as_of, "--apply")
    assert "  notices: 6 e-mails, 1 text messages\n" in applied
    assert list(run(path, brand, as_of)) == KEYS
