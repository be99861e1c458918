"""Reads of providers, their people, and applications."""

from .people import members, provider_of_code, scopes_of_member

__all__ = ["members", "provider_of_code", "scopes_of_member"]
