"""The supervisor behind `make run`: servers, migrations, then web, two workers and beat until Ctrl-C.

Run it with `python -m iys_portal.devserver`. PORT (8000) and HOST (127.0.0.1) come from the environment.
Children carry a mark of this checkout in their environment: by it, and never by a remembered number, the next
start finds what a killed supervisor left.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from iys_portal import embedded, first_start
from iys_portal.embedded import processes

PROJECT = Path(__file__).resolve().parents[1]
MARK = "IYS_PORTAL_RUN"
LOOK_EVERY = 0.5
LOOK_AT_SERVERS_EVERY = 3.0
# A child that lived so long was well: its next end is not part of a series.
WELL_AFTER = 60.0
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1
# On a developer's machine Celery's page of words about root helps nobody.
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker"}


class Stopped(BaseException):
    """Ctrl-C or SIGTERM; a BaseException, so that nothing between swallows it."""


class StartError(RuntimeError):
    """The portal cannot start; one line says why."""


@dataclass
class Child:
    """A long-lived process of the portal; `gently` asks it to end and is what it gets when we are killed."""

    name: str
    command: list[str]
    gently: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        clear(self.name)  # what was left of a killed one, such as its pool
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command],
            cwd=PROJECT,
            env=os.environ | QUIET | {MARK: f"{PROJECT}:{self.name}"},
            stdin=subprocess.DEVNULL,
            # A session of its own: the terminal's Ctrl-C reaches us alone, and we stop in order.
            start_new_session=True,
            preexec_fn=_die_with_parent(self.gently, os.getpid()),  # safe: we have one thread
        )

    def look(self) -> None:
        """Start it again when it ended: at once at first, later with growing pauses."""
        now = time.monotonic()
        if self.process is not None and (status := self.process.poll()) is not None:
            self.failures = 0 if now - self.started > WELL_AFTER else self.failures + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (self.failures - 1)) if self.failures > 1 else 0.0
            say(f"{self.name} ended (status {status}); it starts again" + (f" in {pause:.0f} s" if pause else ""))
            self.process, self.due = None, now + pause
        if self.process is None and now >= self.due:
            self.start()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        _end_with_make()
        host, port = os.environ.get("HOST", "127.0.0.1"), _port()
        os.environ.setdefault("PORTAL_URL", f"http://localhost:{port}")  # links in mails
        with _only_one(port):
            _supervise(host, port)
    except Stopped:
        return 0
    except (StartError, embedded.EmbeddedError, first_start.PreparationError) as error:
        say(str(error))
        return 1
    return 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _supervise(host: str, port: int) -> None:
    clear()
    _check_port(host, port)
    children: list[Child] = []
    try:
        say("Starting PostgreSQL and Valkey …")
        servers = embedded.ensure()
        if not first_start.prepare(servers, command="run"):
            _manage("migrate", "--verbosity=0")
        children = _children(host, port)
        for child in children:
            child.start()
        _wait_for_web(port, children)
        _banner(port)
        servers_due = time.monotonic() + LOOK_AT_SERVERS_EVERY
        while True:
            time.sleep(LOOK_EVERY)
            for child in children:
                child.look()
            if time.monotonic() >= servers_due:
                for name in embedded.revive():
                    say(f"{name} had ended; it was started again")
                servers_due = time.monotonic() + LOOK_AT_SERVERS_EVERY
    finally:
        # From here on a second Ctrl-C must not leave half of it running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("Stopping …")
        _stop_children(children)
        clear()
        embedded.let_go()


def _children(host: str, port: int) -> list[Child]:
    (PROJECT / "var").mkdir(exist_ok=True)
    web = [
        "gunicorn",
        "iys_portal.wsgi",
        "--bind",
        f"{host}:{port}",
        "--workers=2",
        "--threads=4",
        "--reload",
    ]
    celery = ["celery", "-A", "iys_portal", "--quiet"]
    queue = os.environ.get("CELERY_QUEUE", "iys")  # as the settings read it; its express queue as iys_portal.celery

    def worker(name: str, consumes: str, threads: int) -> Child:
        options = ["-n", f"{name}@%h", "-Q", consumes, f"--concurrency={threads}", "--loglevel=WARNING"]
        # SIGTERM would wait for the running task, perhaps for minutes; jobs survive a cold stop (lease).
        return Child(name, [*celery, "worker", *options], gently=signal.SIGQUIT)

    return [
        Child("web", [*web, "--graceful-timeout=3", "--no-control-socket", "--log-level=warning"]),
        worker("worker", queue, 2),
        # What people wait for never stands behind an import.
        worker("express", f"{queue}-express", 4),
        Child("beat", [*celery, "beat", "--pidfile=", "--loglevel=WARNING"]),
    ]


def _stop_children(children: list[Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(child.gently)
    end = time.monotonic() + 5
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, end - time.monotonic()))
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def clear(name: str = "") -> None:
    """End processes of an earlier run of this checkout (of one child, or of all)."""
    mark = f"{MARK}={PROJECT}:{name}".encode()

    def left() -> list[int]:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _marked(entry, mark)]

    processes.stop(left, [(signal.SIGTERM, 3), (signal.SIGQUIT, 2), (signal.SIGKILL, 5)])


def _marked(entry: Path, mark: bytes) -> bool:
    try:
        # A whole entry, or the beginning of one up to the child's name.
        found = any(
            word == mark or (mark.endswith(b":") and word.startswith(mark))
            for word in (entry / "environ").read_bytes().split(b"\0")
        )
        return found and int(entry.name) != os.getpid() and processes.started_at(int(entry.name)) is not None
    except OSError:
        return False


def _die_with_parent(number: signal.Signals, parent: int) -> Callable[[], None]:
    """For the child, before it becomes its program: get this signal when the supervisor ends, even killed."""
    libc = ctypes.CDLL(None)

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return arrange


def _end_with_make() -> None:
    """Killing `make` must stop the portal too; under any other parent (nohup, a service) we stay."""
    with contextlib.suppress(OSError):
        if (Path("/proc") / str(os.getppid()) / "comm").read_text().strip() in {"make", "gmake"}:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StartError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


@contextlib.contextmanager
def _only_one(port: int):  # type: ignore[no-untyped-def]
    folder = PROJECT / "var"
    folder.mkdir(exist_ok=True)
    with (folder / "devserver.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(f"The portal already runs from this checkout: {lock.read().strip()}") from None
        lock.truncate(0)
        lock.write(f"http://localhost:{port}/ (process {os.getpid()})\n")
        lock.flush()
        yield


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = "choose another: make run PORT=" + str(port + 1 if port < 65535 else 8000)
            raise StartError(f"Port {port} cannot be used ({error.strerror}); {hint}") from error


def _manage(*arguments: str) -> None:
    done = subprocess.run([sys.executable, PROJECT / "manage.py", *arguments], check=False)
    if done.returncode:
        raise StartError(f"`manage.py {' '.join(arguments)}` failed.")


def _wait_for_web(port: int, children: list[Child]) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).close()
            return
        except urllib.error.HTTPError:
            return  # it answers; whether well is shown on the page
        except OSError:
            time.sleep(0.2)
        for child in children:
            child.look()


def _banner(port: int) -> None:
    accounts = subprocess.run(
        [sys.executable, PROJECT / "manage.py", "demo_accounts"], capture_output=True, text=True, check=False
    )
    address = f"http://localhost:{port}/"
    say(f"\n  İYS Portal  {address}")
    say(f"  Mailbox     {address}dev/mailbox/   (every mail and text message of this portal)")
    if accounts.returncode == 0:
        say("\n" + "\n".join(f"  {line}" for line in accounts.stdout.strip().splitlines()))
    say("\n  Ctrl-C stops everything.\n")


if __name__ == "__main__":
    sys.exit(main())
