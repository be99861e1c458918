"""Settings of processes under faults: the test run's, but with several writers, Valkey as cache, and one open port."""

from iys_portal.settings.test import *
from iys_portal.settings.test import REDIS_URL, REGISTRY, env

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "iys"}
}
LOCAL_TARGET_PORT = env.int("HOOK_PORT", default=0)
REGISTRY = {**REGISTRY, "IMPORT_WRITERS": 2}
