"""One-time codes by which people prove that an address is theirs (R-Z1).

Nothing here looks at accounts: a known and an unknown address cost the same work and get the same answer. A code
proves an address and nothing else; it never opens an account of staff or of a provider's user (design 8).
"""

import hashlib
import hmac
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iys_portal.accounts.hooks import read_address
from iys_portal.accounts.keys import code_key
from iys_portal.accounts.models import OneTimeCode
from iys_portal.accounts.notices import render_mail
from iys_portal.accounts.policies import may_be_texted
from iys_portal.core import locks, outbox
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import DomainError, Invalid, WrongMoment
from iys_portal.core.limits import network_of

DIGITS = 6
NOT_AN_ADDRESS = _("Enter a whole e-mail address or a mobile phone number.")
NOT_TEXTED = _(
    "We can only send codes to Turkish mobile numbers (05…) at present. Please use your e-mail address instead."
)
MANY_FOR_ADDRESS = _("We sent several codes to this address within an hour. Please try again later.")
MANY_WRONG = _("Too many wrong codes were entered for this address. For its safety, please try again tomorrow.")
MANY_FROM_NETWORK = _("Too many codes were asked for from your network. Please try again in an hour.")


Deliver = Callable[[OneTimeCode, str], None]


@dataclass(frozen=True)
class Purpose:
    """What a code to an address is for: `name` binds the code to it, `text` and `mail` (a template) say so."""

    name: str
    text: str | Promise
    mail: str


SIGN_IN = Purpose("", _("%(code)s is your sign-in code for İYS Portal. It gives no consent."), "sign_in_code")


def to_add_address(user_id: int) -> Purpose:
    """For adding the address to one account and no other (R-Z2)."""
    return Purpose(
        f"add:{user_id}", _("%(code)s: code to add this number in İYS Portal. Gives no consent."), "add_code"
    )


def to_close_account(user_id: int) -> Purpose:
    return Purpose(f"close:{user_id}", _("%(code)s: code to DELETE your İYS Portal account."), "close_code")


class TooMany(DomainError):
    """A limit of R-Z1 is reached; the sentence says which and until when."""

    status = 429


class TooSoon(DomainError):
    """A code went out a moment ago, at `sent_at`; another one may be asked for at `again_at`."""

    status = 429

    def __init__(self, sent: OneTimeCode, now: datetime) -> None:
        seconds = max(1, math.ceil((sent.again_at - now).total_seconds()))
        self.sent_at, self.again_at = sent.created_at, sent.again_at
        super().__init__(
            ngettext(
                "We sent you a code a moment ago. You can ask for another one in %(seconds)s second.",
                "We sent you a code a moment ago. You can ask for another one in %(seconds)s seconds.",
                seconds,
            )
            % {"seconds": seconds},
            code="too-soon",
        )


class CodeWrong(Invalid):
    """Another code was expected, and can still be entered."""


class CodeOver(WrongMoment):
    """No code of this address works: none was sent, or it is used, replaced, too old or tried too often."""

    status = 422
    default = _("This code no longer works. Ask for a new one.")


def code_address(text: str) -> str:
    """The address that a code for this text would go to, as the consents store it. Raises `Invalid`."""
    address = read_address(text.strip()[:320])
    if address is None:
        raise Invalid(NOT_AN_ADDRESS, field="address", code="address")
    if address.startswith("+") and not may_be_texted(address):
        raise Invalid(NOT_TEXTED, field="address", code="country")
    return address


@transaction.atomic
def request_code(
    *, address: str, language: str, ip: str, purpose: Purpose = SIGN_IN, moment: datetime | None = None
) -> OneTimeCode:
    """Send a new code to a stored address, in the language of the page; older codes stop working.

    For signing in it is asked for by somebody who is not known yet, so there is no actor, and the row itself is the
    record. Raises `TooMany` or `TooSoon`, and sends nothing then. Holds a lock on the address, so that a burst gets
    one code; the limits of an address hold over all purposes.
    """
    return send_code(
        name=f"address:{address}",
        ip=ip,
        purpose=purpose.name,
        moment=moment,
        deliver=lambda code, digits: _send(code, address, digits, language, purpose),
    )


@transaction.atomic
def send_code(
    *, name: str, ip: str, deliver: Deliver, purpose: str = "", moment: datetime | None = None
) -> OneTimeCode:
    """A new code for what `name` says (kept as a keyed hash); `deliver` writes it to whoever may know it.

    A code for one name or purpose is worth nothing for another. Limits count by name; a wait that grows with every
    code that nobody used keeps a stranger from filling somebody's mailbox (R-Z1). Raises `TooMany` or `TooSoon`, and
    sends nothing then.
    """
    moment = moment or timezone.now()
    count_network(ip, what="codes", limit=settings.REGISTRY["CODES_PER_NETWORK_HOUR"])
    name = _locked(name)
    sent = OneTimeCode.objects.filter(address_hash=name).order_by("-created_at", "-pk")
    newest = sent.first()
    if newest is not None and not newest.used_at and moment < newest.again_at:
        raise TooSoon(newest, moment)
    _refuse_tried(name, moment)
    lately = list(sent.filter(created_at__gt=moment - timedelta(hours=1)).values_list("used_at", flat=True))
    if len(lately) >= settings.REGISTRY["CODES_PER_HOUR"]:
        raise TooMany(MANY_FOR_ADDRESS, code="codes")
    sent.filter(created_at__lte=moment - timedelta(days=1)).delete()  # counts for no limit any more
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code = OneTimeCode(
        address_hash=name,
        created_at=moment,
        expires_at=moment + settings.REGISTRY["CODE_VALID"],
        again_at=moment + _wait_after(lately),
    )
    code.code_hash = _hash_of_code(code, digits, purpose)
    code.save(force_insert=True)
    deliver(code, digits)
    return code


