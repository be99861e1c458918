"""How the tables would stand on several machines: distributed by recipient with Citus (docs/scale.md).

Everything about one address stands on one machine, as the big tables' keys begin with it. The lists here are the one
place that knows; `selectors.distribution` holds a database against Citus' rules, `distribute_tables` calls its
functions.
"""

COLUMN = "recipient"

DISTRIBUTED = (
    "consents_consentevent",
    "consents_consent",
    "consents_stagedrow",
    "consents_messageremoval",
    "consents_retaileraccess",
)
"""Split by recipient into shards that stand together. The first one is what the others are placed with."""

REFERENCE = ("providers_provider", "providers_brand", "providers_retailer", "consents_erasedrefusal")
"""Small, and joined with the distributed ones: each machine has a whole copy. Ordered by their foreign keys."""

UNDISTRIBUTED = {
    "consents_notice": (
        "Its key is the number of the event that it tells of: one notice per cause (R-M5), and links, answers and"
        " corrections find it by that number. Workers claim by time, over all addresses."
    ),
    "consents_noticelink": "Its key is the hash of a token; whoever opens the link brings no address (R-M3).",
    "consents_refusalalert": (
        "Unique by the refusal's event, and listed by provider and day (R-R2). Acknowledged ones stay few: recipients'"
        " own refusals only."
    ),
    "consents_standingwish": (
        "Its key is a number that alerts point at, and it points at brands. Few people have any: where queries run on"
        " the workers, each of them takes a whole copy (R-Z8)."
    ),
    "consents_legalhold": "A few rows that people write; most hold an address, others a provider or a case.",
}
"""Tables with an address that stay whole on the coordinator, with the reason."""

TRIGGERS = {
    "consents_consentevent": ("consents_consentevent_append_only",),
}
"""Triggers on distributed and reference tables. They need `citus.enable_unsafe_triggers`, and fire on each shard."""

SHARDS = 32
"""Cannot be changed without moving every row; enough for 16 machines with two cores' worth of shards each."""


def statements() -> list[str]:
    """What `distribute_tables` says to the coordinator, in order."""
    first, *others = DISTRIBUTED
    return [
        "SET citus.enable_unsafe_triggers = on",
        *(f"SELECT create_reference_table('{table}')" for table in REFERENCE),
        f"SELECT create_distributed_table('{first}', '{COLUMN}', shard_count => {SHARDS})",
        *(f"SELECT create_distributed_table('{table}', '{COLUMN}', colocate_with => '{first}')" for table in others),
    ]
