"""R-S1: a file is answered row by row in its order; the job may run twice and may die in the middle."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone

from consents import query_results
from consents.enums import Channel, QueryWay, RecipientType
from consents.files.annotate import guard, guarded
from consents.files.layout import Layout
from consents.models import Consent, QueryDay, RecipientQuery
from consents.query_results import result_rows
from consents.services import queries, query_runs
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.models import AuditEntry, Job
from iys_portal.core.storage import private_path
from providers.models import Brand
from tests.factories import officer_of

from .test_ask import lines_of, nothing_kept

Record = Callable[..., Consent]


class Killed(BaseException):
    """The worker is gone, without a word."""


@pytest.fixture
def actor(brand: Brand) -> Actor:
    return officer_of(brand)


@pytest.fixture
def upload(brand: Brand, actor: Actor) -> Callable[..., RecipientQuery]:
    def send(content: bytes | str, name: str = "liste.csv", **about: Any) -> RecipientQuery:
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        values = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL, "publish": False}
        return queries.ask_file(actor=actor, brand=brand, file=file, name=name, **values | about)

    return send


def answered(query: RecipientQuery) -> RecipientQuery:
    assert query.job is not None
    query_runs.run(query.job.pk)
    query.refresh_from_db()
    return query


def files() -> list[str]:
    return sorted(f"queries/{path.name}" for path in private_path("queries").iterdir())


Upload = Callable[..., RecipientQuery]
LIST = (
    "Ad;E-posta;Not\n"
    "Zeynep;zeynep@firma.example;=1+1\n"
    "Ali;ALI@firma.example;\n"
    "Bora;;boş\n"
    "Ali;ali@firma.example;yine\n"
    "Can;0532 111 22 33;\"a;b\"\n"
)  # fmt: skip


def test_r_s1_the_result_keeps_the_files_order_and_columns(upload: Upload, record: Record) -> None:
    record("ali@firma.example")
    record("zeynep@firma.example", status="RET")
    query = answered(upload(LIST))
    head, *rows = lines_of(query)
    assert head[:3] == ["Ad", "E-posta", "Not"]
    assert [(*row[:4], row[6]) for row in rows] == [
        ("Zeynep", "zeynep@firma.example", "'=1+1", "zeynep@firma.example", "REFUSED"),
        ("Ali", "ALI@firma.example", "", "ali@firma.example", "SENDABLE"),
        ("Bora", "", "boş", "", "H114"),
        ("Ali", "ali@firma.example", "yine", "ali@firma.example", "SENDABLE"),
        ("Can", "0532 111 22 33", "a;b", "", "H464"),
    ]
    assert (query.counts, query.malformed, query.total) == ({"10": 2, "21": 1}, {"114": 1, "464": 1}, 5)
    assert [row["line"] for row in query.first_rows] == [2, 3, 4, 5, 6]
    assert [row["address"] for row in query.first_rows][:2] == ["zeynep@firma.example", "ali@firma.example"]


def test_the_upload_goes_when_it_is_answered_and_one_result_stays(
    upload: Upload, django_capture_on_commit_callbacks: Any
) -> None:
    query = upload(LIST)
    assert files() == [query.file.name]
    with django_capture_on_commit_callbacks(execute=True):
        answered(query)
    assert not query.file
    assert files() == [query.result.name]
    assert query.layout["sample"] == []


def test_a_second_delivery_changes_nothing(upload: Upload) -> None:
    query = answered(upload(LIST))
    first = (query.moment, query.result_sha256, AuditEntry.objects.count())
    query_runs.run(query.job.pk)
    query.refresh_from_db()
    assert first == (query.moment, query.result_sha256, AuditEntry.objects.count())


@pytest.mark.parametrize("place", ["between_slices", "before_the_end"])
def test_a_run_that_died_is_begun_anew_and_leaves_one_result(
    upload: Upload, monkeypatch: pytest.MonkeyPatch, place: str, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(query_runs, "SLICE", 2)
    query = upload(LIST)

    def die(*args: Any, **options: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", lambda *args, **options: None)  # a killed process cleans nothing up
        if place == "between_slices":
            add, calls = query_results.ResultFile.add, iter(range(9))
            patched.setattr(query_results.ResultFile, "add", lambda *args: die() if next(calls) == 1 else add(*args))
        else:
            patched.setattr(query_runs, "note_answer", die)
        with pytest.raises(Killed):
            query_runs.run(query.job.pk)
    query.refresh_from_db()
    assert not query.answered
    assert len(files()) == 2, "the upload, and a part"
    Job.objects.filter(pk=query.job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        answered(query)
    assert files() == [query.result.name]
    assert len(lines_of(query)) == 6
    assert query.total == 5
    assert AuditEntry.objects.filter(verb="query.answered").count() == 1


def test_slices_make_no_difference(upload: Upload, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record("ali@firma.example")
    whole = answered(upload(LIST))
    monkeypatch.setattr(query_runs, "SLICE", 2)
    parts = answered(upload(LIST))
    assert (whole.result_sha256, whole.counts, whole.first_rows) == (
        parts.result_sha256,
        parts.counts,
        parts.first_rows,
    )


def test_r_s1_the_column_of_the_channel_is_taken(upload: Upload, record: Record) -> None:
    record("+905321112233")
    text = "Ad,Telefon,E-posta\nAli,0532 111 22 33,ali@firma.example\n"
    phones = answered(upload(text, channel=Channel.MESAJ))
    assert (phones.column, phones.counts) == (1, {"10": 1})
    mails = answered(upload(text))
    assert (mails.column, mails.counts) == (2, {"30": 1})


@pytest.mark.parametrize(
    "text",
    [
        "Ad,Şehir\nAli,Ankara\nVeli,İzmir\n",
        "Telefon,Telefon\n05321112233,05321112244\n",
        "Ad,E-posta\nAli,ali@firma.example\n",
    ],
)
def test_an_unsure_column_is_asked_for(upload: Upload, actor: Actor, text: str) -> None:
    query = upload(text, channel=Channel.MESAJ)
    assert query.waits_for_column
    assert not Job.objects.exists()
    with pytest.raises(Invalid):
        queries.choose_column(query, actor=actor, column=7)
    query = queries.choose_column(query, actor=actor, column=1)
    assert answered(query).total == text.count("\n") - 1
    with pytest.raises(WrongMoment):
        queries.choose_column(query, actor=actor, column=0)


def test_a_workbook_is_read_and_written_like_a_text(upload: Upload, record: Record, tmp_path: Path) -> None:
    record("ali@firma.example")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([("Ad", "E-posta"), ("=SUM", "ali@firma.example"), ("Can", "yok@firma.example")]):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    query = answered(upload(content.getvalue(), "liste.xlsx"))
    assert [row[-1] for row in lines_of(query)[1:]] == ["SENDABLE", "NO_RECORD"]
    query_results.write_xlsx(private_path(query.result.name), Layout.from_json(query.layout), tmp_path / "out.xlsx")
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["Ad", "E-posta"]
    assert rows[1][0] == "=SUM", "a text, not a formula"
    assert [row[-1] for row in rows[1:]] == ["SENDABLE", "NO_RECORD"]


def test_a_full_sheet_goes_on_in_the_next(upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = answered(upload(LIST))
    monkeypatch.setattr(query_results, "SHEET_ROWS", 3)
    query_results.write_xlsx(private_path(query.result.name), Layout.from_json(query.layout), tmp_path / "out.xlsx")
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx"))
    sheets = [book.get_sheet_by_index(index).to_python() for index in range(len(book.sheet_names))]
    assert [len(rows) for rows in sheets] == [3, 3, 2]
    assert [row[0] for rows in sheets for row in rows[1:]] == ["Zeynep", "Ali", "Bora", "Ali", "Can"]


def test_the_result_is_read_again_as_it_was_brought(upload: Upload) -> None:
    query = answered(upload(LIST))
    rows = list(result_rows(private_path(query.result.name), Layout.from_json(query.layout)))
    assert [row[2] for row in rows] == ["Not", "=1+1", "", "boş", "yine", "a;b"]


def test_columns_are_guarded_as_single_cells_are() -> None:
    import polars as pl

    cells = ["=1", "+905321112233", "+9a", "-5,2", "-x", "@a", "'=1", "a=1", "", "\t=1", "''+", None, "+90 5"]
    frame = guarded(pl.DataFrame({"c0": cells}, schema={"c0": pl.String}))
    assert frame["c0"].to_list() == [cell if cell is None else guard(cell) for cell in cells]


def test_the_quota_counts_a_files_rows_and_keeps_nothing(upload: Upload, settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"QUERY_ADDRESSES_A_DAY": 4}
    with pytest.raises(WrongMoment):
        upload(LIST)
    assert nothing_kept()
    settings.REGISTRY = settings.REGISTRY | {"QUERY_ADDRESSES_A_DAY": 5}
    assert answered(upload(LIST)).answered
    assert QueryDay.objects.get().addresses == 5


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 ...", b"E-posta\n", b'E-posta\n"a@firma.example\n'])
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(upload: Upload, content: bytes) -> None:
    with pytest.raises(Invalid):
        upload(content)
    assert nothing_kept()


def test_a_long_pasted_list_becomes_a_job(brand: Brand, actor: Actor, settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"QUERY_AT_ONCE": 2}
    text = 'a@firma.example\n"b"@firma.example\nc@firma.example'
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    query = queries.ask_text(actor=actor, brand=brand, text=text, **about)
    assert (query.way, query.answered, query.total) == (QueryWay.LIST, False, 3)
    assert [row[0] for row in lines_of(answered(query))[1:]] == text.split("\n")


def test_a_pasted_table_is_read_like_a_file(brand: Brand, actor: Actor) -> None:
    text = "Ad\tE-posta\nAli\tali@firma.example\nCan\tcan@firma.example\n"
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    query = answered(queries.ask_text(actor=actor, brand=brand, text=text, **about))
    assert [row[:2] for row in lines_of(query)[1:]] == [["Ali", "ali@firma.example"], ["Can", "can@firma.example"]]


def test_a_stopped_query_can_be_asked_again(upload: Upload, actor: Actor) -> None:
    query = upload(LIST)
    queries.stop(query, actor=actor)
    assert not answered(query).answered
    query.job.refresh_from_db()
    assert query.job.state == JobState.CANCELLED
    queries.resume(query, actor=actor)
    assert answered(query).answered
    with pytest.raises(WrongMoment):
        queries.resume(query, actor=actor)


def test_a_file_that_nobody_went_on_with_is_forgotten(upload: Upload) -> None:
    waiting = upload("Ad,Şehir\nAli,Ankara\nVeli,İzmir\n")
    answered(upload(LIST))
    query_runs.forget_uploads(timezone.now() + timedelta(days=1))
    waiting.refresh_from_db()
    assert waiting.file
    query_runs.forget_uploads(timezone.now() + timedelta(days=3))
    waiting.refresh_from_db()
    assert (bool(waiting.file), waiting.layout["sample"]) == (False, [])
