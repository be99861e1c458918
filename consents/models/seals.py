"""Seals over ledger and audit log (R-L2): each covers what became final since the last one, and carries its hash."""

from django.db import models

from consents.enums import Sealed


class LedgerSeal(models.Model):
    """One link of the chain: two Merkle roots, the former seal's hash, and a signature over all of it.

    A seal covers the events with numbers after the former seal's `last_event` up to its own, and the audit entries
    likewise; `docs/seals.md` describes the form. Append-only in the database itself.
    """

    append_only = True

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap
    sealed_at = models.DateTimeField()
    last_event = models.BigIntegerField()
    events = models.IntegerField()  # how many
    events_root = models.BinaryField(max_length=32)
    last_entry = models.BigIntegerField()  # of the audit log
    entries = models.IntegerField()
    entries_root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)  # hash of the former seal; zeros before the first
    hash = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def hash_hex(self) -> str:
        return bytes(self.hash).hex()

    @property
    def previous_hex(self) -> str:
        return bytes(self.previous).hex()

    @property
    def events_root_hex(self) -> str:
        return bytes(self.events_root).hex()

    @property
    def entries_root_hex(self) -> str:
        return bytes(self.entries_root).hex()

    @property
    def signature_hex(self) -> str:
        return bytes(self.signature).hex()


class SealLeaves(models.Model):
    """The leaves of one tree of a seal, in order, with the numbers of their rows.

    They name the first broken row and give inclusion proofs without reading the ledger; they stay when personal data
    is erased.
    """

    append_only = True

    pk = models.CompositePrimaryKey("seal_number", "tree")
    seal_number = models.BigIntegerField()
    tree = models.SmallIntegerField(choices=Sealed)
    first = models.BigIntegerField(null=True)  # number of the first row
    last = models.BigIntegerField(null=True)
    numbers = models.BinaryField()  # big-endian int8, one a row, ascending
    leaves = models.BinaryField()  # 32 bytes each

    class Meta:
        indexes = [
            # Under which seal does this row stand?
            models.Index(fields=["tree", "last"], name="seal_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_number}/{self.tree}"


class SealMark(models.Model):
    """How far ledger and audit log may be sealed: rows up to here become final when all who write now have finished.

    One row. Numbers are given before commit, so a lower one can become visible later than a higher one.
    """

    event = models.BigIntegerField()
    entry = models.BigIntegerField()
    at = models.DateTimeField()
    sealed_until = models.DateTimeField(null=True)  # when the last mark was set whose rows are all sealed
    horizon = models.BigIntegerField(null=True)  # every transaction before this one has to end first

    def __str__(self) -> str:
        return f"{self.event}/{self.entry}"
