"""Lists with their scans, put in through the services."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from consents.models import Consent, ConsentImport
from consents.services import import_runs
from iys_portal.core.actors import Actor
from providers.models import Brand

HEAD = "recipient,type,status,source,recipientType,consentDate,evidence\n"


@dataclass
class Desk:
    """Lists and their scans, put in through the services."""

    brand: Brand
    actor: Actor
    folder: Path
    moment: datetime

    def load(self, *cells: str, scans: bytes | None = None, apply_it: bool = True, **more: str) -> ConsentImport:
        """One signed consent for each evidence cell."""
        path = self.folder / "liste.csv"
        rows = [self.row(number, cell, **more) for number, cell in enumerate(cells)]
        path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
        archive = None
        if scans is not None:
            archive = self.folder / "taramalar.zip"
            archive.write_bytes(scans)
        return import_runs.load_file(
            actor=self.actor, brand=self.brand, path=path, moment=self.moment, apply_it=apply_it, evidence=archive
        )

    def row(self, number: int, cell: str, date: str = "2026-11-24 10:00:00", status: str = "ONAY") -> str:
        return f'kisi{number}@firma.example,EPOSTA,{status},HS_ISLAK_IMZA,BIREYSEL,{date},"{cell}"'

    def holds(self) -> list[int]:
        return list(Consent.objects.order_by("recipient").values_list("holds", flat=True))


@pytest.fixture
def desk(brand: Brand, actor: Actor, tmp_path: Path, as_of: datetime) -> Desk:
    return Desk(brand, actor, tmp_path, as_of)


def found(item: ConsentImport) -> dict[str, int]:
    return (item.counts or item.dry_counts)["evidence"]