def _wait_after(lately: list[datetime | None]) -> timedelta:
    """How long after this code another one has to wait; `lately` says when the hour's codes were used, newest first."""
    rules = settings.REGISTRY
    unused = len(list(takewhile(lambda used_at: used_at is None, lately)))
    wait: timedelta = rules["CODE_RESEND_AFTER"] * rules["CODE_RESEND_GROWS"] ** unused
    return min(wait, rules["CODE_RESEND_MOST"])


def prove_address(*, address: str, code: str, purpose: Purpose = SIGN_IN, moment: datetime | None = None) -> None:
    """Take the code that was sent to a stored address, once. A wrong one is counted even though this raises.

    Raises `CodeWrong` (with the tries that are left), `CodeOver`, or `TooMany` after a day's wrong codes.
    """
    take_code(name=f"address:{address}", code=code, purpose=purpose.name, moment=moment)


def take_code(*, name: str, code: str, purpose: str = "", moment: datetime | None = None) -> None:
    """Take the code that `send_code` made for this name and purpose, once. Counts and raises as `prove_address`."""
    moment = moment or timezone.now()
    refusal: DomainError | None = None
    with transaction.atomic():
        newest = OneTimeCode.objects.filter(address_hash=_locked(name)).order_by("-created_at", "-pk").first()
        refusal = _judged(newest, code, purpose, moment)
    if refusal is not None:
        raise refusal


def _judged(newest: OneTimeCode | None, code: str, purpose: str, moment: datetime) -> DomainError | None:
    """Use the code, or count the try and say what is wrong. The address is locked."""
    tries = settings.REGISTRY["CODE_TRIES"]
    if newest is None or newest.used_at or moment >= newest.expires_at or newest.tries >= tries:
        return CodeOver()
    if _wrong_today(newest.address_hash, moment) >= settings.REGISTRY["CODE_WRONG_PER_DAY"]:
        return TooMany(MANY_WRONG, code="wrong")
    rows = OneTimeCode.objects.filter(pk=newest.pk)
    if hmac.compare_digest(_hash_of_code(newest, _digits(code), purpose), newest.code_hash):
        rows.update(used_at=moment)
        return None
    rows.update(tries=F("tries") + 1)
    left = tries - newest.tries - 1
    if not left:
        return CodeOver(_("That was wrong too often: this code no longer works. Ask for a new one."), code="tries")
    return CodeWrong(_tries_left(left), field="code", code="wrong")


def _tries_left(left: int) -> str:
    return ngettext(
        "This is not the code that we sent. You have %(left)s more try.",
        "This is not the code that we sent. You have %(left)s more tries.",
        left,
    ) % {"left": left}


def _digits(code: str) -> str:
    """People copy codes with blanks in them."""
    return "".join(char for char in code if char in "0123456789")


def _hash_of_code(row: OneTimeCode, digits: str, purpose: str) -> str:
    return _hash(f"{row.public_id}:{digits}:{purpose}" if purpose else f"{row.public_id}:{digits}")


def _hash(text: str) -> str:
    return hmac.new(code_key(settings.SECRET_KEY), text.encode(), hashlib.sha256).hexdigest()


def _locked(name: str) -> str:
    """The keyed hash of the name, under a lock until the transaction's end."""
    name = _hash(name)
    locks.hold(name)
    return name


def _wrong_today(name: str, moment: datetime) -> int:
    rows = OneTimeCode.objects.filter(address_hash=name, created_at__gt=moment - timedelta(days=1))
    return rows.aggregate(wrong=Sum("tries"))["wrong"] or 0


def _refuse_tried(name: str, moment: datetime) -> None:
    if _wrong_today(name, moment) >= settings.REGISTRY["CODE_WRONG_PER_DAY"]:
        raise TooMany(MANY_WRONG, code="wrong")


def count_network(ip: str, *, what: str, limit: int, sentence: str | Promise = MANY_FROM_NETWORK) -> None:
    """Count one request from this visitor's network. Raises `TooMany` beyond the limit of an hour."""
    count(network_of(ip), what=what, limit=limit, sentence=sentence)


def count(who: str, *, what: str, limit: int, sentence: str | Promise) -> None:
    """Count one request of somebody, however they are named. Raises `TooMany` beyond the limit of an hour."""
    key = f"{what}-from:{who}"
    cache.add(key, 0, timeout=3600)
    try:
        asked = cache.incr(key)
    except ValueError:  # it ran out in between
        cache.set(key, 1, timeout=3600)
        asked = 1
    if asked > limit:
        raise TooMany(sentence, code="network")


def _send(code: OneTimeCode, address: str, digits: str, language: str, purpose: Purpose) -> None:
    cause = f"one_time_code:{code.public_id}"
    if address.startswith("+"):
        outbox.post_text(cause=cause, to=address, text=_text(digits, language, purpose))
        return
    until = code.expires_at.astimezone(ISTANBUL)
    subject, body = render_mail(purpose.mail, {"code": digits, "until": until}, language=language)
    outbox.post(cause=cause, to=address, subject=subject, body=body)


def _text(digits: str, language: str, purpose: Purpose) -> str:
    """One text message: with Turkish letters 70 characters fit."""
    with translation.override(language):
        return str(purpose.text) % {"code": digits}
