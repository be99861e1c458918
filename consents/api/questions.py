"""Consents out: the status of one and of many, the history, and the changes."""

import re
import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from consents.models import ConsentEvent
from consents.selectors import api as selectors
from consents.services.api_questions import note_history
from iys_portal.core.numbers import number_in
from providers.api.calls import Ask, Call, read_json, values_in
from providers.api.errors import refuse
from providers.api.pages import page_of
from providers.enums import KeyScope
from providers.selectors.keys import Rider

from .base import require_channels
from .reading import asked_of, kind_of_path, lookups_of

MOST_CHANGES = 1_000
PULL_BACK = timedelta(days=7)
ROUNDS = 8
_CURSOR = re.compile(r"(?:\d{1,12}_)?(\d{1,19})")


class StatusCall(Call):
    """One consent as it may be used now (R-S4); without a usable record the answer is empty."""

    scope: ClassVar = KeyScope.QUERY
    counted = "lookups"

    def rider(self, request: HttpRequest) -> Rider:
        asked = asked_of(values_in(read_json(request), "H097"))
        self.channel = asked.channel
        return selectors.status_rider(asked.recipient, asked.channel, asked.recipient_type)

    def post(self, ask: Ask) -> Any:
        require_channels(ask, [self.channel])
        return ask.holder.ridden or {}


class StatusManyCall(Call):
    """Those of up to a thousand addresses that may be written to now (R-S4)."""

    scope: ClassVar = KeyScope.QUERY

    def post(self, ask: Ask) -> Any:
        channel, kind = kind_of_path(ask)
        most = settings.REGISTRY["QUERY_AT_ONCE"]
        recipients = lookups_of(ask.values("H014"), channel, most=most)
        require_channels(ask, [channel])
        ask.count(len(recipients))
        found = selectors.sendable(recipients, brand=ask.brand, channel=channel, recipient_type=kind, now=ask.now)
        return {"requestId": str(uuid.uuid4()), "list": found}


class HistoryCall(Call):
    """What moved one consent, by its date, newest first. The reading is in the audit log (R-A3)."""

    scope: ClassVar = KeyScope.QUERY
    counted = "history"

    def post(self, ask: Ask) -> Any:
        asked = asked_of(ask.values("H097"))
        require_channels(ask, [asked.channel])

        def told(events: list[ConsentEvent]) -> list[dict[str, Any]]:
            if events:
                note_history(actor=ask.actor, brand=ask.brand, event_id=events[0].event_id)
            return [selectors.event_told(event) for event in events]

        return page_of(ask, selectors.history_of(asked.key(ask.brand.pk)), told=told)


class ChangesCall(Call):
    """What happened, in the registry's order: nothing is skipped or comes twice; 204 where nothing is new."""

    scope: ClassVar = KeyScope.QUERY

    def get(self, ask: Ask) -> Any:
        source = ask.query("source").upper() or "IYS"
        if source not in ("HS", "IYS"):
            raise refuse(422, "H506", location=["source"], value=ask.query("source"))
        limit = self._limit(ask)
        after = self._after(ask)
        for _round in range(ROUNDS):
            pulled = selectors.changes(
                ask.actor, ask.brand, after=after, limit=limit, registry=source == "IYS", since=ask.now - PULL_BACK
            )
            if pulled.events or not pulled.more:
                break
            after = pulled.after
        if not pulled.events and not pulled.more:
            return HttpResponse(status=204)
        return {"after": str(pulled.after), "list": [selectors.event_told(event) for event in pulled.events]}

    def _limit(self, ask: Ask) -> int:
        text = ask.query("limit") or str(MOST_CHANGES)
        limit = number_in(text)
        if not limit:
            raise refuse(422, "H182", location=["limit"], value=text, name="limit")
        if limit > MOST_CHANGES:
            raise refuse(422, "H507", location=["limit"], value=text)
        return limit

    def _after(self, ask: Ask) -> int | None:
        text = ask.query("after")
        if not text:
            return None
        found = _CURSOR.fullmatch(text)
        if found is None or int(found[1]) >= 2**63:
            raise refuse(422, "H182", location=["after"], value=text, name="after")
        return int(found[1])
