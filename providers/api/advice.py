"""What a program's maker does about each code where the consent engine has no advice of its own."""

from collections import defaultdict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import FIXED, OURS
from .words import MESSAGES

_SHAPE = _("Compare the body with the specification: it has to be a JSON object with the fields named there.")
_CALLER = _("Compare iysCode, brandCode and the channel (type) with the key; the numbers stand under “Examples”.")
_PAGES = _("Ask for the first page with offset=0 and go on by the number of entries that you got.")
_REQUEST_ID = _("Send the requestId as the batch was answered with, a UUID.")
_DEALER_CODE = _("List the dealers and use the code of one that is active.")
_DEALER_FIELD = _("Fill the field in and send the dealer again.")
_DEALER_NUMBER = _("Correct the number and send the dealer again.")
_DEALER_TWICE = _("The dealer is there already: look at the list of dealers before you add one.")
_CREDENTIALS = _("Send the user name and password of a key that is in use. A lost password is replaced by a new key.")
_LIST = _("Send a JSON list with at least one entry.")
_WAIT = _("Wait as many seconds as Retry-After says. Ask for many addresses in one call instead of one by one.")
_KEY = _("Look at the key: it may lack this scope, or be closed to your network. Scopes are chosen when a key is made.")

ADVICE: dict[str, Promise] = {
    "H001": _CALLER,
    "H014": _("Send JSON in UTF-8 and nothing else in the body; mind commas and quotes."),
    "H015": _("Try again later with the same body. If it stays so, tell us the X-Request-ID of the answer."),
    "H016": _("Send every field that is named, each as text."),
    "H017": _("Shorten the value."),
    "H058": _DEALER_CODE,
    "H061": _("Set the dealer to passive instead of deleting it."),
    "H067": _("Ask us for help: every code of 8 digits is in use."),
    "H084": _WAIT,
    "H085": _SHAPE,
    "H090": _SHAPE,
    "H091": _("Cut the list into batches and send them one after another."),
    "H092": _("Send a JSON list of consents, each an object."),
    "H093": _("Check the number in the path."),
    "H097": _SHAPE,
    "H118": _("Leave the field out."),
    "H124": _("Wait a second. Send consents in batches instead of one by one."),
    "H126": _("Shorten the list of dealers."),
    "H127": _("Cut the list of recipients into several calls."),
    "H158": _("Write the date as 2026-11-24 15:00:00, in Türkiye time."),
    "H163": _LIST,
    "H164": _LIST,
    "H166": _("Send the number as +905 and nine more digits."),
    "H168": _("Add the list recipients to the body."),
    "H169": _("Add the list retailerAccess to the body."),
    "H170": _("Add recipientType: BIREYSEL or TACIR."),
    "H171": _SHAPE,
    "H172": _SHAPE,
    "H173": _SHAPE,
    "H175": _("Nothing to send: without a record nobody may write to this recipient."),
    "H182": _("Send a whole number above zero, or a value that an earlier answer gave."),
    "H183": _PAGES,
    "H186": _("Ask for a smaller page."),
    "H187": _("Ask for at least one entry."),
    "H193": _("Send each recipient once."),
    "H198": _REQUEST_ID,
    "H199": _REQUEST_ID,
    "H201": _("Send one of the states that are named."),
    "H214": _DEALER_FIELD,
    "H215": _DEALER_FIELD,
    "H216": _DEALER_FIELD,
    "H217": _DEALER_FIELD,
    "H218": _DEALER_FIELD,
    "H219": _DEALER_FIELD,
    "H220": _DEALER_FIELD,
    "H221": _DEALER_FIELD,
    "H222": _DEALER_FIELD,
    "H224": _DEALER_NUMBER,
    "H225": _DEALER_NUMBER,
    "H226": _DEALER_NUMBER,
    "H227": _DEALER_NUMBER,
    "H228": _DEALER_NUMBER,
    "H229": _("Use letters and digits only."),
    "H230": _DEALER_TWICE,
    "H231": _DEALER_TWICE,
    "H243": _DEALER_NUMBER,
    "H244": _DEALER_NUMBER,
    "H250": _CREDENTIALS,
    "H251": _CREDENTIALS,
    "H253": _("Set the passive dealer to active again instead of adding another."),
    "H267": _("Leave the field out where the consent was not taken by a dealer."),
    "H288": _DEALER_FIELD,
    "H351": _("Get a token and send it as “Authorization: Bearer …”. A token holds for two hours; renew it before."),
    "H353": _CALLER,
    "H363": _KEY,
    "H400": _REQUEST_ID,
    "H401": _("Record the consent first."),
    "H404": _("Compare the path with the specification. ViA, ViA PASS and ViA Frame are not offered here."),
    "H405": _("Use a method that the answer's Allow header names."),
    "H478": _LIST,
    "H501": _("Write the day as 2026-11-24."),
    "H502": _("Ask for a later day; older ones stand in the day files of the panel."),
    "H506": _("Send HS for your own records or IYS for those of recipients."),
    "H507": _("Ask for a smaller page."),
    "H512": _("Send the value that is named, or leave the field out."),
    "H520": _("Go on sending refusals. Consents can be recorded again when the suspension ends."),
    "H521": _("The provider's registration has ended: stop this program."),
    "H530": _("See that your receiver answers the test with 200 from the internet, and register it again."),
    "H531": _("Give an address that begins with https."),
}


# Answers of /api/v1 whose codes are words of ours: what their status says.
STATUSES: dict[int, tuple[Promise, Promise]] = {
    400: (
        _("The call cannot be read, or a rule is against it."),
        _("The answer's sentence (detail) says which: correct the call."),
    ),
    403: (
        _("The key may not do this."),
        _("Look at the key's scopes, brands, channels and networks."),
    ),
    404: (
        _("There is no such thing for this key."),
        _("Check the brand and the numbers in the path. What was not granted to an integrator is not there either."),
    ),
    409: (
        _("It cannot be done as things stand now, or the same call is still running."),
        _("Read the state first. Use an Idempotency-Key for one body only."),
    ),
    413: (_("The body is too large."), _("Send less at once.")),
    422: (
        _("Something in the call does not hold."),
        _("The answer names the field (pointer or parameter): correct it."),
    ),
}

_OF_OURS = {shown: name for name, shown in OURS.items() if shown not in MESSAGES}
CODES = tuple(sorted({code for code in MESSAGES if code not in OURS} | set(_OF_OURS)))
"""Every code that a refusal of the compatible calls carries, but for the engine's own."""


def dotted(sentence: Promise | str) -> str:
    """A sentence of an answer with dots where it names values of the call."""
    return str(sentence).format_map(defaultdict(lambda: "…", FIXED))


def meaning_of(code: str) -> str:
    return dotted(MESSAGES[_OF_OURS.get(code, code)])
