"""R-Z6: everything about a citizen as JSON and PDF; nothing of an earlier holder, nothing of anybody else."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from complaints.services import Prefill, start_draft
from consents import own_data as parts
from consents.enums import WishKind
from consents.models import ConsentEvent
from consents.selectors.own_data import own_data, printed
from consents.selectors.wishes import Wanted
from consents.services.own_data import forget_own_data, make_own_data, own_jobs, start_own_data, take_own_data
from consents.services.wishes import begin_wish
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import AuditEntry, Job
from tests.factories import BrandFactory

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
PAGE = "/izinlerim/verilerim/"


@pytest.fixture
def written(page: Client, citizen: User, record) -> Job:
    """The files of a citizen with two consents, one of them withdrawn."""
    brand = BrandFactory(name="Deneme Çiçek")
    number = record(brand)
    record(brand, PHONE, "MESAJ")
    record(brand, OTHERS)
    page.post(f"/izinlerim/{number}/ret/")
    page.post(PAGE)
    job = own_jobs(actor_for(citizen)).get()
    make_own_data(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def download(page: Client, job: Job, form: str) -> bytes:
    answer = page.post(f"{PAGE}{job.public_id}/{form}/")
    assert answer.status_code == 200
    assert MAIL not in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def test_r_z6_the_json_holds_all_of_it_and_nobody_elses(page: Client, written: Job) -> None:
    data = json.loads(download(page, written, "json"))
    assert data["format"] == parts.FORMAT
    assert [row["address"] for row in data["addresses"]] == [MAIL, PHONE]
    stands = {(row["address"], row["channel"], row["recipient_type"]): row for row in data["consents"]}
    assert stands[MAIL, "EPOSTA", "BIREYSEL"]["status"] == "RET"
    assert stands[MAIL, "EPOSTA", "BIREYSEL"]["source"] == "IYS_WEB"
    assert stands[PHONE, "MESAJ", "BIREYSEL"]["status"] == "ONAY"
    assert len(data["history"]) == ConsentEvent.objects.filter(recipient__in=[MAIL, PHONE]).count()
    assert {row["address"] for row in data["history"]} == {MAIL, PHONE}
    assert {row["address"] for row in data["notices"]} == {MAIL, PHONE}
    assert OTHERS not in json.dumps(data)


def test_r_z6_the_pdf_says_the_same(page: Client, written: Job) -> None:
    reader = PdfReader(BytesIO(download(page, written, "pdf")))
    text = " ".join(" ".join(leaf.extract_text().split()) for leaf in reader.pages)
    for words in (MAIL, PHONE, "Deneme Çiçek", "Geçmiş", "Okuduğum aydınlatma metinleri"):
        assert words in text
    assert OTHERS not in text


def test_r_z2_an_earlier_holders_history_is_left_out(citizen: User, record, as_of) -> None:
    record(BrandFactory(), PHONE, "MESAJ")
    now = as_of + timedelta(minutes=1)
    ProvenAddress.objects.filter(address=PHONE).update(history_from=now)
    data = own_data(citizen.pk, now=now)
    assert data["history"] == data["notices"] == []
    (stands,) = data["consents"]
    assert stands["status"] == "ONAY", "that it may reach the new holder, they have to know"
    assert (stands["source"], stands["consent_date"], stands["registered_at"]) == (None, None, None)


def test_r_z2_whom_an_earlier_holder_refused_is_nobodys_to_know(citizen: User, record, as_of) -> None:
    record(BrandFactory(), PHONE, "MESAJ", status="RET")
    now = as_of + timedelta(minutes=1)
    ProvenAddress.objects.filter(address=PHONE).update(history_from=now)
    assert own_data(citizen.pk, now=now)["consents"] == []


def test_r_z6_wishes_and_complaints_are_among_it(citizen: User, as_of) -> None:
    begin_wish(actor=actor_for(citizen), wanted=Wanted(WishKind.PAUSE, days=7))
    start_draft(actor=actor_for(citizen), language="tr", prefill=Prefill(sender="FIRSAT"))
    start_draft(actor=actor_for(citizen_with(OTHERS)), language="tr", prefill=Prefill(sender="BASKASI"))
    data = own_data(citizen.pk, now=timezone.now())
    assert {row["address"] for row in data["wishes"]} == {MAIL, PHONE}
    assert [row["sender"] for row in data["complaints"]] == ["FIRSAT"]
    assert {part["title"] for part in printed(data)} >= {"Dileklerim", "Şikâyetler"}


def test_r_a1_another_citizen_gets_404(sign_in, written: Job) -> None:
    stranger = sign_in(citizen_with(OTHERS))
    assert stranger.post(f"{PAGE}{written.public_id}/json/").status_code == 404


def test_r_g3_each_download_is_audited_without_an_address(page: Client, written: Job) -> None:
    download(page, written, "pdf")
    entries = AuditEntry.objects.filter(verb__startswith="own_data.").order_by("pk")
    assert [entry.verb for entry in entries] == ["own_data.started", "own_data.taken"]
    assert not any(MAIL in str(vars(entry)) for entry in entries)


def test_one_is_made_at_a_time_and_the_page_asks_itself(page: Client, citizen: User) -> None:
    first = start_own_data(actor=actor_for(citizen))
    page.post(PAGE)
    assert own_jobs(actor_for(citizen)).get() == first
    assert 'hx-trigger="every 1s"' in page.get(PAGE).content.decode()


def test_the_files_are_forgotten_after_a_day(citizen: User, written: Job, clock) -> None:
    names = list(written.payload["files"].values())
    assert forget_own_data(timezone.now()) == 0
    clock.shift(timedelta(days=1, seconds=1))
    with pytest.raises(WrongMoment):
        take_own_data(actor=actor_for(citizen), public_id=written.public_id, form="json", now=timezone.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        assert forget_own_data(timezone.now()) == 1
    assert not any(default_storage.exists(name) for name in names)
    assert forget_own_data(timezone.now()) == 0


def test_apps_above_add_their_parts(citizen: User, monkeypatch: pytest.MonkeyPatch, as_of) -> None:
    monkeypatch.setattr(parts, "_parts", {})
    parts.register_part("complaints", "Şikâyetler", lambda user_id, now: [{"tracking_number": f"S-{user_id}"}])
    assert own_data(citizen.pk, now=as_of)["complaints"] == [{"tracking_number": f"S-{citizen.pk}"}]
