"""Settings of the server of first paints: the bench's own, with static files as production has them."""

import os
from importlib import import_module

_own = import_module(os.environ.get("BENCH_SETTINGS", "iys_portal.settings.local"))
globals().update({name: getattr(_own, name) for name in dir(_own) if name.isupper()})
STATIC_ROOT = os.environ["PAINT_STATIC_ROOT"]
STORAGES = {**_own.STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
