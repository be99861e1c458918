"""The pages of queries: ask, choose the column, see the answer, take it home."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consents import query_downloads
from consents.enums import Channel
from consents.models import Consent, RecipientQuery
from consents.proof.keys import public_keys
from consents.proof.queries import holds
from consents.services import query_runs
from consents.services.address_columns import chosen_before
from iys_portal.accounts.models import User
from iys_portal.core import documents
from iys_portal.core.models import AuditEntry, Document
from iys_portal.core.storage import private_path
from providers.models import Brand
from tests.factories import BrandFactory, IntegratorGrantFactory, integrator_of

from .test_ask import nothing_kept

Record = Callable[..., Consent]
NEW = "/sorgula/"


def send(panel: Client, asked: Brand, **data: Any) -> Any:
    return panel.post(NEW, {"brand": str(asked.pk), "channel": "EPOSTA", "recipient_type": "BIREYSEL"} | data)


def url(name: str, *more: str) -> str:
    return reverse(f"consents:{name}", args=[RecipientQuery.objects.get().public_id, *more])


def body(response: Any) -> str:
    return response.content.decode()


def answered_list(panel: Client, brand: Brand) -> RecipientQuery:
    text = "Ad,E-posta\nAli,onay@firma.example\nCan,=1+1\nVeli,yok@firma.example\n"
    response = send(panel, brand, file=SimpleUploadedFile("liste.csv", text.encode()))
    assert response.status_code == 302, body(response)
    panel.post(url("query_column"), {"column": "1"})
    query = RecipientQuery.objects.get()
    query_runs.run(query.job.pk)
    query.refresh_from_db()
    return query


def test_r_s1_one_address_is_answered_on_its_page(panel: Client, brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    response = send(panel, brand, address=" ONAY@firma.example")
    assert response.url == url("query")
    page = body(panel.get(response.url))
    assert "onay@firma.example" in page
    assert "Gönderilebilir" in page
    assert "firma.example" not in response.url


def test_r_s1_a_file_is_watched_and_then_shown_in_numbers(panel: Client, brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    send(
        panel,
        brand,
        file=SimpleUploadedFile("liste.csv", b"Ad,E-posta\nAli,onay@firma.example\nVeli,yok@firma.example\n"),
    )
    panel.post(url("query_column"), {"column": "1"})
    assert "query-progress" in body(panel.get(url("query")))
    assert panel.get(url("query_progress"), headers={"HX-Request": "true"}).status_code == 200
    query_runs.run(RecipientQuery.objects.get().job.pk)
    assert panel.get(url("query_progress"), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = body(panel.get(url("query")))
    for word in ("onay@firma.example", "Gönderilebilir", "Kayıt yok", "query-answers"):
        assert word in page, word
    assert "liste.csv" in body(panel.get("/sorgular/"))


def test_the_column_is_chosen_where_it_is_not_plain(panel: Client, brand: Brand) -> None:
    send(panel, brand, file=SimpleUploadedFile("liste.csv", b"Ad,Kod\nAli,A1\nVeli,A2\n"))
    page = body(panel.get(url("query")))
    assert "Kod – A1, A2" in page
    assert panel.post(url("query_column"), {"column": "9"}).status_code == 422
    assert RecipientQuery.objects.get().job is None
    assert panel.post(url("query_column"), {"column": "1"}).status_code == 302
    assert RecipientQuery.objects.get().job is not None


def chosen_column(page: str) -> list[str]:
    return [tag for tag in re.findall(r"<input[^>]*name=.column.[^>]*>", page) if "checked" in tag]


def test_r_s1_the_recognised_column_is_shown_before_it_is_asked_about(panel: Client, brand: Brand) -> None:
    send(panel, brand, file=SimpleUploadedFile("liste.csv", b"Ad,E-posta\nAli,ali@firma.example\n"))
    page = body(panel.get(url("query")))
    assert "“E-posta” tanındı" in page
    assert 'value="1"' in chosen_column(page)[0]
    assert RecipientQuery.objects.get().job is None


def test_several_address_columns_are_asked_about_and_the_choice_is_known_again(panel: Client, brand: Brand) -> None:
    text = b"E-posta,Yetkili,Ad\nbir@firma.example,iki@firma.example,Ali\n"
    send(panel, brand, file=SimpleUploadedFile("liste.csv", text))
    assert not chosen_column(body(panel.get(url("query"))))
    panel.post(url("query_column"), {"column": "1"})
    RecipientQuery.objects.all().delete()
    later = "Ad,YETKİLİ,E-posta\nAli,iki@firma.example,bir@firma.example\n"
    send(panel, brand, file=SimpleUploadedFile("yeni.csv", later.encode()))
    page = body(panel.get(url("query")))
    assert "geçen sefer" in page
    assert 'value="1"' in chosen_column(page)[0]
    other = BrandFactory()
    assert chosen_before(other.provider_id, Channel.EPOSTA) == []
    assert chosen_before(brand.provider_id, Channel.MESAJ) == []


def test_a_file_of_one_column_needs_no_choice(panel: Client, brand: Brand) -> None:
    send(panel, brand, file=SimpleUploadedFile("liste.csv", b"E-posta\nali@firma.example\n"))
    assert RecipientQuery.objects.get().job is not None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"address": "a@firma.example", "text": "b@firma.example"},
        {"address": "a@firma.example", "channel": ""},
        {"file": SimpleUploadedFile("liste.csv", b"")},
    ],
)
def test_what_is_wrong_is_said_in_place_and_nothing_is_kept(panel: Client, brand: Brand, data: dict[str, Any]) -> None:
    assert send(panel, brand, **data).status_code == 422
    assert nothing_kept()


def test_r_p12_an_integrators_form_shows_its_brands_and_channels(
    sign_in: Callable[..., Client], brand: Brand, record: Record
) -> None:
    other = BrandFactory(provider=brand.provider, name="Kapalı Marka")
    client = sign_in(integrator_of(brand, 3, level="read").user, brand.provider)
    page = body(client.get(NEW))
    assert brand.name in page
    assert "Kapalı Marka" not in page
    assert 'value="MESAJ"' not in page
    for data in ({"channel": "MESAJ"}, {"brand": str(other.pk)}):
        assert send(client, brand, address="yok@firma.example", **data).status_code == 422
    assert nothing_kept()
    assert send(client, brand, address="yok@firma.example").status_code == 302


def test_r_p12_a_channel_that_is_open_for_another_brand_only_is_refused(
    sign_in: Callable[..., Client], brand: Brand
) -> None:
    person = integrator_of(brand, 3)
    other = BrandFactory(provider=brand.provider)
    IntegratorGrantFactory(integrator=person.integrator, brand=other, channel=2, level="read")
    client = sign_in(person.user, brand.provider)
    assert send(client, brand, address="05321112233", channel="MESAJ").status_code == 422
    assert nothing_kept()


def test_r_g3_the_result_is_downloaded_by_post_and_logged(panel: Client, brand: Brand, record: Record) -> None:
    record("onay@firma.example")
    answered_list(panel, brand)
    assert panel.get(url("query_download", "csv")).status_code == 405
    response = panel.post(url("query_download", "csv"))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(";")[-1] for line in lines[1:]] == ["SENDABLE", "H120", "NO_RECORD"]
    assert lines[2].startswith("Can;'=1+1;")
    assert 'filename="sorgu-liste.csv"' in response["Content-Disposition"]
    response = panel.post(url("query_download", "xlsx"))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert book.get_sheet_by_index(0).to_python()[2][1] == "=1+1"
    entries = AuditEntry.objects.filter(verb="query.exported").order_by("pk")
    assert [entry.new for entry in entries] == [{"kind": "csv", "rows": 3}, {"kind": "xlsx", "rows": 3}]
    assert panel.post(url("query_download", "exe")).status_code == 404


def test_r_s1_the_signed_statement_verifies(panel: Client, brand: Brand) -> None:
    answered_list(panel, brand)
    signed = json.loads(panel.post(url("query_download", "json")).content)
    assert holds(signed["statement"], bytes.fromhex(signed["signature"]), public_keys()[signed["key_id"]])
    assert signed["statement"]["answers"] == {"NO_RECORD": 2}


def test_r_s1_the_summary_is_a_document_without_addresses(
    panel: Client, brand: Brand, officer: User, record: Record
) -> None:
    query = answered_list(panel, brand)
    response = panel.post(url("query_pdf"))
    document = Document.objects.get()
    assert response.url == reverse("documents:document", args=[document.public_id])
    assert document.number == query.number
    assert document.number.startswith("SRG-")
    assert not [name for name in ("onay@", "yok@") if name in json.dumps(document.data)]
    assert panel.post(url("query_pdf")).url == response.url, "a second click is ordinary"
    documents.render(document.pk)
    document.refresh_from_db()
    assert document.state == "ready"
    assert query.number in body(Client().get(reverse("consents:verify"), {"kod": query.number}))


def test_a_large_workbook_is_made_in_the_background(
    panel: Client, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_list(panel, brand)
    monkeypatch.setattr(query_downloads, "INLINE_ROWS", 2)
    assert panel.post(url("query_download", "xlsx")).url == url("query")
    assert not AuditEntry.objects.filter(verb="query.exported").exists()
    job = RecipientQuery.objects.get().book_job
    assert panel.post(url("query_download", "xlsx")).url == url("query"), "a second click is ordinary"
    assert RecipientQuery.objects.get().book_job == job
    assert "hx-select" in body(panel.get(url("query")))
    query_runs.make_book(job.pk)
    query_runs.make_book(job.pk)
    assert "hx-select" not in body(panel.get(url("query")))
    response = panel.post(url("query_download", "xlsx"))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert [row[-1] for row in book.get_sheet_by_index(0).to_python()][1:] == ["NO_RECORD", "H120", "NO_RECORD"]
    assert AuditEntry.objects.get(verb="query.exported").new == {"kind": "xlsx", "rows": 3}
    assert len(list(private_path("queries").iterdir())) == 3, "upload until the commit, result, workbook"
