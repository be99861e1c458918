"""Deployment files hold together, and every command of the guide that needs no root is run (docs/deployment.md)."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from iys_portal.dashboard.probes import PROBES
from tests.databases import ROOT
from tests.workers import environment

from .guide import commands
from .web import production_on

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def dockerfile() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with their arguments, continuation lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _space, rest in (line.partition(" ") for line in lines) if word]


def final_stage() -> list[tuple[str, str]]:
    steps = dockerfile()
    last = max(place for place, (word, _rest) in enumerate(steps) if word == "FROM")
    return steps[last:]


def test_the_image_is_made_in_two_stages_and_runs_without_root() -> None:
    assert sum(word == "FROM" for word, _rest in dockerfile()) == 2
    words = dict(final_stage())
    assert words["USER"] == "iys"
    assert [word for word, _rest in final_stage()].index("USER") < [w for w, _ in final_stage()].index("CMD")
    assert "/healthz" in words["HEALTHCHECK"]
    assert not any("pip " in rest or "build-essential" in rest for _word, rest in final_stage())


def test_the_image_installs_hashed_parts_and_holds_no_secret() -> None:
    installs = [rest for word, rest in dockerfile() if word == "RUN" and "pip install" in rest]
    assert installs and all("--require-hashes" in rest for rest in installs)
    names = " ".join(rest for word, rest in dockerfile() if word in {"ENV", "ARG"})
    assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", names)


def test_the_image_takes_only_what_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "*"
    kept = [line[1:] for line in lines if line.startswith("!")]
    assert all((ROOT / name).exists() for name in kept)
    needed = {"iys_portal", "providers", "consents", "complaints", "static", "templates", "locale", "manage.py"}
    assert needed | {"gunicorn.conf.py", "requirements.lock"} == set(kept)


def test_the_bases_of_both_stages_are_the_same_and_pinned_to_a_release() -> None:
    bases = {rest.split()[0] for word, rest in dockerfile() if word == "FROM"}
    assert len(bases) == 1 and re.search(r":\d+\.\d+-slim-[a-z]+$", bases.pop())


def test_every_service_is_confined_and_says_whether_it_is_well() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "express", "beat", "migrate", "database", "queue"}
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in service, name
        assert ("privileged" not in service and "ports" not in service) or name == "proxy", name
        assert "latest" not in service["image"] or name in OURS, name
    assert all(service["user"] == "10001:10001" for service in OURS.values())


def test_servers_of_data_have_no_way_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("database", "queue"))


def test_secrets_come_from_files_and_are_all_declared() -> None:
    for name, service in OURS.items():
        files = {v.removeprefix("/run/secrets/") for v in service["environment"].values() if v.startswith("/run/")}
        assert files == set(service["secrets"]), name
        assert files <= set(COMPOSE["secrets"]), name
        given = set(service["environment"])
        assert all(n.endswith("_FILE") for n in given if re.search(r"KEY|SECRET|PASSWORD|TOKEN|_URL", n)), name
    assert [n for n, s in OURS.items() if "database_owner_url" in s["secrets"]] == ["migrate"]


def programs() -> dict[str, list[str]]:
    """Every command that compose or systemd starts, by where it stands."""
    found = {f"compose {name}": service["command"] for name, service in OURS.items()}
    for path in UNITS:
        found[path.name] = shlex.split(unit(path)["Service"]["ExecStart"].replace("%%", "%"))
    return found


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("place", sorted(programs()))
def test_every_started_program_exists_with_its_options(place: str) -> None:
    program, *arguments = programs()[place]
    name = Path(program).name
    assert name in {"gunicorn", "celery", "python"}
    if name == "python":
        assert arguments[1] in get_commands()
        return
    module = arguments[0] if name == "gunicorn" else arguments[arguments.index("-A") + 1]
    assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists() or (ROOT / module).is_dir()
    if name == "celery":
        queues = arguments[arguments.index("-Q") + 1] if "-Q" in arguments else "none"
        assert ("worker" in arguments, queues) in {(True, "iys"), (True, "iys-express"), (False, "none")}


def test_both_ways_start_the_same_four_processes() -> None:
    def of(kind: str) -> set[str]:
        found = set()
        for place, words in programs().items():
            if place.startswith("compose") == (kind == "compose") and "migrate" not in place:
                text = " ".join(words[1:])
                found.add(re.sub(r"--pidfile=\S*", "--pidfile", text))
        return found

    assert of("compose") == of("systemd")
    assert len(of("systemd")) == 4


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_confined(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "iys"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert service[name] == "yes"
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert not re.search(r"(KEY|PASSWORD|TOKEN)=", path.read_text(encoding="utf-8"))


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Programs and user are those of this machine; all else is judged as it stands."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/iys-portal/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / path.name).write_text(text.replace("WorkingDirectory=/opt/iys-portal", "WorkingDirectory=/"))
    names = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *names], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "iys-" in line and "Failed to connect" not in line]
    assert done.returncode == 0 and not said, done.stderr


def test_the_proxy_keeps_probes_inside_and_lets_large_files_in() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    inside = re.compile(re.search(r"location ~ (\^/\(metrics\S+) \{ return 404", text)[1])  # type: ignore[index]
    assert all(inside.match(path) for path in PROBES)
    large = re.compile(re.search(r"location ~ (\^/\(aktarimlar\S+) \{", text)[1])  # type: ignore[index]
    number = "0b5f9a52-9d0a-4f0e-8d0f-2b1f5a0f6f3e"
    for name, args in (("import_new", []), ("query_new", []), ("message_recipients", [number])):
        assert large.match(reverse(f"consents:{name}", args=args)), name
    for setting in ("client_header_timeout", "client_body_timeout", "limit_conn ", "limit_req ", "ssl_protocols"):
        assert setting in text
    assert "X-Forwarded-For $remote_addr" in text, "a visitor cannot choose their own address"


def test_nginx_understands_its_file(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("server web:8000", "server 127.0.0.1:8000").replace("/etc/nginx/tls", str(tmp_path))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal.example",
         "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "nginx.conf").write_text(text.replace("/run/nginx.pid", str(tmp_path / "pid")))
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")  # an ordinary user's path lacks the second
    assert nginx, ".ci/system_packages test brings it"
    command = [nginx, "-e", "stderr", "-t", "-c", tmp_path / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_commands_for_the_machine_name_what_exists() -> None:
    for line in commands("machine"):
        words = shlex.split(line.partition(" < ")[0])
        for path in re.findall(r"\bdeploy/[\w./-]+", line):
            assert (ROOT / path).exists(), line
        if words[:2] == ["docker", "compose"]:
            assert {"build", "up", "exec", "run"} & set(words), line
        if words[0] == "systemctl" and "enable" in words:
            assert {f"{word}.service" for word in words if word.startswith("iys-")} == {p.name for p in UNITS}


def test_the_example_of_settings_names_what_the_settings_read() -> None:
    read = "".join(path.read_text() for path in (ROOT / "iys_portal" / "settings").glob("*.py"))
    read += (ROOT / "gunicorn.conf.py").read_text()
    lines = (ROOT / "deploy" / "portal.env.example").read_text(encoding="utf-8").splitlines()
    for name in (line.partition("=")[0] for line in lines if line and not line.startswith("#")):
        assert f'"{name}"' in read, name


@pytest.mark.soak
@pytest.mark.processes
def test_every_command_of_the_guide_works_with_production_settings(committed_db: str, tmp_path: Path) -> None:
    owner = environment(committed_db, tmp_path)["DATABASE_OWNER_URL"]
    env = production_on(committed_db, tmp_path, DATABASE_OWNER_URL=owner)
    app = env["DATABASE_URL"]
    env["DATABASE_EXPIRY_URL"] = app.replace("iys_app", "iys_expiry")
    assert env["DATABASE_EXPIRY_URL"] != app
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    (tmp_path / "static").mkdir()
    lines = list(dict.fromkeys(commands("portal")))
    assert len(lines) > 8
    for line in lines:
        if "collectstatic" in line:
            continue  # run by tests/trust/web.py, without the minute of compressing
        done = subprocess.run(["bash", "-euc", line], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
