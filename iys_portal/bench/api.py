"""Figures of the API through the production server: gunicorn with its workers, asked by a process of its own.

The load generator is this module run as a script: threads with `http.client` connections that stay open, started at a
fixed rate whether earlier calls are answered or not.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from threading import local
from typing import Any
from zoneinfo import ZoneInfo

from . import web

RUNS, SECONDS = int(os.environ.get("API_RUNS", "5")), float(os.environ.get("API_SECONDS", "20"))
STATUS_RATE, ADD_RATE, THREADS, AT_ONCE = 150, 50, 16, 8
IDLE = 10.0  # seconds after which the server may have closed a kept connection
SETTINGS = "iys_portal.bench.api_settings"


def measure(brand: Any, actor: Any, addresses: list[str], folder: Path) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit). The median of the runs."""
    from consents.models import ApiBatch
    from consents.services.api_batches import work_batch
    from providers.services.keys import make_key

    made = make_key(actor=actor, name="Ölçüm", scopes=["record", "query"])
    base = f"/sps/{brand.provider.iys_code}/brands/{brand.brand_code}"
    with web.serving(SETTINGS, workers=2) as port:
        token = _token(port, made.key.username, made.secret)
        job: dict[str, Any] = {"port": port, "token": token, "base": base, "addresses": addresses[:5_000]}
        status = [_load(folder, job, kind="status", rate=STATUS_RATE) for _ in range(RUNS)]
        yield "api.status.p99_ms", median(run["p99_ms"] for run in status), "ms"
        bare, full = [], []
        for _ in range(RUNS):
            bare.append(_load(folder, job, kind="bare", rate=0)["per_s"])
            full.append(_load(folder, job, kind="status", rate=0)["per_s"])
        yield "api.bare.per_s", median(bare), "calls/s"
        yield "api.status.per_s", median(full), "calls/s"
        yield "api.status.ratio_to_bare", median(full) / median(bare), "ratio"
        added = [_load(folder, job | {"run": run}, kind="add", rate=ADD_RATE) for run in range(RUNS)]
        yield "api.add.p99_ms", median(run["p99_ms"] for run in added), "ms"
        accepted, done = [], []
        for run in range(RUNS):
            body = json.dumps([_entry(f"toplu.{run}.{number}@alici.example") for number in range(1_000)]).encode()
            began = time.monotonic()
            answer = _ask(port, "POST", f"{base}/consents/request", token, body)
            accepted.append(time.monotonic() - began)
            batch = ApiBatch.objects.get(public_id=json.loads(answer)["requestId"])
            work_batch(batch.pk)
            done.append(time.monotonic() - began)
        yield "api.batch.accept_ms", median(accepted) * 1000, "ms"
        yield "api.batch.done_s", median(done), "s"
        asked = json.dumps({"channel": "EPOSTA", "recipients": _ten_thousand(addresses)}).encode()
        times = []
        for _ in range(RUNS):
            began = time.monotonic()
            _ask(port, "POST", f"/api/v1/brands/{brand.brand_code}/queries", token, asked)
            times.append(time.monotonic() - began)
        yield "api.query.ms", median(times) * 1000, "ms"


def _ten_thousand(addresses: list[str]) -> list[str]:
    """Half of them known, where there are as many."""
    known = addresses[:5_000]
    return [*known, *(f"yok.{number}@alici.example" for number in range(10_000 - len(known)))]


def _token(port: int, username: str, password: str) -> str:
    body = json.dumps({"grant_type": "password", "username": username, "password": password}).encode()
    return str(json.loads(_ask(port, "POST", "/oauth2/token", "", body))["access_token"])


def _ask(port: int, method: str, path: str, token: str, body: bytes | None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, _headers(token))
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status >= 300:
        raise OSError(f"{answer.status} {content[:200]!r}")
    return content


def _headers(token: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def _entry(recipient: str) -> dict[str, str]:
    at = datetime.now(ZoneInfo("Europe/Istanbul")) - timedelta(hours=1)
    return {
        "recipient": recipient, "type": "EPOSTA", "source": "HS_WEB", "status": "ONAY",
        "consentDate": at.strftime("%Y-%m-%d %H:%M:%S"), "recipientType": "BIREYSEL",
    }  # fmt: skip


def _load(folder: Path, job: dict[str, Any], **more: Any) -> dict[str, float]:
    path = folder / "load.json"
    path.write_text(json.dumps({**job, **more, "seconds": SECONDS}), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", __name__, str(path)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def generate(job: dict[str, Any]) -> dict[str, float]:
    """Load at a rate (0: as much as there is room for); percentiles in milliseconds and calls a second."""
    mine = local()
    times: list[float] = []
    chosen = random.Random(7)  # noqa: S311

    def one(number: int, due: float) -> None:
        if not hasattr(mine, "connection"):
            mine.connection, mine.used = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=30), 0.0
        if time.monotonic() - mine.used > IDLE:
            mine.connection.close()  # opened anew by the request
        method, path, body = _call(job, number, chosen)
        began = due or time.monotonic()
        mine.connection.request(method, path, body, _headers(job["token"]))
        answer = mine.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise OSError(answer.status)
        mine.used = time.monotonic()
        times.append(mine.used - began)

    start = time.monotonic()
    (_paced if job["rate"] else _flat_out)(job, one)
    return {"p99_ms": quantiles(times, n=100)[98] * 1000, "per_s": len(times) / (time.monotonic() - start)}


def _paced(job: dict[str, Any], one: Callable[[int, float], None]) -> None:
    """So many a second, whether earlier calls are answered or not."""
    calls, start = [], time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(int(job["seconds"] * job["rate"])):
            due = start + number / job["rate"]
            time.sleep(max(0.0, due - time.monotonic()))
            calls.append(pool.submit(one, number, due))
    for done in calls:
        done.result()


def _flat_out(job: dict[str, Any], one: Callable[[int, float], None]) -> None:
    """As many as are answered, eight at once."""
    ends, numbers = time.monotonic() + job["seconds"], count()

    def ask_on() -> None:
        while time.monotonic() < ends:
            one(next(numbers), 0.0)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(ask_on) for _ in range(AT_ONCE)]:
            done.result()


def _call(job: dict[str, Any], number: int, chosen: random.Random) -> tuple[str, str, bytes | None]:
    if job["kind"] == "bare":
        return "GET", "/bare/", None
    if job["kind"] == "add":
        body = _entry(f"tek.{job['run']}.{number}.{time.time_ns()}@alici.example")
        return "POST", f"{job['base']}/consents", json.dumps(body).encode()
    asked = {"recipient": chosen.choice(job["addresses"]), "recipientType": "BIREYSEL", "type": "EPOSTA"}
    return "POST", f"{job['base']}/consents/status", json.dumps(asked).encode()


if __name__ == "__main__":
    print(json.dumps(generate(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))  # noqa: T201
