"""The test run: real servers, quick password hashing, no demo data."""

from .base import *

SECRET_KEY = "test-secret-key-that-is-long-enough-for-every-check"  # noqa: S105
TRANSACTION_KEY = "test-transaction-key"
LEDGER_SIGNING_KEY = "dGVzdC1vbmx5LWxlZGdlci1zaWduaW5nLWtleS0wMDE="
FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0wMTIzNDU2Nzg5MCE="]
LOOKUP_KEY = "test-lookup-key"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MAILBOX_PAGE = True
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = env.str("TEMPLATE_INVALID", default="")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SMS_NUMBER = "3500"
SMS_WEBHOOK_SECRET = "test-sms-secret"  # noqa: S105
REGISTRY = {
    **REGISTRY,
    "IMPORT_WRITERS": 1,  # one connection, so that tests can roll back
    "COMPLAINT_APPEAL": "Deneme metni: başvuru yolları.",
}
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="iys-test")
