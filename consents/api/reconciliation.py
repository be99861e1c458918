"""Reconciliation (mutabakat): a day's numbers, its file with hash and time stamp, and the provider's word."""

import json
from typing import Any, ClassVar

from django.http import FileResponse, HttpResponse

from consents.exports import CSV
from consents.selectors import api as selectors
from consents.services import reconciliation as services
from iys_portal.core.errors import NotFound
from providers.api.calls import Ask, Call
from providers.api.errors import refuse
from providers.enums import KeyScope

from .base import readable, require_whole_brand
from .reading import day_of, recipient_type_of


class ReconcileCall(Call):
    scope: ClassVar = KeyScope.RECONCILE


class SummaryCall(ReconcileCall):
    """A recent day's numbers. They are counted from the ledger, from that day to its end: so no older days."""

    counted = "history"

    def get(self, ask: Ask) -> Any:
        kind = recipient_type_of(ask.path["recipient_type"])
        day = day_of(ask, recent=True)
        return {"changeStats": selectors.day_summary(ask.brand, day, kind, readable(ask))}


class AgreementCall(ReconcileCall):
    """GET: the file's hash, `queued` until the day is closed; PUT: the provider agrees."""

    def get(self, ask: Ask) -> Any:
        day = day_of(ask)
        require_whole_brand(ask)
        state = selectors.day_state(ask.actor, ask.brand, day)
        if state.file is None:
            return HttpResponse(status=204) if state.closed else {"processStatus": "queued", "agreementStatus": False}
        return {
            "processStatus": "completed",
            "hashValue": state.file.sha384,
            "hashMethod": "SHA-384",
            "agreementStatus": state.agreed,
        }

    def put(self, ask: Ask) -> Any:
        day = day_of(ask)
        require_whole_brand(ask)
        status = ask.values("H512").get("agreementStatus")
        if status is not True:
            raise refuse(422, "H512", location=["agreementStatus"], value=json.dumps(status))
        try:
            services.agree(actor=ask.actor, brand=ask.brand, day=day, now=ask.now)
        except NotFound:
            return HttpResponse(status=204)
        return {"agreementCaptured": True}


class StampCall(ReconcileCall):
    """The authority's answer (RFC 3161) over the day's file; 204 while there is none."""

    def get(self, ask: Ask) -> Any:
        day = day_of(ask)
        require_whole_brand(ask)
        item = selectors.day_state(ask.actor, ask.brand, day).file
        stamp = selectors.day_stamp(item) if item else None
        if stamp is None:
            return HttpResponse(status=204)
        answer = HttpResponse(bytes(stamp.answer), content_type="application/timestamp-reply")
        answer.headers["Content-Disposition"] = f'attachment; filename="{ask.brand.brand_code}_{day}.tsr"'
        return answer


class DayFileCall(ReconcileCall):
    """The day's file itself; who took it is in the audit log (R-G3)."""

    def get(self, ask: Ask) -> Any:
        day = day_of(ask)
        require_whole_brand(ask)
        item = selectors.day_state(ask.actor, ask.brand, day).file
        if item is None:
            return HttpResponse(status=204)
        services.note_taken(actor=ask.actor, item=item, brand=ask.brand)
        name = f"{ask.brand.brand_code}_{day}.csv"
        return FileResponse(item.file.open("rb"), as_attachment=True, filename=name, content_type=CSV)
