"""What the national interface knows about a dealer beside its code, name and province."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.encryption import EncryptedTextField
from providers.enums import RetailerState

from .providers import Retailer


class RetailerDetailsQuerySet(models.QuerySet["RetailerDetails"]):
    """Details of dealers, found by their brand."""

    def visible_to(self, actor: Actor) -> "RetailerDetailsQuerySet":
        return self.filter(retailer__in=Retailer.objects.visible_to(actor).order_by())


class RetailerDetails(models.Model):
    """A dealer's further data; identity numbers stand encrypted (R-P9), with hashes by which they are found again."""

    retailer = models.OneToOneField(Retailer, models.CASCADE, primary_key=True, related_name="details")
    state = models.CharField(_("state"), max_length=10, choices=RetailerState, default=RetailerState.ACTIVE)
    alias = models.CharField(_("short name"), max_length=200, blank=True)
    person = EncryptedTextField(_("authorised person"), blank=True)
    tckn = EncryptedTextField(_("T.C. identity number"), blank=True)
    tckn_hash = models.CharField(max_length=64, blank=True)
    tax_number = EncryptedTextField(_("tax number"), blank=True)
    mersis = EncryptedTextField(_("MERSİS number"), blank=True)
    mersis_hash = models.CharField(max_length=64, blank=True)
    mobile = EncryptedTextField(_("phone"), blank=True)
    city_code = models.CharField(_("province code"), max_length=10, blank=True)
    town_code = models.CharField(_("district code"), max_length=10, blank=True)
    town = models.CharField(_("district"), max_length=60, blank=True)

    objects = RetailerDetailsQuerySet.as_manager()

    class Meta:
        verbose_name = _("details of a dealer")
        verbose_name_plural = _("details of dealers")
        indexes = [
            # Is there a dealer with this identity or MERSİS number already?
            models.Index(fields=["tckn_hash"], name="retailer_tckn", condition=~Q(tckn_hash="")),
            models.Index(fields=["mersis_hash"], name="retailer_mersis", condition=~Q(mersis_hash="")),
        ]

    def __str__(self) -> str:
        return f"{self.retailer_id}"
