"""/api/v1: what a sender's program is told of a complaint, and what of it is kept."""

import hashlib
import json
from datetime import timedelta

from django.utils import timezone

from complaints import services
from complaints.models import ComplaintDeadline
from iys_portal.accounts.scopes import actor_for
from providers.models import ApiAnswer
from tests.complaints.conftest import IDENTITY, MAIL, citizen_with, values_for
from tests.factories import complaint_officer


def asked_about(brand):
    """A complaint about the brand that its provider is asked to answer."""
    citizen = citizen_with(MAIL)
    me = actor_for(citizen)
    draft = services.start_draft(actor=me, language="tr")
    given = values_for(citizen, brand_id=brand.pk, sender="", message_at=timezone.now() - timedelta(days=1))
    services.save_message(complaint=draft, values=given, actor=me)
    services.save_identity(complaint=draft, values=IDENTITY, remember=False, actor=me)
    services.save_topics(complaint=draft, topics=["no_consent"], actor=me)
    filed = services.file_complaint(complaint=draft, declared=True, actor=me)
    return services.ask_defence(complaint=filed, actor=complaint_officer(IDENTITY["province"]))


def test_r_g1_what_is_kept_for_a_repeat_tells_nothing_about_a_person(v1, brand):
    case = asked_about(brand)
    path, body = f"complaints/{case.public_id}/time", {"days": 5, "reason": "Belge bekleniyor"}
    answered = v1.post(path, body, **{"Idempotency-Key": "bir"})
    assert (answered.status_code, answered.json()["tracking_number"]) == (201, case.tracking_number)
    headers = {"authorization": f"Bearer {v1.token}", "Idempotency-Key": "iki"}
    address = f"{v1.base}/complaints/{case.public_id}/answer"
    assert v1.client.post(address, {"text": "Onay kayıtlıdır."}, headers=headers).status_code == 201
    kept = {row.key: row for row in ApiAnswer.objects.all()}
    assert set(kept) == {"bir", "iki"}
    for row in kept.values():
        assert set(row.body) == {"id", "tracking_number", "state", "channel", "message_at", "due_on"}
    # Whoever guesses the body finds nothing: the hash is keyed.
    guessed = hashlib.sha256(f"POST {v1.base}/{path}\n".encode() + json.dumps(body).encode()).digest()
    assert bytes(kept["bir"].digest) != guessed
    assert v1.post(path, body, **{"Idempotency-Key": "bir"})["Idempotency-Replayed"] == "true"


def test_r_k6_list_and_case_tell_the_same_day_and_only_of_the_senders_own_clock(v1, brand):
    case = asked_about(brand)

    def told():
        (row,) = v1.get("complaints").json()["items"]
        return row["due_on"], v1.get(f"complaints/{case.public_id}").json()["due_on"]

    due = ComplaintDeadline.objects.get().due_on.isoformat()
    assert told() == (due, due)
    ComplaintDeadline.objects.update(kind="information")
    assert told() == (None, None), "what the complainant is asked for is not the sender's to know"
