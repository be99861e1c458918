"""Where a checkout's servers keep their data, locks and sockets, and as whom they run.

An ordinary user has everything in the checkout's `.run/`, but the sockets: a unix socket's path has at most
107 bytes, so they lie in `/tmp/iys-<uid>-<digest of the checkout's path>`. PostgreSQL refuses to run as root,
so root's servers run as a system user and live under `/var/lib/iys-portal/<digest>`: a short path that only
root can write into, so that nobody can lay a trap there. Nothing outside these folders is changed, ever.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from iys_portal.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]
ROOT_BASE = Path("/var/lib/iys-portal")
# `postgres` is the user that systems keep for databases; `nobody` exists everywhere else.
SYSTEM_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Place:
    """Folders of one set of servers: `state` (locks, logs) is ours, the others are the servers' user's."""

    checkout: Path
    name: str
    state: Path
    postgres: Path
    valkey: Path
    sockets: Path
    uid: int
    gid: int
    base: Path | None = None

    @property
    def tag(self) -> str:
        """A word that stands in the servers' process titles and is the same for no other checkout."""
        return f"iys-{_digest(self.checkout, self.name)}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def identity(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make a child run as the servers' user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def prepare(self) -> None:
        """Make the folder of locks. Raises EmbeddedError where it is somebody else's or open to others."""
        if os.geteuid() == 0:
            _make(self.state.parent, 0, 0, 0o755)
            # 0711: the servers' user passes through to its own folders and sees nothing else.
            _make(self.state, 0, 0, 0o711)
        else:
            _make(self.state.parent, self.uid, self.gid, 0o700, strict=False)
            _make(self.state, self.uid, self.gid, 0o700)

    def prepare_for_servers(self) -> None:
        """Make the servers' own folders; under the start lock. Raises EmbeddedError as `prepare`."""
        (self.state / "checkout.txt").write_text(f"{self.checkout}\n", encoding="utf-8")
        for folder in (self.sockets, self.valkey):
            _make(folder, self.uid, self.gid, 0o700)


def place_of(checkout: Path | None = None, name: str = "local", base: Path | None = None) -> Place:
    """The place of a checkout's servers; `name` tells several sets of one checkout apart. Changes nothing.

    `base`: another folder for their data than the usual one; its parent exists.
    """
    checkout = Path(os.path.realpath(checkout or PROJECT))
    digest = _digest(checkout, name)
    if os.geteuid() == 0:
        state = (base or ROOT_BASE) / digest
        uid, gid = _system_user(state / "postgres")
        sockets = state / "sockets"
    else:
        uid, gid = os.geteuid(), os.getegid()
        state = base / digest if base else checkout / ".run" / name
        sockets = Path(f"/tmp/iys-{uid}-{digest}")  # noqa: S108 - made 0700, and refused when not ours
    return Place(checkout, name, state, state / "postgres", state / "valkey", sockets, uid, gid, base)


def _digest(checkout: Path, name: str) -> str:
    return sha256(f"{checkout}\0{name}".encode()).hexdigest()[:10]


def _system_user(data: Path) -> tuple[int, int]:
    # Data that exists decides: the user must not change when the system's users do.
    if data.exists():
        found = data.stat()
        return found.st_uid, found.st_gid
    for name in SYSTEM_USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise EmbeddedError(
        f"Root's embedded servers run as one of the users {', '.join(SYSTEM_USERS)}; this system has none. "
        "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _make(folder: Path, uid: int, gid: int, mode: int, *, strict: bool = True) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be made ({error.strerror}). "
            "Make that possible, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from error
    else:
        folder.chmod(mode)
    found = folder.lstat()
    if os.geteuid() == 0 and stat.S_ISDIR(found.st_mode) and found.st_uid == 0 != uid:
        # Just made, or made by a start that was killed before this line: only root can write in its parent.
        os.chown(folder, uid, gid, follow_symlinks=False)
        found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedError(f"{folder} belongs to somebody else: nothing is started there. Remove it and try again.")
    if strict and stat.S_IMODE(found.st_mode) & ~mode & 0o777:
        raise EmbeddedError(f"{folder} is open to others (mode {stat.S_IMODE(found.st_mode):o}); wanted {mode:o}.")
