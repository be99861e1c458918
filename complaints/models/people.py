"""Who complains (R-K2): encrypted, apart from the complaint, never shown to a sender (R-K6, R-P9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import PersonKind
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.encryption import EncryptedTextField, masked

from .complaints import Complaint

TCKN_PURPOSE = "complainant-tckn"
IDENTITY_FIELDS = (
    "kind", "full_name", "tckn", "province", "district", "residence", "title", "representative", "mersis",
    "is_tradesman",
)  # fmt: skip


class IdentityFields(models.Model):
    """What R-K2 asks of each kind of complainant; which of it is compulsory, `missing` says."""

    kind = models.CharField(_("you complain"), max_length=12, choices=PersonKind, default=PersonKind.CONSUMER)
    full_name = EncryptedTextField(_("first and last name"), blank=True)
    tckn = EncryptedTextField(_("T.C. identity number"), blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    residence = EncryptedTextField(_("address"), blank=True)
    title = EncryptedTextField(_("company or trade name"), blank=True)
    representative = EncryptedTextField(_("representative"), blank=True)
    mersis = models.CharField(_("MERSİS number"), max_length=16, blank=True)
    is_tradesman = models.BooleanField(_("statement of a tradesman"), default=False)

    class Meta:
        abstract = True

    @property
    def tckn_shown(self) -> str:
        return masked(self.tckn) if self.tckn else ""

    @property
    def shown_name(self) -> str:
        return str(self.title or self.full_name)


class RememberedIdentity(IdentityFields):
    """What a citizen gave once, offered the next time; theirs alone."""

    citizen = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="remembered_identity"
    )
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.pk}"


class ComplaintIdentityQuerySet(models.QuerySet["ComplaintIdentity"]):
    def visible_to(self, actor: Actor) -> "ComplaintIdentityQuerySet":
        """The complainant's own, and staff's who see the complaint; never a provider's or an integrator's (R-K6)."""
        if actor.kind is ActorKind.RECIPIENT or actor.all_providers:
            return self.filter(complaint__in=Complaint.objects.visible_to(actor))
        return self.none()


class ComplaintIdentity(IdentityFields):
    """Who complains, as given for this complaint."""

    complaint = models.OneToOneField(Complaint, models.CASCADE, primary_key=True, related_name="identity")
    tckn_hash = models.CharField(max_length=64, blank=True)  # keyed: by it an officer finds a person's other complaints

    objects = ComplaintIdentityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="r_k2_complainant_mersis_16_digits", condition=Q(mersis="") | Q(mersis__regex=r"^[0-9]{16}$")
            ),
        ]
        indexes = [
            # Which complaints has this person filed?
            models.Index(fields=["tckn_hash"], name="complainant_by_tckn", condition=~Q(tckn_hash="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
