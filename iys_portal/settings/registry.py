"""The registry's own rules, where a number may change (domain.md), and the limits of its API."""

from datetime import timedelta
from typing import Any

import environ

env = environ.FileAwareEnv()

# R-P3: mailboxes that anybody opens for nothing.
FREE_MAIL_DOMAINS = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.com.tr",
    "outlook.com",
    "outlook.com.tr",
    "live.com",
    "msn.com",
    "windowslive.com",
    "yahoo.com",
    "yahoo.com.tr",
    "ymail.com",
    "yandex.com",
    "yandex.com.tr",
    "yandex.ru",
    "icloud.com",
    "me.com",
    "mac.com",
    "mynet.com",
    "superonline.com",
    "ttmail.com",
    "aol.com",
    "gmx.com",
    "gmx.net",
    "proton.me",
    "protonmail.com",
    "mail.com",
    "mail.ru",
    "zoho.com",
    "tutanota.com",
]
# What a key may ask for: (how often, in so many seconds). The strict ones are those of the national interface.
API_LIMITS: dict[str, tuple[int, int]] = {
    "calls": (env.int("API_CALLS_PER_SECOND", default=100), 1),
    "lookups": (env.int("API_LOOKUPS_PER_MINUTE", default=6_000), 60),
    "history": (env.int("API_LOOKUPS_PER_MINUTE", default=6_000), 60),
    "tokens": (env.int("API_TOKENS_PER_HOUR", default=600), 3_600),  # from one network
    "senders": (60, 60),  # public questions for senders, from one network
}
API_STRICT = env.bool("API_STRICT", default=False)
if API_STRICT:
    API_LIMITS |= {"calls": (10, 1), "lookups": (1_000, 3_600), "history": (100, 3_600), "tokens": (100, 3_600)}
