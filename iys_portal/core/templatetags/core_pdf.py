"""What templates of PDFs use."""

import segno
from django import template

register = template.Library()


@register.simple_tag
def qr_picture(text: str) -> str:
    """A QR code as a `data:` address of an SVG picture; level M, so that a folded paper is still read."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2, dark="#17212e", light="#ffffff")


@register.filter
def hex_groups(text: str) -> str:
    """A long hexadecimal value in groups of eight, so that it wraps and can be compared by eye."""
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))
