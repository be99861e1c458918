"""Staff's page of retention (R-L5), the command, and what the panel says of a forgotten address."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents import erased
from consents.models import ErasedRefusal, LegalHold, RetentionRun
from consents.services import retention
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory

AYSE = "ayse@firma.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(sign_in: Callable[..., Client]) -> Client:
    return sign_in(UserFactory(staff_roles=["admin"]))


@pytest.fixture
def forgotten() -> Brand:
    brand = BrandFactory(is_main=True)
    now = timezone.now()
    ErasedRefusal.objects.create(
        address_hash=erased.hash_of(AYSE), brand_id=brand.pk, channel=3, recipient_type=1, version=2, status=2,
        source=7, consent_date=now, registered_at=now, event_id=1,
    )  # fmt: skip
    return brand


def test_a_dry_run_is_started_and_its_result_shown(admin: Client) -> None:
    assert admin.post(reverse("consents:retention_dry")).status_code == 302
    run = RetentionRun.objects.get()
    assert not run.applied
    assert "sürüyor" in admin.get(reverse("consents:retention")).content.decode()
    assert admin.post(reverse("consents:retention_dry")).status_code == 302
    assert RetentionRun.objects.get() == run  # a second click is ordinary
    retention.run(run.job_id)
    assert "sayıldı" in admin.get(reverse("consents:retention")).content.decode()


def test_r_l5_a_hold_is_placed_shown_masked_and_released(admin: Client) -> None:
    page = reverse("consents:retention")
    bad = admin.post(reverse("consents:hold_place"), {"reference": "2026/15", "reason": "Dava"})
    assert bad.status_code == 422
    assert not LegalHold.objects.exists()
    good = {"recipient": " AYSE@firma.example ", "reference": "2026/15", "reason": "Dava"}
    assert admin.post(reverse("consents:hold_place"), good).status_code == 302
    hold = LegalHold.objects.get()
    assert hold.recipient == AYSE
    assert AYSE not in admin.get(page).content.decode()
    admin.post(reverse("consents:hold_release", args=[hold.pk]))
    again = admin.post(reverse("consents:hold_release", args=[hold.pk]))
    assert again.status_code in (302, 409)
    assert AuditEntry.objects.filter(verb="hold.released").count() == 1


@pytest.mark.parametrize("role", ["auditor", "reviewer"])
def test_only_the_registrys_admins_erase_or_hold(sign_in: Callable[..., Client], role: str) -> None:
    client = sign_in(UserFactory(staff_roles=[role]))
    for name in ("retention_dry", "retention_apply", "hold_place"):
        assert client.post(reverse(f"consents:{name}"), {"recipient": AYSE}).status_code == 403
        assert client.get(reverse(f"consents:{name}")).status_code in (403, 405)
    assert client.post(reverse("consents:hold_release", args=[1])).status_code == 403
    assert not RetentionRun.objects.exists() and not LegalHold.objects.exists()


def test_r_l5_the_panel_tells_of_a_forgotten_address(forgotten: Brand, sign_in: Callable[..., Client]) -> None:
    def said(brand: Brand) -> str:
        client = sign_in(MembershipFactory(provider=brand.provider, role="officer").user, brand.provider)
        return client.post(reverse("consents:list"), {"q": AYSE}, follow=True).content.decode()

    assert "ret geçerliliğini koruyor" in said(forgotten)
    assert "ret geçerliliğini koruyor" not in said(BrandFactory(is_main=True))


def test_the_command_counts_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("expire_records", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["applied"] is False
    assert set(said["counts"]) == {policy.name for policy in retention.POLICIES}
    call_command("expire_records")
    assert "--apply" in capsys.readouterr().out


def test_the_nightly_run_follows_its_setting(settings: object) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "RETENTION_APPLIES": False}  # type: ignore[attr-defined]
    retention.run_nightly(timezone.now() - timedelta(days=1))
    assert RetentionRun.objects.get().applied is False
