"""Admin pages of the complaints app; complaints themselves have the officers' desk."""

from . import admin_fines  # noqa: F401 (registers the amounts of fines)
