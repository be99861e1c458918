"""A developer's machine: embedded servers, demo data, a mailbox page instead of real mail."""

from .base import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="local-only-secret-key-that-protects-demo-data")
TRANSACTION_KEY = env.str("TRANSACTION_KEY", default="local-only-transaction-key")
LEDGER_SIGNING_KEY = env.str("LEDGER_SIGNING_KEY", default="bG9jYWwtb25seS1sZWRnZXItc2lnbmluZy1rZXktMDE=")
FIELD_KEYS = env.list("FIELD_KEYS", default=["bG9jYWwtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OSE="])
LOOKUP_KEY = env.str("LOOKUP_KEY", default="local-only-lookup-key")
ALLOWED_HOSTS = ["*"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MAILBOX_PAGE = True
LOCAL_TARGET_PORT = env.int("LOCAL_TARGET_PORT", default=8099)
DEMO = True
REGISTRY = {  # one reviewer and one complaint officer in the demo
    **REGISTRY,
    "REVIEW_FOUR_EYES": env.bool("REVIEW_FOUR_EYES", default=False),
    "COMPLAINT_FOUR_EYES": env.bool("COMPLAINT_FOUR_EYES", default=False),
    "COMPLAINT_APPEAL": env.str("COMPLAINT_APPEAL", default="Örnek metin: Başvuru yolları burada yazar."),
}
SMS_NUMBER = env.str("SMS_NUMBER", default="3500")
SMS_WEBHOOK_SECRET = env.str("SMS_WEBHOOK_SECRET", default="local-only-sms-secret")
