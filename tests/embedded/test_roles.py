"""The database roles of the embedded servers, and how the servers are set (design 2)."""

import psycopg
import pytest

from tests.embedded.conftest import (
    superuser,
)

pytestmark = pytest.mark.processes


class TestRoles:
    def test_the_application_may_use_the_database_and_change_no_schema(self, user):
        servers = user().addresses()
        with psycopg.connect(servers["database_url"], autocommit=True) as connection:
            connection.execute("CREATE TEMPORARY TABLE scratch (n int)")
            for statement in (
                "CREATE TABLE forbidden (n int)",
                "CREATE SCHEMA forbidden",
                "CREATE DATABASE forbidden",
                "CREATE ROLE forbidden",
                "SET ROLE iys_owner",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_the_owner_makes_tables_and_test_databases_but_is_no_superuser(self, user):
        servers = user().addresses()
        with psycopg.connect(servers["database_owner_url"], autocommit=True) as connection:
            connection.execute("CREATE TABLE mine (n int)")
            connection.execute("CREATE DATABASE test_iys")
            connection.execute("DROP DATABASE test_iys")
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            assert row == (False,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE ROLE forbidden")

    @pytest.mark.parametrize("database", ["iys", "test_iys"])
    def test_the_owners_functions_and_tables_are_closed_until_granted(self, place, user, database):
        servers = user().addresses()
        if database != "iys":
            with psycopg.connect(servers["database_owner_url"], autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {database}")
        host = str(place.sockets)
        with psycopg.connect(host=host, user="iys_owner", dbname=database, autocommit=True) as connection:
            connection.execute("CREATE TABLE closed (n int)")
            connection.execute("CREATE FUNCTION closed() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        with psycopg.connect(host=host, user="iys_app", dbname=database, autocommit=True) as connection:
            for statement in ("SELECT * FROM closed", "SELECT closed()"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_text_is_ordered_the_same_on_every_machine(self, place, user):
        user(durable=True).addresses()
        with superuser(place, "iys") as connection:
            row = connection.execute(
                "SELECT datcollate, datlocprovider, pg_encoding_to_char(encoding), "
                "current_setting('TimeZone'), current_setting('fsync') FROM pg_database WHERE datname = 'iys'"
            ).fetchone()
        assert row == ("C", "b", "UTF8", "UTC", "on")

    def test_throwaway_servers_do_without_durability(self, place, user):
        user().addresses()
        with superuser(place) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
