"""What production settings must fulfil before anything starts: one list of named checks.

Each check gets the settings as a dictionary and says what is wrong in one sentence, or nothing. `refuse_unsafe` runs
all of them, so that an operator sees everything that is missing at once.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

Settings = Mapping[str, Any]
Check = Callable[[Settings], str]

CHECKS: dict[str, Check] = {}
KNOWN_BEGINNINGS = ("local-only", "test-", "django-insecure", "change", "secret")
KEYS = ("SECRET_KEY", "TRANSACTION_KEY", "LEDGER_SIGNING_KEY", "LOOKUP_KEY")
TOKENS = ("METRICS_TOKEN", "SMS_WEBHOOK_SECRET")
"""What outsiders prove themselves with; each may be empty, and then its address does not exist."""
LEAST_LETTERS = 32
SESSION_HOURS = 24


def check(run: Check) -> Check:
    CHECKS[run.__name__] = run
    return run


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _known(key: str) -> bool:
    """Is this a value that stands in the sources (in base64 or as it is), or a placeholder?"""
    plain = _decoded(key.replace("-", "+").replace("_", "/")).decode("latin-1")
    return any(text.lower().startswith(KNOWN_BEGINNINGS) for text in (key, plain))  # keys are ASCII


@check
def secret_missing(settings: Settings) -> str:
    missing = [name for name in (*KEYS, "FIELD_KEYS") if not settings.get(name)]
    return f"set {', '.join(missing)}" if missing else ""


@check
def secret_default(settings: Settings) -> str:
    values = {name: [settings[name]] for name in (*KEYS, *TOKENS)} | {"FIELD_KEYS": settings["FIELD_KEYS"]}
    known = [name for name, keys in values.items() if any(_known(key) for key in keys)]
    return f"{', '.join(known)}: a value that everybody can read in the sources" if known else ""


@check
def secret_short(settings: Settings) -> str:
    short = [
        name
        for name in ("SECRET_KEY", "TRANSACTION_KEY", "LOOKUP_KEY", *TOKENS)
        if settings[name] and (len(settings[name]) < LEAST_LETTERS or len(set(settings[name])) < 10)
    ]
    return f"{', '.join(short)}: at least {LEAST_LETTERS} letters that are drawn by chance" if short else ""


@check
def secret_shared(settings: Settings) -> str:
    given = [settings[name] for name in KEYS if settings[name]]
    return "one value serves as two keys; each has its own" if len(set(given)) < len(given) else ""


@check
def signing_key_form(settings: Settings) -> str:
    key = settings["LEDGER_SIGNING_KEY"]
    return "LEDGER_SIGNING_KEY: 32 bytes in base64" if key and len(_decoded(key)) != 32 else ""


@check
def field_keys_form(settings: Settings) -> str:
    for key in settings["FIELD_KEYS"]:
        try:
            Fernet(key)
        except ValueError:
            return "FIELD_KEYS: each is a Fernet key (32 bytes in URL-safe base64)"
    return ""


@check
def debug_on(settings: Settings) -> str:
    return "DEBUG shows the inside to everybody" if settings["DEBUG"] else ""


@check
def development_pages(settings: Settings) -> str:
    on = [name for name in ("MAILBOX_PAGE", "DEMO") if settings[name]]
    return f"{', '.join(on)}: for developers' machines" if on else ""


@check
def local_targets(settings: Settings) -> str:
    return "LOCAL_TARGET_PORT: webhooks go to public https addresses only" if settings["LOCAL_TARGET_PORT"] else ""


@check
def hosts_missing(settings: Settings) -> str:
    hosts = settings["ALLOWED_HOSTS"]
    if not hosts:
        return "set ALLOWED_HOSTS to the portal's names"
    return "ALLOWED_HOSTS: names, never a star" if any("*" in host for host in hosts) else ""


@check
def portal_url(settings: Settings) -> str:
    parts = urlsplit(settings["PORTAL_URL"])
    if parts.scheme != "https":
        return "PORTAL_URL: an https address; links in mails and passkeys depend on it"
    if parts.hostname not in settings["ALLOWED_HOSTS"]:
        return "PORTAL_URL: its name is not in ALLOWED_HOSTS"
    return ""


@check
def foreign_origins(settings: Settings) -> str:
    wrong = [origin for origin in settings["CSRF_TRUSTED_ORIGINS"] if not origin.startswith("https://")]
    return "CSRF_TRUSTED_ORIGINS: https only" if wrong or not settings["CSRF_TRUSTED_ORIGINS"] else ""


@check
def transport(settings: Settings) -> str:
    off = [n for n in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE") if not settings[n]]
    if settings["SECURE_HSTS_SECONDS"] < 31_536_000:
        off.append("SECURE_HSTS_SECONDS")
    return f"{', '.join(off)}: the portal is reached over https only" if off else ""


@check
def content_policy(settings: Settings) -> str:
    directives = settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    loose = [name for name, sources in directives.items() if {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(sources)]
    return f"CONTENT_SECURITY_POLICY: {', '.join(loose)} would let foreign code run" if loose else ""


@check
def password_hashing(settings: Settings) -> str:
    first = settings["PASSWORD_HASHERS"][0]
    return "" if first.endswith("Argon2PasswordHasher") else "PASSWORD_HASHERS: Argon2 comes first"


@check
def session_length(settings: Settings) -> str:
    longest = SESSION_HOURS * 3600
    return f"SESSION_COOKIE_AGE: a day at most ({longest})" if settings["SESSION_COOKIE_AGE"] > longest else ""


@check
def sign_in_limits(settings: Settings) -> str:
    limits = settings["ACCOUNT_RATE_LIMITS"]
    return "" if limits and limits.get("login_failed") else "ACCOUNT_RATE_LIMITS: wrong passwords are counted"


@check
def body_limits(settings: Settings) -> str:
    return "" if 0 < settings["BODY_MAX_BYTES"] <= 1024**3 else "BODY_MAX_BYTES: up to 1 GB; imports have their own"


@check
def database_timeouts(settings: Settings) -> str:
    wrong = [
        role
        for role, values in settings["DATABASES"].items()
        if role != "owner" and "statement_timeout=0" in values["OPTIONS"].get("options", "statement_timeout=0")
    ]
    return f"database role {', '.join(wrong)}: a statement may run for ever" if wrong else ""


@check
def database_roles(settings: Settings) -> str:
    default, owner = settings["DATABASES"]["default"], settings["DATABASES"].get("owner")
    if owner and owner["USER"] == default["USER"]:
        return "DATABASE_OWNER_URL: the owner is another role than the application's"
    expiry = settings["DATABASE_EXPIRY"]
    if expiry and expiry["USER"] in {default["USER"], owner and owner["USER"]}:
        return "DATABASE_EXPIRY_URL: expiry has a role of its own"
    return "DATABASE_URL: never as the superuser" if default["USER"] in {"postgres", "root"} else ""


@check
def mail_server(settings: Settings) -> str:
    return "set EMAIL_URL: codes and notices leave by it" if "mailbox" in settings["EMAIL_BACKEND"] else ""


@check
def operator_named(settings: Settings) -> str:
    return "" if settings["OPERATOR"]["name"] else "set OPERATOR_NAME: agreements name who runs the registry"


@check
def agreement_seal(settings: Settings) -> str:
    return "" if settings["AGREEMENT_SEAL"] else "set AGREEMENT_SEAL: agreements are countersigned (R-P7)"


@check
def appeal_named(settings: Settings) -> str:
    named = settings["REGISTRY"]["COMPLAINT_APPEAL"]
    return "" if named else "set COMPLAINT_APPEAL: decisions name how they may be contested (R-K7)"


@check
def gateway_encrypted(settings: Settings) -> str:
    url = settings["SMS_GATEWAY_URL"]
    return "SMS_GATEWAY_URL: https; texts carry codes" if url and not url.startswith("https://") else ""


def problems(settings: Settings) -> dict[str, str]:
    """What is wrong, by the name of its check."""
    found = {name: run(settings) for name, run in CHECKS.items()}
    return {name: sentence for name, sentence in found.items() if sentence}


def refuse_unsafe(settings: Settings) -> None:
    """Raise `ImproperlyConfigured` with every problem; no value is shown."""
    if found := problems(settings):
        lines = "".join(f"\n  {name}: {sentence}" for name, sentence in found.items())
        raise ImproperlyConfigured(f"Production does not start with unsafe settings:{lines}")
