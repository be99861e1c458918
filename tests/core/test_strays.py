"""Stored files that no row names go after two days; every other one stays (R-L5)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from consents.models import Evidence
from iys_portal.core.storage import private_path
from iys_portal.core.strays import FORGET_AFTER, forget_strays
from tests.factories import BrandFactory


@pytest.fixture(autouse=True)
def private(tmp_path: Path, settings) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"


def stored(name: str, *, age: timedelta) -> Path:
    path = private_path(default_storage.save(name, ContentFile(b"x")))
    moment = (timezone.now() - age).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.mark.django_db
def test_r_l5_a_file_without_a_row_goes_when_it_is_old() -> None:
    old, fresh = FORGET_AFTER + timedelta(hours=1), FORGET_AFTER - timedelta(hours=1)
    named = stored("evidence/scan", age=old)
    name = str(named.relative_to(private_path("")))
    Evidence.objects.create(
        brand=BrandFactory(), sha256=b"1" * 32, kind=2, file=name, size=1, uploaded_at=timezone.now(), uploaded_by=1
    )
    left, younger, elsewhere = (
        stored("evidence/x", age=old),
        stored("evidence/x", age=fresh),
        stored("mailbox/x", age=old),
    )
    pdf = stored("documents/x", age=old)
    assert forget_strays(timezone.now()) == 2
    assert not left.exists() and not pdf.exists()
    assert named.exists() and younger.exists() and elsewhere.exists()
    assert forget_strays(timezone.now()) == 0


@pytest.mark.django_db
def test_nothing_stored_is_nothing_to_forget() -> None:
    assert forget_strays(timezone.now()) == 0


def test_every_kept_file_lies_in_a_folder_of_its_own_kind() -> None:
    """A computed folder would not be looked through."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    assert all(isinstance(field.upload_to, str) for field in fields if isinstance(field, models.FileField))
