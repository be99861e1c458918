"""Gunicorn in production: `gunicorn iys_portal.wsgi` finds this file. Never reached directly: a proxy stands in front.

The proxy reads a slow visitor's request before it passes it on; the limits here are for what comes through anyway.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from iys_portal.core.collector import leave_loaded

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 120  # seconds without a sign of life of a worker: large uploads go on in threads
graceful_timeout = 30
keepalive = 15
# Memory that libraries keep is given back now and then, not by all workers at once.
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8_190
limit_request_fields = 60
limit_request_field_size = 16_380
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's heartbeat, no content
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
# Pages' addresses may hold tokens of links: requests are counted, not written down (R-G4).
accesslog = None


def on_starting(server: Any) -> None:
    """Measures of former processes say nothing any more."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True)


def post_worker_init(worker: Any) -> None:
    """What is loaded stays as long as the worker: the collector need not go through it in the middle of a call."""
    leave_loaded()


def child_exit(server: Any, worker: Any) -> None:
    """A worker that ended takes its gauges with it; its counters stay."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
