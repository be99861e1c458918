"""Every refusal of the consent engine: its code, verdict, sentence and what to do about it.

The one home of these sentences (R-C1 to R-C20); forms, imports, commands and the API take them from here.
Codes with an `H` are the national registry's own; the others are the number of the rule.
Sentences may name `{value}`, `{date}`, `{source}` and `{until}`; a missing name is left out by `sentence`.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .enums import UndoOutcome, Verdict


@dataclass(frozen=True)
class Problem:
    """One reason to refuse a row."""

    number: int  # what the tables store
    code: str
    rule: str
    verdict: Verdict
    column: str  # field that a user has to look at
    reason: Promise | str
    advice: Promise | str

    def sentence(self, **values: object) -> str:
        """The reason in the active language, with the row's own values filled in."""
        return str(self.reason).format_map(defaultdict(str, {k: str(v) for k, v in values.items()}))


def _malformed(number: int, code: str, rule: str, column: str, reason: object, advice: object) -> Problem:
    return Problem(number, code, rule, Verdict.MALFORMED, column, reason, advice)  # type: ignore[arg-type]


def _conflict(number: int, code: str, rule: str, column: str, reason: object, advice: object) -> Problem:
    return Problem(number, code, rule, Verdict.CONFLICTING, column, reason, advice)  # type: ignore[arg-type]


def _late(number: int, code: str, rule: str, column: str, reason: object, advice: object) -> Problem:
    return Problem(number, code, rule, Verdict.LATE, column, reason, advice)  # type: ignore[arg-type]


