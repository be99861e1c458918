"""Queries as files: the list with its counts, one query's whole result; for whom, and logged (R-G3)."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.enums import Channel, ExportFormat, ExportKind, RecipientType
from consents.models import Consent, ExportFile, RecipientQuery
from consents.services import exports, queries, query_runs
from consents.services.exports import take_export
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.exports.steps import made
from tests.factories import BrandFactory, UserFactory, integrator_of, officer_of, staff

Record = Callable[..., Consent]


def ordered(actor: Actor, kind: ExportKind, **more: Any) -> ExportFile:
    asked: dict[str, Any] = {"form": ExportFormat.CSV, "shown": {}, "now": timezone.now()}
    return exports.start_table(actor=actor, kind=kind, publish=False, **asked | more)


def table(item: ExportFile) -> list[dict[str, str]]:
    with item.file.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode())))


def asked(brand: Brand, *addresses: str, **more: Any) -> RecipientQuery:
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    return queries.ask(actor=officer_of(brand), brand=brand, addresses=addresses, **about | more)


def test_r_g3_the_list_of_queries_with_its_counts(brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    record("ret@firma.example", status="RET")
    query = asked(brand, "onay@firma.example", "ret@firma.example", "yok@firma.example", "bozuk")
    asked(BrandFactory(), "onay@firma.example")
    actor = officer_of(brand)
    item = made(ordered(actor, ExportKind.QUERIES))
    (row,) = table(item)
    assert (row["number"], row["brandCode"], row["channel"]) == (query.number, str(brand.brand_code), "EPOSTA")
    names = ("addresses", "sendable", "refused", "unknown", "malformed", "registerFirst")
    assert [row[name] for name in names] == ["4", "1", "1", "1", "1", "0"]
    assert "firma.example" not in str(row)
    assert (item.rows, item.job.done, item.job.total) == (1, 1, 1)
    take_export(actor=actor, public_id=item.public_id, now=timezone.now())
    assert [entry.new["kind"] for entry in AuditEntry.objects.filter(verb__startswith="export.")] == ["queries"] * 2


def test_r_a1_the_list_is_filtered_as_on_screen(panel: Client, brand: Brand) -> None:
    second = BrandFactory(provider=brand.provider)
    asked(brand, "a@firma.example")
    wanted = asked(second, "a@firma.example")
    url = reverse("consents:queries_export", args=["csv"])
    response = panel.post(f"{url}?marka={second.brand_code}&kanal=3&durum=draft&firma=x")
    assert response.headers["Location"] == reverse("consents:exports")
    item = made(ExportFile.objects.get())
    assert item.shown == {"marka": str(second.brand_code), "kanal": "3"}
    assert [row["number"] for row in table(item)] == [wanted.number]
    assert second.name in panel.get(reverse("consents:exports")).content.decode()


def test_staff_list_every_companys_queries(brand: Brand) -> None:
    found = {asked(one, "a@firma.example").number for one in (brand, BrandFactory())}
    assert {row["number"] for row in table(made(ordered(staff("admin"), ExportKind.QUERIES)))} == found
    only = made(ordered(staff("admin"), ExportKind.QUERIES, shown={"firma": str(brand.provider.iys_code)}))
    assert [row["brandCode"] for row in table(only)] == [str(brand.brand_code)]


def test_one_querys_whole_result_as_csv_and_as_a_workbook(panel: Client, brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    query = asked(brand, "onay@firma.example", "=1+1", "yok@firma.example")
    url = reverse("consents:query_export", args=[query.public_id, "csv"])
    assert "disa-aktar" in panel.get(reverse("consents:query", args=[query.public_id])).content.decode()
    assert panel.post(url).status_code == 302
    item = made(ExportFile.objects.get())
    rows = list(table(item))
    assert [list(row.values())[-1] for row in rows] == ["SENDABLE", "H120", "NO_RECORD"]
    assert rows[1][next(iter(rows[1]))] == "'=1+1"  # guarded
    item.delete()
    panel.post(reverse("consents:query_export", args=[query.public_id, "xlsx"]))
    book = made(ExportFile.objects.get())
    with book.file.open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
        assert [cell.value for cell in sheet["A"]][1:] == ["onay@firma.example", "=1+1", "yok@firma.example"]
        assert sheet["A3"].data_type == "s"


def test_a_wide_result_is_written_whole(brand: Brand) -> None:
    """Columns past Z, which the quick writer once did not know."""
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    heading = ["E-posta", *(f"K{number}" for number in range(300))]
    line = ["a@firma.example", *(f"d{number}" for number in range(300))]
    text = "\n".join(";".join(cells) for cells in (heading[:240], line[:240]))
    file = io.BytesIO(text.encode())
    query = queries.ask_file(actor=officer_of(brand), brand=brand, file=file, name="a.csv", publish=False, **about)
    query_runs.run(query.job_id)
    query.refresh_from_db()
    item = made(ordered(officer_of(brand), ExportKind.QUERY, form=ExportFormat.XLSX, of=query))
    with item.file.open("rb") as book:
        sheet = openpyxl.load_workbook(book).active
        assert [cell.value for cell in sheet[2]][:240] == line[:240]


def test_a_result_that_is_gone_is_not_listed(brand: Brand) -> None:
    query = asked(brand, "a@firma.example")
    item = ordered(officer_of(brand), ExportKind.QUERY, of=query)
    RecipientQuery.objects.update(result="")
    with pytest.raises(WrongMoment):
        ordered(officer_of(brand), ExportKind.QUERY, of=RecipientQuery.objects.get())
    assert exports.make_export(item.job_id) is None
    item.refresh_from_db()
    assert (item.job.state, str(item.file)) == ("failed", "")


def test_r_p12_grants_give_no_exports(sign_in: Callable[..., Client], brand: Brand) -> None:
    person = integrator_of(brand, 3, level="read").user
    client = sign_in(person, brand.provider)
    assert client.post(reverse("consents:queries_export", args=["csv"])).status_code == 403
    assert "disa-aktar" not in client.get(reverse("consents:queries")).content.decode()
    assert not ExportFile.objects.exists()


def test_r_a3_the_auditor_exports_nothing(sign_in: Callable[..., Client], brand: Brand) -> None:
    query = asked(brand, "a@firma.example")
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    for url in (
        reverse("consents:queries_export", args=["csv"]),
        reverse("consents:query_export", args=[query.public_id, "csv"]),
    ):
        assert client.post(url).status_code == 403
    with pytest.raises(NotAllowed):
        ordered(staff("auditor"), ExportKind.QUERIES)
    assert not ExportFile.objects.exists()


def test_another_format_is_not_found(panel: Client) -> None:
    assert panel.post(reverse("consents:queries_export", args=["pdf"])).status_code == 404


def test_r_a1_nobody_takes_anothers_file(brand: Brand) -> None:
    item = made(ordered(officer_of(brand), ExportKind.QUERIES))
    with pytest.raises(NotFound):
        take_export(actor=officer_of(brand), public_id=item.public_id, now=timezone.now())
