"""A consent rebuilt from its ledger, to be held against what stands (R-L1)."""

from consents.models import Consent, ConsentEvent, ConsentState


def replayed_state(key: tuple[str, int, int, int]) -> Consent | None:
    """The state that the events of one consent leave; None without events. Every event carries its whole state."""
    recipient, brand_id, channel, recipient_type = key
    last = (
        ConsentEvent.objects.filter(
            recipient=recipient, brand_id=brand_id, channel=channel, recipient_type=recipient_type
        )
        .order_by("-version")
        .first()
    )
    if last is None:
        return None
    columns = [field.name for field in ConsentState._meta.get_fields()]
    return Consent(event_id=last.event_id, **{name: getattr(last, name) for name in columns})
