"""Production: every secret and address comes from the environment; nothing embedded, no demo data."""

from django.core.exceptions import ImproperlyConfigured

from .base import *

SECRET_KEY = env.str("SECRET_KEY")
TRANSACTION_KEY = env.str("TRANSACTION_KEY")
LEDGER_SIGNING_KEY = env.str("LEDGER_SIGNING_KEY")
FIELD_KEYS = env.list("FIELD_KEYS")
LOOKUP_KEY = env.str("LOOKUP_KEY")
if not FIELD_KEYS or not LOOKUP_KEY:
    raise ImproperlyConfigured("FIELD_KEYS and LOOKUP_KEY must be set: identity numbers are kept encrypted")
AGREEMENT_SEAL = env.str("AGREEMENT_SEAL")
OPERATOR = {**OPERATOR, "name": env.str("OPERATOR_NAME")}
ESIGN_ONLINE = env.bool("ESIGN_ONLINE", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PORTAL_URL = env.str("PORTAL_URL")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PORTAL_URL])

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Proxies in front that add to X-Forwarded-For: rate limits and session lists need the visitor's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
env.str("EMAIL_URL")  # read in base; production does not start without it
