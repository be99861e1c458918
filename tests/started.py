"""Processes of the portal for tests, started as `python -m module` but out of one that has loaded the libraries.

Loading them is most of a start (3 of 4 seconds), and the tests start some hundred web servers and workers. A child is
a process like any other: its own settings, environment, session and end; only the libraries' code was there before.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Started:
    """A running module in a process group of its own."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        """Exit status, or none while it runs."""
        self._process.join(0)
        return self._process.exitcode

    def wait(self, seconds: float = 60) -> int:
        self._process.join(seconds)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), seconds)
        return status

    def kill(self) -> None:
        """`kill -9` of the process and its children."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(20)


def start(*command: str, env: Mapping[str, str], log: Path | None = None, niceness: int = 0) -> Started:
    """`python -m` of the command, with this environment; what it says goes to the log, or nowhere."""
    process = _server().Process(target=_run, args=(command, dict(env), str(log or os.devnull), niceness), daemon=True)
    process.start()
    return Started(process)


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.libraries"])
    return context


def _run(command: tuple[str, ...], env: dict[str, str], log: str, niceness: int) -> None:
    os.nice(niceness)
    os.setsid()
    os.chdir(ROOT)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
