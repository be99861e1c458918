"""The production server command for the figures that are taken through HTTP."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator


@contextlib.contextmanager
def serving(settings: str, *, workers: int, **environment: str) -> Iterator[int]:
    """Gunicorn with these settings; yields the port that it answers at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "iys_portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += [f"--workers={workers}", "--threads=4", "--log-level=error", "--no-control-socket"]
    command += ["--max-requests=0"]  # no run meets a worker that begins anew, or the faster runs would meet more
    process = subprocess.Popen(command, env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": settings})
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(20)
