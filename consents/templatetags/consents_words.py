"""Stored numbers as badges."""

from typing import Any

from django import template

from consents.effective import Reason
from consents.enums import Status

register = template.Library()


@register.inclusion_tag("components/badge.html")
def status_tag(value: int) -> dict[str, Any]:
    """What stands: consent, refusal or cancelled."""
    return {"label": Status(value).label, "tone": Status(value).badge}


@register.inclusion_tag("components/badge.html")
def reason_tag(value: int) -> dict[str, Any]:
    """What the record allows now."""
    answer = Reason(value).effective
    return {"label": answer.label, "tone": answer.badge}
