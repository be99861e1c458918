"""R-P9: what is encrypted at rest cannot be read in the database, survives a change of keys, and is found by hash."""

from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from iys_portal.core import encryption
from providers.models import Signatory
from tests.factories import SignatoryFactory

TCKN = "10000000146"


def stored(row: Signatory) -> tuple[str, str, str]:
    """What stands in the columns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tckn, birth_date, tckn_hash FROM providers_signatory WHERE id = %s", [row.pk])
        return cursor.fetchone()


def rotated() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue().splitlines()[-1]


@pytest.mark.django_db
def test_r_p9_nothing_readable_stands_in_the_database() -> None:
    row = SignatoryFactory(tckn=TCKN, birth_date=date(1980, 5, 17))
    written = " ".join(stored(row))
    assert TCKN not in written
    assert "1980" not in written
    fresh = Signatory.objects.get()
    assert (fresh.tckn, fresh.birth_date) == (TCKN, date(1980, 5, 17))
    assert TCKN not in repr(fresh) + str(fresh)
    assert fresh.tckn_shown == "10*******46"
    assert fresh.birth_date_shown == "**.**.1980"


@pytest.mark.django_db
def test_the_same_number_is_never_written_the_same_twice_but_hashes_alike() -> None:
    first, second = SignatoryFactory(tckn=TCKN), SignatoryFactory(tckn=TCKN)
    assert stored(first)[0] != stored(second)[0]
    assert stored(first)[2] == stored(second)[2] == encryption.keyed_hash(TCKN, purpose="tckn")
    assert encryption.keyed_hash(TCKN, purpose="other") != stored(first)[2]


@pytest.mark.django_db
def test_an_encrypted_column_is_not_searched() -> None:
    with pytest.raises(FieldError):
        Signatory.objects.filter(tckn=TCKN).exists()
    SignatoryFactory(birth_date=None)
    assert Signatory.objects.filter(birth_date__isnull=True).exists()


@pytest.mark.django_db
def test_r_p9_a_new_key_is_put_in_front_and_rows_are_written_anew(settings: Callable) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    row, empty = SignatoryFactory(tckn=TCKN, birth_date=date(1980, 5, 17)), SignatoryFactory()
    before = stored(row)
    settings.FIELD_KEYS = [new, old]
    assert Signatory.objects.get(pk=row.pk).tckn == TCKN
    assert rotated() == "rows: 4, written anew: 4"  # two signatories, two applications' tax numbers
    assert rotated() == "rows: 4, written anew: 0"
    settings.FIELD_KEYS = [new]
    assert Signatory.objects.get(pk=row.pk).birth_date == date(1980, 5, 17)
    assert Signatory.objects.get(pk=empty.pk).birth_date is None
    assert stored(row)[0] != before[0]
    assert stored(row)[2] == before[2]


@pytest.mark.django_db
def test_an_interrupted_rotation_goes_on(settings: Callable) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    for _ in range(5):
        SignatoryFactory()
    settings.FIELD_KEYS = [new, old]
    run = encryption.rotate(chunk=2)
    assert next(run)[1:] == (2, 2)
    run.close()  # killed here
    assert sum(written for _model, _rows, written in encryption.rotate(chunk=2)) == 10 - 2
    settings.FIELD_KEYS = [new]
    assert len([row.tckn for row in Signatory.objects.all()]) == 5


@pytest.mark.django_db
def test_without_the_right_key_nothing_is_read_and_nothing_is_written(settings: Callable) -> None:
    row = SignatoryFactory(tckn=TCKN)
    before = stored(row)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(encryption.Unreadable) as refused:
        Signatory.objects.get(pk=row.pk)
    assert before[0] not in str(refused.value)
    with pytest.raises(CommandError):
        rotated()
    assert stored(row) == before


@pytest.mark.parametrize("keys", [[], ["not a key"]])
def test_a_portal_without_keys_encrypts_nothing(settings: Callable, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encryption.encrypt(TCKN)
    settings.LOOKUP_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        encryption.keyed_hash(TCKN, purpose="tckn")


@pytest.mark.parametrize("text, shown", [("10000000146", "10*******46"), ("12345", "*****"), ("", "")])
def test_masking(text: str, shown: str) -> None:
    assert encryption.masked(text) == shown
