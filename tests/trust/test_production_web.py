"""Production's own web process: headers, limits, probes, measures and logs, with a real gunicorn behind `the proxy`."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from iys_portal.core.pulse import pulse_age
from tests.workers import celery_worker, until

from .production import HOST, good_environment, python
from .web import TOKEN, Web, gunicorn, production_on

pytestmark = [
    pytest.mark.processes,
    pytest.mark.usefixtures("committed_db"),
    pytest.mark.xdist_group("production web"),  # one start for all
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="module")
def web(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, worker: str, place: Path) -> Iterator[Web]:
    from tests import databases

    with django_db_blocker.unblock():
        name = databases.clone(f"{databases.PREFIX}{worker}_web")
        with gunicorn(production_on(name, place), place) as running:
            yield running
        databases.drop(name)


def test_pages_carry_every_protecting_header(web: Web) -> None:
    page = web.ask("/accounts/login/")
    assert page.status == 200, web.log.read_text()
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "style-src 'self'" in policy and "unsafe" not in policy
    assert page.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in page.headers["permissions-policy"] and "geolocation=()" in page.headers["permissions-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    cookie = page.headers["set-cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_plain_http_and_other_names_get_no_page(web: Web) -> None:
    plain = web.ask("/accounts/login/", X_Forwarded_Proto="http")
    assert (plain.status, plain.headers["location"]) == (301, f"https://{HOST}/accounts/login/")
    assert web.ask("/accounts/login/", Host="evil.example").status == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_read(web: Web) -> None:
    """The length is announced and nothing is sent: who waited for the body would not answer."""
    head = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as link:
        link.sendall(head.encode())
        assert link.recv(2000).startswith(b"HTTP/1.1 413")


def test_headers_that_are_too_many_or_too_long_are_refused(web: Web) -> None:
    assert web.ask("/healthz", **{f"X_Extra_{n}": "1" for n in range(80)}).status in (400, 431)
    assert web.ask("/healthz?" + "a" * 9000).status in (400, 414)


def test_slow_visitors_hold_one_thread_each_and_others_are_served(web: Web) -> None:
    slow = [socket.create_connection(("127.0.0.1", web.port), timeout=20) for _number in range(2)]
    try:
        for link in slow:
            link.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: ")
        assert all(web.ask("/healthz").status == 200 for _number in range(10))
    finally:
        for link in slow:
            link.close()


def test_probes_answer_whatever_name_they_use(web: Web) -> None:
    for host in ("localhost", "10.0.0.7:8000"):
        assert web.ask("/healthz", Host=host, X_Forwarded_Proto="http").body == "ok\n"
    ready = web.ask("/readyz", Host="localhost", X_Forwarded_Proto="http")
    assert ready.status == 200
    assert json.loads(ready.body)["checks"] | {"beat": "", "seals": ""} == {
        "database": "ok",
        "migrations": "ok",
        "queue": "ok",
        "beat": "",
        "seals": "",
        "clock": "ok",
    }
    assert web.ask("/healthz", method="POST", body=b"").status == 405


@pytest.mark.soak
def test_beat_and_workers_show_signs_of_life(web: Web, place: Path) -> None:
    """Late before anything runs, ok once a worker took what beat sends; `?all` tells by its status."""
    assert web.ask("/readyz?all").status == 503
    env = production_on(web_database(web), place)
    code = (
        "import django; django.setup(); from iys_portal.celery import app; "
        "[app.send_task(app.conf.beat_schedule[n]['task']) for n in ('pulse', 'pulse-express')]"
    )
    done = python(code, env)
    assert done.returncode == 0, done.stderr
    with celery_worker(env):
        until(lambda: web.ask("/readyz?all").status == 200, what="both queues' pulse")
    measures = web.measures()
    assert measures[f'iys_pulse_age_seconds{{queue="{env["CELERY_QUEUE"]}"}}'] < 60
    assert measures[f'iys_pulse_age_seconds{{queue="{env["CELERY_QUEUE"]}-express"}}'] < 60


def web_database(web: Web) -> str:
    environ = Path(f"/proc/{web.process.pid}/environ").read_bytes().split(b"\0")
    return next(line for line in environ if line.startswith(b"CELERY_QUEUE=")).decode().partition("=")[2]


def test_measures_are_for_the_bearer_of_the_token_alone(web: Web) -> None:
    assert web.ask("/metrics").status == 404
    assert web.ask("/metrics", Authorization="Bearer wrong").status == 404
    assert web.ask("/metrics", Authorization=f"Bearer {TOKEN}").status == 200


def test_requests_are_summed_over_both_processes(web: Web) -> None:
    labels = '{method="GET",transport="https",view="consents:verify"}'
    name = "django_http_requests_total_by_view_transport_method_total" + labels
    before = web.measures().get(name, 0)
    for _number in range(20):
        assert web.ask("/dogrula/").status == 200
    assert web.measures()[name] == before + 20


def test_logs_are_json_lines_with_the_requests_id_and_no_address(web: Web) -> None:
    answer = web.ask("/yok/ayse.yilmaz%40firma.example/")
    assert answer.status in (302, 404)
    lines = [line for line in web.log.read_text().splitlines() if line.startswith("{")]
    for line in map(json.loads, lines):
        assert {"time", "level", "logger", "message", "request_id"} <= set(line)
    assert "firma.example" not in web.log.read_text()


@pytest.mark.soak
def test_statements_and_waits_end_by_themselves(committed_db: str, tmp_path: Path) -> None:
    """Each role's limits, as the server says them: of the web process, and of everything else."""
    show = (
        "import django; django.setup(); from django.db import connection as c; k = c.cursor();\n"
        "def s(n):\n    k.execute('SHOW ' + n)\n    return k.fetchone()[0]\n"
        "print(*map(s, ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')))"
    )
    env = production_on(committed_db, tmp_path)
    assert python(show, env).stdout.split() == ["1h", "2min", "10min"]
    (tmp_path / "static").mkdir()
    (tmp_path / "measures").mkdir()
    web = python("import iys_portal.wsgi\n" + show, env)
    assert web.stdout.split() == ["1min", "15s", "10min"], web.stderr


def test_the_migrating_and_the_erasing_role_have_limits_too() -> None:
    env = good_environment(
        DATABASE_OWNER_URL="postgresql://iys_owner@database.invalid/iys",
        DATABASE_EXPIRY_URL="postgresql://iys_expiry@database.invalid/iys",
    )
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.DATABASES['owner']['OPTIONS']['options']); print(s.EXPIRY_SESSION_OPTIONS)"
    )
    owner, expiry = python(code, env).stdout.splitlines()
    assert "lock_timeout=5000" in owner and "statement_timeout=0" in owner
    assert "statement_timeout=900000" in expiry


def test_no_pulse_is_no_sign_of_life() -> None:
    assert pulse_age("a-queue-that-nobody-serves") == float("inf")
