"""Reads of providers."""

from .enums import SizeClass
from .models import LARGE_FROM, Provider


def size_class_of(provider: Provider) -> SizeClass:
    """R-D2: by the number that the provider declared (an admin corrects it by the real one)."""
    return SizeClass.LARGE if provider.declared_consents > LARGE_FROM else SizeClass.SMALL
