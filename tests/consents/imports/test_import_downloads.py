"""What can be taken home: rows to mend, addresses to strike off, every row's verdict."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from consents.models import ConsentImport, ImportProblem
from consents.selectors.import_rows import Reader
from consents.services import import_runs
from iys_portal.core.models import AuditEntry
from tests.consents.imports.conftest import Desk, Panel, body, streamed, verdicts


def applied(panel: Panel, path: Path) -> ConsentImport:
    panel.upload(path)
    item = ConsentImport.objects.latest("pk")
    panel.columns(item)
    panel.run("check", item)
    panel.post("import_apply", item)
    return panel.run("apply", ConsentImport.objects.get(pk=item.pk))


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_problem_rows_are_mended_and_uploaded_again(panel: Panel, folder: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    response = panel.download("problems.csv", item)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = rows_of(streamed(response))
    assert head[:6] == ["recipient", "type", "status", "source", "recipientType", "consentDate"]
    assert len(rows) == 26
    empty = next(row for row in rows if row[6:8] == ["4", "H110"])
    assert empty[2] == ""
    empty[2] = "ONAY"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([head, empty])
    panel.upload(out.getvalue().encode("utf-8-sig"), "duzeltilmis.csv")
    mended = ConsentImport.objects.latest("pk")
    panel.columns(mended)
    assert verdicts(panel.run("check", mended)) == {"new": 1}


def test_problem_rows_as_a_workbook(panel: Panel, folder: Path, tmp_path: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    (tmp_path / "rows.xlsx").write_bytes(streamed(panel.download("problems.xlsx", item)))
    rows = list(load_workbook(tmp_path / "rows.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 27
    assert rows[1][6:8] == ("4", "H110")


def test_full_result_has_every_row_in_the_order_of_the_file(panel: Panel, folder: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    _head, *rows = rows_of(streamed(panel.download("result.csv", item)))
    assert [int(row[0]) for row in rows] == list(range(2, 34))
    assert "@" not in "".join(row[1] for row in rows)


def test_r_c14_take_off_your_list_is_a_file_of_its_own(panel: Panel, folder: Path) -> None:
    applied(panel, folder / "crm-full.csv")
    item = applied(panel, folder / "canonical.csv")
    head, *rows = rows_of(streamed(panel.download("refused.csv", item)))
    assert head[:2] == ["recipient", "type"]
    assert len(rows) == 30
    assert {row[2] for row in rows} == {"2026-11-24 15:00:00"}
    assert all(row[0] and row[1] in {"ARAMA", "MESAJ", "EPOSTA"} and row[3] for row in rows)


def test_r_g3_every_download_is_recorded(panel: Panel, folder: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    for kind in ("problems.csv", "problems.xlsx", "refused.csv", "result.csv"):
        streamed(panel.download(kind, item))
    entries = AuditEntry.objects.filter(verb="import.exported", target_id=str(item.pk))
    assert [(entry.new["kind"], entry.new["rows"]) for entry in entries.order_by("pk")] == [
        ("problems.csv", 26),
        ("problems.xlsx", 26),
        ("refused.csv", 1),
        ("result.csv", 32),
    ]


@pytest.mark.parametrize("kind", ["yok.csv", "problems.pdf", "result.xlsx"])
def test_other_kinds_are_not_there(panel: Panel, folder: Path, kind: str) -> None:
    item = applied(panel, folder / "errors.csv")
    assert panel.download(kind, item).status_code == 404


def test_before_the_check_there_is_nothing_to_download(panel: Panel, folder: Path) -> None:
    panel.upload(folder / "errors.csv")
    assert panel.download("result.csv").status_code == 404
    assert not AuditEntry.objects.filter(verb="import.exported").exists()


def test_after_the_undo_time_the_upload_is_gone_and_the_page_says_so(panel: Panel, folder: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    assert import_runs.forget_uploads(panel.moment + timedelta(hours=25)) == 1
    item.refresh_from_db()
    assert item.sha256 and not item.file
    page = panel.get("import", item)
    offered = {file.kind: file.why_not for file in page.context["downloads"]}
    assert offered["problems.csv"] and offered["refused.csv"] and not offered["result.csv"]
    assert panel.download("problems.csv", item).status_code == 409
    assert not AuditEntry.objects.filter(verb="import.exported").exists()
    _head, *rows = rows_of(streamed(panel.download("result.csv", item)))
    assert len(rows) == 32
    assert not ImportProblem.objects.exclude(value=None, details=None).exists()


def test_rows_are_paged_by_key_and_by_reason(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"bozuk{n}@,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n" for n in range(120))
    lines += "a@firma.example,FAKS,ONAY,HS_WEB,2026-11-24 10:00:00\n"
    lines += "".join(f"a{n}@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n" for n in range(200))
    panel.upload(("recipient,type,status,source,consentDate\n" + lines).encode())
    panel.columns()
    panel.run("check")
    seen: list[int] = []
    query = ""
    while True:
        page = panel.client.get(panel.url("import_problems") + query)
        seen += [line.line for line in page.context["lines"]]
        query = page.context["next_url"]
        if not query:
            break
        last = page
    assert seen == list(range(2, 123))
    back = panel.client.get(panel.url("import_problems") + last.context["previous_url"])
    assert [line.line for line in back.context["lines"]] == list(range(2, 52))
    one = panel.get("import_problems", neden="117")
    assert [(line.line, line.code, line.value) for line in one.context["lines"]] == [(122, "H117", "FAKS")]
    fragment = panel.client.get(panel.url("import_problems"), {"neden": "117"}, headers={"HX-Request": "true"})
    assert "<html" not in body(fragment) and "FAKS" in body(fragment)


@pytest.mark.parametrize("query", ["sonra=x", "sonra=1-", "neden=9999", "neden=x", "once=99999999999-1", "geri=1"])
def test_strange_addresses_show_the_beginning(panel: Panel, folder: Path, query: str) -> None:
    applied(panel, folder / "errors.csv")
    assert panel.client.get(f"{panel.url('import_problems')}?{query}").status_code == 200


def test_sentences_name_the_rows_own_values(desk: Desk, folder: Path) -> None:
    item = desk.checked(folder / "errors.csv")
    told = {line.line: line for line in Reader(item, desk.actor).page([467, 514, 121, 408]).lines}
    assert told[17].value == "+90532123" and "+90532123" in told[17].reason
    assert told[27].reason.startswith(("The consent of 25.10.2026", "25.10.2026"))
    assert told[27].value == "2026-10-25 15:00:00"
    assert told[27].column == "consentDate"


def test_undo_lists_what_was_left_alone(panel: Panel, folder: Path) -> None:
    item = applied(panel, folder / "errors.csv")
    panel.post("import_undo", item, **{"undo-reason": "Deneme"})
    item = panel.run("undo", ConsentImport.objects.get(pk=item.pk))
    undone = panel.get("import", item).context["undone"]
    assert {group.problem.number for group in undone.groups} <= {601, 602, 603}
    page = panel.get("import_problems", item, geri="1")
    assert len(page.context["lines"]) == undone.left > 0
    assert all("@" in line.value for line in page.context["lines"])


def test_pages_of_an_import_ask_the_same_however_many_rows(panel: Panel, django_assert_max_num_queries) -> None:
    lines = "".join(f"bozuk{n}@,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n" for n in range(60))
    good = "".join(f"a{n}@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00\n" for n in range(100))
    panel.upload(("recipient,type,status,source,consentDate\n" + good + lines).encode())
    panel.columns()
    panel.run("check")
    with django_assert_max_num_queries(15):
        panel.get("import")
    with django_assert_max_num_queries(12):
        panel.get("import_problems")
