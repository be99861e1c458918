"""Admin pages of the complaints app; complaints themselves have the officers' desk (R-K7)."""

from . import admin_fines, admin_reasons  # noqa: F401 (register their pages)
