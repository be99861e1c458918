"""An officer at the panel with sample files at hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consents import problems
from consents.enums import Verdict
from consents.files.layout import Layout
from consents.import_downloads import result_rows
from consents.models import Consent, ConsentEvent, ConsentImport
from consents.services import import_runs, imports
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry, Job
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory, actor_of

CODES = {str(verdict.label): verdict.name.lower() for verdict in Verdict}
WIDE = {"constants": {"source": "HS_WEB"}, "wide_no": "refusal"}


@dataclass
class Desk:
    """One brand's importer: files go in through the services, as commands and tasks take them."""

    brand: Brand
    actor: Actor
    moment: datetime
    options: dict[str, Any] = field(default_factory=dict)

    def load(
        self, path: Path, *, apply_it: bool = True, moment: datetime | None = None, **options: Any
    ) -> ConsentImport:
        return import_runs.load_file(
            actor=self.actor,
            brand=self.brand,
            path=path,
            moment=moment or self.moment,
            apply_it=apply_it,
            **{**self.options, **options},
        )

    def upload(self, path: Path) -> ConsentImport:
        with path.open("rb") as file:
            return imports.upload(actor=self.actor, brand=self.brand, file=file, name=path.name, **self.options)

    def checked(self, path: Path, **options: Any) -> ConsentImport:
        """Checked as the panel checks: the dry run judges, and apply is still to come."""
        return self.load(path, apply_it=False, **options)

    def apply(self, item: ConsentImport) -> ConsentImport:
        item = imports.start_apply(item, actor=self.actor, moment=self.moment, publish=False)
        import_runs.apply(item.apply_job_id)
        item.refresh_from_db()
        return item

    def undo(self, item: ConsentImport, *, reason: str = "Yanlış dosya", refusals: bool = False) -> ConsentImport:
        item = imports.start_undo(item, actor=self.actor, reason=reason, include_refusals=refusals, publish=False)
        import_runs.undo(item.undo_job_id)
        item.refresh_from_db()
        return item

    def states(self) -> dict[tuple[Any, ...], int]:
        """Status of each consent of the brand."""
        return {row.key: row.status for row in Consent.objects.filter(brand_id=self.brand.pk)}

    def events(self) -> int:
        return ConsentEvent.objects.filter(brand_id=self.brand.pk).count()


def verdicts(item: ConsentImport) -> dict[str, int]:
    """Counts by verdict, those that are not zero."""
    found = (item.counts or item.dry_counts)["verdicts"]
    return {name: total for name, total in found.items() if total}


def outcome_by_line(item: ConsentImport) -> dict[int, str]:
    """The code of each refused row, the verdict of each accepted one, as `*.expected.csv` writes them."""
    rows = list(result_rows(item))[1:]
    return {int(line): code or CODES[verdict] for line, verdict, code, _reason in rows}


def reasons(item: ConsentImport) -> dict[str, int]:
    counts = item.counts or item.dry_counts
    return {problems.BY_NUMBER[int(number)].code: total for number, total in counts["codes"].items()}


@pytest.fixture(autouse=True)
def now(as_of: datetime) -> Iterator[Any]:
    """The clock stands at the moment before which the samples are laid out; a test may move it."""
    with time_machine.travel(as_of, tick=False) as traveller:
        yield traveller


@pytest.fixture
def folder(samples: Callable[..., Path]) -> Path:
    return samples(rows=300)


@pytest.fixture
def desk(db: None, as_of: datetime) -> Desk:
    brand = BrandFactory()
    member = MembershipFactory(provider=brand.provider)
    return Desk(brand, actor_of(member.user, brand.provider), as_of)


@pytest.fixture
def desks(db: None, as_of: datetime) -> Callable[[], Desk]:
    def make() -> Desk:
        brand = BrandFactory()
        member = MembershipFactory(provider=brand.provider)
        return Desk(brand, actor_of(member.user, brand.provider), as_of)

    return make


@dataclass
class Panel:
    """A browser at the import pages."""

    client: Client
    brand: Brand
    moment: datetime
    about: dict[str, str] = field(default_factory=dict)

    def upload(self, content: bytes | Path, name: str = "liste.csv") -> Any:
        if isinstance(content, Path):
            content, name = content.read_bytes(), content.name
        data = {"brand": str(self.brand.brand_code), "file": SimpleUploadedFile(name, content), **self.about}
        return self.client.post(reverse("consents:import_new"), data)

    def item(self) -> ConsentImport:
        return ConsentImport.objects.get()

    def url(self, name: str, item: ConsentImport | None = None, *more: str) -> str:
        return reverse(f"consents:{name}", args=[(item or self.item()).public_id, *more])

    def get(self, name: str, item: ConsentImport | None = None, **query: str) -> Any:
        return self.client.get(self.url(name, item), query)

    def post(self, name: str, item: ConsentImport | None = None, **data: str) -> Any:
        return self.client.post(self.url(name, item), data)

    def columns(self, item: ConsentImport | None = None, **changes: str) -> Any:
        """Send the columns form as it is shown, with changes."""
        item = item or self.item()
        shown = {f"column_{c.index}": c.field or "" for c in Layout.from_json(item.layout).columns}
        return self.post("import_columns", item, **{**shown, **changes})

    def run(self, kind: str, item: ConsentImport | None = None) -> ConsentImport:
        """Let the worker do the import's job."""
        item = item or self.item()
        item.refresh_from_db()
        work = {"check": import_runs.check, "apply": import_runs.apply, "undo": import_runs.undo}[kind]
        work(getattr(item, f"{kind}_job_id"))
        item.refresh_from_db()
        return item

    def download(self, kind: str, item: ConsentImport | None = None) -> Any:
        return self.client.post(self.url("import_download", item, kind))


def body(response: Any) -> str:
    return response.content.decode()


def streamed(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def panel(db: None, as_of: datetime, sign_in: Callable[..., Client]) -> Panel:
    brand = BrandFactory()
    member = MembershipFactory(provider=brand.provider)
    return Panel(sign_in(member.user, brand.provider), brand, as_of)


@pytest.fixture
def registry(db: None, as_of: datetime, sign_in: Callable[..., Client]) -> Panel:
    """A registry admin, over all providers."""
    admin = UserFactory(staff_roles=["admin"])
    about = {"reason": "Başvuru ekindeki liste", "reference": "2026/42"}
    return Panel(sign_in(admin), BrandFactory(), as_of, about)


def nothing_kept() -> bool:
    return not ConsentImport.objects.exists() and not Job.objects.exists() and not _audited()


def _audited() -> bool:
    return AuditEntry.objects.filter(verb__startswith="import.").exists()
