"""R-K7: the work list: what it is narrowed to, in which order, page by page, and what lateness is judged by."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Complaint, ReasonTemplate
from complaints.selectors import desk
from complaints.selectors.desk import Filters, desk_numbers, work_list
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, NotAllowed
from providers.models import Brand
from tests.factories import complaint_officer, staff


def found(actor: Actor, **chosen: Any) -> list[Complaint]:
    return [row.complaint for row in work_list(actor, Filters(**chosen), today=timezone.localdate()).rows]


def test_r_k7_the_work_list_is_narrowed(filed, brand: Brand, officer: Actor, record, clock) -> None:
    record(brand, "RET", 20)
    old = filed(brand=brand)
    clock.shift(timedelta(days=8))
    new = filed()
    services.take_case(complaint=new, actor=officer)
    far = filed()
    services.send_on(complaint=far, province="İzmir", reason="x", actor=officer)
    assert found(officer) == [old, new]
    chosen = {
        "nobody": {"holder": "nobody"}, "refusal": {"mark": "refusal"}, "age": {"age": "7"}, "brand": {"brand": "MODA"},
        "number": {"number": old.tracking_number.lower().replace("-", "")},
    }  # fmt: skip
    for name, filters in chosen.items():
        assert found(officer, **filters) == [old], name
    for name, filters in {"mine": {"holder": "me"}, "sender": {"brand": "bilinmeyen"}}.items():
        assert found(officer, **filters) == [new], name
    assert not found(officer, number=far.tracking_number)
    assert found(staff("admin"), province="İzmir") == [far]
    assert found(officer, topic="night") == [] and found(officer, age="30") == []


def test_r_k6_lateness_is_judged_by_the_calendar(filed, brand: Brand, officer: Actor, clock) -> None:
    waiting, asked = filed(), filed(brand=brand)
    services.ask_defence(complaint=asked, actor=officer)
    assert found(officer, order="due") == [asked, waiting]
    assert found(officer, due="over") == found(officer, due="near") == []
    clock.shift(timedelta(days=14))
    assert found(officer, due="near") == [asked]
    clock.shift(timedelta(days=6))  # nobody watched the clocks
    assert found(officer, due="over") == [asked]
    assert desk_numbers(officer, today=timezone.localdate()).overdue == 1
    (row, _other) = work_list(officer, Filters(order="due"), today=timezone.localdate()).rows
    assert (row.tone, row.late > 0) == ("danger", True)
    services.watch_clocks()
    assert found(officer, due="over") == [asked]


@pytest.mark.parametrize("order", ["", "due"])
def test_r_k7_pages_follow_each_other_without_gap(filed, brand: Brand, officer: Actor, monkeypatch, order: str) -> None:
    monkeypatch.setattr(desk, "ROWS", 2)
    cases = [filed(brand=brand) for _n in range(5)]
    for case in cases[3:]:
        services.ask_defence(complaint=case, actor=officer)
    seen: list[Complaint] = []
    after: int | None = 0
    while after is not None:
        page = work_list(officer, Filters(order=order, after=after), today=timezone.localdate())
        seen, after = [*seen, *(row.complaint for row in page.rows)], page.next_after
    assert len(seen) == 5 and set(seen) == set(cases)
    assert seen[:2] == (cases[3:] if order else cases[:2])


def test_r_k7_the_list_as_a_page(filed, brand: Brand, officer: Actor, sign_in: Callable[..., Client], clock) -> None:
    page = sign_in(User.objects.get(pk=officer.id))
    assert "Masanızda açık şikâyet yok" in page.get("/sikayet-masasi/").content.decode()
    case = filed(brand=brand)
    services.ask_defence(complaint=case, actor=officer)
    clock.shift(timedelta(days=20))
    page = sign_in(User.objects.get(pk=officer.id))
    text = page.get("/sikayet-masasi/?order=due").content.decode()
    assert case.tracking_number in text and "gün geçti" in text
    assert "Seçime uyan şikâyet yok" in page.get("/sikayet-masasi/?topic=night").content.decode()
    other = sign_in(User.objects.get(pk=complaint_officer("İzmir").id))
    assert str(case.public_id) not in other.get(f"/sikayet-masasi/?number={case.tracking_number}").content.decode()


def test_r_k7_reasons_are_kept_with_their_versions_and_filled(
    filed, officer: Actor, sign_in: Callable[..., Client]
) -> None:
    admin = staff("admin")
    given = {"title": "Onaysız", "outcome": "out_of_scope", "text": "{gonderici}, {takip_no}: kapsam dışı."}
    with pytest.raises(NotAllowed):
        services.create_reason(actor=officer, **given)
    for secret in ("{ad_soyad}", "{il}"):  # the sender reads the reason too (R-K6)
        with pytest.raises(FieldsInvalid):
            services.create_reason(actor=admin, **given | {"text": secret})
    reason = services.create_reason(actor=admin, **given)
    services.change_reason(actor=admin, template=reason, is_active=True)
    services.change_reason(actor=admin, template=reason, text="{gonderici} {kanal}: kapsam dışıdır.")
    assert [one.number for one in reason.versions.all()] == [1, 2]
    case = filed()
    page, url = sign_in(User.objects.get(pk=officer.id)), f"/sikayet-masasi/{case.public_id}/gerekce/"
    text = page.post(url, {"template": reason.pk, "reason": "Önce yazılan."}).content.decode()
    assert "Önce yazılan.\n\nBILINMEYEN E-posta: kapsam dışıdır." in text
    assert not case.proposals.exists()
    assert page.post(f"/admin/complaints/reasontemplate/{reason.pk}/change/", given).status_code == 403
    assert sign_in(User.objects.get(pk=complaint_officer("İzmir").id)).post(url).status_code == 404
    book = sign_in(User.objects.get(pk=admin.id))
    own = {"title": "Süresi geçmiş", "outcome": "too_late", "text": "{kanal}: süre geçti.", "is_active": "on"}
    assert "{x}" in book.post("/admin/complaints/reasontemplate/add/", own | {"text": "{x}"}).content.decode()
    assert book.post("/admin/complaints/reasontemplate/add/", own).status_code == 302
    added = ReasonTemplate.objects.get(title="Süresi geçmiş")
    assert (added.versions.count(), added.version) == (1, 1)
