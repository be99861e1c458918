"""What the steps of a filing show: their links, and the senders that a person can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from complaints.enums import Step
from complaints.models import Complaint
from consents.models import Consent
from iys_portal.core.turkish import sort_key
from providers.models import Brand


@dataclass(frozen=True)
class StepLink:
    label: str
    url: str


def step_links(complaint: Complaint) -> list[StepLink]:
    return [
        StepLink(str(step.label), reverse("complaints:step", args=[complaint.public_id, step.value])) for step in Step
    ]


def sender_choices(complaint: Complaint, addresses: Sequence[str]) -> list[Brand]:
    """Brands that hold one of these addresses, and the one that the draft names, in Turkish order."""
    holding = Consent.objects.filter(recipient__in=addresses).order_by().values("brand_id").distinct()
    found = Brand.objects.filter(Q(pk__in=holding) | Q(pk=complaint.brand_id))
    return sorted(found, key=lambda brand: sort_key(brand.name))
