"""Locks by name, for what has no row to lock (yet)."""

from django.db import connection


def hold(name: str) -> None:
    """Hold a name until the transaction's end; whoever asks for the same one waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
