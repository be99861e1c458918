"""The address that a document's QR code leads to."""

from django.conf import settings
from django.urls import reverse

from consents.proof.compact import compact
from consents.selectors.proofs import Inclusion


def verify_address(number: str, newest: Inclusion | None = None) -> str:
    """The document's number for our server, and behind the `#` a proof for the browser alone."""
    address = f"{settings.PORTAL_URL}{reverse('consents:verify')}?kod={number}"
    if newest is None:
        return address
    part = compact(newest.seal, event_id=newest.event_id, place=newest.place, leaf=newest.leaf, path=newest.path)
    return f"{address}#{part}"