# The registry's own rules, where a number may change (domain.md).
REGISTRY: dict[str, Any] = {
    "CLOCK_DIFFERENCE": timedelta(minutes=2),  # R-C6
    "TIMELY_BUSINESS_DAYS": 3,  # R-C8, R-R2
    "API_EVIDENCE_BUSINESS_DAYS": 10,  # R-C16
    "UNDO_WINDOW": timedelta(hours=24),  # R-L6
    "UNDO_SETTLE": timedelta(seconds=10),  # R-L6: between a call's moment and its transaction, at the most
    "IMPORT_MAX_ROWS": env.int("IMPORT_MAX_ROWS", default=10_000_000),
    "IMPORT_MAX_BYTES": env.int("IMPORT_MAX_BYTES", default=2 * 1024**3),
    "IMPORT_WRITERS": env.int("IMPORT_WRITERS", default=2),
    "IMPORT_CHUNK_ROWS": env.int("IMPORT_CHUNK_ROWS", default=20_000),
    "QUERY_VALID": timedelta(hours=env.int("QUERY_VALID_HOURS", default=24)),  # R-S1: how long an answer holds
    "QUERY_ADDRESSES_A_DAY": env.int("QUERY_ADDRESSES_A_DAY", default=20_000_000),  # of one provider
    "QUERY_AT_ONCE": 1_000,  # addresses that are answered in the request itself
    "JOB_LEASE": timedelta(seconds=env.int("JOB_LEASE_SECONDS", default=60)),
    "SEND_LEASE": timedelta(seconds=env.int("SEND_LEASE_SECONDS", default=180)),
    "JOB_MESSAGE_AFTER": timedelta(minutes=1),
    "INVITATION_VALID": timedelta(days=7),
    # R-A2: how long after the first sign-in the second factor may be put off; none where 0.
    "SECOND_FACTOR_GRACE": timedelta(days=env.int("SECOND_FACTOR_GRACE_DAYS", default=0)),
    "FACTOR_CHECK_LETTERS": 10,  # R-A2: letters at least that say how a person was checked before a reset
    "NOTICES": env.bool("NOTICES", default=True),  # R-M1; off only to measure what they cost
    "NOTICE_RENEWED": env.bool("NOTICE_RENEWED", default=False),  # R-M2: also tell of renewed consents
    "NOTICE_MAILS_PER_SECOND": env.float("NOTICE_MAILS_PER_SECOND", default=100.0),  # R-M6, bulk lane
    "NOTICE_TEXTS_PER_SECOND": env.float("NOTICE_TEXTS_PER_SECOND", default=20.0),  # R-M6, bulk lane
    "NOTICE_SINGLE_ROWS": 20,  # a call with more consents than this goes to the bulk lane
    "NOTICE_GIVE_UP": timedelta(days=3),  # R-M5: a notice that is not taken for so long is undelivered
    "SMS_COUNTRIES": env.list("SMS_COUNTRIES", default=["90"]),  # R-Z1: calling codes that texts may go to
    "REFUSAL_UNDO": timedelta(minutes=15),  # R-Z3: how long a recipient's own refusal can be taken back
    "KEEP_YEARS": env.int("KEEP_YEARS", default=3),  # R-L5: after a consent ended; other records from their date
    "RETENTION_APPLIES": env.bool("RETENTION_APPLIES", default=True),  # R-L5: the nightly run erases, not only counts
    "SEAL_ROWS": 2_048,  # R-L2: rows of a seal's tree at most; a proof reads one seal
    "SEAL_SETTLE": timedelta(seconds=2),  # between taking a number and writing the row, at the most
    "STAMP_EVERY": timedelta(minutes=1),  # R-L2: the newest seal is stamped at most so often
    "STAMP_POLICY": env.str("TIMESTAMP_POLICY", default=""),  # dotted number that a stamp must name; empty: any
    "STAMP_CLOCK_DIFFERENCE": timedelta(minutes=1),  # between the authority's clock and ours
    "STAMP_LATE": timedelta(minutes=15),  # staff are told when the newest stamp is older
    "INBOUND_ANSWERS_A_DAY": env.int("INBOUND_ANSWERS_A_DAY", default=5),  # R-R4: to one sender, but for refusals
    # R-Z1: codes by which addresses are proved.
    "CODE_VALID": timedelta(minutes=3),
    "CODE_TRIES": 3,
    "CODE_RESEND_AFTER": timedelta(seconds=30),
    "CODE_RESEND_GROWS": 2,  # each further unused code makes the next wait so many times longer …
    "CODE_RESEND_MOST": timedelta(minutes=10),  # … up to this
    "CODES_PER_HOUR": env.int("CODES_PER_HOUR", default=5),  # to one address
    "CODE_WRONG_PER_DAY": env.int("CODE_WRONG_PER_DAY", default=10),  # at one address
    "CODES_PER_NETWORK_HOUR": env.int("CODES_PER_NETWORK_HOUR", default=60),  # from one /24 or /64
    "PHONE_STALE": timedelta(days=env.int("PHONE_STALE_DAYS", default=365)),  # R-Z2: then it may be another person's
    "CITIZEN_PASSKEYS": 10,  # of one citizen
    "PASSKEYS_PER_NETWORK_HOUR": env.int("PASSKEYS_PER_NETWORK_HOUR", default=120),  # tries to sign in
    "APPLICATION_REMIND_AFTER": timedelta(days=env.int("APPLICATION_REMIND_DAYS", default=7)),  # R-P6: stale drafts
    "APPLICATION_EXPIRE_AFTER": timedelta(days=env.int("APPLICATION_EXPIRE_DAYS", default=30)),
    "APPLICATION_KEEP": timedelta(days=env.int("APPLICATION_KEEP_DAYS", default=365)),  # R-G5: ended without a provider
    "APPLICATIONS_PER_NETWORK_HOUR": env.int("APPLICATIONS_PER_NETWORK_HOUR", default=30),
    "REVIEW_FOUR_EYES": env.bool("REVIEW_FOUR_EYES", default=True),  # somebody else than who proposed it approves
    "INITIAL_WINDOW": timedelta(days=env.int("INITIAL_WINDOW_DAYS", default=90)),  # R-D2: the longest, from today
    "REVIEW_BUSINESS_DAYS": env.int("REVIEW_BUSINESS_DAYS", default=3),  # the promised time
    "ONE_PAPER_FOR_BOTH": env.bool("ONE_PAPER_FOR_BOTH", default=True),  # commitment and agreement on one paper
    # R-P3: refused, or a warning for the reviewer, by kind of applicant.
    "FREE_MAIL": {"legal_entity": "refuse", "natural_person": "warn"},
    "FREE_MAIL_DOMAINS": env.list("FREE_MAIL_DOMAINS", default=FREE_MAIL_DOMAINS),
    "MESSAGE_LIST_OPEN": timedelta(hours=24),  # R-S2: a message's list is given until so long after its planned time
    "MESSAGE_FILE_KEEP": timedelta(days=30),  # R-G1: files of recipients that nobody had checked
    "EXPORT_KEEP": timedelta(hours=env.int("EXPORT_KEEP_HOURS", default=24)),  # how long an exported file stays
    "EXPORT_DIRECT_ROWS": env.int("EXPORT_DIRECT_ROWS", default=5_000),  # up to so many while the reader waits
    "EXPORTS_AT_ONCE": 3,  # files that are made for one person at a time
    "COMPLAINT_MONTHS": 3,  # R-K1: how long after the message it may be complained about
    "COMPLAINT_DRAFT_KEEP": timedelta(days=env.int("COMPLAINT_DRAFT_DAYS", default=30)),  # R-G5: since the last change
    "DEFENCE_DAYS": env.int("DEFENCE_DAYS", default=15),  # R-K6: calendar days; running clocks keep theirs
    "DEFENCE_EXTENSION_DAYS": env.int("DEFENCE_EXTENSION_DAYS", default=15),  # the most that is granted at a time
    "INFORMATION_DAYS": env.int("INFORMATION_DAYS", default=15),  # R-K5: then it is closed as incomplete
    "COMPLAINT_FOUR_EYES": env.bool("COMPLAINT_FOUR_EYES", default=True),  # R-K7: somebody else confirms a decision
    # R-K7: how a decision may be contested, in Turkish; needed in production. A decision keeps the sentence of its day.
    "COMPLAINT_APPEAL": env.str("COMPLAINT_APPEAL", default=""),
    "SIGNAL_DAYS": env.int("SIGNAL_DAYS", default=90),  # R-K10: over so many days brands are judged
    "UNUSUAL_LEAST": env.int("UNUSUAL_LEAST", default=10),  # R-K10: fewer complaints are never unusually many
    "UNUSUAL_PER_10_000": env.float("UNUSUAL_PER_10_000", default=5.0),  # R-K10: for so many consents or messages
    "SILENT_LEAST": env.int("SILENT_LEAST", default=3),  # R-K10: questions that a provider let run out, and met none
    "API_ACCESS": timedelta(hours=2),  # how long an access token of the API holds
    "API_REFRESH": timedelta(hours=4),
    "API_KEY_WARNINGS": (14, 3),  # days before a key ends on which its keepers are told
    "API_BATCH_ROWS": 1_000,  # consents of one batch call
    "API_QUERY_ROWS": 10_000,  # addresses that are answered in one call of /api/v1
    # Webhooks and push: pauses after failed tries (the last again and again), until when a message is tried, after how
    # long a receiver that takes nothing is stopped, how long the log and an old secret hold, how many messages wait.
    "WEBHOOK_PAUSES": tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)),
    "WEBHOOK_GIVE_UP": timedelta(hours=72),
    "WEBHOOK_STOP_AFTER": timedelta(days=env.int("WEBHOOK_STOP_DAYS", default=5)),
    "WEBHOOK_LOG_KEEP": timedelta(days=30),
    "WEBHOOK_OVERLAP": timedelta(hours=24),
    "WEBHOOK_BATCH": 100,  # events of one message at most
    "WEBHOOK_AHEAD": 20,  # messages of the ledger that wait for one receiver; the others stay in the ledger
    "WEBHOOK_WORKERS": env.int("WEBHOOK_WORKERS", default=8),  # calls at once, and as many to slow receivers
    "WEBHOOK_SLOW": timedelta(seconds=1),
    "WEBHOOKS_OF_PROVIDER": 10,
    "RECONCILE_DAYS": 7,  # of the strict interface: how old a day may be that is asked about
    "STOP_BUSINESS_DAYS": 3,  # R-R2: the provider stops within this time
}
