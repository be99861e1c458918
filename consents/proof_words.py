"""The words in which the verification page tells a proof, in the reader's language."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .effective import Reason
from .enums import Channel, EventKind, RecipientType, Source, Status, Verdict


def verify_words() -> dict[str, Any]:
    """Labels by the numbers of the ledger's form, and the sentences of each result."""
    return {
        "language": get_language(),
        "statuses": {str(status.value): str(status.label) for status in Status},
        "kinds": {str(kind.value): str(kind.label) for kind in EventKind},
        "channels": {str(channel.value): str(channel.label) for channel in Channel},
        "types": {str(kind.value): str(kind.label) for kind in RecipientType},
        "sources": {str(source.value): str(source.label) for source in Source},
        "dated": _("dated"),
        "registered": _("registered"),
        "seal": _("Seal"),
        "stamp": _(
            "By what the file says, seal {seal} was dated by {authority} at {moment}. The registry's server checked"
            " that time stamp when it came; this page does not check it, openssl does (see the page of the seals)."
        ),
        "tones": {
            "good": "success", "unsealed": "warning", "unable": "warning", "stranger": "danger", "bad": "danger"
        },
        "verdicts": {
            "good": _("Proven"),
            "unsealed": _("Not sealed yet"),
            "unable": _("Signature not checked"),
            "stranger": _("Unknown key"),
            "bad": _("Does not fit"),
        },
        "results": {
            "good": _("The proof holds: every record below stands in the registry just as it is written here."),
            "unsealed": _("What is sealed holds. The newest records were not sealed yet when the proof was made."),
            "unable": _(
                "The records lead to their seals, but this browser cannot check the signature. A newer browser can."
            ),
            "stranger": _("The seal is not signed by a key of this registry: the proof is worth nothing here."),
            "bad": _("The proof does NOT hold: something in it was changed."),
        },
        "codes": {
            "good": _("The code holds: the record with this fingerprint stands under a signed seal of the registry."),
            "unable": _(
                "The code leads to its seal, but this browser cannot check the signature. A newer browser can."
            ),
            "stranger": _("The seal is not signed by a key of this registry: the code is worth nothing here."),
            "bad": _("The code does NOT hold: something in it was changed."),
        },
        "query": _query_words(),
        "receipt": _("Receipt"),
        "receipts": {
            "good": _("The receipt holds: the registry signed it just as it is written here."),
            "unable": _("This browser cannot check the signature of the receipt. A newer browser can."),
            "stranger": _("The receipt is not signed by a key of this registry: it is worth nothing here."),
            "bad": _("The receipt does NOT hold: something in it was changed."),
        },
        "receiptStates": {
            "given": _("given"),
            "renewed": _("renewed"),
            "confirmed": _("confirmed"),
            "given_not_usable": _("given, not usable yet"),
            "withdrawn": _("withdrawn"),
            "refused": _("refused"),
            "cancelled": _("cancelled"),
        },
        "event": _("Event"),
        "fingerprint": _("Fingerprint, as it is printed beside the event"),
        "sameFile": _("It is the very file that the registry issued."),
        "otherFile": _("It is NOT the file that the registry issued under this number, or it was changed since."),
        "askRegistry": _("Ask the registry whether this is the file that it issued"),
        "noProofInPdf": _("There is no proof of this registry inside this PDF."),
        "noProof": _("This is not a proof of this registry, or the file is damaged."),
    }  # fmt: skip


def _query_words() -> dict[str, Any]:
    """Labels by the names of a query's signed statement (docs/queries.md)."""
    return {
        "channels": {channel.name: str(channel.label) for channel in Channel},
        "types": {kind.name: str(kind.label) for kind in RecipientType},
        "reasons": {reason.name: f"{reason.effective.label}: {reason.label}" for reason in Reason},
        "malformed": str(Verdict.MALFORMED.label),
        "number": _("Query"),
        "brand": _("Brand number"),
        "provider": _("İYS number"),
        "moment": _("Answered as of"),
        "until": _("Holds until"),
        "total": _("Addresses:"),
        "asked": _("Fingerprint of what was asked (SHA-256):"),
        "result": _("Fingerprint of the result (SHA-256):"),
        "results": {
            "good": _("The answer is genuine and still holds: the registry gave it just as it is written here."),
            "over": _("The answer is genuine, but its time is over: ask the registry again before you send."),
            "unable": _("This browser cannot check the signature. A newer browser can."),
            "stranger": _("The answer is not signed by a key of this registry: it is worth nothing here."),
            "bad": _("The answer is NOT genuine: something in it was changed."),
        },
    }
