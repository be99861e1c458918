"""Production settings for tests that start real processes: good values, drawn anew each time."""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

from tests.databases import ROOT

HOST = "portal.example"


def good_environment(**more: str) -> dict[str, str]:
    """An environment in which production starts; `NAME=""` takes a name away. Nothing of ours leaks into it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    values = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "iys_portal.settings.production",
        "DATABASE_URL": "postgresql://iys_app@database.invalid/iys",
        "REDIS_URL": "redis://queue.invalid/0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TRANSACTION_KEY": secrets.token_urlsafe(48),
        "LOOKUP_KEY": secrets.token_urlsafe(48),
        "LEDGER_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AGREEMENT_SEAL": "/run/secrets/seal.p12",
        "OPERATOR_NAME": "Kayıt Kurumu",
        "COMPLAINT_APPEAL": "Karara karşı başvuru yolları.",
        "ALLOWED_HOSTS": HOST,
        "PORTAL_URL": f"https://{HOST}",
        "EMAIL_URL": "smtp://mail.invalid:25",
        **more,
    }
    return {name: value for name, value in values.items() if value}


def python(code: str, env: dict[str, str], *, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter with exactly this environment."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)
