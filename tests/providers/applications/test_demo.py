"""The demonstration's applications."""

from collections import Counter

import pytest
from django.utils import timezone

from iys_portal.core.models import OutboxMessage
from providers.demo import SAMPLES, load_applications
from providers.enums import ApplicationState as S
from providers.models import Application
from tests.factories import UserFactory


@pytest.mark.django_db
def test_the_demonstration_has_applications_in_several_states_and_a_second_run_adds_none() -> None:
    UserFactory(staff_roles=["reviewer"])
    assert load_applications(now=timezone.now()) == len(SAMPLES)
    states = Counter(Application.objects.values_list("state", flat=True))
    assert states == {S.DRAFT: 1, S.SUBMITTED: 2, S.IN_REVIEW: 1, S.RETURNED: 1, S.WITHDRAWN: 1}
    assert not OutboxMessage.objects.filter(to_mailbox=False).exists()
    assert all(row.email.endswith(".example") for row in Application.objects.all())
    assert load_applications(now=timezone.now()) == 0
