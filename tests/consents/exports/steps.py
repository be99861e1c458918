"""Steps that the tests of exports share."""

from typing import Any

from django.utils import timezone

from consents.enums import ExportFormat, ExportKind
from consents.models import ExportFile
from consents.selectors.pages import Filters
from consents.services.exports import make_export, start_export, start_refusals, take_export
from iys_portal.core.actors import Actor
from providers.models import Brand


def brands_of(actor: Actor) -> tuple[int, ...] | None:
    """The brands of the actor's scope, as the list's filters hold them."""
    if actor.all_providers:
        return None
    return tuple(Brand.objects.visible_to(actor).order_by("pk").values_list("pk", flat=True))


def ordered(actor: Actor, **more: Any) -> ExportFile:
    """An export that waits for its worker."""
    asked: dict[str, Any] = {"kind": ExportKind.CONSENTS, "form": ExportFormat.CSV, "shown": {}}
    asked["filters"] = Filters(brands=brands_of(actor))
    return start_export(actor=actor, now=timezone.now(), publish=False, **asked | more)


def made(item: ExportFile) -> ExportFile:
    make_export(item.job_id)
    item.refresh_from_db()
    return item


def a_file(actor: Actor, **more: Any) -> ExportFile:
    return made(ordered(actor, **more))


def refusals(actor: Actor, *, everything: bool = False, shown: dict[str, str] | None = None) -> ExportFile:
    """A list of refusals since the last download, made but not yet downloaded."""
    return made(
        start_refusals(
            actor=actor,
            form=ExportFormat.CSV,
            filters=Filters(brands=brands_of(actor), status=2),  # type: ignore[arg-type]
            shown=shown or {"state": "RET"},
            everything=everything,
            now=timezone.now(),
            publish=False,
        )
    )


def taken(actor: Actor, item: ExportFile) -> list[str]:
    """Download it: the addresses in it."""
    take_export(actor=actor, public_id=item.public_id, now=timezone.now())
    return addresses(item)


def lines(item: ExportFile) -> list[str]:
    with item.file.open("rb") as file:
        return file.read().decode().splitlines()


def addresses(item: ExportFile) -> list[str]:
    return [line.partition(",")[0] for line in lines(item)[1:]]
