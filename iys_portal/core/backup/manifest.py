"""The manifest: what a backup consists of. It is written last and signed, so half a backup has none."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from iys_portal.core.storage import sha256_of

from . import BackupError

FORM = "iys-backup-1"
NAME = "MANIFEST.json"
PARTS = ("database.dump", "documents.tar", "documents.sha256")
KEYS = ("TRANSACTION_KEY", "LOOKUP_KEY", "FIELD_KEYS", "SECOND_FACTOR_KEY", "SECRET_KEY", "LEDGER_SIGNING_KEY")
MORE_KEYS = ("LEDGER_FORMER_KEYS", "AGREEMENT_SEAL_PASSWORD")
NEEDED = ("TRANSACTION_KEY", "LOOKUP_KEY", "FIELD_KEYS")
"""Without the same values of these the restored data cannot be used (docs/deployment.md)."""

NOTED = ("SECRET_KEY", "SECOND_FACTOR_KEY", "LEDGER_SIGNING_KEY")
"""Other values of these end sessions and second factors, or need the former public key (docs/seals.md)."""


@contextlib.contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that gets its name when the block ended well and everything is on the disk."""
    if folder.exists():
        raise BackupError(f"{folder} exists.")
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        partial.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError(
            f"{partial} is of a backup that broke off, or of one that runs: look, then remove it."
        ) from None
    try:
        yield partial
        for path in (*partial.iterdir(), partial):
            _to_disk(path)
        partial.rename(folder)
        _to_disk(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def part(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": sha256_of(file), "bytes": path.stat().st_size}


def write(folder: Path, content: dict[str, Any], sign: Callable[[bytes], dict[str, str]]) -> None:
    """Add the parts' hashes, sign, and write: the last file of a backup."""
    content = {"form": FORM, **content, "parts": {name: part(folder / name) for name in PARTS}}
    text = json.dumps({**content, "seal": sign(canonical(content))}, indent=1, ensure_ascii=False, sort_keys=True)
    with os.fdopen(os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")


def read(folder: Path, is_signed: Callable[[bytes, dict[str, str]], bool]) -> dict[str, Any]:
    """The manifest of a whole backup. Raises `BackupError` for what is missing, changed or not signed by us."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        seal = content.pop("seal")
        if content["form"] != FORM:
            raise BackupError(f"{folder} is a backup of another form than {FORM}.")
        parts = {name: (content["parts"][name]["bytes"], content["parts"][name]["sha256"]) for name in PARTS}
    except FileNotFoundError:
        raise BackupError(f"{folder} holds no {NAME}: it is no backup, or one that broke off.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"{folder / NAME} is broken.") from None
    if not is_signed(canonical(content), seal):
        raise BackupError(f"{folder / NAME} is not signed by a key of this registry, or was changed.")
    for name, (size, digest) in parts.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or part(path)["sha256"] != digest:
            raise BackupError(f"{path} is missing or is not what was backed up.")
    return dict(content)


def canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprints() -> dict[str, list[str]]:
    """By which keys are told apart without being known: eight bytes of a keyed hash each, one for each value."""
    return {name: [_fingerprint(name, value) for value in _values(name)] for name in KEYS}


def other_keys(kept: dict[str, list[str]], names: tuple[str, ...] = NEEDED) -> list[str]:
    """Names of keys that a backup was made with and that are not set here; FIELD_KEYS may have more."""
    here = fingerprints()
    return [name for name in names if not set(kept.get(name, [])) <= set(here[name])]


def write_keys(target: Path, seal: bytes) -> None:
    """All keys in one file that only its owner reads. It is never part of a backup: who has both has everything."""
    content: dict[str, Any] = {name: getattr(settings, name) for name in (*KEYS, *MORE_KEYS)}
    content["AGREEMENT_SEAL"] = base64.b64encode(seal).decode()
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{target} exists.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _values(name: str) -> list[str]:
    value = getattr(settings, name)
    return [one for one in (value if isinstance(value, list) else [value]) if one]


def _fingerprint(name: str, value: str) -> str:
    return hmac.new(value.encode(), f"{FORM}:{name}".encode(), hashlib.sha256).hexdigest()[:16]


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
