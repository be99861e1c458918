"""Reads of providers, their people, and applications."""

from .grants import closed_since, held_channels
from .people import in_force, members, provider_of_code, scopes_of_member

__all__ = ["closed_since", "held_channels", "in_force", "members", "provider_of_code", "scopes_of_member"]