PROBLEMS: tuple[Problem, ...] = (
    _malformed(
        114,
        "H114",
        "R-C1",
        "recipient",
        _("The recipient is missing."),
        _("Enter the e-mail address or phone number that the consent is about."),
    ),
    _malformed(
        111,
        "H111",
        "R-C1",
        "type",
        _("The channel is missing."),
        _("Enter ARAMA, MESAJ or EPOSTA."),
    ),
    _malformed(
        117,
        "H117",
        "R-C1",
        "type",
        _("“{value}” is not a channel."),
        _("Use ARAMA, MESAJ or EPOSTA."),
    ),
    _malformed(
        110,
        "H110",
        "R-C1",
        "status",
        _("The status is missing."),
        _("Enter ONAY for a consent or RET for a refusal. The registry never guesses it."),
    ),
    _malformed(
        115,
        "H115",
        "R-C1",
        "status",
        _("“{value}” is not a status."),
        _("Use ONAY for a consent or RET for a refusal."),
    ),
    _malformed(
        116,
        "H116",
        "R-C1",
        "recipient_type",
        _("“{value}” is not a recipient type."),
        _("Use BIREYSEL for consumers or TACIR for merchants and tradesmen."),
    ),
    _malformed(
        113,
        "H113",
        "R-C1",
        "source",
        _("The source of the consent is missing."),
        _("Enter how the consent was obtained, for example HS_WEB."),
    ),
    _malformed(
        112,
        "H112",
        "R-C1",
        "consent_date",
        _("The consent date is missing."),
        _("Enter when the recipient gave or refused the consent."),
    ),
    _malformed(
        119,
        "H119",
        "R-C1",
        "source",
        _("“{value}” is not a source that a provider may record."),
        _("Use one of the HS_ sources; IYS_ sources are written by the registry only."),
    ),
    _malformed(
        464,
        "H464",
        "R-C2",
        "recipient",
        _("The address does not fit the channel."),
        _("Calls and texts take a phone number, e-mails an e-mail address."),
    ),
    _malformed(
        160,
        "H160",
        "R-C3",
        "recipient",
        _("The phone number is longer than 15 characters."),
        _("Enter the number as +905 and nine more digits."),
    ),
    _malformed(
        121,
        "H121",
        "R-C3",
        "recipient",
        _("“{value}” is not a phone number in use."),
        _(
            "Enter the number as +905 and nine more digits. A number that a spreadsheet shortened (5,32E+09) is"
            " lost: format the column as text and export it again."
        ),
    ),
    _malformed(
        120,
        "H120",
        "R-C4",
        "recipient",
        _("“{value}” is not a valid e-mail address."),
        _("Enter 6 to 265 characters without spaces and Turkish letters, like ad@firma.example."),
    ),
    _malformed(
        158,
        "H158",
        "R-C5",
        "consent_date",
        _("“{value}” is not a date in a known form."),
        _("Use YYYY-MM-DD HH:mm:ss or DD.MM.YYYY HH:mm."),
    ),
    _malformed(
        157,
        "H157",
        "R-C5",
        "consent_date",
        _("“{value}” is not a day of the calendar."),
        _("Check day and month."),
    ),
    # R-M1: last of what reading finds; beside a refusal the provider's own notice is not looked at.
    _malformed(
        516,
        "R-M1",
        "R-M1",
        "own_notice_at",
        _("“{value}” does not say when you told the recipient yourselves."),
        _("Use YYYY-MM-DD HH:mm:ss or DD.MM.YYYY HH:mm, or leave it empty: the registry tells the recipient."),
    ),
    _malformed(
        519,
        "R-M1",
        "R-M1",
        "own_notice_means",
        _("“{value}” is no way in which a recipient is told."),
        _("Use EPOSTA or MESAJ, or leave it empty for the consent's own channel."),
    ),
    _malformed(
        517,
        "R-M1",
        "R-M1",
        "own_notice_at",
        _("Your own notice of {value} is in the future."),
        _("Enter when the recipient was told; a notice that is still to come does not count."),
    ),
    _malformed(
        518,
        "R-M1",
        "R-M1",
        "own_notice_at",
        _("Your own notice of {value} is earlier than the consent that it tells of."),
        _("Check both dates; a recipient is told of a consent after giving it."),
    ),
    _malformed(
        521,
        "H525",
        "R-A1",
        "recipient",
        _("“{value}” may be somebody's address: a sandbox takes none of those."),
        _("Use addresses that end with @sandbox.example, and numbers that begin with 0500 100."),
    ),
    _malformed(
        162,
        "H162",
        "R-C6",
        "consent_date",
        _("The consent date {date} is in the future."),
        _("Check the date and the clock of the system that wrote it."),
    ),
    _malformed(
        155,
        "H155",
        "R-C7",
        "consent_date",
        _("A consent with source HS_2015 is dated exactly 2015-05-01 00:00:00."),
        _("Correct the date, or choose the source by which the consent was really obtained."),
    ),
    _malformed(
        156,
        "H156",
        "R-C7",
        "consent_date",
        _("The consent date {date} is before 1 May 2015."),
        _("A consent agreed before that day carries the source HS_2015 and the date 2015-05-01 00:00:00."),
    ),
    _malformed(
        408,
        "H408",
        "R-C9",
        "status",
        _("The source HS_KARAR can only carry a refusal."),
        _("Record a consent with the source by which the recipient gave it."),
    ),
    _malformed(
        180,
        "H180",
        "R-C20",
        "retailer_code",
        _("“{value}” is not an active dealer of this brand."),
        _("Check the dealer's code or add the dealer first."),
    ),
    _late(
        467,
        "H467",
        "R-C8",
        "consent_date",
        _("The consent of {date} was not recorded within three business days."),
        _("It can no longer be used: ask the recipient again. A refusal is always accepted, however late."),
    ),
    _late(
        502,
        "R-D2",
        "R-D2",
        "consent_date",
        _("The consent of {date} had to be loaded by {until}; it was not, and is invalid."),
        _("Do not write to this recipient; ask for a new consent."),
    ),
    _malformed(
        462,
        "H462",
        "R-C13",
        "consent_date",
        _("A merchant's record is already there; a change needs the consent date."),
        _("Enter when the recipient gave or refused the consent."),
    ),
    _malformed(
        463,
        "H463",
        "R-C13",
        "source",
        _("A merchant's record is already there; a change needs the source."),
        _("Enter how the consent was obtained, for example HS_WEB."),
    ),
    _conflict(
        486,
        "H486",
        "R-C9",
        "source",
        _("The source HS_KARAR ends an existing record; there is none."),
        _("Record the refusal with the source by which the recipient gave it."),
    ),
    _conflict(
        175,
        "H175",
        "R-C12",
        "status",
        _("There is no record yet that could be refused."),
        _("By the strict interface the first record is a consent; panel and imports take the refusal."),
    ),
    _conflict(
        178,
        "H178",
        "R-C10",
        "consent_date",
        _("A newer record stands: {status} on {date} by {source}."),
        _("If the recipient agreed again afterwards, enter the date of that consent."),
    ),
    # An ONAY that is older than a refusal: the code is H178's, the sentence R-C14's.
    _conflict(
        514,
        "H178",
        "R-C14",
        "consent_date",
        _("Refused on {date} by {source}; take it off your list."),
        _("Stop writing to this recipient on this channel."),
    ),
    _conflict(
        174,
        "H174",
        "R-C11",
        "status",
        _("The record already has this status."),
        _("Nothing to do: the refusal stands."),
    ),
    _conflict(
        515,
        "R-C15",
        "R-C15",
        "evidence",
        _("The recipient refused in person on {date} ({source})."),
        _("A new consent needs a later date and an uploaded file that proves it."),
    ),
    _conflict(
        520,
        "R-P12",
        "R-P12",
        "type",
        _("The provider has not granted you this channel of the brand."),
        _("Take these rows out, or ask the provider to grant the channel."),
    ),
)

# What an undo leaves alone, and says so (R-L6).
LEFT_ALONE: tuple[Problem, ...] = (
    _conflict(
        UndoOutcome.CHANGED_SINCE,
        "R-L6",
        "R-L6",
        "recipient",
        _("Changed since the import; the later record stands."),
        _("Look at the record's history before you change it by hand."),
    ),
    _conflict(
        UndoOutcome.REFUSAL_STAYS,
        "R-L6",
        "R-L6",
        "status",
        _("A refusal of the file stays in force."),
        _("Undo refusals only where the recipients did not refuse; tick the box for it."),
    ),
    _conflict(
        UndoOutcome.WOULD_APPROVE,
        "R-L6",
        "R-L6",
        "status",
        _("Undoing this refusal would make the recipient reachable again; it stays in force."),
        _("Ask the recipient; a new consent can be recorded."),
    ),
)

UNGRANTED = 520
"""R-P12: judged first, for nothing is told of a channel that an integrator may not write."""

SOMEBODYS = 521
"""An address in a sandbox that may be a person's (ADR 24)."""

BY_CODE: dict[str, Problem] = {problem.code: problem for problem in reversed(PROBLEMS)}
BY_NUMBER: dict[int, Problem] = {problem.number: problem for problem in (*PROBLEMS, *LEFT_ALONE)}
