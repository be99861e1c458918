"""Production refuses to start with unsafe settings: one case at least for each named check, each in a real process."""

import base64
import secrets
from pathlib import Path
from typing import Any

import pytest

from iys_portal.settings import safety

from .production import good_environment, python

# What is done to a good environment, by the check that has to notice it. Names in lower case are settings that no
# variable reaches: they are changed between reading and judging.
UNSAFE: list[tuple[str, dict[str, str]]] = [
    ("secret_missing", {"SECRET_KEY": ""}),
    ("secret_missing", {"TRANSACTION_KEY": ""}),
    ("secret_missing", {"LEDGER_SIGNING_KEY": ""}),
    ("secret_missing", {"FIELD_KEYS": ""}),
    ("secret_missing", {"LOOKUP_KEY": ""}),
    ("secret_default", {"SECRET_KEY": "local-only-secret-key-that-protects-demo-data"}),
    ("secret_default", {"SECRET_KEY": "django-insecure-abcdefghijklmnopqrstuvwxyz0123456789"}),
    ("secret_default", {"LEDGER_SIGNING_KEY": "bG9jYWwtb25seS1sZWRnZXItc2lnbmluZy1rZXktMDE="}),
    ("secret_default", {"FIELD_KEYS": "bG9jYWwtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OSE="}),
    ("secret_default", {"FIELD_KEYS": "dGVzdC1vbmx5LWZpZWxkLWtleS0wMTIzNDU2Nzg5MCE="}),
    ("secret_short", {"SECRET_KEY": "x7Kq-2mPz"}),
    ("secret_short", {"LOOKUP_KEY": "a" * 64}),
    ("secret_short", {"METRICS_TOKEN": "x7Kq-2mPz"}),
    ("secret_short", {"SMS_WEBHOOK_SECRET": "a" * 64}),
    ("secret_default", {"SMS_WEBHOOK_SECRET": "local-only-sms-secret"}),
    ("secret_shared", {"TRANSACTION_KEY": "Zk3_" * 9 + "abcdefgh", "LOOKUP_KEY": "Zk3_" * 9 + "abcdefgh"}),
    ("signing_key_form", {"LEDGER_SIGNING_KEY": base64.b64encode(secrets.token_bytes(16)).decode()}),
    ("field_keys_form", {"FIELD_KEYS": "no-fernet-key"}),
    ("debug_on", {"DEBUG": "true"}),
    ("hosts_missing", {"ALLOWED_HOSTS": ""}),
    ("hosts_missing", {"ALLOWED_HOSTS": "*"}),
    ("portal_url", {"PORTAL_URL": "http://portal.example"}),
    ("portal_url", {"PORTAL_URL": ""}),
    ("portal_url", {"PORTAL_URL": "https://elsewhere.example"}),
    ("foreign_origins", {"CSRF_TRUSTED_ORIGINS": "http://portal.example"}),
    ("body_limits", {"BODY_MAX_BYTES": "99999999999"}),
    ("database_timeouts", {"DATABASE_STATEMENT_SECONDS": "0"}),
    ("database_roles", {"DATABASE_OWNER_URL": "postgresql://iys_app@database.invalid/iys"}),
    ("database_roles", {"DATABASE_EXPIRY_URL": "postgresql://iys_app@database.invalid/iys"}),
    ("database_roles", {"DATABASE_URL": "postgresql://postgres@database.invalid/iys"}),
    ("mail_server", {"EMAIL_URL": ""}),
    ("operator_named", {"OPERATOR_NAME": ""}),
    ("agreement_seal", {"AGREEMENT_SEAL": ""}),
    ("appeal_named", {"COMPLAINT_APPEAL": ""}),
    ("gateway_encrypted", {"SMS_GATEWAY_URL": "http://gateway.example/send"}),
]
# Settings that the code fixes: an edit of the code is what the check guards against.
EDITED: dict[str, dict[str, Any]] = {
    "development_pages": {"MAILBOX_PAGE": True},
    "local_targets": {"LOCAL_TARGET_PORT": 8099},
    "transport": {"SESSION_COOKIE_SECURE": False},
    "content_policy": {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'self'", "'unsafe-inline'"]}}},
    "password_hashing": {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]},
    "session_length": {"SESSION_COOKIE_AGE": 1_209_600},
    "sign_in_limits": {"ACCOUNT_RATE_LIMITS": {}},
}
START = "import django; django.setup(); print('started')"


def test_every_check_has_a_case() -> None:
    assert {name for name, _change in UNSAFE} | set(EDITED) == set(safety.CHECKS)


def test_production_starts_with_good_settings() -> None:
    done = python(START, good_environment())
    assert done.stdout.strip() == "started", done.stderr


@pytest.mark.parametrize("name, change", UNSAFE, ids=[f"{n}-{'-'.join(c)}" for n, c in UNSAFE])
def test_production_refuses_to_start(name: str, change: dict[str, str]) -> None:
    done = python("import iys_portal.settings.production", good_environment(**change))
    assert done.returncode == 1
    assert f"\n  {name}: " in done.stderr
    for value in change.values():
        if len(value) > 20 and "://" not in value:
            assert value not in done.stderr, "a refusal shows no secret"


@pytest.mark.parametrize("name", sorted(EDITED))
def test_an_unsafe_edit_of_the_settings_refuses_to_start(name: str) -> None:
    code = (
        "import iys_portal.settings.production as p\n"
        "from iys_portal.settings.safety import refuse_unsafe\n"
        f"refuse_unsafe({{**vars(p), **{EDITED[name]!r}}})"
    )
    done = python(code, good_environment())
    assert done.returncode == 1
    assert f"\n  {name}: " in done.stderr


def test_everything_that_is_missing_is_said_at_once() -> None:
    env = good_environment(SECRET_KEY="", PORTAL_URL="", EMAIL_URL="", ALLOWED_HOSTS="")
    said = python(START, env).stderr
    for name in ("secret_missing", "portal_url", "mail_server", "hosts_missing"):
        assert f"  {name}: " in said


@pytest.mark.parametrize(
    "program", ["manage.py", *(pytest.param(name, marks=pytest.mark.soak) for name in ("gunicorn", "celery"))]
)
def test_no_program_starts_with_unsafe_settings(program: str) -> None:
    runs = {
        "manage.py": "import sys; sys.argv = ['manage.py', 'check']; import manage; manage.main()",
        "gunicorn": "import iys_portal.wsgi",
        "celery": "from iys_portal.celery import app; app.conf.task_default_queue",
    }
    assert python(runs[program], good_environment(SECRET_KEY="")).returncode != 0
    assert python(runs[program], good_environment()).returncode == 0


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(secrets.token_urlsafe(48) + "\n")
    env = good_environment(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    assert python(code, env).stdout.strip() == (tmp_path / "key").read_text().strip()
    assert python(START, good_environment(SECRET_KEY="", SECRET_KEY_FILE="/nonexistent")).returncode != 0


def test_options_of_a_databases_address_reach_the_driver() -> None:
    """Beside the limits that production sets."""
    asked = {"DATABASE_URL": "iys_app", "DATABASE_OWNER_URL": "iys_owner", "DATABASE_EXPIRY_URL": "iys_expiry"}
    urls = {name: f"postgresql://{role}@database.invalid/iys?sslmode=verify-full" for name, role in asked.items()}
    code = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print([(d['OPTIONS']['sslmode'], 'options' in d['OPTIONS']) "
        "for d in (*s.DATABASES.values(), s.DATABASE_EXPIRY)])"
    )
    done = python(code, good_environment(**urls))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([("verify-full", True), ("verify-full", True), ("verify-full", False)])
