"""R-D2: a reviewer opens one provider's initial-load window after approval, with a reason; none by default."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.models import DeadlineExtension
from consents.services.deadlines import open_initial_window
from consents.services.records import Entry, record_consents
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import AuditEntry
from providers.enums import ApplicationState
from providers.models import Application, Brand
from tests.factories import ApplicationFactory, BrandFactory, UserFactory, actor_of, officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def application(brand: Brand) -> Application:
    now = timezone.now()
    return ApplicationFactory(
        state=ApplicationState.APPROVED,
        provider=brand.provider,
        submitted_at=now,
        decided_at=now,
        email_confirmed_at=now,
    )


@pytest.fixture
def reviewer(sign_in: Callable[..., Client]) -> Client:
    return sign_in(UserFactory(staff_roles=["reviewer"]))


def page(application: Application) -> str:
    return reverse("consents:initial_window", args=[application.public_id])


def old_consent(brand: Brand) -> Any:
    at = timezone.localtime(timezone.now() - timedelta(days=100)).strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry("ayse@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    (outcome,) = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=timezone.now())
    return outcome


def test_r_d2_the_window_lets_old_consents_in_and_stands_in_the_history(
    reviewer: Client, application: Application, brand: Brand
) -> None:
    assert not old_consent(brand).accepted
    values = {
        "until": timezone.localdate() + timedelta(days=30),
        "check_until": timezone.localdate() + timedelta(days=60),
        "reason": "İlk yükleme",
    }
    assert reviewer.post(page(application), values).status_code == 302
    window = DeadlineExtension.objects.get(provider=brand.provider)
    assert (window.reference, window.reason) == (application.number, "İlk yükleme")
    assert AuditEntry.objects.filter(verb="deadline.announced").count() == 1
    shown = reviewer.get(page(application)).content.decode()
    assert "İlk yükleme" in shown and str(brand.provider.iys_code) in shown
    assert old_consent(brand).accepted


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [(91, "Uzun", "until"), (-1, "Geçmiş", "until"), (10, "", "reason"), (10, "  ", "reason")],
)
def test_r_d2_a_window_has_a_reason_and_an_end(
    reviewer: Client, application: Application, days: int, reason: str, field: str
) -> None:
    before = DeadlineExtension.objects.count()
    answer = reviewer.post(page(application), {"until": timezone.localdate() + timedelta(days=days), "reason": reason})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert DeadlineExtension.objects.count() == before
    assert not AuditEntry.objects.filter(verb="deadline.announced").exists()


def test_a_second_click_opens_no_second_window(reviewer: Client, application: Application) -> None:
    values = {"until": timezone.localdate() + timedelta(days=30), "reason": "İlk yükleme"}
    reviewer.post(page(application), values)
    assert reviewer.post(page(application), values).status_code == 409
    assert DeadlineExtension.objects.filter(provider=application.provider).count() == 1


def test_no_window_before_approval(reviewer: Client) -> None:
    draft = ApplicationFactory()
    assert reviewer.get(page(draft)).status_code == 404
    with pytest.raises(WrongMoment):
        open_initial_window(
            actor=actor_of(UserFactory(staff_roles=["reviewer"])),
            application=draft,
            until=timezone.localdate(),
            check_until=None,
            reason="İlk yükleme",
            now=timezone.now(),
        )


@pytest.mark.parametrize("role", ["auditor", "complaint_officer"])
def test_only_reviewers_open_one(sign_in: Callable[..., Client], application: Application, role: str) -> None:
    client = sign_in(UserFactory(staff_roles=[role]))
    assert client.get(page(application)).status_code == 403
    values = {"until": timezone.localdate() + timedelta(days=30), "reason": "İlk yükleme"}
    assert client.post(page(application), values).status_code == 403
    assert not DeadlineExtension.objects.filter(provider=application.provider).exists()


def test_the_page_is_offered_after_approval(reviewer: Client, application: Application) -> None:
    assert page(application) in reviewer.get(reverse("providers:review", args=[application.public_id])).content.decode()
    draft = ApplicationFactory()
    assert page(draft) not in reviewer.get(reverse("providers:review", args=[draft.public_id])).content.decode()
