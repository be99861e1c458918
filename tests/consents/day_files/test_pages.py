"""The panel's page of day files: who sees which, and that taking one is logged (R-A1, R-G3)."""

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.models import DayFile
from consents.services.day_files import close_days
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory
from tests.urls.steps import browser_in_role

from .conftest import day_ago, record_on, seal_all


def made(brand: Brand) -> DayFile:
    record_on(day_ago(), brand, "ayse")
    seal_all()
    close_days(now=timezone.now())
    return DayFile.objects.get()


def test_the_list_shows_hash_and_rows_of_own_brands_only(brand: Brand) -> None:
    item = made(brand)
    url = reverse("consents:day_files")
    own = browser_in_role("officer", brand)
    assert item.sha384 in own.get(url).content.decode()
    assert item.sha384 in own.get(url, {"ay": f"{item.day:%Y-%m}"}).content.decode()
    assert item.sha384 in browser_in_role("auditor", brand).get(url).content.decode()
    stranger = browser_in_role("officer", BrandFactory(is_main=True))
    assert item.sha384 not in stranger.get(url).content.decode()
    assert own.get(url, {"ay": "2099-99"}).status_code == 200
    assert own.get(url, {"ay": "2020-12"}).status_code == 200


def test_r_g3_the_file_is_handed_out_by_post_and_logged(brand: Brand) -> None:
    item = made(brand)
    url = reverse("consents:day_file", args=[item.pk])
    answer = browser_in_role("officer", brand).post(url)
    body = b"".join(answer)  # type: ignore[arg-type]
    answer.close()
    assert len(body) == item.size
    entry = AuditEntry.objects.get(verb="day_file.taken")
    assert (entry.target_id, entry.provider_id) == (str(item.pk), brand.provider_id)
    assert "ayse" not in str(entry.new)


def test_r_a1_others_get_nothing_and_nothing_is_logged(brand: Brand) -> None:
    url = reverse("consents:day_file", args=[made(brand).pk])
    assert browser_in_role("officer", BrandFactory(is_main=True)).post(url).status_code == 404
    assert browser_in_role("viewer", brand).post(url).status_code == 403
    assert Client().post(url).status_code == 302
    assert not AuditEntry.objects.filter(verb="day_file.taken").exists()
