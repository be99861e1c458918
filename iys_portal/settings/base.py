"""What every environment shares. Values that differ between places come from the environment (django-environ)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import SELF

from iys_portal.embedded import celery_url

from .registry import API_LIMITS, API_STRICT, REGISTRY  # noqa: F401

# NAME_FILE instead of NAME: the value is read from that file (secrets of containers and of systemd).
env = environ.FileAwareEnv()
BASE_DIR = Path(__file__).resolve().parents[2]

DEBUG = False
ROOT_URLCONF = "iys_portal.urls"
WSGI_APPLICATION = "iys_portal.wsgi.application"
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
SITE_NAME = "İYS Portal"
# Who runs the registry, as agreements name it (R-P4), and whose courts decide.
OPERATOR = {
    "name": env.str("OPERATOR_NAME", default=SITE_NAME),
    "address": env.str("OPERATOR_ADDRESS", default=""),
    "email": env.str("OPERATOR_EMAIL", default=""),
    "court": env.str("OPERATOR_COURT", default="Ankara"),
}
PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8000")

INSTALLED_APPS = [
    "iys_portal.core",
    "iys_portal.accounts",
    "providers",
    "consents",
    "complaints",
    "iys_portal.dashboard",
    "iys_portal.accounts.apps.PortalAdminConfig",  # Django's admin behind our sign-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "import_export",
    "csp",
    "ninja",  # its copy of Swagger UI, for the page of /api/v1
    "django_prometheus",
]

MIDDLEWARE = [
    "iys_portal.dashboard.probes.ProbeMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "iys_portal.core.middleware.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "iys_portal.core.middleware.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "iys_portal.core.middleware.RequestIdMiddleware",
    "iys_portal.core.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "iys_portal.accounts.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "iys_portal.accounts.middleware.SessionActivityMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "iys_portal.accounts.middleware.ActorMiddleware",
    "iys_portal.accounts.middleware.CitizenMiddleware",
    "iys_portal.accounts.middleware.SecondFactorMiddleware",
    "iys_portal.core.middleware.StorableTextMiddleware",
    "iys_portal.core.middleware.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "iys_portal.dashboard.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/portal.html"


def _database(name: str) -> dict[str, Any]:
    """The database of an address in the environment, with the options that stand in it (`?sslmode=…`)."""
    found: dict[str, Any] = env.db_url(name)
    options = {**found.get("OPTIONS", {}), "client_encoding": "UTF8"}
    return {**found, "ENGINE": "iys_portal.core.postgres", "OPTIONS": options}


# Two database roles: "default" is the application's, which may not change the ledger or the audit log;
# "owner" exists where its address is known and is used by migrations only.
DATABASES = {"default": {**_database("DATABASE_URL"), "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}}
if env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = _database("DATABASE_OWNER_URL")
# The role that may expire records and nothing else (R-L5); without it nothing expires.
DATABASE_EXPIRY = _database("DATABASE_EXPIRY_URL") if env.str("DATABASE_EXPIRY_URL", default="") else None
EXPIRY_SESSION_OPTIONS = ""  # limits of that role's sessions


def session_limits(*, statement: int, lock: int, idle: int) -> str:
    """Seconds after which the server itself ends a statement, a wait for a lock, and an idle transaction."""
    return (
        f"-c statement_timeout={statement * 1000} -c lock_timeout={lock * 1000}"
        f" -c idle_in_transaction_session_timeout={idle * 1000}"
    )


DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "iys_portal.core.forgiving_cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "iys",
    }
}
CELERY_BROKER_URL = celery_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Threads, because the column library keeps a thread pool of its own that does not survive a fork. More cores are used
# by more worker processes.
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("CELERY_CONCURRENCY", default=4)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/Istanbul"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Valkey is away
# Two queues: long work, and what a person waits for (codes, notices); each has workers of its own.
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="iys")
CELERY_BEAT_SCHEDULE_FILENAME = str(env.path("BEAT_SCHEDULE", default=BASE_DIR / "var" / "beat-schedule"))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "iys_portal.accounts.backends.RoleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:overview"
CITIZEN_LOGIN_URL = "accounts:citizen-sign-in"
CITIZEN_HOME_URL = "consents:own"
# R-Z1: e-Devlet by OpenID Connect; off, and not shown, where no issuer is named. The claim that knows a person again.
EDEVLET_ISSUER = env.str("EDEVLET_ISSUER", default="")
EDEVLET_CLIENT_ID = env.str("EDEVLET_CLIENT_ID", default="")
EDEVLET_CLIENT_SECRET = env.str("EDEVLET_CLIENT_SECRET", default="")
EDEVLET_CLAIM = env.str("EDEVLET_CLAIM", default="sub")
VERIFICATION_URL = "consents:verify"  # the public page that knows issued documents by number
ACCOUNT_ADAPTER = "iys_portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "iys_portal.accounts.forms.SignInForm",
    "change_password": "iys_portal.accounts.forms.PasswordChangeForm",
    "reset_password": "iys_portal.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "iys_portal.accounts.forms.NewPasswordForm",
    "reauthenticate": "iys_portal.accounts.forms.PasswordAgainForm",
}
SOCIALACCOUNT_ADAPTER = "iys_portal.accounts.edevlet.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
MFA_ADAPTER = "iys_portal.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a code that was typed as the half minute ended still counts (RFC 6238, 5.2)
MFA_FORMS = {
    "authenticate": "iys_portal.accounts.forms.CodeForm",
    "reauthenticate": "iys_portal.accounts.forms.CodeAgainForm",
    "activate_totp": "iys_portal.accounts.forms.ActivateForm",
    "add_webauthn": "iys_portal.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "iys_portal.accounts.forms.NamePasskeyForm",
    "authenticate_webauthn": "iys_portal.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "iys_portal.accounts.forms.PasskeyAgainForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are proven by the invitation
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "iys_portal.dashboard.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Chrome follows a form's redirects by this rule too: e-Devlet's own origin, where it is on.
        "form-action": [SELF, *(["/".join(EDEVLET_ISSUER.split("/")[:3])] if EDEVLET_ISSUER else [])],
    }
}

LANGUAGE_CODE = "tr"
LANGUAGES = [("tr", "Türkçe"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["iys_portal.formats"]
TIME_ZONE = "Europe/Istanbul"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "iys_portal.core.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Reference data in the admin: audited by the services, previews wait in private storage, exports are guarded.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "iys_portal.core.import_storage.PrivateTmpStorage"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
PRIVATE_ROOT = env.path("PRIVATE_ROOT", default=BASE_DIR / "var" / "private")
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# The largest body of a request, judged before it is read (core.middleware.BodyLimitMiddleware): ten scans of 20 MB and
# their form. Addresses that take files of consents or recipients take what an import may weigh.
BODY_MAX_BYTES = env.int("BODY_MAX_BYTES", default=220 * 1024**2)
BODY_LARGE_VIEWS = frozenset({"consents:import_new", "consents:query_new", "consents:message_recipients"})

SECRET_KEY = env.str("SECRET_KEY", default="")
# Key of `transaction_id` (design 3); apart from SECRET_KEY, because it must outlive its rotation.
TRANSACTION_KEY = env.str("TRANSACTION_KEY", default="")
# Signs the ledger's seals (R-L2): 32 bytes in base64; public keys of former ones stay trusted and published.
LEDGER_SIGNING_KEY = env.str("LEDGER_SIGNING_KEY", default="")
LEDGER_FORMER_KEYS: list[str] = env.list("LEDGER_FORMER_KEYS", default=[])
# RFC 3161 time stamps of seals (R-L2): the authority's address (empty: off), its account, and a file or folder of PEM
# roots that its certificates must lead to.
TIMESTAMP_URL = env.str("TIMESTAMP_URL", default="")
TIMESTAMP_USER = env.str("TIMESTAMP_USER", default="")
TIMESTAMP_PASSWORD = env.str("TIMESTAMP_PASSWORD", default="")
TIMESTAMP_ROOTS = env.str("TIMESTAMP_ROOTS", default="")
# Encrypts second factors' secrets in the database; SECRET_KEY where none is given.
SECOND_FACTOR_KEY = env.str("SECOND_FACTOR_KEY", default="")
# R-P9: Fernet keys of encrypted fields, the first encrypts, all decrypt; and the key of the hashes that find such rows.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
LOOKUP_KEY = env.str("LOOKUP_KEY", default="")
# R-P4: folder of the roots that signers' certificates must lead to (docs/signatures.md; empty: that check is not made),
# and whether issuers are asked over the network if a certificate was revoked.
ESIGN_ROOTS = env.str("ESIGN_ROOTS", default="")
ESIGN_ONLINE = env.bool("ESIGN_ONLINE", default=False)
# R-P7: PKCS#12 file with the key and certificate of the portal's countersignature on agreements. Where none is named, a
# self-signed one is made on first use (a developer's machine); production names one.
AGREEMENT_SEAL = env.str("AGREEMENT_SEAL", default="")
AGREEMENT_SEAL_PASSWORD = env.str("AGREEMENT_SEAL_PASSWORD", default="")
# R-P5: clamd that looks through uploads, `tcp://host:port` or `unix:/path`; none is asked where this is empty.
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", default="")
CLAMAV_TIMEOUT = 30  # seconds
SERVER_EMAIL = DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="İYS Portal <bildirim@iys-portal.example>")
# Mails and text messages land in the development mailbox unless a server is named.
EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "iys_portal.core.delivery.SmtpBackend"
EMAIL_TIMEOUT = 10
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
SMS_BACKEND = "iys_portal.core.sms.HttpBackend" if SMS_GATEWAY_URL else "iys_portal.core.sms.MailboxBackend"
SMS_SENDER = env.str("SMS_SENDER", default="IYS PORTAL")
# R-R4: the number that people write to, and the secret by which the gateway proves itself when it brings a text.
SMS_NUMBER = env.str("SMS_NUMBER", default="")
SMS_WEBHOOK_SECRET = env.str("SMS_WEBHOOK_SECRET", default="")
MAILBOX_PAGE = False
# Webhooks and push go to these ports; and, on a developer's machine, to one of its own, with TLS or without.
OUTGOING_PORTS: list[int] = [int(port) for port in env.list("OUTGOING_PORTS", default=["443"])]
LOCAL_TARGET_PORT = 0
DEMO = False
# Who may read /metrics: a bearer of this; the address does not exist where it is empty.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
PROMETHEUS_LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, float("inf"))
PROMETHEUS_EXPORT_MIGRATIONS = False

CONSOLE: dict[str, Any] = {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "iys_portal.core.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "iys_portal.core.log_format.LineFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        },
        "json": {"()": "iys_portal.core.log_format.JsonLines"},
    },
    "handlers": {"console": CONSOLE},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it writes each credential's id
        # They write certificates' subjects, which hold identity numbers (R-G4); the report says what was found.
        "pyhanko": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "pyhanko_certvalidator": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
