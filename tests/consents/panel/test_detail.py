"""One consent's page: history, who may see it, refusing, showing a masked address."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from consents.models import Consent, ConsentEvent
from iys_portal.accounts.models import User
from iys_portal.core.masking import mask
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory

Record = Callable[..., Consent]
ADDRESS = "ayse@firma.example"


def url_of(consent: Consent, act: str = "") -> str:
    return f"/izinler/{consent.event_id}/{act}"


def refusal(**changes: str) -> dict[str, str]:
    return {"source": "HS_CAGRI_MERKEZI", "consent_date": "", **changes}


def now_text() -> str:
    from consents.forms.fields import this_minute

    return this_minute()


def test_the_page_tells_what_stands_and_every_event(panel: Client, record: Record) -> None:
    record(ADDRESS, minutes=60)
    record(ADDRESS, minutes=50, source="HS_MOBIL")
    consent = record(ADDRESS, minutes=40, status="RET", source="HS_CAGRI_MERKEZI")
    response = panel.get(url_of(consent))
    page = response.content.decode()
    assert ADDRESS in page
    lines = response.context["record"].lines
    assert [line.event.version for line in lines] == [3, 2, 1]
    for line in lines:
        assert bytes(line.event.transaction_id).hex() in page
        assert line.source.name in page
    assert response.context["record"].reason.effective.name == "REFUSED"


def test_any_event_s_number_leads_to_the_consent(panel: Client, record: Record) -> None:
    first = record(ADDRESS, minutes=60).event_id
    record(ADDRESS, minutes=50, status="RET")
    assert ADDRESS in panel.get(f"/izinler/{first}/").content.decode()


def test_the_history_names_the_person_the_recipient_and_the_registry(panel: Client, record: Record) -> None:
    record(ADDRESS, minutes=60)
    consent = record(ADDRESS, status="RET", own=True)
    lines = panel.get(url_of(consent)).context["record"].lines
    events = list(ConsentEvent.objects.filter(recipient=ADDRESS).order_by("-version"))
    assert lines[1].who == str(User.objects.get(pk=events[1].actor_id))
    assert lines[0].who not in {lines[1].who, ""}


def test_a_stranger_gets_404(panel: Client, record: Record) -> None:
    consent = record(ADDRESS, of=BrandFactory())
    before = ConsentEvent.objects.count()
    assert panel.get(url_of(consent)).status_code == 404
    assert panel.post(url_of(consent, "ret/"), refusal()).status_code == 404
    assert panel.get("/izinler/999999999/").status_code == 404
    assert ConsentEvent.objects.count() == before
    assert not AuditEntry.objects.filter(verb="consent.read").exists()


def test_r_a3_reading_one_person_s_record_is_logged(panel: Client, officer: User, brand: Brand, record: Record) -> None:
    consent = record(ADDRESS)
    panel.get(url_of(consent))
    entry = AuditEntry.objects.get(verb="consent.read")
    assert (entry.target_id, entry.actor_id, entry.provider_id) == (
        str(consent.event_id),
        officer.pk,
        brand.provider_id,
    )
    assert ADDRESS not in repr(vars(entry))


def test_a_consent_is_refused_by_post_and_a_second_click_finds_it_done(panel: Client, record: Record) -> None:
    consent = record(ADDRESS)
    for _click in range(2):
        response = panel.post(url_of(consent, "ret/"), refusal(consent_date=now_text()), follow=True)
        assert response.status_code == 200
    events = ConsentEvent.objects.filter(recipient=ADDRESS).order_by("version")
    assert [event.status for event in events] == [1, 2]
    assert re.search(r"alert-info", response.content.decode())


def test_a_refusal_without_its_source_changes_nothing(panel: Client, record: Record) -> None:
    consent = record(ADDRESS)
    response = panel.post(url_of(consent, "ret/"), refusal(source=""), follow=True)
    assert "alert-danger" in response.content.decode()
    assert ConsentEvent.objects.filter(recipient=ADDRESS).count() == 1


def test_a_viewer_may_not_refuse(sign_in: Callable[..., Client], brand: Brand, record: Record) -> None:
    consent = record(ADDRESS)
    viewer = sign_in(MembershipFactory(provider=brand.provider, role="viewer").user, brand.provider)
    assert "dialog" not in viewer.get(url_of(consent)).content.decode().split("<main")[1]
    assert viewer.post(url_of(consent, "ret/"), refusal()).status_code == 403
    assert ConsentEvent.objects.filter(recipient=ADDRESS).count() == 1


def test_r_g2_staff_see_the_address_only_on_demand_and_logged(staff_panel: Client, record: Record) -> None:
    consent = record(ADDRESS)
    assert ADDRESS not in staff_panel.get(url_of(consent)).content.decode()
    assert staff_panel.get(url_of(consent, "goster/")).status_code == 405
    assert not AuditEntry.objects.filter(verb="person.shown").exists()
    assert ADDRESS in staff_panel.post(url_of(consent, "goster/")).content.decode()
    answer = staff_panel.post(url_of(consent, "goster/"), headers={"HX-Request": "true"})
    assert answer.content.decode().strip() == ADDRESS
    assert AuditEntry.objects.filter(verb="person.shown").count() == 2


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (ADDRESS, "a***@firma.example"),
        ("+905321234567", "+90532***67"),
        ("+4930123", "+49***"),
    ],
)
def test_r_g2_masks(address: str, masked: str) -> None:
    assert mask(address) == masked


def test_the_number_of_queries_does_not_grow_with_the_history(
    panel: Client, record: Record, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for minutes in range(60, 40, -1):
        consent = record(ADDRESS, minutes=minutes)
    panel.get(url_of(consent))
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        panel.get(url_of(consent))
