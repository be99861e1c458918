"""Settings of processes under faults: the test run's, but with several writers, Valkey as cache, and one open port."""

from iys_portal.settings.test import *  # noqa: F403
from iys_portal.settings.test import REDIS_URL, REGISTRY, env

CACHES = {"default": {"BACKEND": "iys_portal.core.forgiving_cache.ForgivingCache", "LOCATION": REDIS_URL}}
LOCAL_TARGET_PORT = env.int("HOOK_PORT", default=0)
REGISTRY = {**REGISTRY, "IMPORT_WRITERS": 2}
