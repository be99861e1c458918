"""The engine's problems as the document's codes: status, place and sentence of each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from consents.enums import Channel
from consents.problems import BY_NUMBER, Problem
from consents.services.api_batches import CLOSED, REFUSED
from providers.api.errors import Fault, fault
from providers.api.words import MESSAGES

PLACES = {
    110: "status", 111: "type", 112: "consentDate", 113: "source", 114: "recipient", 115: "status",
    116: "recipientType",
    117: "type", 119: "source", 120: "recipient", 121: "recipient", 155: "consentDate", 156: "consentDate",
    157: "consentDate", 158: "consentDate", 160: "recipient", 162: "consentDate", 180: "retailerCode", 408: "status",
    464: "recipient", 467: "consentDate", 502: "consentDate",
    521: "recipient",
}  # fmt: skip
STATUSES = {180: 403, 520: 403, 174: 400, 175: 400, 178: 400, 514: 400, 462: 400, 463: 400, 486: 400, 515: 400}
"""All others are 422."""
NEAREST = {502: "H467", 520: "H353"}
"""Problems of ours that the document has no code for, with its nearest; the sentence of the first is ours."""
FORMS = {
    True: pgettext_lazy("form of an address", "a phone number"),
    False: pgettext_lazy("form of an address", "an e-mail"),
}


def status_of(number: int) -> int:
    return STATUSES.get(number, 422)


def fault_of(number: int, given: Mapping[str, Any], *, index: int | None = None) -> Fault:
    """A problem of an entry as the answer's fault; `given` is the consent as it was sent."""
    problem = BY_NUMBER[number]
    place = PLACES.get(number)
    about: dict[str, Any] = {"index": index}
    if place is not None:
        about |= {"location": [place], "value": given.get(place)}
    code = NEAREST.get(number, problem.code)
    if number in (502, 515):
        return Fault(code, _own(problem), ("consentDate",) if number == 502 else None, None, index)
    if code == "H353":
        return fault(code, name="type", location=["type"], value=given.get("type"), index=index)
    return fault(code, **about, **_words(number, given))


def result_fault(number: int) -> Fault:
    """The same in a batch's results, where what was sent is not kept any more."""
    if number in (REFUSED, CLOSED):
        return fault("H520" if number == REFUSED else "H521")
    problem = BY_NUMBER[number]
    code = NEAREST.get(number, problem.code)
    if number in (502, 515) or code not in MESSAGES:
        return Fault(code, _own(problem))
    return fault(code, name="type", **_words(number, {}))


def _own(problem: Problem) -> str:
    """Our sentence without the row's values, and what to do about it."""
    return str(problem.advice)


def _words(number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    if number != 464:
        return {}
    name = str(given.get("type", ""))
    channel = Channel.__members__.get(name)
    return {"type": name, "form": str(FORMS[channel is not Channel.EPOSTA])}
