"""Time stamps of seals by an authority outside the registry (RFC 3161, R-L2)."""

from django.db import models

from consents.enums import StampProblem


class SealStamp(models.Model):
    """An authority's word that a seal existed at a moment; by the chain it dates every seal before it too.

    Append-only in the database itself.
    """

    append_only = True

    seal_number = models.BigIntegerField(primary_key=True)
    requested_at = models.DateTimeField()
    stamped_at = models.DateTimeField()  # genTime, by the authority's clock
    answer = models.BinaryField()  # TimeStampResp (DER) as it came: the token and its certificates are in it
    authority = models.CharField(max_length=300)  # subject of the certificate that signed
    serial = models.CharField(max_length=80)
    policy = models.CharField(max_length=120)  # dotted number
    hash_algorithm = models.CharField(max_length=40)  # dotted number

    class Meta:
        ordering = ["-seal_number"]

    def __str__(self) -> str:
        return f"{self.seal_number}"


class StampPace(models.Model):
    """How the last attempts went. One row; its lease keeps two workers from asking at once."""

    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)  # since the last stamp
    failing_since = models.DateTimeField(null=True)
    problem = models.SmallIntegerField(choices=StampProblem, null=True)

    def __str__(self) -> str:
        return f"{self.failures}"
