"""Consents in: one at a time, and a thousand at once."""

import re
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.http import JsonResponse

from consents.models import ApiBatch
from consents.selectors import api as selectors
from consents.services import api_batches, api_consents
from consents.services.api_batches import BatchRefused, RetailersUnknown
from consents.services.api_consents import EntryRefused, Given, RetailerUnknown
from consents.written_moments import from_microseconds
from iys_portal.core.calendar import written
from providers.api.calls import Ask, Call
from providers.api.errors import Refused, fault, refuse
from providers.enums import KeyScope

from .faults import fault_of, result_fault, status_of
from .reading import consent_of


class AddCall(Call):
    """One consent or refusal. An exact repeat is answered with the first transaction, by either form (R-C14)."""

    scope: ClassVar = KeyScope.RECORD

    def post(self, ask: Ask) -> Any:
        sent = ask.values("H085")
        try:
            added = api_consents.add_consent(actor=ask.actor, brand=ask.brand, given=consent_of(sent), moment=ask.now)
        except EntryRefused as error:
            raise Refused(status_of(error.number), [fault_of(error.number, sent)]) from None
        except RetailerUnknown as error:
            location = ["retailerAccess", error.place]
            raise refuse(403, "H180", location=location, value=error.value) from None
        return {"transactionId": added.transaction_id, "creationDate": written(added.registered_at)}


class BatchCall(Call):
    """Up to a thousand consents: taken at once, worked behind, told by the request's number."""

    scope: ClassVar = KeyScope.RECORD
    repeats = False

    def post(self, ask: Ask) -> Any:
        sent = self.sent(ask)
        given = _read(sent)
        try:
            batch = api_batches.accept_batch(
                actor=ask.actor, brand=ask.brand, given=given, moment=ask.now, repeats=self.repeats
            )
        except BatchRefused as error:
            faults = [fault_of(one.number, sent[one.index], index=one.index) for one in error.problems]
            status = 422 if any(status_of(one.number) == 422 for one in error.problems) else 403
            raise Refused(status, faults) from None
        except RetailersUnknown as error:
            faults = [
                fault("H180", location=["retailerAccess", place], value=code, index=index)
                for index, place, code in error.found
            ]
            raise Refused(403, faults) from None
        return JsonResponse(_accepted(batch, sent), status=202)

    def sent(self, ask: Ask) -> list[dict[str, Any]]:
        if not isinstance(ask.body, list) or not ask.body:
            raise refuse(400, "H092")
        limit = settings.REGISTRY["API_BATCH_ROWS"]
        if len(ask.body) > limit:
            raise refuse(422, "H091", limit=limit)
        if not all(isinstance(one, dict) for one in ask.body):
            raise refuse(400, "H092")
        return ask.body


class BatchV2Call(BatchCall):
    """The same; its results name the request that brought a repeated consent first."""

    repeats = True


class BatchResultCall(Call):
    """What became of each entry, once they are recorded; until then each waits in the queue."""

    scope: ClassVar = KeyScope.RECORD

    def get(self, ask: Ask) -> Any:
        batch = selectors.batch_of(ask.actor, ask.brand, request_id_of(ask.path["request_id"]))
        return _results(batch) if batch else []


def _read(sent: list[dict[str, Any]]) -> list[Given]:
    """Every entry's form is looked at before the first is refused, so that one answer names them all."""
    given, faults = [], []
    for index, one in enumerate(sent):
        try:
            given.append(consent_of(one, index=index))
        except Refused as refused:
            faults += refused.faults
    if faults:
        raise Refused(422, faults)
    return given


def _accepted(batch: ApiBatch, sent: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("type", "source", "recipient", "status", "consentDate", "recipientType", "retailerCode", "retailerAccess")
    at = written(batch.accepted_at)
    subs = [
        {
            "index": index,
            **{name: one[name] for name in names if one.get(name) not in (None, "", [])},
            "subRequestId": batch.sub_id(index),
            "creationDate": at,
        }
        for index, one in enumerate(sent)
    ]
    return {"requestId": str(batch.public_id), "subRequests": subs}


def _results(batch: ApiBatch) -> list[dict[str, Any]]:
    waiting: list[list[Any]] = [[] for _entry in range(batch.total)]
    return [_result(batch, index, result) for index, result in enumerate(batch.results or waiting)]


def _result(batch: ApiBatch, index: int, result: list[Any]) -> dict[str, Any]:
    sub = batch.sub_id(index)
    about = {"index": index, "requestId": str(batch.public_id), "subRequestId": sub, "subrequestId": sub}
    if not result:
        return {**about, "status": "enqueue"}
    number, transaction_id, moment = result[:3]
    if number:
        return {**about, "status": "failure", "error": result_fault(number).as_json()}
    told = {
        **about,
        "status": "success",
        "transactionId": transaction_id,
        "creationDate": written(from_microseconds(moment)),
    }
    if not batch.repeats:
        return told
    told["isAddConsentV2Service"] = True
    if len(result) > 3:
        origin, place = result[3], result[4]
        first = {"requestId": origin, "subRequestId": str(uuid.uuid5(uuid.UUID(origin), str(place)))}
        told["originalRequestInformation"] = first
    return told


_LETTERS, _DIGITS = re.compile(r"[A-Za-z]+"), re.compile(r"[0-9]+")


def request_id_of(text: str) -> uuid.UUID | None:
    """A request's number, with dashes or without; what is no number of ours finds nothing. Raises the 422."""
    if len(text) > 36:
        raise refuse(422, "H198", location=["requestId"], value=text)
    if _LETTERS.fullmatch(text):
        raise refuse(422, "H199", location=["requestId"], value=text)
    if _DIGITS.fullmatch(text) and len(text) != 32:
        raise refuse(422, "H400", location=["requestId"], value=text)
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
