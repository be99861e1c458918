"""The pages of exported files: ordering, watching, downloading, removing; each for its owner alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consents.models import Consent, ExportFile
from consents.services.exports import make_export
from iys_portal.accounts.models import User
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory

Record = Callable[..., Consent]
URL = "/disa-aktarimlar/"
LIST = "/izinler/disa-aktar/"


@pytest.fixture
def long_lists(settings: Any) -> None:
    """Every list is long."""
    settings.REGISTRY = {**settings.REGISTRY, "EXPORT_DIRECT_ROWS": 0}


def finish() -> ExportFile:
    item = ExportFile.objects.get()
    make_export(item.job_id)
    return item


def at(name: str, item: ExportFile) -> str:
    return reverse(f"consents:{name}", args=[item.public_id])


def body(response: Any) -> str:
    return response.content.decode()


def test_a_long_list_is_made_in_the_background_and_downloaded(panel: Client, record: Record, long_lists: None) -> None:
    record("a@firma.example")
    record("b@firma.example", status="RET")
    assert panel.post(f"{LIST}csv/?state=RET")["Location"] == URL
    item = ExportFile.objects.get()
    assert (item.shown, item.job.state) == ({"state": "RET"}, "queued")
    assert not AuditEntry.objects.filter(verb="consent.exported").exists()
    waiting = body(panel.get(URL))
    assert f'hx-get="{at("export_file", item)}"' in waiting
    watching = panel.get(at("export_file", item), headers={"HX-Request": "true"})
    assert at("export_file", item) in body(watching) and "HX-Refresh" not in watching
    finish()
    assert panel.get(at("export_file", item), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert at("export_take", item) in body(panel.get(URL))
    response = panel.post(at("export_take", item))
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert [row.partition(",")[0] for row in content.splitlines()[1:]] == ["b@firma.example"]
    assert response["Content-Disposition"].endswith('.csv"')
    assert response["Cache-Control"] == "private, no-store"


def test_r_g4_a_search_is_kept_out_of_what_is_shown(panel: Client, record: Record, long_lists: None) -> None:
    record("a@firma.example")
    token = panel.post("/izinler/", {"q": "@firma.example"})["Location"].partition("?")[2]
    panel.post(f"{LIST}csv/?{token}")
    item = finish()
    assert (item.shown, item.search) == ({}, "@firma.example")
    assert "firma.example" not in body(panel.get(URL))


def test_a_whole_history_always_comes_by_the_background(panel: Client, record: Record) -> None:
    record("a@firma.example")
    assert panel.post(f"{LIST}xlsx/", {"history": "1", "at": "no moment"})["Location"] == URL
    item = ExportFile.objects.get()
    assert (item.kind, item.format) == ("history", "xlsx")


def test_r_r2_refusals_are_ordered_on_the_page(panel: Client, brand: Brand, record: Record) -> None:
    BrandFactory(provider=brand.provider)
    record("a@firma.example")
    record("b@firma.example", status="RET")
    record("+905321234567", status="RET")
    data = {"format": "csv", "channel": "EPOSTA", "brand": str(brand.brand_code)}
    assert panel.post(f"{URL}retler/", data)["Location"] == URL
    item = finish()
    assert item.shown == {"state": "RET", "channel": "EPOSTA", "brand": str(brand.brand_code)}
    content = b"".join(panel.post(at("export_take", item)).streaming_content).decode()  # type: ignore[attr-defined]
    assert content.count("\n") == 2 and "b@firma.example" in content


def test_an_order_that_cannot_be_read_starts_nothing(panel: Client) -> None:
    assert panel.post(f"{URL}retler/", {"format": "pdf"}).status_code == 422
    assert panel.get(f"{URL}retler/").status_code == 405
    assert not Job.objects.exists()


def test_removing_takes_the_download_away(panel: Client, record: Record, long_lists: None) -> None:
    record("a@firma.example")
    panel.post(f"{LIST}csv/")
    item = finish()
    assert panel.post(at("export_remove", item)).status_code == 302
    assert panel.post(at("export_take", item)).status_code == 409
    assert at("export_take", item) not in body(panel.get(URL))
    assert not AuditEntry.objects.filter(verb="export.taken").exists()


def test_r_a1_a_colleague_and_the_same_person_elsewhere_do_not_find_it(
    panel: Client, brand: Brand, officer: User, record: Record, long_lists: None, sign_in: Callable[..., Client]
) -> None:
    record("a@firma.example")
    panel.post(f"{LIST}csv/")
    item = finish()
    elsewhere = BrandFactory(is_main=True)
    MembershipFactory(user=officer, provider=elsewhere.provider, role="officer")
    colleague = MembershipFactory(provider=brand.provider, role="manager").user
    for user, provider in ((colleague, brand.provider), (officer, elsewhere.provider)):
        client = sign_in(user, provider)
        for name, ask in (("export_file", client.get), ("export_take", client.post), ("export_remove", client.post)):
            assert ask(at(name, item)).status_code == 404, name
        assert str(item.public_id) not in body(client.get(URL))
    item.refresh_from_db()
    assert (item.taken_at, item.removed_at) == (None, None)


@pytest.mark.parametrize("role", ["viewer"])
def test_who_may_not_export_orders_nothing(brand: Brand, sign_in: Callable[..., Client], role: str) -> None:
    client = sign_in(MembershipFactory(provider=brand.provider, role=role).user, brand.provider)
    assert client.post(f"{URL}retler/", {"format": "csv"}).status_code == 403
    assert client.post(f"{LIST}csv/").status_code == 403
    assert not Job.objects.exists()
