"""`check_recipients`: the fixed command that scripts outside the project call (design 10)."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consents.enums import QueryWay
from consents.models import Consent, RecipientQuery
from providers.models import Brand
from tests.consents.queries.test_ask import nothing_kept

Record = Callable[..., Consent]


def run(path: Path, brand: Brand, *options: str) -> str:
    out = io.StringIO()
    call_command("check_recipients", str(path), f"--brand={brand.brand_code}", "--channel=EPOSTA", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "liste.csv"
    path.write_text("Ad,E-posta\nAli,onay@firma.example\nVeli,yok@firma.example\nCan,=1+1\n", encoding="utf-8")
    return path


def test_r_s1_json_names_every_row_in_order(path: Path, brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    report: dict[str, Any] = json.loads(run(path, brand, "--json"))
    assert report["total"] == 3
    assert {name: total for name, total in report["answers"].items() if total} == {
        "sendable": 1, "unknown": 1, "malformed": 1,
    }  # fmt: skip
    assert report["reasons"] == {"SENDABLE": 1, "NO_RECORD": 1, "H120": 1}
    assert [(row["recipient"], row["answer"], row["code"]) for row in report["rows"]] == [
        ("onay@firma.example", "sendable", "SENDABLE"),
        ("yok@firma.example", "unknown", "NO_RECORD"),
        ("=1+1", "malformed", "H120"),
    ]
    query = RecipientQuery.objects.get()
    assert (query.way, query.number) == (QueryWay.COMMAND, report["number"])


def test_the_result_goes_into_a_file(path: Path, brand: Brand, tmp_path: Path) -> None:
    out = tmp_path / "sonuc.csv"
    report = json.loads(run(path, brand, "--json", f"--output={out}"))
    assert "rows" not in report
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 4
    assert "malformed: 1" in run(path, brand)


def test_a_tradesman_is_asked_for(path: Path, brand: Brand) -> None:
    report = json.loads(run(path, brand, "--json", "--recipient-type=TACIR"))
    assert report["reasons"] == {"REGISTER_FIRST": 2, "H120": 1}


def test_the_column_is_named_where_it_is_not_plain(tmp_path: Path, brand: Brand) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("Ad,Kod\nAli,A1\nVeli,A2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="2 Kod"):
        run(path, brand)
    assert json.loads(run(path, brand, "--json", "--column=2"))["reasons"] == {"H120": 2}


def test_what_is_not_there_is_said(path: Path, brand: Brand, tmp_path: Path) -> None:
    for wrong in (tmp_path / "yok.csv",):
        with pytest.raises(CommandError):
            run(wrong, brand)
    with pytest.raises(CommandError):
        call_command("check_recipients", str(path), "--brand=1", "--channel=EPOSTA")
    empty = tmp_path / "bos.csv"
    empty.write_bytes(b"")
    with pytest.raises(CommandError):
        run(empty, brand)
    assert nothing_kept()
