"""Entries of the audit log as a page shows them: a sentence, the words around it, and what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise

from iys_portal.core.actors import PEOPLE
from iys_portal.core.models import AuditEntry
from providers.models import Provider

from . import audit_words as words


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """One line of the trail."""

    number: str
    at: datetime
    sentence: str
    icon: str
    way: str | Promise
    provider: str
    verb: str
    object: str | Promise
    object_number: str
    object_url: str
    same_object: str  # the filters that show every act on this object
    same_person: str  # those that show every act of this person
    request: str
    changes: list[Change]
    several: bool  # whether anything has a "before"


def rows_for(entries: Iterable[AuditEntry]) -> list[Row]:
    """Rows of a page; one query names the providers."""
    entries = list(entries)
    providers = Provider.objects.in_bulk({entry.provider_id for entry in entries if entry.provider_id})
    return [_row(entry, providers) for entry in entries]


def _row(entry: AuditEntry, providers: dict[int, Provider]) -> Row:
    group = words.group_of(entry)
    provider = providers.get(entry.provider_id) if entry.provider_id else None
    return Row(
        number=str(entry.pk),
        at=entry.at,
        sentence=words.sentence_of(entry),
        icon=group.icon if group else "dot",
        way=words.WAYS.get(entry.way, entry.way),
        provider=provider.title if provider else "",
        verb=entry.verb,
        object=words.OBJECTS.get(entry.target_type, entry.target_type),
        object_number=entry.target_id,
        object_url=_url_of(entry),
        same_object=f"object={entry.target_type}&number={entry.target_id}" if _filterable(entry) else "",
        same_person=f"doer={entry.actor_kind}-{entry.actor_id}" if entry.actor_kind in PEOPLE else "",
        request=entry.request_id,
        changes=_changes(entry.old or {}, entry.new or {}),
        several=bool(entry.old),
    )


def _filterable(entry: AuditEntry) -> bool:
    return bool(entry.target_id) and entry.target_type in words.OBJECTS


def _url_of(entry: AuditEntry) -> str:
    if entry.target_type == "consents.consent" and entry.target_id.isdecimal():
        return reverse("consents:detail", args=[int(entry.target_id)])
    return ""


def _changes(old: dict[str, object], new: dict[str, object]) -> list[Change]:
    names = [*old, *(name for name in new if name not in old)]
    return [Change(words.field_of(name), _shown(old, name), _shown(new, name)) for name in names]


def _shown(values: dict[str, object], name: str) -> str:
    return words.value_of(values[name]) if name in values else ""
