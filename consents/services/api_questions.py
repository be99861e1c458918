"""What is kept of questions that programs ask about a person."""

from iys_portal.core import audit
from iys_portal.core.actors import Actor
from providers.models import Brand


def note_history(*, actor: Actor, brand: Brand, event_id: int) -> None:
    """R-A3: somebody read the history of a consent, named by its newest event."""
    audit.record("consent.read", ("consents.consentevent", str(event_id)), actor=actor, provider_id=brand.provider_id)
