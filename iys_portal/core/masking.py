"""Addresses as staff see them in lists (R-G2)."""


def mask(recipient: str) -> str:
    """`a***@firma.example`, `+90532***67`; too short a rest is hidden whole."""
    local, at, domain = recipient.partition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    return f"{recipient[:6]}***{recipient[-2:]}" if len(recipient) > 9 else f"{recipient[:3]}***"
