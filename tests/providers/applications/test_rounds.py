"""What changed since an application was last handed in; and what is left of one that ended (R-G5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from iys_portal.core.models import AuditEntry, Document
from iys_portal.core.storage import private_path
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.models import Agreement, Application, ApplicationDocument, ApplicationMove, ApplicationRound, Signatory
from providers.selectors.reviews import changes_since_last_round
from providers.services import SignatoryValues, review
from tests.consents.evidence.papers import pdf
from tests.factories import UserFactory, actor_of
from tests.providers.applications.conftest import COMPANY, FIRST, Desk

NEW_TCKN = "10000000078"


def hand_back(desk: Desk, **company: str) -> None:
    """Submitted, returned, changed, submitted again."""
    desk.complete()
    services.submit(**desk.about)
    now = timezone.now()
    reviewer = actor_of(UserFactory(staff_roles=["reviewer"]))
    review.take_application(application=desk.fresh(), actor=reviewer, now=now)
    review.return_application(
        application=desk.fresh(), actor=reviewer, now=now, reason="Adres eksik", asked=["address"]
    )
    services.save_company(**COMPANY | company, **desk.about)


def test_a_reviewer_sees_what_changed_since_the_last_round(desk: Desk) -> None:
    hand_back(desk, address="Yeni Mah. 2. Sok. No: 5")
    person = SignatoryValues("Deneme", "Yetkili", FIRST.phone, FIRST.email, NEW_TCKN)
    services.save_signatories(first=person, second=None, manager=None, **desk.about)
    desk.upload(D.GAZETTE, pdf(note="daha yeni"))
    desk.sign_by_hand()
    assert changes_since_last_round(desk.fresh()) == []
    services.submit(**desk.about)
    found = {str(change.label): (change.before, change.now) for change in changes_since_last_round(desk.fresh())}
    assert len(found) == 3
    assert (COMPANY["address"], "Yeni Mah. 2. Sok. No: 5") in found.values()
    before, now = next(pair for label, pair in found.items() if "imza yetkilisi" in label)
    assert before != now and FIRST.tckn not in before and NEW_TCKN not in now, "masked (R-P9)"
    assert any(pair[0].startswith("SHA-256 ") for pair in found.values())


def test_the_differences_stand_on_the_reviewers_page(desk: Desk, sign_in: Callable[..., Client]) -> None:
    hand_back(desk, address="Yeni Mah. 2. Sok. No: 5")
    desk.sign_by_hand()
    services.submit(**desk.about)
    page = sign_in(UserFactory(staff_roles=["reviewer"])).get(
        reverse("providers:review", args=[desk.application.public_id])
    )
    assert "Yeni Mah. 2. Sok. No: 5" in page.content.decode()
    assert COMPANY["address"] in page.content.decode()


def test_r_p9_rounds_are_encrypted_at_rest(desk: Desk) -> None:
    from django.db import connection

    desk.complete()
    services.submit(**desk.about)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM providers_applicationround")
        (stored,) = cursor.fetchone()
    assert FIRST.tckn not in stored and COMPANY["title"] not in stored
    assert FIRST.tckn in ApplicationRound.objects.get().data


@pytest.mark.parametrize("end", ["withdrawn", "rejected"])
def test_r_g5_an_application_that_ended_is_forgotten_after_its_time(desk: Desk, end: str) -> None:
    desk.complete()
    services.submit(**desk.about)
    now = timezone.now()
    if end == "withdrawn":
        services.withdraw(**desk.about)
    else:
        reviewer = actor_of(UserFactory(staff_roles=["reviewer"]))
        review.take_application(application=desk.fresh(), actor=reviewer, now=now)
        review.reject_application(application=desk.fresh(), actor=reviewer, now=now, reason="Yetki yok")
    paths = [private_path(name) for name in ApplicationDocument.objects.values_list("file", flat=True)]
    paths += [private_path(one.document.file.name) for one in Agreement.objects.select_related("document")]
    assert paths and all(path.exists() for path in paths)
    keep = settings.REGISTRY["APPLICATION_KEEP"]
    assert services.forget_ended(now=now + keep - timedelta(hours=1)) == 0
    assert Signatory.objects.exists()
    assert services.forget_ended(now=now + keep + timedelta(hours=1)) == 1
    row = desk.fresh()
    assert (row.title, row.mersis, row.tax_number, row.email, row.access_hash) == ("", "", "", "", "")
    assert not Signatory.objects.exists() and not ApplicationDocument.objects.exists()
    assert not ApplicationRound.objects.exists()
    assert not Agreement.objects.exists() and not Document.objects.exists()
    assert not any(path.exists() for path in paths)
    assert row.state == end and ApplicationMove.objects.filter(application=row).exists()
    assert AuditEntry.objects.filter(verb="application.forgotten").count() == 1
    assert services.forget_ended(now=now + 2 * keep) == 0


def test_r_g5_open_and_approved_applications_stay(desk: Desk) -> None:
    desk.complete()
    services.submit(**desk.about)
    assert services.forget_ended(now=timezone.now() + 10 * settings.REGISTRY["APPLICATION_KEEP"]) == 0
    assert Application.objects.get().title == COMPANY["title"]
