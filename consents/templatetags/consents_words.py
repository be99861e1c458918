"""Stored numbers as badges."""

from typing import Any

from django import template

from consents.effective import Reason
from consents.enums import Status
from consents.hooks import complaint_link

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


@register.simple_tag
def complaint_about(brand_id: int) -> str:
    """Where a complaint about this brand begins; empty where nobody takes complaints."""
    return complaint_link(brand_id=brand_id) or ""
