"""/api/v1: what a sender's program is told of a complaint, and what of it is kept."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from complaints import services
from complaints.models import ComplaintDeadline
from iys_portal.accounts.scopes import actor_for
from providers.models import ApiAnswer
from tests.complaints.conftest import IDENTITY, MAIL, citizen_with, values_for
from tests.factories import complaint_officer

from .test_v1 import V1


@pytest.fixture
def v1(brand, make):
    return V1(brand).sign_in(make())


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


def test_r_k6_list_and_case_tell_the_same_day_and_only_of_the_senders_own_clock(v1, brand):
    case = asked_about(brand)

    def told():
        (row,) = v1.get("complaints").json()["items"]
        return row["due_on"], v1.get(f"complaints/{case.public_id}").json()["due_on"]

    due = ComplaintDeadline.objects.get().due_on.isoformat()
    assert told() == (due, due)
    ComplaintDeadline.objects.update(kind="information")
    assert told() == (None, None), "what the complainant is asked for is not the sender's to know"
