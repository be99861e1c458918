"""Addresses as staff see them in lists (R-G2); the rule stands in the kernel, because accounts need it too."""

from iys_portal.core.masking import mask

__all__ = ["mask"]
