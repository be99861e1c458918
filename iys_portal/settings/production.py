"""Production: every secret and address comes from the environment or from files; nothing embedded, no demo data."""

from .base import *
from .safety import refuse_unsafe

DEBUG = env.bool("DEBUG", default=False)  # so that one that is set by mistake is seen and refused
OPERATOR = {**OPERATOR, "name": env.str("OPERATOR_NAME", default="")}
ESIGN_ONLINE = env.bool("ESIGN_ONLINE", default=True)
PORTAL_URL = env.str("PORTAL_URL", default="")
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

# No statement and no wait for a lock is endless. The web process asks for shorter ones (wsgi.py); a migration may take
# long, but never makes the portal wait behind it for a lock.
DATABASES["default"]["OPTIONS"]["options"] = session_limits(
    statement=env.int("DATABASE_STATEMENT_SECONDS", default=3_600),
    lock=env.int("DATABASE_LOCK_SECONDS", default=120),
    idle=env.int("DATABASE_IDLE_SECONDS", default=600),
)
if "owner" in DATABASES:
    DATABASES["owner"]["OPTIONS"]["options"] = session_limits(statement=0, lock=5, idle=600)
EXPIRY_SESSION_OPTIONS = session_limits(statement=900, lock=60, idle=600)

CONSOLE["formatter"] = env.str("LOG_FORMAT", default="json")
refuse_unsafe(globals())
