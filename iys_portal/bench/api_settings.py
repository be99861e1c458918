"""Settings of the server that the API's figures are taken from: the bench's own, limits out of the way, a bare view."""

import os
from importlib import import_module

_own = import_module(os.environ.get("BENCH_SETTINGS", "iys_portal.settings.local"))
globals().update({name: getattr(_own, name) for name in dir(_own) if name.isupper()})
ROOT_URLCONF = "iys_portal.bench.api_urls"
API_LIMITS = dict.fromkeys(("calls", "lookups", "history", "tokens"), (10**9, 1))
