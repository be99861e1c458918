"""Figures of complaints about a long history: the officer's page (R-K7), the evidence as PDF and ZIP (R-K6)."""

import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from statistics import median
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from complaints.models import Complaint, ComplaintBundle, ComplaintPaper
from complaints.services import (
    MessageValues,
    ask_defence,
    file_complaint,
    make_bundle,
    save_identity,
    save_message,
    save_topics,
    start_bundle,
    start_draft,
)
from consents.services.records import Entry, record_consents
from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for, citizen_actor
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.storage import sha256_of
from providers.models import Brand

from . import pages

EVENTS, PAPERS, ROUNDS, ADDRESS = 200, 20, 5, "sikayet-olcum@firma.example"
OFFICER = "olcum-sikayet@firma.example"
IDENTITY: dict[str, Any] = {
    "kind": "consumer",
    "full_name": "Ölçüm Kişisi",
    "tckn": "10000000146",
    "province": "Ankara",
    "district": "Çankaya",
    "residence": "Ölçüm Mah. 1",
}


def measure(brand: Brand, actor: Actor) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    case = _case(brand, actor)
    times = []
    for _round in range(ROUNDS):
        began = time.monotonic()
        bundle = start_bundle(complaint=case, actor=actor, publish=False)
        make_bundle(bundle.job_id)
        times.append(time.monotonic() - began)
        made = ComplaintBundle.objects.select_related("job").get(pk=bundle.pk)
        assert made.job.state == JobState.DONE, made.job.error
        assert made.parts > PAPERS
    yield "complaint.bundle_s", median(times), "s"
    yield "complaint.desk.median_ms", _desk(case), "ms"


def _desk(case: Complaint) -> float:
    """The officer's page about the case, in milliseconds."""
    return pages.median_of(pages.signed_in(OFFICER), reverse("complaints:desk_case", args=[case.public_id]))


def _case(brand: Brand, actor: Actor) -> Complaint:
    """A complaint about an address with many events, with files of either side that the sender sees."""
    now = timezone.now()
    for number in range(EVENTS):
        at = now - timedelta(days=2, minutes=EVENTS - number)
        entry = Entry(ADDRESS, "EPOSTA", ("ONAY", "RET")[number % 2], "HS_WEB", "BIREYSEL", f"{at:%Y-%m-%d %H:%M:%S}")
        record_consents(actor=actor, brand=brand, entries=[entry], moment=at + timedelta(minutes=1))
    citizen = User.objects.create_citizen(language="tr")
    address = ProvenAddress.objects.create(user=citizen, address=ADDRESS, proven_at=now)
    officer = User.objects.create_user(OFFICER, staff_roles=[StaffRole.COMPLAINT_OFFICER], province="Ankara")
    me = citizen_actor(citizen.pk)
    values = MessageValues(
        address_id=address.pk,
        channel=3,
        brand_id=brand.pk,
        sender="",
        message_at=now - timedelta(hours=5),
        subject="Kampanya",
        text="İndirim başladı",
        operator="",
    )
    draft = start_draft(actor=me, language="tr")
    save_message(complaint=draft, values=values, actor=me)
    save_identity(complaint=draft, values=IDENTITY, remember=False, actor=me)
    save_topics(complaint=draft, topics=["no_consent"], actor=me)
    case = file_complaint(complaint=draft, declared=True, actor=me)
    case = ask_defence(complaint=case, actor=actor_for(officer))
    for number in range(PAPERS):
        _paper(case, number)
    return case


def _paper(case: Complaint, number: int) -> None:
    """A picture of half a megabyte."""
    out = BytesIO()
    Image.effect_noise((900, 600), 40 + number).save(out, "PNG")
    data = out.getvalue()
    paper = ComplaintPaper(
        complaint=case, side=("complainant", "provider")[number % 2], kind="picture", name=f"{number}.png",
        content_type="image/png", size=len(data), sha256=sha256_of(BytesIO(data)), added_at=timezone.now(), added_by=1,
        for_provider=True,
    )  # fmt: skip
    paper.file.save(paper.name, ContentFile(data), save=False)
    paper.save(force_insert=True)
