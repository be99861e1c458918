"""What each kind of flaw that a verification finds means, in words (R-L2)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Kinds as `services.verification.Flaw` has them; `%(number)s` is the row's, where it is about one.
FLAWS: dict[str, Promise] = {
    "changed": _("Row %(number)s was changed after it was sealed."),
    "missing": _("Row %(number)s is missing."),
    "added": _("Row %(number)s was added after its numbers were sealed."),
    "leaves": _("The kept leaves do not lead to the seal's root."),
    "seal": _("The seal was changed."),
    "signature": _("The signature does not fit."),
    "key": _("It is signed by a key that is not trusted."),
    "chain": _("It does not carry the former seal's hash."),
    "gap": _("The seal before it is missing."),
    "state": _("What stands for the consent of event %(number)s is not what the ledger says."),
    "stamp": _("Its time stamp does not hold, is of another seal, or is older than the seal."),
    "erasure": _("Row %(number)s stands though it was erased, or no sealed erasure vouches for its tombstone."),
    "tail": _("The chain ends before this seal: it was cut, or an older copy was restored."),
    "other": _("Another seal has this number: the chain was written anew."),
}


def flaw_words(kind: str, number: int | None) -> str:
    """One flaw as a sentence in the present language."""
    return str(FLAWS[kind]) % {"number": number}
