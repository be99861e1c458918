"""Server processes: start them apart from ours, recognise them without doubt, stop no other.

A process counts as a checkout's server when it runs as the servers' user, bears a server's name and works in
that checkout's data folder. Where the kernel hides the working folder (root in a container without
CAP_SYS_PTRACE), its command line must name the data folder or the checkout's tag. A number in a pid file
alone proves nothing: after a restart of the machine it may be anybody's.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from iys_portal.embedded.errors import EmbeddedError
from iys_portal.embedded.places import Place

PROC = Path("/proc")
POLL = 0.03


def start(command: list[str | Path], *, place: Place, folder: Path, log: Path) -> int:
    """Start a server in a session of its own, output to `log`, and give its pid.

    A shell stands between, so that the server is nobody's child: it outlives us, and leaves us no zombie.
    Its standard input stays empty and no descriptor of ours is passed on.
    """
    with open_log(log) as output:
        shell = subprocess.run(
            ["/bin/sh", "-c", '"$@" </dev/null >&2 & echo $!', "sh", *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=folder,
            env=environment(),
            start_new_session=True,
            check=True,
            text=True,
            **place.identity,
        )
    return int(shell.stdout)


def run(command: list[str | Path], *, place: Place, log: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a helper program to its end as the servers' user. Raises OSError when it cannot be started."""
    result = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment(),
        check=False,
        text=True,
        errors="replace",
        **place.identity,
    )
    if log is not None:
        with open_log(log) as output:
            output.write(result.stdout.encode())
    return result


def environment() -> dict[str, str]:
    """A small fixed environment: PG… variables of the person at the keyboard must not steer the servers."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextlib.contextmanager
def open_log(log: Path) -> Iterator:
    limit = 10 * 1024 * 1024
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    if log.exists() and log.stat().st_size > limit:
        flags |= os.O_TRUNC
    with os.fdopen(os.open(log, flags, 0o600), "ab", buffering=0) as output:
        yield output


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for the message about a server that died."""
    if not log.exists():
        return "(no log)"
    with log.open("rb") as handle:
        handle.seek(max(0, log.stat().st_size - 8192))
        return "\n".join(handle.read().decode(errors="replace").splitlines()[-lines:])


def living(folder: Path, *, place: Place, names: tuple[str, ...]) -> list[int]:
    """Pids of all server processes that work in a data folder, also of one that was deleted meanwhile."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit() and belongs(int(entry.name), folder, place=place, names=names):
            found.append(int(entry.name))
    return sorted(found)


def belongs(pid: int, folder: Path, *, place: Place, names: tuple[str, ...]) -> bool:
    """Is this process, alive, a server of ours that works in `folder`? (See the module's first lines.)"""
    entry = PROC / str(pid)
    try:
        status = dict(
            line.split(":\t", 1)
            for line in (entry / "status").read_text(errors="replace").splitlines()
            if ":\t" in line
        )
        if status["Name"] not in names or int(status["Uid"].split()[1]) != place.uid or status["State"][0] in "ZX":
            return False
        try:
            return str((entry / "cwd").readlink()).removesuffix(" (deleted)") == str(folder)
        except PermissionError:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
            return str(folder) in words or place.tag in words or f"{place.tag}:" in words
    except (OSError, KeyError):
        return False  # it ended while we looked


def started_at(pid: int) -> str | None:
    """When a process began, in the kernel's ticks: with the pid, it names one process. None: gone."""
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def send(pid: int, number: signal.Signals, still_ours: Callable[[], bool]) -> None:
    """Signal a process that is the one meant for sure: its handle is taken, then it is judged again."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except OSError:  # a kernel without pidfd
        if still_ours():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return
    try:
        if still_ours():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)
    finally:
        os.close(handle)


def stop(find: Callable[[], list[int]], steps: list[tuple[signal.Signals, float]]) -> None:
    """Send each signal to what `find` gives and wait so many seconds for the end, until nothing is left.

    Raises EmbeddedError when something survives the last step.
    """
    for number, seconds in steps:
        for pid in find():
            send(pid, number, lambda pid=pid: pid in find())  # type: ignore[misc]
        end = time.monotonic() + seconds
        while find():
            if time.monotonic() > end:
                break
            time.sleep(POLL)
        else:
            return
    if left := find():
        raise EmbeddedError(f"These server processes do not end: {left}")
