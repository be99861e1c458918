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


